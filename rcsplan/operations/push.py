"""`state push` and `state pull`: the state as one document, out of a store and into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.errors import StateError, StateMismatch, StateMissing
from rcsplan.operations.states import check_belongs, check_recovered
from rcsplan.state.contents import contents_of
from rcsplan.state.phase import LIVE, phase_of
from rcsplan.state.text import format_state, parse_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.operations.target import Target
    from rcsplan.state.sends import State


def pull(target: Target) -> str:
    """The state document, with all that was recorded.

    Raises:
        StateMissing: there is no state.
        StateError: it cannot be read.
    """
    state = target.store.load()
    if state is None:
        raise StateMissing(f"There is no state at {target.store.location}")
    return format_state(state)


def push(target: Target, text: str, *, name: str) -> State | None:
    """Put a state document in the place of the present state, and return it; None where the store has it already.

    Raises:
        StateDamaged: the text is no whole state document; `name` says where it comes from.
        StateMismatch: it is of another environment, account or lineage.
        StateError: it is not newer than the present state, or does not know of what may still send.
    """
    pushed = parse_state(text, name=name)
    check_belongs(pushed, target, place=name)
    contents = contents_of(pushed)
    with target.store.lock(target.lock_info("state push"), timeout=0) as session:
        present = session.state
        if present is None:
            session.create(pushed)
            return pushed
        check_belongs(present, target)
        check_recovered(present, target)
        _check_lineage(pushed, present, target, name=name)
        if pushed.serial == present.serial and contents == contents_of(present):
            return None
        _check_newer(pushed, present, target, name=name)
        session.replace(pushed)
        return pushed


def _check_lineage(pushed: State, present: State, target: Target, *, name: str) -> None:
    if pushed.lineage != present.lineage:
        raise StateMismatch(
            f"{name} is another state than the one at {target.store.location}",
            detail=f"Its lineage is {pushed.lineage}, and that of the present one is {present.lineage}: it knows "
            "nothing of what was submitted with the present one.",
            hint="Push it where no state is, or name the place of its own state under `state:` in rcsplan.yaml.",
        )


def _check_newer(pushed: State, present: State, target: Target, *, name: str) -> None:
    if pushed.serial <= present.serial:
        how = "the same serial with other contents" if pushed.serial == present.serial else "an older serial"
        raise StateError(
            f"{name} has {how}: {pushed.serial}, and the state at {target.store.location} has {present.serial}",
            detail="What was submitted since is not in it, and would be submitted again.",
            hint="Keep the present state; mend it with rcsplan state mv, rm, resolve, skip.",
        )
    forgotten = sorted(set(_live(present)) - set(_live_or_known(pushed)))
    if forgotten:
        raise StateError(
            f"{name} does not know of {forgotten[0][0]} revision {forgotten[0][1]}, which may still send",
            detail="Forgotten, it would be submitted a second time by the next apply.",
            hint=f"Stop it first: rcsplan stop {forgotten[0][0]}",
        )


def _live(state: State) -> Iterator[tuple[str, int]]:
    for address, entry in state.sends.current():
        yield from ((address, record.revision) for record in entry.revisions.values() if phase_of(record) in LIVE)


def _live_or_known(state: State) -> Iterator[tuple[str, int]]:
    """Every (address, revision) that a state knows, also under its former addresses."""
    for address in state.sends:
        entry = state.sends[address]
        yield from ((name, revision) for name in (address, *entry.former) for revision in entry.revisions)
