"""Questions to a PostgreSQL server about promises that no test of the rows would show to be broken."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from rcsplan.backend.protocol import Probe

if TYPE_CHECKING:
    from rcsplan.backend.postgres_database import Database

KEEPS_CONNECTION = "Does a connection stay with one process of the server?"
WAITS_FOR_DISK = "Does the server wait for its disk before it confirms?"


def probe_server(database: Database) -> tuple[Probe, ...]:
    """Ask the server how it treats connections and its disk.

    Raises:
        psycopg.Error: the database cannot be asked.
    """
    return (_waits_for_disk(database), keeps_connection(database))


def keeps_connection(database: Database) -> Probe:
    """Whether clients share no process of the server: the lock of a run is held by the one that it speaks to.

    Raises:
        psycopg.Error: the database cannot be asked.
    """
    # A pooler that hands out servers by the transaction gives the idle server of the first to the second.
    with closing(database.connect()) as first, closing(database.connect()) as second:
        idle = first.execute("SELECT pg_backend_pid()").fetchone()
        with second.transaction():
            busy = second.execute("SELECT pg_backend_pid()").fetchone()
    shares = idle == busy
    detail = (
        "A pooler shares it among clients, so that the lock of a run that dies would stay. Use a pool by the session, "
        "or the server itself."
    )
    return Probe(question=KEEPS_CONNECTION, holds=not shares, detail=detail if shares else "")


def _waits_for_disk(database: Database) -> Probe:
    with closing(database.connect()) as connection:
        fsync = connection.execute("SELECT current_setting('fsync')").fetchone()
    waits = fsync == ("on",)
    detail = "fsync is off: a crash of its machine loses what was confirmed."
    return Probe(question=WAITS_FOR_DISK, holds=waits, detail="" if waits else detail)
