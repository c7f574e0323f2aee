"""Finding the state, starting one, and making sure that it belongs to the account and environment at hand."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import StateError, StateMismatch, StateMissing, StateMoved, UsageError
from rcsplan.operations.check import demand_promises
from rcsplan.state.retention import payloads_to_drop
from rcsplan.state.sends import State

if TYPE_CHECKING:
    from datetime import datetime

    from rcsplan.backend.protocol import StateSession
    from rcsplan.operations.target import Target
    from rcsplan.state.model import SendEntry


def load_state(target: Target) -> State | None:
    """The state as last recorded; None where there is none yet and none is demanded.

    Raises:
        StateMissing: there is none, and the provider reaches people.
        StateError: there is one that cannot be read.
    """
    state = target.store.load()
    if state is None and target.provider.reaches_people:
        raise _missing(target)
    return state


def owned_state(session: StateSession, target: Target) -> State:
    """The state of a locked session, begun anew where there is none and none is demanded.

    Raises:
        StateMissing: there is none, and the provider reaches people.
        StateMismatch: it belongs to another environment or account.
        StateMoved: it is kept at another place now.
        StateError: an earlier run on this machine has outcomes that it could not record.
    """
    state = locked_state(session, target)
    check_recovered(state, target)
    return state


def locked_state(session: StateSession, target: Target) -> State:
    """As `owned_state`, also while outcomes of an earlier run wait to be recorded; for what cannot wait.

    Raises:
        StateMissing: there is none, and the provider reaches people.
        StateMismatch: it belongs to another environment or account.
        StateMoved: it is kept at another place now.
    """
    if session.state is None:
        if target.provider.reaches_people:
            raise _missing(target)
        # A key that lets nobody in must not become the one that the state belongs to.
        with target.provider.reader() as client:
            client.newest_campaign_id()
        session.create(first_state(target))
    state = session.state
    if state is None:
        raise _missing(target)
    check_belongs(state, target)
    return state


def first_state(target: Target) -> State:
    """The state that a sandbox begins with by itself.

    Its lineage follows from where it lies, so that a plan made before it and the apply that begins it agree.
    """
    place = f"{target.provider.account.base_url} {target.environment.name} {target.store.location}"
    return empty_state(target, lineage=str(uuid.uuid5(uuid.NAMESPACE_URL, place)))


def empty_state(target: Target, *, lineage: str) -> State:
    """A state in which nothing has been done yet."""
    return State(lineage=lineage, serial=0, environment=target.environment.name, account=target.provider.account)


def check_belongs(state: State, target: Target, *, place: str = "") -> None:
    """Make sure that a state is of this environment and account, and still kept here; `place` is where it comes from.

    Raises:
        StateMismatch: it is not: what it says was sent was sent elsewhere.
        StateMoved: it is kept at another place now, which knows of later submissions.
    """
    place = place or target.store.location
    check_owner(state, target, place=place)
    check_kept_here(state, place=place)


def check_kept_here(state: State, *, place: str) -> None:
    """Make sure that a state was not moved to another place.

    Raises:
        StateMoved: it was.
    """
    if state.moved_to:
        raise StateMoved(
            f"The state at {place} was moved",
            detail=f"It is kept at {state.moved_to} now. What is left here does not know of what was submitted since.",
            hint="Name the new place under `state:` in rcsplan.yaml. If the move was interrupted, repeat it:\n"
            "rcsplan state migrate --to PLACE",
        )


def check_recovered(state: State, target: Target) -> None:
    """Make sure that no outcome of an earlier run on this machine waits to be recorded.

    Raises:
        StateError: one does: without it, a plan would be made of less than is known.
    """
    waiting = target.recovery.entries(state.lineage)
    if waiting:
        raise StateError(
            "An earlier run on this machine could not record everything that it did",
            detail=f"{target.recovery.location} holds what the state may not know, of "
            f"{', '.join(sorted({entry.address for entry in waiting}))}.",
            hint="Record it first:\nrcsplan state recover",
        )


def check_owner(state: State, target: Target, *, place: str) -> None:
    """Make sure that a state is of this environment and account, wherever it is kept.

    Raises:
        StateMismatch: it is not.
    """
    if state.environment != target.environment.name:
        raise StateMismatch(
            f"The state at {place} is of environment {state.environment!r}",
            detail=f"This run is for {target.environment.name!r}.",
            hint="Give each environment its own state, for example with {{ environment }} in its path.",
        )
    if state.account != target.provider.account:
        raise StateMismatch(
            f"The state at {place} belongs to another account",
            detail=f"It was made with {state.account.base_url} and key {state.account.key_fingerprint}; now it is "
            f"{target.provider.account.base_url} and key {target.provider.account.key_fingerprint}.",
            hint="Use the key that the state was made with. If the key was renewed: rcsplan state account --accept",
        )


def save_for_good(session: StateSession, target: Target, *, now: datetime) -> None:
    """Save, without the payloads that were kept for long enough.

    Raises:
        StateError: the store did not confirm the write, or the lock was lost.
    """
    state, keep = session.state, target.environment.state.keep_payloads
    changes = tuple(payloads_to_drop(state, now=now, keep=keep)) if state is not None else ()
    if changes:
        session.record(changes)
    session.save()


def init_state(target: Target) -> State:
    """Begin a state where there is none, in a store that keeps its promises.

    Raises:
        UsageError: there is one already.
        ConfigurationError: the store does not keep what it promises.
    """
    demand_promises(target.store)
    with target.store.lock(target.lock_info("state init"), timeout=0) as session:
        if session.state is not None:
            raise UsageError(f"There already is a state at {target.store.location}")
        with target.provider.reader() as client:
            baseline_id = client.newest_campaign_id()
        state = empty_state(target, lineage=target.runtime.new_id())
        state.baseline_id = baseline_id
        session.create(state)
        return state


def entry_of(target: Target, address: str) -> SendEntry:
    """The records of one address.

    Raises:
        StateMissing: there is no state.
        UsageError: the state has no such address.
    """
    state = target.store.load()
    if state is None:
        raise _missing(target)
    return entry_in(state, address)


def entry_in(state: State, address: str) -> SendEntry:
    """The records of one address of a state at hand.

    Raises:
        UsageError: the state has no such address.
    """
    if address not in state.sends:
        hint = did_you_mean(address, state.sends) or "List them: rcsplan state list"
        raise UsageError(f"The state has no record of {address!r}", hint=hint)
    return state.sends[address]


def _missing(target: Target) -> StateMissing:
    return StateMissing(
        f"There is no state at {target.store.location}",
        detail="An empty state must never look like a reason to send everything again.",
        hint="If nothing was ever sent from this project: rcsplan state init\nOtherwise restore the state first.",
    )
