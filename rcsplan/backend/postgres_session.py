"""The exclusive right to change a state in PostgreSQL, which outlives a connection but never the lock."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from psycopg import DataError, Error, OperationalError

from rcsplan.backend import postgres_lock, postgres_tables
from rcsplan.backend.postgres_problems import asking, unusable, unwritable
from rcsplan.backend.postgres_rows import Batch, Head, Shelf, batch_of, header_text, is_of_older_format
from rcsplan.errors import LockLost, StateError, StateUnwritable
from rcsplan.state.changes import demand_successor, make_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from rcsplan.backend.postgres_database import Database
    from rcsplan.backend.postgres_lock import Claim
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State


class PostgresSession:
    """The exclusive right to change a state in PostgreSQL."""

    def __init__(self, database: Database, claim: Claim, place: tuple[str, str], *, location: str) -> None:
        self._database = database
        self._claim = claim
        self._place = place
        self._location = location
        self._state: State | None = None
        self._shelf = Shelf(lineage="")
        self._head: Head | None = None
        self._seal = ""
        self._failure: StateUnwritable | None = None

    @property
    def state(self) -> State | None:
        """The state as changed so far."""
        return self._state

    def load(self) -> None:
        """Read the state, and save what an earlier run recorded and had no time to save.

        Raises:
            StateError: it cannot be read or written.
            psycopg.Error: the database cannot be asked.
        """
        kept = postgres_tables.read(self._claim.connection, self._place, name=self._location)
        if kept is None:
            return
        self._state, self._shelf, self._head = kept
        self._seal = self._head.seal
        if is_of_older_format(self._head):
            self._write_whole(replace(self._state, serial=self._state.serial + 1))
        self.save()

    def create(self, state: State) -> None:
        """Keep a first state where there was none.

        Raises:
            StateUnwritable: the database did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self._write_whole(state)

    def replace(self, state: State) -> None:
        """Keep another state in the place of the present one.

        Raises:
            StateError: its serial is not higher than the present one's, or there is no state to be replaced.
            StateUnwritable: the database did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        present, _ = self._owned()
        demand_successor(state, present, location=self._location)
        self._write_whole(state)

    def check(self) -> None:
        """Make sure that the lock is still ours and that the state is as we wrote it last.

        Raises:
            LockLost: it is not.
            StateError: the database could not be asked.
        """
        self._refuse_after_failure()
        try:
            postgres_lock.verify(self._claim, self._seal)
        except Error as error:
            if not self._claim.connection.closed:
                raise unusable(error, self._database) from None
            self._renew()

    def record(self, changes: Sequence[Change]) -> None:
        """Make the changes to the rows, and wait until the server's disk has them.

        Raises:
            StateUnwritable: the database did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        state, head = self._owned()
        if not changes:
            self.check()
            return
        batch = batch_of(changes, state, self._shelf, head)
        self._write(batch)
        make_changes(state, changes)

    def save(self) -> None:
        """Raise the serial over what was recorded; nothing happens where nothing was.

        Raises:
            StateUnwritable: the database did not confirm the write; what was recorded is not lost.
            LockLost: the lock is no longer ours.
        """
        if self._state is None or self._head is None or not self._head.writes:
            return
        header = header_text(self._state, serial=self._state.serial + 1)
        self._write(Batch(head=replace(self._head, header=header, writes=0), header=header))
        self._state.serial += 1

    def release(self) -> None:
        """Give the lock back; where the server cannot be told, it frees the lock as the connection ends."""
        with contextlib.suppress(Error):
            postgres_lock.release(self._claim)
        self._claim.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _owned(self) -> tuple[State, Head]:
        if self._state is None or self._head is None:
            raise StateError(f"There is no state at {self._location}", hint="Create one: rcsplan state init")
        return self._state, self._head

    def _write(self, batch: Batch) -> None:
        self._commit(lambda: postgres_tables.change(self._claim, batch, known=self._seal), batch.head)
        self._shelf.drop(batch.dropped)
        self._shelf.keep(batch.rows)

    def _write_whole(self, state: State) -> None:
        shelf, rows = Shelf.of(state)
        head = Head(place=self._place, header=header_text(state), total=shelf.total)
        self._commit(lambda: postgres_tables.write_whole(self._claim, head, rows, known=self._seal), head)
        self._state, self._shelf = state, shelf

    def _commit(self, write: Callable[[], bool], head: Head) -> None:
        """Write what leads to a head; where the answer was lost, find out, and write once more if nothing arrived."""
        self._refuse_after_failure()
        if not self._is_written(write, head) and not self._is_written(write, head):
            self._failure = unwritable(OperationalError("the connection was lost twice"), self._database)
            raise self._failure
        self._head, self._seal = head, head.seal

    def _is_written(self, write: Callable[[], bool], head: Head) -> bool:
        try:
            if not write():
                raise self._loss()
        except UnicodeEncodeError:
            problem = DataError("text with half of a surrogate pair cannot be kept in PostgreSQL")
            raise unwritable(problem, self._database) from None
        except Error as error:
            if not self._claim.connection.closed:
                raise unwritable(error, self._database) from None
            # The server may have received, and done, what it never answered.
            try:
                return self._renew(head.seal) == head.seal
            except StateUnwritable as failure:
                # What is true of the rows only the next session can tell.
                self._failure = failure
                raise
        return True

    def _renew(self, *possible: str) -> str:
        """Take the lock over a new connection, and tell which seal the state has: the known one or a possible one."""
        self._claim.connection.close()
        problem: Error = OperationalError("the connection was lost again and again")
        try:
            for connection in self._database.connections():
                try:
                    self._claim, seal = postgres_lock.renew(connection, self._claim, (self._seal, *possible))
                except OperationalError as error:
                    connection.close()
                    problem = error
                except BaseException:
                    connection.close()
                    raise
                else:
                    return seal
        except Error as error:
            problem = error
        raise unwritable(problem, self._database, in_doubt=bool(possible)) from None

    def _loss(self) -> LockLost:
        with asking(self._database):
            postgres_lock.verify(self._claim, self._seal)
        return postgres_lock.changed()

    def _refuse_after_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
