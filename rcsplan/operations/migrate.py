"""`state migrate`: the state goes to another store; at every instant at most one of the two can be used.

The copy arrives marked as kept at the old place, then the old one is marked as moved to the new place, and only then
does the copy lose its mark. Wherever that is interrupted, repeating it goes on, and no apply can use a stale copy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.errors import StateError, StateMismatch, StateMissing, UsageError
from rcsplan.operations.check import demand_promises
from rcsplan.operations.states import check_kept_here, check_owner, check_recovered
from rcsplan.state.contents import contents_of
from rcsplan.state.model import MoveState
from rcsplan.state.text import format_state, parse_state

if TYPE_CHECKING:
    from rcsplan.backend.protocol import StateSession, StateStore
    from rcsplan.operations.target import Target
    from rcsplan.state.contents import Contents
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What was moved, the same in both stores."""

    former: str
    location: str
    serial: int
    contents: Contents


def migrate(target: Target, destination: StateStore) -> Migrated:
    """Move the state to another store, under the locks of both, and prove that both say the same.

    Raises:
        UsageError: it is kept there already.
        StateMissing: there is no state to be moved.
        StateMismatch: the destination holds another state.
        ConfigurationError: the destination does not keep what it promises.
        StateError: one of them cannot be used, or they do not say the same.
    """
    if destination.location == target.store.location:
        raise UsageError(f"The state is kept at {destination.location} already")
    with target.store.lock(target.lock_info("state migrate"), timeout=0) as leaving:
        state = _leaving_state(leaving, target, destination)
        demand_promises(destination)
        with destination.lock(target.lock_info("state migrate"), timeout=0) as arriving:
            if not state.moved_to:
                _copy(state, arriving, target, destination)
                _compare(state, destination)
                leaving.record([MoveState(to=destination.location)])
                leaving.save()
            elif not _went_there(state, arriving.state, target):
                # It was moved there, and is used there, or went on from there, by now.
                check_kept_here(state, place=target.store.location)
            contents = _compare(state, destination)
            arriving.record([MoveState(to="")])
            arriving.save()
            serial = arriving.state.serial if arriving.state is not None else 0
    return Migrated(former=target.store.location, location=destination.location, serial=serial, contents=contents)


def _leaving_state(session: StateSession, target: Target, destination: StateStore) -> State:
    """The state that is to be moved, before the destination is touched."""
    state = session.state
    if state is None:
        raise StateMissing(f"There is no state at {target.store.location}", hint="Begin one: rcsplan state init")
    check_owner(state, target, place=target.store.location)
    if state.moved_to != destination.location:
        check_kept_here(state, place=target.store.location)
    check_recovered(state, target)
    return state


def _copy(state: State, session: StateSession, target: Target, destination: StateStore) -> None:
    """Put a copy into the destination that nobody can use yet."""
    there = session.state
    serial = state.serial + 1 if there is None else max(state.serial, there.serial) + 1
    marked = replace(state, serial=serial, moved_to=target.store.location)
    # Through its text, so that the two states share nothing that is changed in place.
    copy = parse_state(format_state(marked), name=destination.location)
    if there is None:
        session.create(copy)
        return
    if there.lineage != state.lineage:
        raise StateMismatch(
            f"There is another state at {destination.location}",
            detail=f"Its lineage is {there.lineage}, and that of the state to be moved is {state.lineage}.",
            hint="Choose another place.",
        )
    if not there.moved_to:
        raise StateError(
            f"This state is at {destination.location} already, and in use there",
            detail=f"It has serial {there.serial} there, and serial {state.serial} at {target.store.location}.",
            hint="Find out which of them knows of everything (rcsplan state history), and name that place under "
            "`state:` in rcsplan.yaml.",
        )
    session.replace(copy)


def _went_there(state: State, there: State | None, target: Target) -> bool:
    """Whether an interrupted move to the destination only has to be finished, or its answer to be given again."""
    if there is None or there.moved_to:
        # A copy that waits is marked as kept where we are; one that went on from there is marked with another place.
        return there is not None and there.moved_to == target.store.location
    return contents_of(there) == contents_of(state)


def _compare(state: State, destination: StateStore) -> Contents:
    """Read the destination anew and compare.

    Raises:
        StateError: it says something else.
    """
    here, read = contents_of(state), destination.load()
    if read is None or contents_of(read) != here:
        raise StateError(
            f"{destination.location} does not give back what was written to it",
            detail=f"Written was {here.digest}, and read {contents_of(read).digest if read else 'nothing'}.",
            hint="The state stays where it is. Look into the store with\nrcsplan state check",
        )
    return here
