"""An apply as text: one line for each thing that happened, and the result first at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.apply.events import Happening
from rcsplan.errors import OutcomeUnknown
from rcsplan.output.moments import count
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections import Counter

    from rcsplan.apply.events import Event
    from rcsplan.operations.apply import Applied
    from rcsplan.output.terminal import Style

#: What each happening is called, in the order in which results are counted.
_WORDS = {
    Happening.FAILED: "failed",
    Happening.UNKNOWN: "outcome unknown",
    Happening.NOT_STARTED: "not started",
    Happening.SHIFTED: "submitted, but with another start",
    Happening.SUBMITTED: "submitted",
    Happening.ADOPTED: "found at the provider",
    Happening.NEVER_ARRIVED: "never arrived",
    Happening.STOPPED: "stopped",
    Happening.RENAMED: "renamed",
    Happening.ARCHIVED: "archived",
    Happening.STARTED: "started",
    Happening.RETRYING: "trying again",
}


def format_event(event: Event, style: Style) -> str:
    """One line: what became of which send, and why."""
    paint = {
        Happening.SUBMITTED: style.good,
        Happening.STOPPED: style.good,
        Happening.FAILED: style.bad,
        Happening.UNKNOWN: style.bad,
        Happening.NOT_STARTED: style.changed,
        Happening.RETRYING: style.changed,
    }.get(event.happening, style.dim)
    campaign = f" as campaign {event.remote_id}" if event.happening is Happening.SUBMITTED else ""
    why = f": {visible(event.detail)}" if event.detail else ""
    return f"{visible(event.address) or 'account'}: {paint(_WORDS[event.happening])}{campaign}{why}"


def format_applied(applied: Applied, style: Style) -> str:
    """The result of an apply, then what is left to a person."""
    lines = [style.bold(_verdict(applied))]
    for event in applied.last.values():
        if event.error is not None:
            lines += [f"  {visible(event.address) or 'account'}: {visible(event.error.summary)}"]
            lines += [
                f"    {visible(line)}" for line in (event.error.detail + "\n" + event.error.hint).splitlines() if line
            ]
        if isinstance(event.error, OutcomeUnknown):
            lines += ["    It may have been accepted: nothing more is sent for this address until that is known."]
    return "\n".join(lines) + "\n"


def _verdict(applied: Applied) -> str:
    if not applied.confirmed:
        return "Not applied."
    counts: Counter[Happening] = applied.counts
    listed = ", ".join(f"{counts[happening]} {word}" for happening, word in _WORDS.items() if counts[happening])
    blocked = f" {count(len(applied.plan.blocked), 'send')} blocked." if applied.plan.blocked else ""
    where = "" if applied.plan.reaches_people else " This is a sandbox: nothing was sent to people."
    if not listed:
        return f"Nothing to do.{blocked}{where}"
    return f"Applied: {listed}.{blocked}{where}"
