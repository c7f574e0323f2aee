"""Finding the state, starting one, and making sure that it belongs to the account and environment at hand."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import StateMismatch, StateMissing, StateMoved, UsageError
from rcsplan.state.sends import State

if TYPE_CHECKING:
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
    """
    if session.state is None:
        if target.provider.reaches_people:
            raise _missing(target)
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


def check_belongs(state: State, target: Target) -> None:
    """Make sure that a state is of this environment and account, and still kept here.

    Raises:
        StateMismatch: it is not: what it says was sent was sent elsewhere.
        StateMoved: it is kept at another place now, which knows of later submissions.
    """
    check_environment(state, target)
    if state.moved_to:
        raise StateMoved(
            f"The state at {target.store.location} was moved",
            detail=f"It is kept at {state.moved_to} now. What is left here does not know of what was submitted since.",
            hint="Name the new place under `state:` in rcsplan.yaml. If the move was interrupted, repeat it:\n"
            "rcsplan state migrate --to PLACE",
        )
    check_account(state, target)


def check_environment(state: State, target: Target) -> None:
    """Make sure that a state is of this environment.

    Raises:
        StateMismatch: it is not.
    """
    if state.environment != target.environment.name:
        raise StateMismatch(
            f"The state at {target.store.location} is of environment {state.environment!r}",
            detail=f"This run is for {target.environment.name!r}.",
            hint="Give each environment its own state, for example with {{ environment }} in its path.",
        )


def check_account(state: State, target: Target) -> None:
    """Make sure that a state is of this account.

    Raises:
        StateMismatch: it is not.
    """
    if state.account != target.provider.account:
        raise StateMismatch(
            f"The state at {target.store.location} belongs to another account",
            detail=f"It was made with {state.account.base_url} and key {state.account.key_fingerprint}; now it is "
            f"{target.provider.account.base_url} and key {target.provider.account.key_fingerprint}.",
            hint="Use the key that the state was made with. If the key was renewed: rcsplan state account --accept",
        )


def init_state(target: Target) -> State:
    """Begin a state where there is none.

    Raises:
        UsageError: there is one already.
    """
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
