"""The SQLite file behind a simulator: its tables, its connections, and one transaction at a time for writers."""

from __future__ import annotations

import queue
import sqlite3
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: The version of the tables, kept in the file itself.
_FORMAT = 1
_BUSY_SECONDS = 30.0
#: Ids of campaigns begin in the range of the samples (bsg-api.md section 2.1).
_FIRST_ID = 54_000_000

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, matched INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    payload TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    received_real REAL NOT NULL,
    sender TEXT NOT NULL,
    created_at TEXT NOT NULL,
    start_at TEXT NOT NULL,
    validity_seconds INTEGER NOT NULL,
    fallback INTEGER NOT NULL,
    contacts INTEGER NOT NULL,
    funded INTEGER NOT NULL,
    price INTEGER NOT NULL,
    sms_price INTEGER NOT NULL,
    review_seconds INTEGER,
    spam INTEGER NOT NULL,
    committed INTEGER NOT NULL,
    stopped_at TEXT
);
CREATE INDEX IF NOT EXISTS campaigns_by_body ON campaigns (body_digest, received_real);
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'campaigns', {_FIRST_ID - 1} WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'campaigns');
INSERT OR IGNORE INTO settings (name, value) VALUES ('secret', lower(hex(randomblob(32))));
PRAGMA user_version = {_FORMAT};
COMMIT;
"""  # noqa: S608 - both values are constants of this module


class Database:
    """Connections to one file, shared by threads and by processes.

    Connections are kept open and lent out, one to each transaction; SQLite itself serialises the writers of several
    processes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        # SQLite makes waiting writers poll; those of one process queue here instead.
        self._writer = Lock()
        with self._readable_errors():
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._connect()
            self._idle.put(connection)
            try:
                self._prepare(connection)
            except BaseException:
                self.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one consistent state."""
        with self._readable_errors(), self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other writer of any process runs beside."""
        with self._readable_errors(), self._writer, self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close every idle connection; the next transaction opens a new one."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self._borrow()
        try:
            connection.execute(begin)
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
        finally:
            self._idle.put(connection)

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        # A connection serves one transaction at a time, but not always from the thread that opened it.
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        _switch_to_wal(connection)
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == 0:
            connection.executescript(_TABLES)
        elif version != _FORMAT:
            raise ConfigurationError(
                f"The sandbox database {self._path} was written by another version of rcsplan.",
                hint="Delete the file to start over.",
            )

    @contextmanager
    def _readable_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(
                f"The sandbox database {self._path} cannot be used.",
                detail=str(error),
                hint="Check that its folder is writable; if the file is damaged, delete it to start over.",
            ) from error


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, for which SQLite does not wait when another process does the same just now."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
