"""State in a PostgreSQL database: a row a record, and a lock that the server frees when its holder dies."""

from __future__ import annotations

import uuid
from contextlib import closing
from typing import TYPE_CHECKING

from psycopg import OperationalError

from rcsplan.backend import postgres_lock, postgres_tables
from rcsplan.backend.postgres_database import database_at
from rcsplan.backend.postgres_problems import asking
from rcsplan.backend.postgres_promises import probe_server
from rcsplan.backend.postgres_schema import is_prepared, prepare
from rcsplan.backend.postgres_session import PostgresSession
from rcsplan.backend.scratch import probe_scratch

if TYPE_CHECKING:
    from rcsplan.backend.postgres_database import Connection
    from rcsplan.backend.protocol import LockInfo, Probe
    from rcsplan.state.sends import State


class PostgresStore:
    """The state of one environment of a project, in the schema `rcsplan` of a database that others may share.

    `patience` is how many seconds the server may be gone in the middle of a run, `answer_seconds` how long it may stay
    silent before it counts as gone.
    """

    def __init__(
        self, dsn: str, *, project: str, environment: str, patience: float = 20.0, answer_seconds: float = 30.0
    ) -> None:
        self._database = database_at(dsn, patience=patience, answer_seconds=answer_seconds)
        self._dsn = dsn
        self._place = (project, environment)

    @property
    def location(self) -> str:
        """Where the state is, for people."""
        project, environment = self._place
        return f"{self._database.location} (project {project}, environment {environment})"

    def load(self) -> State | None:
        """The state as last recorded, without a lock.

        Raises:
            StateError: there is one that cannot be read.
        """
        with asking(self._database), closing(self._database.connect()) as connection:
            kept = (
                postgres_tables.read(connection, self._place, name=self.location) if is_prepared(connection) else None
            )
        return kept[0] if kept is not None else None

    def lock(self, info: LockInfo, *, timeout: float) -> PostgresSession:
        """Take the lock, waiting up to `timeout` seconds, and load; the first run makes the tables.

        Raises:
            StateLocked: somebody else still holds it.
            StateError: the state, or its database, cannot be used.
        """
        token = uuid.uuid4().hex
        with asking(self._database):
            connection = self._database.connect()
            try:
                return self._open(connection, info, token, timeout=timeout)
            except OperationalError:
                # The answer may have been lost and the lock be ours; with the same token it is taken in either case.
                return self._open(self._database.connect(), info, token, timeout=timeout)

    def holder(self) -> LockInfo | None:
        """Who holds the lock now.

        Raises:
            StateError: the database could not be asked.
        """
        with asking(self._database), closing(self._database.connect()) as connection:
            return postgres_lock.holder_of(connection, self._place) if is_prepared(connection) else None

    def unlock(self) -> LockInfo | None:
        """Break the lock; its holder notices before it submits anything more.

        Raises:
            StateError: the database could not be asked.
        """
        with asking(self._database), closing(self._database.connect()) as connection:
            return postgres_lock.break_lock(connection, self._place) if is_prepared(connection) else None

    def probe(self) -> tuple[Probe, ...]:
        """Try with a project of its own what the server promises; nothing of it is left behind.

        Raises:
            StateError: the database cannot be used.
        """
        scratch = f".probe-{uuid.uuid4().hex}"
        with asking(self._database), closing(self._database.connect()) as connection:
            prepare(connection)
            try:
                tried = probe_scratch(lambda: PostgresStore(self._dsn, project=scratch, environment=""))
                return (*tried, *probe_server(self._database))
            finally:
                connection.execute("DELETE FROM rcsplan.states WHERE project = %s", (scratch,))

    def _open(self, connection: Connection, info: LockInfo, token: str, *, timeout: float) -> PostgresSession:
        try:
            prepare(connection)
            claim = postgres_lock.acquire(connection, self._place, info, token=token, timeout=timeout)
        except BaseException:
            connection.close()
            raise
        session = PostgresSession(self._database, claim, self._place, location=self.location)
        try:
            session.load()
        except BaseException:
            session.release()
            raise
        return session
