"""What was done when and by whom, as text; and what a person has to weigh before mending the state."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rcsplan.output.moments import count
from rcsplan.output.send_table import Row, table
from rcsplan.output.terminal import visible
from rcsplan.state.model import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rcsplan.operations.resolve import Cost
    from rcsplan.output.terminal import Style
    from rcsplan.state.model import Account, Trial
    from rcsplan.state.sends import State

_HEADING = Row(names=("WHEN", "WHAT", "ADDRESS", "WHO"), numbers=("REV", "CAMPAIGN", "COMMIT", "PLAN"))
_NOT_KNOWN = Provenance()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One thing that was done."""

    at: str
    what: str
    address: str
    revision: int
    remote_id: int | None
    who: str
    commit: str
    ci_url: str
    plan: str

    def as_json(self) -> dict[str, object]:
        """The row as a JSON object."""
        return asdict(self)


def history_rows(state: State | None) -> tuple[HistoryRow, ...]:
    """Everything that was submitted, tested and stopped, oldest first."""
    if state is None:
        return ()
    rows = [row for address in state.sends for row in _of_address(state, address)]
    rows += (_of_trial(trial) for trial in state.trials.values())
    return tuple(sorted(rows, key=lambda row: (row.at, row.address, row.what)))


def format_history(rows: tuple[HistoryRow, ...], style: Style) -> str:
    """The rows as a table in a style's width."""
    if not rows:
        return "Nothing was done yet.\n"
    drawn = [
        Row(
            names=(f"{row.at} UTC", row.what, visible(row.address), visible(row.who) or "-"),
            numbers=(
                str(row.revision),
                str(row.remote_id or "-"),
                visible(row.commit[:12]) or "-",
                visible(row.plan.removeprefix("sha256:")[:12]) or "-",
            ),
        )
        for row in rows
    ]
    return "\n".join(table(_HEADING, tuple(drawn), style)) + "\n"


def format_cost(cost: Cost) -> str:
    """What a wrong answer would cost, and what looks like the submission now."""
    twice = f"{count(cost.contacts, 'contact')} of {visible(cost.address)} get the message twice"
    lines = [f"If it was sent after all, {twice}."]
    if cost.in_flight_until is not None:
        lines.append(f"It may still be on its way, until {cost.in_flight_until:%Y-%m-%d %H:%M:%S} UTC; better wait.")
    if not cost.similar:
        lines.append("The account was searched once more: it shows no campaign that looks like it.")
    for one in cost.similar:
        start = f"{one.start_at:%Y-%m-%d %H:%M:%S} UTC" if one.start_at else "at once"
        lines.append(f"It may be campaign {one.id}: same sender, starts {start}, {visible(one.status)}.")
    return "\n".join(lines)


def format_owner(state: State, account: Account) -> str:
    """Whose state it is, and whether that is the account of this run."""
    owner = f"{visible(state.account.base_url)}, key {state.account.key_fingerprint}, environment {state.environment}"
    same = "It is the account of this run." if state.account == account else "This run uses another account."
    return f"{owner}\n{same}"


def _of_address(state: State, address: str) -> Iterator[HistoryRow]:
    """What is known of an address; who stopped, replaced or archived is not recorded, and nobody is credited."""
    for record in state.sends[address].revisions.values():
        if record.submitted_at is not None:
            yield _row(record.submitted_at, "submitted", address, record.revision, record.remote_id, record.provenance)
        for past in record.superseded:
            if past.submitted_at is not None and past.provenance is not None:
                yield _row(past.submitted_at, "submitted", address, record.revision, past.remote_id, past.provenance)
            yield _row(past.stopped_at, "replaced", address, record.revision, past.remote_id)
        if record.stop is not None and record.stop.confirmed_at is not None:
            yield _row(record.stop.confirmed_at, "stopped", address, record.revision, record.remote_id)
        if record.archived_at is not None:
            yield _row(record.archived_at, "archived", address, record.revision, record.remote_id)


def _of_trial(trial: Trial) -> HistoryRow:
    what = "test, unknown" if trial.is_unknown else "test"
    at = trial.submitted_at or trial.opened_at
    return _row(at, what, trial.address, trial.revision, trial.remote_id, trial.provenance)


def _row(
    at: datetime, what: str, address: str, revision: int, remote_id: int | None, made: Provenance = _NOT_KNOWN
) -> HistoryRow:
    return HistoryRow(
        at=f"{at:%Y-%m-%d %H:%M:%S}",
        what=what,
        address=address,
        revision=revision,
        remote_id=remote_id,
        who=made.who,
        commit=made.commit,
        ci_url=made.ci_url,
        plan=made.plan_checksum,
    )
