"""Changes to the state: small, repeatable, and the same whether made in memory or read back from a journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from rcsplan.errors import StateError
from rcsplan.state.model import (
    AcceptAccount,
    DisownCampaign,
    DropRecord,
    ForgetSend,
    PutRecord,
    RenameSend,
    SendEntry,
    SkipSend,
    UsePlan,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rcsplan.state.model import Change
    from rcsplan.state.sends import State


def make_changes(state: State, changes: Iterable[Change]) -> None:
    """Make the changes in place, in their order; making one twice in a row is the same as making it once."""
    for change in changes:
        match change:
            case PutRecord(address=address, record=record):
                entry = state.sends.get(address, SendEntry())
                revisions = {**entry.revisions, record.revision: record}
                state.sends[address] = entry.model_copy(update={"revisions": revisions})
            case DropRecord(address=address, revision=revision):
                _drop(state, address, revision)
            case RenameSend(address=address, former=former):
                _rename(state, address, former)
            case UsePlan(plan_id=plan_id, at=at):
                state.used_plans[plan_id] = at
            case SkipSend(address=address, revision=revision):
                entry = state.records_of(address)
                skipped = tuple(sorted({*entry.skipped, revision}))
                state.sends[address] = entry.model_copy(update={"skipped": skipped})
            case ForgetSend(address=address):
                state.sends.pop(address, None)
            case DisownCampaign(remote_id=remote_id):
                state.not_ours = tuple(sorted({*state.not_ours, remote_id}))
            case AcceptAccount(account=account, environment=environment):
                state.account, state.environment = account, environment
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
