"""`state recover`: outcomes that a store did not confirm are kept on this machine, and recorded when it is back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.backend.protocol import NOT_SUBMITTED
from rcsplan.errors import StateError, StateMissing, StateUnwritable
from rcsplan.operations.states import check_belongs
from rcsplan.state.recovery import Fate, fate_of, unconfirmed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rcsplan.backend.protocol import StateSession
    from rcsplan.backend.recovery import RecoveryFile
    from rcsplan.operations.target import Target
    from rcsplan.state.model import Change, Record
    from rcsplan.state.recovery import Unconfirmed
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of one unconfirmed outcome."""

    entry: Unconfirmed
    fate: Fate
    present: Record | None


class Salvage:
    """Keeps the outcomes of one run that its store did not confirm, and lets its error tell of them."""

    def __init__(self, file: RecoveryFile) -> None:
        self._file = file
        self._entries: list[Unconfirmed] = []
        self._problem: StateError | None = None

    def keep(self, state: State, changes: Sequence[Change]) -> None:
        """Keep the outcomes among the changes; where that fails too, the error of the run says so."""
        entries = unconfirmed(state, changes)
        if not entries:
            return
        self._entries.extend(entries)
        try:
            self._file.keep(entries)
        except StateError as problem:
            self._problem = problem

    def record(self, session: StateSession, changes: Sequence[Change]) -> None:
        """Record changes through a session, and keep the outcomes among them where the store does not confirm them.

        Raises:
            StateUnwritable: it did not.
            LockLost: the lock is no longer ours.
        """
        try:
            session.record(changes)
        except StateUnwritable:
            if session.state is not None:
                self.keep(session.state, changes)
            raise

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Say in an error of the store what was kept, and how it gets into the state.

        Raises:
            StateUnwritable: that of the block, with what was kept.
        """
        try:
            yield
        except StateUnwritable as error:
            if not self._entries:
                raise
            lost = (f"{entry.address}: {outcome_of(entry.after)}" for entry in self._entries)
            why = error.detail.replace(NOT_SUBMITTED, "").strip()
            detail = "\n".join(filter(None, (why, "Submitted or stopped, and not recorded:", *lost)))
            # Its first line may mend the store; to do the same again is not what comes next.
            mending = error.hint.partition("\n")[0]
            hint = "\n".join(filter(None, ("" if "again" in mending else mending, self._hint())))
            raise StateUnwritable(error.summary, detail=detail, hint=hint) from error

    def _hint(self) -> str:
        if self._problem is not None:
            return (
                "These outcomes could not be kept on this machine either: "
                f"{self._problem.summary}. {self._problem.detail}.\n"
                "Note it down. When the store is back, the next apply looks for these campaigns in the account."
            )
        return (
            f"These outcomes are kept in {self._file.location}.\n"
            "When the store is back, record them: rcsplan state recover\n"
            "On a machine that is thrown away after the run, save that file first."
        )


def recover(target: Target) -> tuple[Recovered, ...]:
    """Record what is kept on this machine and still fits the state; what contradicts it is left for a person to judge.

    Doing it again changes nothing. Where nothing contradicts, the file is removed.

    Raises:
        StateMissing: there is no state.
        StateError: the state, or the file, cannot be used.
    """
    with target.store.lock(target.lock_info("state recover"), timeout=0) as session:
        state = _present(session.state, target)
        results = []
        for entry in target.recovery.entries(state.lineage):
            present = state.records_of(entry.address).revisions.get(entry.revision)
            result = Recovered(entry=entry, fate=fate_of(entry, state), present=present)
            if result.fate is Fate.RECORD:
                session.record([entry.change])
            results.append(result)
        session.save()
        if results and not any(result.fate is Fate.CONFLICT for result in results):
            target.recovery.forget(state.lineage)
    return tuple(results)


def kept_outcomes(target: Target) -> tuple[Unconfirmed, ...]:
    """What is kept on this machine for the state.

    Raises:
        StateMissing: there is no state.
        StateError: the state, or the file, cannot be used.
    """
    return target.recovery.entries(_present(target.store.load(), target).lineage)


def discard(target: Target) -> None:
    """Throw away what is kept on this machine for the state, on a person's word.

    Raises:
        StateMissing: there is no state.
        StateError: the state, or the file, cannot be used.
    """
    target.recovery.forget(_present(target.store.load(), target).lineage)


def outcome_of(record: Record | None) -> str:
    """What a record says of its submission, in a few words."""
    if record is None or (record.remote_id is None and record.intent is None):
        return "not submitted"
    if record.intent is not None:
        return "submitted perhaps, with an outcome that nobody knows"
    stopped = record.stop is not None and record.stop.confirmed_at is not None
    return f"campaign {record.remote_id}, stopped" if stopped else f"campaign {record.remote_id}"


def _present(state: State | None, target: Target) -> State:
    if state is None:
        raise StateMissing(f"There is no state at {target.store.location}", hint="Restore the state first.")
    check_belongs(state, target)
    return state
