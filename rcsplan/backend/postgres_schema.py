"""The tables that hold states, made and brought up to date by whoever comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from rcsplan.errors import StateError, StateVersionUnsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rcsplan.backend.postgres_database import Connection

#: First half of the keys of all our advisory locks; the second is 0 for the schema, else the number of a fence.
LOCK_SPACE = 0x72637370

#: Each step makes the next version out of the one before; released ones are never changed.
STEPS: tuple[LiteralString, ...] = (
    """
    CREATE SEQUENCE rcsplan.fences AS bigint;
    CREATE TABLE rcsplan.states (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        project text NOT NULL,
        environment text NOT NULL,
        fence bigint NOT NULL DEFAULT 0,  -- number of the lock; whoever writes must know it
        token text,                       -- of the run that has the lock; null while nobody has
        holder json,                      -- who that is, for people
        header json,                      -- all of the state but its sends; null before there is one
        writes bigint NOT NULL DEFAULT 0, -- recorded since the serial in the header
        total text NOT NULL DEFAULT '',   -- sum of the digests of all records
        seal text NOT NULL DEFAULT '',    -- digest of the above, compared and set by every write
        UNIQUE (project, environment)
    ) WITH (fillfactor = 50);
    CREATE TABLE rcsplan.records (
        state bigint NOT NULL REFERENCES rcsplan.states ON DELETE CASCADE,
        address text NOT NULL,
        revision integer NOT NULL,        -- 0: what is known of the address itself
        body json NOT NULL,
        digest text NOT NULL,
        PRIMARY KEY (state, address, revision)
    );
    """,
)

# Asked of the catalogue's rows: the cache of `to_regclass` is old in a transaction that waited for others.
_SCHEMA: LiteralString = "SELECT FROM pg_namespace WHERE nspname = 'rcsplan'"
_TABLE: LiteralString = """
    SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = 'rcsplan' AND relname = 'version'
"""

_CREATE_SCHEMA: LiteralString = "CREATE SCHEMA rcsplan"
_CREATE_VERSION: LiteralString = """
    CREATE TABLE rcsplan.version (number integer NOT NULL);
    INSERT INTO rcsplan.version VALUES (0);
"""


def version_of(connection: Connection, *, known: int = len(STEPS)) -> int:
    """The version of the tables, 0 where there are none.

    Raises:
        StateVersionUnsupported: a newer rcsplan made them.
        psycopg.Error: the database could not be asked.
    """
    if not _is_there(connection, _TABLE):
        return 0
    row = connection.execute("SELECT number FROM rcsplan.version").fetchone()
    version = int(row[0]) if row else 0
    if version > known:
        raise StateVersionUnsupported(
            f"The schema rcsplan of the database has version {version}; this rcsplan knows {known}",
            detail="A newer rcsplan made it. Reading it with an older one could send again what was already sent.",
            hint="Upgrade rcsplan here, or use the newer one.",
        )
    return version


def prepare(connection: Connection, steps: Sequence[LiteralString] = STEPS) -> None:
    """Make the tables, or bring them up to date; where others do so too, one after the other.

    Raises:
        StateVersionUnsupported: a newer rcsplan made them.
        StateError: the database cannot hold every text.
        psycopg.Error: the database could not be asked, or does not allow it.
    """
    if version_of(connection, known=len(steps)) == len(steps):
        return
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise StateError(
            "The database is not encoded in UTF-8",
            detail="Texts in some scripts could not be kept in it.",
            hint="Use a database that was created with ENCODING 'UTF8'.",
        )
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (LOCK_SPACE,))
        version = version_of(connection, known=len(steps))
        # Asked and not left to IF NOT EXISTS, which wants the right to create also where nothing is created.
        if not _is_there(connection, _SCHEMA):
            connection.execute(_CREATE_SCHEMA)
        if version == 0:
            connection.execute(_CREATE_VERSION)
        for number, step in enumerate(steps[version:], start=version + 1):
            connection.execute(step)
            connection.execute("UPDATE rcsplan.version SET number = %s", (number,))


def is_prepared(connection: Connection) -> bool:
    """Whether there are tables; older ones are brought up to date.

    Raises:
        StateVersionUnsupported: a newer rcsplan made them.
        psycopg.Error: the database could not be asked.
    """
    version = version_of(connection)
    if 0 < version < len(STEPS):
        prepare(connection)
    return version > 0


def _is_there(connection: Connection, question: LiteralString) -> bool:
    return connection.execute(question).fetchone() is not None
