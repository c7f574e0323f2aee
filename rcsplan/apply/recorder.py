"""One durable write for many: changes of parallel sends are recorded together, each waiting until its own is safe."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from rcsplan.errors import LockLost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rcsplan.backend.protocol import StateSession
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State


class Keeper(Protocol):
    """Keeps elsewhere what a store did not confirm."""

    def keep(self, state: State, changes: Sequence[Change]) -> None:
        """Keep what is an outcome among the changes; `state` is as it was before them. Never raises."""


class _Batch:
    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.done = False
        self.error: BaseException | None = None


class Recorder:
    """Gives a session of one thread to many. Once a write has failed, every later one fails alike."""

    def __init__(self, session: StateSession, *, keeper: Keeper | None = None) -> None:
        self._session = session
        self._keeper = keeper
        self._ready = threading.Condition()
        self._session_in_use = threading.Lock()
        self._pending = _Batch()
        self._writing = False
        self._failure: BaseException | None = None

    def record(self, *changes: Change) -> None:
        """Return when the changes are durable.

        Raises:
            StateError: the store did not confirm them, now or earlier in this run.
        """
        with self._ready:
            batch = self._pending
            batch.changes.extend(changes)
            while self._writing and not batch.done:
                self._ready.wait()
            if not batch.done:
                self._writing = True
                self._pending = _Batch()
        if not batch.done:
            self._write(batch)
        if batch.error is not None:
            raise batch.error

    def check(self) -> None:
        """Make sure that lock and serial still allow a submission.

        Raises:
            StateError: they do not, or a write failed earlier in this run.
        """
        self._refuse_after_failure()
        with self._session_in_use:
            self._session.check()

    def _refuse_after_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write(self, batch: _Batch) -> None:
        try:
            self._refuse_after_failure()
            with self._session_in_use:
                self._session.record(batch.changes)
        except BaseException as error:  # noqa: BLE001  every waiting thread must learn of it, whatever it is
            batch.error = self._failure = error
            # Outcomes of what was in flight come after the write that failed, and are as precious as those in it. Where
            # the lock was lost there is somebody else who looks for them in the account.
            if isinstance(error, Exception) and not isinstance(error, LockLost):
                self._keep(batch.changes)
        with self._ready:
            batch.done = True
            self._writing = False
            self._ready.notify_all()

    def _keep(self, changes: Sequence[Change]) -> None:
        with self._session_in_use:
            if self._keeper is not None and self._session.state is not None:
                self._keeper.keep(self._session.state, changes)
