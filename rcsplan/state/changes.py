"""Changes to the state: small, repeatable, and the same whether made in memory or read back from a journal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from rcsplan.errors import StateError
from rcsplan.state.model import (
    AcceptAccount,
    AwaitSend,
    DisownCampaign,
    DropRecord,
    DropTrial,
    ForgetSend,
    MoveState,
    PutRecord,
    PutTrial,
    RenameSend,
    SeeSeries,
    SendChange,
    SendEntry,
    SkipSend,
    UsePlan,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rcsplan.state.model import Change, HeaderChange, Trial
    from rcsplan.state.sends import State


#: How long an accepted test send is remembered, from the newest one on.
_TRIALS_LAST = timedelta(days=90)


def make_changes(state: State, changes: Iterable[Change]) -> None:
    """Make the changes in place, in their order; making one twice in a row is the same as making it once."""
    for change in changes:
        if isinstance(change, SendChange):
            _change_sends(state, change)
        else:
            _change_header(state, change)


def _change_header(state: State, change: HeaderChange) -> None:
    match change:
        case UsePlan(plan_id=plan_id, at=at):
            state.used_plans[plan_id] = at
        case DisownCampaign(remote_id=remote_id):
            state.not_ours = tuple(sorted({*state.not_ours, remote_id}))
        case SeeSeries(series=series, rule=rule, at=at):
            state.series[series], state.rules[series] = at, rule
        case AwaitSend(address=address, awaited=awaited):
            state.awaited[address] = awaited
        case PutTrial(number=number, trial=trial):
            state.trials[number] = trial
            for old in [one for one, known in state.trials.items() if _is_of_old(known, trial)]:
                del state.trials[old]
        case DropTrial(number=number):
            state.trials.pop(number, None)
        case AcceptAccount(account=account, environment=environment):
            state.account, state.environment = account, environment
        case MoveState(to=to):
            state.moved_to = to
        case _:
            assert_never(change)


def _change_sends(state: State, change: SendChange) -> None:
    match change:
        case PutRecord(address=address, record=record):
            entry = state.sends.get(address, SendEntry())
            revisions = {**entry.revisions, record.revision: record}
            state.sends[address] = entry.model_copy(update={"revisions": revisions})
            # From here on the record tells how many it reaches.
            state.awaited.pop(address, None)
        case DropRecord(address=address, revision=revision):
            _drop(state, address, revision)
        case RenameSend(address=address, former=former):
            _rename(state, address, former)
        case SkipSend(address=address, revision=revision):
            entry = state.records_of(address)
            skipped = tuple(sorted({*entry.skipped, revision}))
            state.sends[address] = entry.model_copy(update={"skipped": skipped})
        case ForgetSend(address=address):
            state.sends.pop(address, None)
        case _:
            assert_never(change)


def addresses_of(change: Change) -> tuple[str, ...]:
    """The addresses that a change may change, none where it changes the header."""
    match change:
        case UsePlan() | DisownCampaign() | SeeSeries() | AwaitSend() | AcceptAccount() | MoveState():
            return ()
        case PutTrial() | DropTrial():
            return ()
        case RenameSend(address=address, former=former):
            return (address, former)
        case PutRecord(address=address) | DropRecord(address=address) | SkipSend(address=address):
            return (address,)
        case ForgetSend(address=address):
            return (address,)
        case _:
            assert_never(change)


def demand_successor(state: State, present: State, *, location: str) -> None:
    """Make sure that a state may take the place of the present one: by a higher serial.

    Raises:
        StateError: it may not; what it does not know of would be submitted again.
    """
    if state.serial <= present.serial:
        raise StateError(
            f"The state at {location} has serial {present.serial}; serial {state.serial} cannot take its place",
            detail="It does not know of what was submitted since, which would be submitted again.",
        )


def _is_of_old(known: Trial, newest: Trial) -> bool:
    """Whether an accepted test send is so old that neither a rule nor a look at the account asks for it."""
    return not known.is_unknown and known.opened_at < newest.opened_at - _TRIALS_LAST


def _drop(state: State, address: str, revision: int) -> None:
    entry = state.sends.get(address)
    if entry is None:
        return
    revisions = {number: record for number, record in entry.revisions.items() if number != revision}
    if revisions or entry.former or entry.skipped:
        state.sends[address] = entry.model_copy(update={"revisions": revisions})
    else:
        del state.sends[address]


def _rename(state: State, address: str, former: str) -> None:
    old = state.sends.pop(former, None)
    if old is None:
        return
    new = state.sends.get(address, SendEntry())
    state.sends[address] = SendEntry(
        former=tuple(dict.fromkeys((*new.former, *old.former, former))),
        skipped=tuple(sorted({*old.skipped, *new.skipped})),
        revisions={**old.revisions, **new.revisions},
    )
