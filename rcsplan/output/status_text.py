"""How far the sends are, as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rcsplan.output.moments import paused
from rcsplan.output.send_table import (
    NOT_KNOWN,
    Row,
    drift_remark,
    money,
    number,
    place_lines,
    start_of,
    table,
    title_of,
)
from rcsplan.output.state_text import PHASES
from rcsplan.output.terminal import visible, wrapped
from rcsplan.state.phase import DRIFTED, Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.operations.status import SendStatus, Status
    from rcsplan.output.terminal import Style

_HEADING = Row(
    names=("SEND", "STATUS", "START"),
    numbers=("PLANNED", "PHONES", "RCS SENT", "DELIVERED", "READ", "FAILED", "SMS", "PRICE"),
)

#: Statuses of the provider that the word for the phase says already.
_USUAL = frozenset({"scheduled", "sending", "done", "gone", "spam"})


def format_status(status: Status, style: Style) -> str:
    """The sends as a table in a style's width, with verdict and place before it."""
    lines = [style.bold(line) for line in wrapped(_verdict(status), style.prose)]
    lines += place_lines(status.environment, status.zone, status.looked_at, reaches_people=status.reaches_people)
    lines += _held(status, style)
    if status.sends:
        rows = tuple(_row(send) for send in status.sends)
        lines += ["", *table(_HEADING, rows, style)]
    if any(send.counts is not None and send.counts.sms_sent for send in status.sends):
        lines += ["", *wrapped("SMS: delivered/sent, and how many parts each has where it is not one.", style.prose)]
    return "\n".join(lines) + "\n"


def _held(status: Status, style: Style) -> Iterator[str]:
    if status.hold:
        # In the words with which an apply is refused for it.
        yield from wrapped(f"{style.bad('Nothing may be applied:')} {visible(status.hold)}", style.prose)
    if status.suspension is not None:
        sentence = visible(paused(status.suspension, status.zone))
        yield from wrapped(f"{style.changed('Suspended:')} {sentence}", style.prose)


def _verdict(status: Status) -> str:
    if not status.sends:
        return "Nothing is live, and nothing has ended in the last week."
    found = Counter(PHASES[send.phase] for send in status.sends)
    counts = ", ".join(f"{found[name]:,} {name}" for name in PHASES.values() if found[name])
    adrift = sum(send.is_adrift for send in status.sends)
    return f"{counts[0].upper()}{counts[1:]}." + (f" {adrift:,} with another audience than planned." if adrift else "")


def _row(send: SendStatus) -> Row:
    counts = send.counts
    messages = (
        (NOT_KNOWN,) * 5
        if counts is None
        else (
            number(counts.rcs_sent),
            number(counts.rcs_delivered),
            number(counts.rcs_read),
            number(counts.rcs_failed),
            _sms(send),
        )
    )
    return Row(
        names=(title_of(send), _phase(send), start_of(send)),
        numbers=(number(send.planned), number(send.phones), *messages, money(send.price, send.currency)),
        remarks=tuple(_remarks(send)),
    )


def _sms(send: SendStatus) -> str:
    if send.counts is None or not send.counts.sms_sent:
        return NOT_KNOWN if send.sms_parts is None else "0"
    parts = f" x{send.sms_parts}" if send.sms_parts is not None and send.sms_parts > 1 else ""
    return f"{send.counts.sms_delivered:,}/{send.counts.sms_sent:,}{parts}"


def _phase(send: SendStatus) -> str:
    word, remote = PHASES[send.phase], send.record.remote
    if remote is None or remote.status in _USUAL or remote.status in word:
        return word
    return f"{word} ({visible(remote.status)})"


def _remarks(send: SendStatus) -> Iterator[str]:
    drift = drift_remark(send)
    if drift:
        yield drift
    if send.phase is Phase.UNKNOWN:
        yield "! Whether it was submitted is not known. What to do says: rcsplan plan"
    if send.phase in DRIFTED:
        yield "! Neither a manifest nor a command of rcsplan did that. What to do says: rcsplan plan"
    if send.record.remote is not None and send.record.remote.status == "paused":
        yield "! The provider paused it, as it does when funds run out; it is resumed by hand, in its web interface."
