"""A session with a state on an HTTP server: every record is a write of the whole document, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rcsplan.backend.http_document import Document, changed_by_others, parse_document
from rcsplan.errors import LockLost, StateError, StateUnwritable
from rcsplan.state.changes import demand_successor, make_changes
from rcsplan.state.text import format_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from rcsplan.backend.http_exchange import Exchange
    from rcsplan.backend.http_lock import HttpLock
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State


class HttpSession:
    """The exclusive right to change a state on an HTTP server.

    Every record is a write of the whole document under the next serial, for GitLab and Gitea refuse a serial that they
    have already; `save` only makes sure that the last one is still there.
    """

    def __init__(self, exchange: Exchange, lock: HttpLock) -> None:
        self._exchange = exchange
        self._lock = lock
        self._document = Document(exchange)
        self._state: State | None = None
        self._text: bytes | None = None
        self._unconfirmed: tuple[bytes, Callable[[], None]] | None = None
        self._unsaved = False

    @property
    def state(self) -> State | None:
        """The state as changed so far."""
        return self._state

    def load(self) -> None:
        """Read the state.

        Raises:
            StateError: it cannot be read.
        """
        self._text = self._document.read()
        self._state = parse_document(self._text, self._exchange.address.shown)

    def create(self, state: State) -> None:
        """Keep a first state where there was none.

        Raises:
            StateUnwritable: the server did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self._check_before_writing()
        self._write(state, lambda: self._become(state))

    def replace(self, state: State) -> None:
        """Keep another state in the place of the present one.

        Raises:
            StateError: its serial is not higher than the present one's, or there is no state to be replaced.
            StateUnwritable: the server did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self._check_before_writing()
        demand_successor(state, self._owned(), location=self._exchange.address.shown)
        self._write(state, lambda: self._become(state))
        self._unsaved = False

    def check(self) -> None:
        """Make sure that the lock is still ours and that the server still has what this run read or wrote last.

        Raises:
            LockLost: it is not, or somebody changed it.
            StateError: the server could not be asked.
        """
        self._lock.check()
        found = self._document.read()
        if found == self._text:
            return
        if self._unconfirmed is None or found != self._unconfirmed[0]:
            raise changed_by_others(self._exchange.address.shown)
        # A write that nobody confirmed has arrived after all.
        self._text, made = self._unconfirmed
        self._unconfirmed = None
        made()

    def record(self, changes: Sequence[Change]) -> None:
        """Write the document with the changes, and read it back.

        Raises:
            StateUnwritable: the server did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self._check_before_writing()
        state = self._owned()
        if not changes:
            return
        changed = state.copy()
        make_changes(changed, changes)
        changed.serial += 1
        self._write(changed, lambda: self._make(changes))
        self._unsaved = True

    def save(self) -> None:
        """Make sure that what was recorded is there; the serial rose with each record already.

        Raises:
            LockLost: the lock is no longer ours, or somebody changed the state.
            StateUnwritable: the server could not be asked; what was recorded is not lost.
        """
        if self._unsaved:
            self._check_before_writing()
            self._unsaved = False

    def release(self) -> None:
        """Give the lock back."""
        self._lock.release()
        self._exchange.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _owned(self) -> State:
        if self._state is None:
            raise StateError(
                f"There is no state at {self._exchange.address.shown}", hint="Create one: rcsplan state init"
            )
        return self._state

    def _become(self, state: State) -> None:
        self._state = state

    def _make(self, changes: Sequence[Change]) -> None:
        state = self._owned()
        make_changes(state, changes)
        state.serial += 1

    def _write(self, state: State, made: Callable[[], None]) -> None:
        """Write a state, and once it is there, do in memory what it says."""
        text = format_state(state).encode("utf-8", "surrogatepass")
        try:
            self._document.write(text, previous=self._text, lock_id=self._lock.id)
        except StateUnwritable as refused:
            self._unconfirmed = (text, made)
            raise self._loss_of_lock() or refused from None
        self._text, self._unconfirmed = text, None
        made()

    def _loss_of_lock(self) -> LockLost | None:
        # Servers refuse a write under a lock that is no longer ours in many ways; GitLab answers 500.
        try:
            self._lock.check()
        except LockLost as lost:
            return lost
        except StateError:
            return None
        return None

    def _check_before_writing(self) -> None:
        try:
            self.check()
        except LockLost:
            raise
        except StateError as error:
            raise StateUnwritable(error.summary, detail=error.detail, hint=error.hint) from None
