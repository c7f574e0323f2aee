"""The state as text: one line a send, or all of one record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rcsplan.campaign.address import is_named
from rcsplan.output.moments import count, moment
from rcsplan.output.send_table import Row, table
from rcsplan.output.terminal import hanging, visible
from rcsplan.state.delivery import counts_of
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.output.terminal import Style
    from rcsplan.state.model import Delivery, Intent, Record, SendEntry
    from rcsplan.state.sends import State

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

_HEADING = Row(names=("ADDRESS", "PHASE", "START"), numbers=("REV", "CAMPAIGN", "CONTACTS"))

#: Where the facts of a record begin.
_MARGIN = 17

#: What each phase is called.
PHASES = {
    Phase.UNKNOWN: "outcome unknown",
    Phase.WAITING: "scheduled",
    Phase.BEGUN: "sending",
    Phase.ENDED: "ended",
    Phase.WITHDRAWN: "withdrawn, nothing sent",
    Phase.STOPPED_OUTSIDE: "stopped outside rcsplan",
    Phase.REFUSED: "refused by moderation",
    Phase.VANISHED: "gone at the provider",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One record in a list, or one test send, which is of no record."""

    address: str
    revision: int
    phase: str
    remote_id: int | None
    status: str | None
    start_at: datetime | None
    timezone: str
    contacts: int
    archived: bool
    test: bool = False

    def as_json(self) -> dict[str, object]:
        """The row as a JSON object."""
        return {**asdict(self), "start_at": self.start_at.isoformat() if self.start_at else None}


def list_rows(state: State | None, *, campaigns: tuple[str, ...], with_archived: bool) -> tuple[ListRow, ...]:
    """The records of some campaigns, or of all, in order of start and address; instant ones first."""
    rows = _rows(state, campaigns, with_archived=with_archived)
    return tuple(sorted(rows, key=lambda row: (row.start_at or _BEFORE_ALL, row.address, row.revision)))


def format_state_list(rows: tuple[ListRow, ...], style: Style) -> str:
    """The rows as a table in a style's width."""
    if not rows:
        return "The state has no sends.\n"
    drawn = [
        Row(
            names=(visible(row.address), row.phase, _start(row.start_at, row.timezone)),
            numbers=(str(row.revision), str(row.remote_id or "-"), f"{row.contacts:,}"),
        )
        for row in rows
    ]
    return "\n".join(table(_HEADING, tuple(drawn), style)) + "\n"


def format_entry(address: str, entry: SendEntry, style: Style) -> str:
    """Everything about one address, newest revision first."""
    lines = [visible(address)]
    if entry.former:
        lines += hanging("  formerly     ", visible(", ".join(entry.former)), style.prose, margin=_MARGIN)
    for number in sorted(entry.revisions, reverse=True):
        lines.append(f"  revision {number}")
        for name, text in _facts(entry.revisions[number]):
            lines += hanging(f"    {name:<12} ", text, style.prose, margin=_MARGIN)
    return "\n".join(lines)


def _rows(state: State | None, campaigns: tuple[str, ...], *, with_archived: bool) -> Iterator[ListRow]:
    if state is None:
        return
    addresses = state.sends if with_archived else (address for address, _ in state.sends.current())
    for address in addresses:
        if campaigns and not any(is_named(address, wanted) for wanted in campaigns):
            continue
        for record in state.sends[address].revisions.values():
            yield ListRow(
                address=address,
                revision=record.revision,
                phase=PHASES[phase_of(record)],
                remote_id=record.remote_id,
                status=record.remote.status if record.remote else None,
                start_at=record.start_at,
                timezone=record.timezone,
                contacts=record.contacts,
                archived=record.archived_at is not None,
            )
    for trial in state.trials.values():
        if campaigns and not any(is_named(trial.address, wanted) for wanted in campaigns):
            continue
        yield ListRow(
            address=trial.address,
            revision=trial.revision,
            phase="test, outcome unknown" if trial.is_unknown else "test",
            remote_id=trial.remote_id,
            status=None,
            start_at=trial.submitted_at or trial.opened_at,
            timezone="UTC",
            contacts=trial.seeds.contacts or 0,
            archived=False,
            test=True,
        )


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    yield "phase", PHASES[phase_of(record)]
    wire = f" · wire {record.wire_start_at}" if record.wire_start_at else ""
    yield "start", visible(f"{_start(record.start_at, record.timezone)}{wire}")
    yield "sender", visible(record.sender)
    names = ", ".join(f"{entry.name} ({entry.id})" for entry in record.lists)
    yield "lists", visible(f"{names}: {record.contacts:,} contacts")
    yield "digest", visible(record.digest)
    if record.remote_id is not None:
        yield "campaign", str(record.remote_id)
    if record.remote is not None:
        sent, delivered = record.remote.sent, record.remote.delivered
        yield "status", visible(f"{record.remote.status}, {sent:,} sent, {delivered:,} delivered")
    if record.price is not None:
        yield "price", visible(f"{record.price} {record.currency or ''}".strip())
    if record.delivery is not None:
        yield "reached", visible(_reached(record.delivery))
    yield from _protocol(record)
    if record.submitted_at is not None:
        made = record.provenance
        commit = f" from commit {made.commit[:12]}" if made.commit else ""
        yield "submitted", visible(f"{_stamp(record.submitted_at)} by {made.who}{commit}")
    if record.archived_at is not None:
        yield "archived", _stamp(record.archived_at)


def _reached(delivery: Delivery) -> str:
    counts = counts_of(delivery)
    phones = "" if delivery.phones is None else f" of {count(delivery.phones, 'phone')}"
    price = "" if delivery.price is None else f", for {delivery.price} {delivery.currency}".rstrip()
    return f"{counts.rcs_delivered:,} by RCS, {counts.sms_delivered:,} by SMS{phones}{price}"


def _protocol(record: Record) -> Iterator[tuple[str, str]]:
    """What is open, and on what evidence the rest stands."""
    if record.intent is not None:
        yield from _open_intent(record.intent)
    if record.evidence:
        yield "evidence", visible(record.evidence)
    if record.stop is not None:
        yield "stopped", f"by us ({record.stop.cause}), asked for {_stamp(record.stop.opened_at)}"
    for past in record.superseded:
        yield "replaced", f"campaign {past.remote_id}, stopped {_stamp(past.stopped_at)}"
    for lost in record.watched:
        yield "watched", f"a submission of {_stamp(lost.opened_at)} that never arrived, watched until the start"
    if record.late_id is not None:
        yield "late", f"campaign {record.late_id} arrived after it had been submitted again"
    if record.refusal is not None:
        yield "refused", visible(f"a newer version, {_stamp(record.refusal.at)}: {record.refusal.problem}")


def _open_intent(intent: Intent) -> Iterator[tuple[str, str]]:
    yield "intent", f"opened {_stamp(intent.opened_at)}, baseline campaign {intent.baseline_id}"
    yield "problem", visible(intent.problem or "the run that opened it did not report back")
    if intent.dispute:
        seen = ", ".join(str(candidate) for candidate in intent.candidates) or "none"
        yield "dispute", visible(f"{intent.dispute}; candidates: {seen}")


def _start(instant: datetime | None, zone: str) -> str:
    return moment(instant, zone) if instant else "as soon as applied"


def _stamp(instant: object) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
