"""Reading and writing a state's rows: whole in one snapshot, changed in one statement that the fence guards."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from psycopg import IsolationLevel

from rcsplan.backend.postgres_rows import Batch, Head, Row, read_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rcsplan.backend.postgres_database import Connection
    from rcsplan.backend.postgres_lock import Claim
    from rcsplan.backend.postgres_rows import Shelf
    from rcsplan.state.sends import State

# The first part guards every write: the lock is ours, over this connection, and the state is as we know it. Where it
# changes nothing, neither do the others.
_CHANGE: LiteralString = """
    WITH mine AS (
        UPDATE rcsplan.states
        SET header = coalesce(%(header)s::json, header), writes = %(writes)s, total = %(total)s, seal = %(seal)s
        WHERE id = %(state)s AND fence = %(fence)s AND seal = %(known)s
        RETURNING id
    ), dropped AS (
        DELETE FROM rcsplan.records AS r
        USING mine, unnest(%(dropped_addresses)s::text[], %(dropped_revisions)s::integer[]) AS d (address, revision)
        WHERE r.state = mine.id AND r.address = d.address AND r.revision = d.revision
    ), put AS (
        INSERT INTO rcsplan.records (state, address, revision, body, digest)
        SELECT mine.id, p.address, p.revision, p.body::json, p.digest
        FROM mine, unnest(
            %(addresses)s::text[], %(revisions)s::integer[], %(bodies)s::text[], %(digests)s::text[]
        ) AS p (address, revision, body, digest)
        ON CONFLICT (state, address, revision) DO UPDATE SET body = excluded.body, digest = excluded.digest
    )
    SELECT id FROM mine
"""


def read(connection: Connection, place: tuple[str, str], *, name: str) -> tuple[State, Shelf, Head] | None:
    """The state of a project and environment, its shelf and its head; None where there is none.

    Raises:
        StateError: it is damaged, or of a newer rcsplan.
        psycopg.Error: the database cannot be asked.
    """
    # One snapshot for both queries: what others record meanwhile is in both or in neither.
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            found = connection.execute(
                "SELECT id, writes, header::text, total, seal FROM rcsplan.states"
                " WHERE project = %s AND environment = %s AND header IS NOT NULL",
                place,
            ).fetchone()
            if found is None:
                return None
            state, writes, header, total, seal = found
            fetched = connection.execute(
                "SELECT address, revision, body::text, digest FROM rcsplan.records WHERE state = %s", (state,)
            ).fetchall()
    finally:
        connection.isolation_level = None
    head = Head(place=place, header=header, total=total, writes=writes)
    return (*read_state(head, seal, [Row(*row) for row in fetched], name=name), head)


def change(claim: Claim, batch: Batch, *, known: str) -> bool:
    """Write a batch, all or nothing; False where the lock is no longer ours or the seal is not the known one.

    Raises:
        psycopg.Error: the database did not confirm it.
    """
    rows = batch.rows
    parameters = {
        "header": batch.header,
        "writes": batch.head.writes,
        "total": batch.head.total,
        "seal": batch.head.seal,
        "state": claim.state,
        "fence": claim.fence,
        "known": known,
        "addresses": [row.address for row in rows],
        "revisions": [row.revision for row in rows],
        "bodies": [row.body for row in rows],
        "digests": [row.digest for row in rows],
        "dropped_addresses": [address for address, _ in batch.dropped],
        "dropped_revisions": [revision for _, revision in batch.dropped],
    }
    return claim.connection.execute(_CHANGE, parameters).fetchone() is not None


def write_whole(claim: Claim, head: Head, rows: Iterable[Row], *, known: str) -> bool:
    """Put other rows in the place of all, or nothing; False as `change`.

    Raises:
        psycopg.Error: the database did not confirm it.
    """
    connection = claim.connection
    with connection.transaction():
        if not change(claim, Batch(head=head, header=head.header), known=known):
            return False
        connection.execute("DELETE FROM rcsplan.records WHERE state = %s", (claim.state,))
        columns = "COPY rcsplan.records (state, address, revision, body, digest) FROM STDIN"
        with connection.cursor().copy(columns) as copy:
            for row in rows:
                copy.write_row((claim.state, *row))
    return True
