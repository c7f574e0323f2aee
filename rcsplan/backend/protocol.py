"""The interface of every state store: load, lock, record changes durably, save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from rcsplan.errors import StateLocked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from types import TracebackType

    from rcsplan.state.model import Change
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class LockInfo:
    """Who holds a lock, since when and for what; shown to whoever has to wait for it."""

    id: str
    who: str
    operation: str
    created: datetime
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One promise of a store that was tried: the question, whether it holds, and what was seen where it does not."""

    question: str
    holds: bool
    detail: str = ""


class StateSession(Protocol):
    """The exclusive right to change a state, from taking the lock to releasing it. Used by one thread at a time."""

    @property
    def state(self) -> State | None:
        """The state as changed so far, None before the first `create`."""

    def create(self, state: State) -> None:
        """Keep a first state where there was none.

        Raises:
            StateUnwritable: the store did not confirm the write.
            LockLost: the lock is no longer ours.
        """

    def replace(self, state: State) -> None:
        """Keep another state in the place of the present one, with all that was recorded and not yet saved.

        Its serial must be higher than the present one's (`rcsplan.state.changes.demand_successor`).

        Raises:
            StateError: it is not, or there is no state to be replaced; the present one stays.
            StateUnwritable: the store did not confirm the write.
            LockLost: the lock is no longer ours.
        """

    def check(self) -> None:
        """Make sure that the lock is still ours and that nobody else saved meanwhile.

        Raises:
            LockLost: it is not, or somebody did.
            StateError: the store could not be asked.
        """

    def record(self, changes: Sequence[Change]) -> None:
        """Make changes to the state; when this returns they survive a crash of the machine.

        Raises:
            StateUnwritable: the store did not confirm the write; nothing further may be submitted.
            LockLost: the lock is no longer ours.
        """

    def save(self) -> None:
        """Save the state as a whole under the next serial.

        Raises:
            StateUnwritable: the store did not confirm the write; what was recorded is not lost.
            LockLost: the lock is no longer ours.
        """

    def release(self) -> None:
        """Give the lock back; never raises."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class StateStore(Protocol):
    """A place that keeps the state of one environment."""

    @property
    def location(self) -> str:
        """Where the state is, for people."""

    def load(self) -> State | None:
        """The state as last recorded, without a lock; None where there is none.

        Raises:
            StateError: there is one that cannot be read.
        """

    def lock(self, info: LockInfo, *, timeout: float) -> StateSession:
        """Take the lock, waiting up to `timeout` seconds for whoever holds it, and load.

        Raises:
            StateLocked: somebody else still holds it.
            StateError: the state, or its store, cannot be used.
        """

    def holder(self) -> LockInfo | None:
        """Who holds the lock now."""

    def unlock(self) -> LockInfo | None:
        """Break the lock, whoever holds it, and return who that was; that holder can submit nothing more."""

    def probe(self) -> tuple[Probe, ...]:
        """Try, beside the state and without touching it, what the store promises; nothing is left behind.

        Raises:
            StateError: the store could not be asked.
        """


#: What holds of a run whose store did not confirm a write, unless an outcome was in that write.
NOT_SUBMITTED = "What was not recorded was not submitted."

_WAIT = "Wait for it; apply and stop wait by themselves with --lock-timeout 5m."


def locked_by(holder: LockInfo | None) -> StateLocked:
    """The error for whoever finds the state locked; None stands for a holder that cannot be named."""
    if holder is None:
        return StateLocked("The state is locked by another run", hint=_WAIT)
    return StateLocked(
        f"The state is locked by {holder.who} since {holder.created:%Y-%m-%d %H:%M:%S} UTC",
        detail=f"That run does: {holder.operation} (lock {holder.id}).",
        hint=f"{_WAIT}\nIf that run is gone: rcsplan state unlock",
    )
