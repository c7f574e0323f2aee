"""The lock of a state: a fenced row, and an advisory lock that the server frees when its holder's connection ends."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString

from rcsplan.backend.postgres_schema import LOCK_SPACE
from rcsplan.backend.protocol import LockInfo, locked_by
from rcsplan.errors import LockLost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rcsplan.backend.postgres_database import Connection

_POLL_SECONDS = 0.1

#: How long even those try who do not want to wait: a server learns of a holder's death an instant after it.
_GLANCE_SECONDS = 0.3

_LIVES: LiteralString = """
    SELECT EXISTS (
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to write a state: over this connection, while its row has this fence.

    The token is the same from taking the lock to releasing it; the fence rises with every new connection too, so that
    what an earlier one had under way changes nothing any more.
    """

    connection: Connection
    state: int
    token: str
    fence: int


def acquire(connection: Connection, place: tuple[str, str], info: LockInfo, *, token: str, timeout: float) -> Claim:
    """Take the lock, waiting up to `timeout` seconds.

    Whoever asks again with the same token, because the answer was lost, is taken for the holder that it may be.

    Raises:
        StateLocked: somebody else still has it.
        psycopg.Error: the database cannot be asked.
    """
    connection.execute(
        "INSERT INTO rcsplan.states (project, environment) VALUES (%s, %s) ON CONFLICT DO NOTHING", place
    )
    deadline = time.monotonic() + max(timeout, _GLANCE_SECONDS)
    while True:
        taken = _attempt(connection, place, info, token)
        if isinstance(taken, Claim):
            return taken
        if time.monotonic() >= deadline:
            raise locked_by(taken)
        time.sleep(_POLL_SECONDS)


def renew(connection: Connection, claim: Claim, seals: Sequence[str]) -> tuple[Claim, str]:
    """Go on with a lock over a new connection, and tell which of the seals the state has.

    What the former connection had under way is over when this returns: it was written, or never will be.

    Raises:
        LockLost: somebody broke or took the lock, or changed the state.
        psycopg.Error: the database cannot be asked.
    """
    with connection.transaction():
        row = connection.execute(
            "SELECT token, holder, seal FROM rcsplan.states WHERE id = %s FOR UPDATE", (claim.state,)
        ).fetchone()
        token, holder, seal = row or (None, None, "")
        if token != claim.token:
            raise broken(holder)
        if seal not in seals:
            raise changed()
        fence = _raise_fence(connection, claim.state)
    return replace(claim, connection=connection, fence=fence), seal


def verify(claim: Claim, seal: str) -> None:
    """Make sure that the lock is still ours and that the state is as we wrote it last.

    Raises:
        LockLost: it is not.
        psycopg.Error: the database cannot be asked.
    """
    row = claim.connection.execute(
        "SELECT fence, holder, seal FROM rcsplan.states WHERE id = %s", (claim.state,)
    ).fetchone()
    fence, holder, present = row or (0, None, "")
    if fence != claim.fence:
        raise broken(holder)
    if present != seal:
        raise changed()


def release(claim: Claim) -> None:
    """Give the lock back, unless somebody else has it by now.

    Raises:
        psycopg.Error: the database cannot be asked; the server frees the lock when the connection ends.
    """
    claim.connection.execute(
        "UPDATE rcsplan.states SET token = NULL, holder = NULL WHERE id = %s AND token = %s", (claim.state, claim.token)
    )


def holder_of(connection: Connection, place: tuple[str, str]) -> LockInfo | None:
    """Who has the lock and lives.

    Raises:
        psycopg.Error: the database cannot be asked.
    """
    row = connection.execute(
        "SELECT token, holder, fence FROM rcsplan.states WHERE project = %s AND environment = %s", place
    ).fetchone()
    token, holder, fence = row or (None, None, 0)
    return _info(holder) if token is not None and _lives(connection, fence) else None


def break_lock(connection: Connection, place: tuple[str, str]) -> LockInfo | None:
    """Take the lock away from whoever has it, and return who that was.

    Raises:
        psycopg.Error: the database cannot be asked.
    """
    with connection.transaction():
        holder = holder_of(connection, place)
        connection.execute(
            "UPDATE rcsplan.states SET token = NULL, holder = NULL, fence = nextval('rcsplan.fences')"
            " WHERE project = %s AND environment = %s",
            place,
        )
    return holder


def broken(holder: Any) -> LockLost:
    """The lock is somebody else's, or nobody's."""
    successor = _info(holder)
    return LockLost(
        "The lock of the state was broken",
        detail=f"It is held by {successor.who} now, who does: {successor.operation}."
        if successor
        else "Somebody ran `rcsplan state unlock`.",
        hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
    )


def changed() -> LockLost:
    """The lock is ours, but the state is not as we left it."""
    return LockLost(
        "The state was changed by somebody else during this run",
        detail="The rows in the database are not those that this run wrote last: a backup was restored, or they were "
        "edited.",
        hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
    )


def _attempt(connection: Connection, place: tuple[str, str], info: LockInfo, token: str) -> Claim | LockInfo | None:
    with connection.transaction():
        row = connection.execute(
            "SELECT id, token, holder, fence FROM rcsplan.states WHERE project = %s AND environment = %s FOR UPDATE",
            place,
        ).fetchone()
        if row is None:
            return None
        state, present, holder, fence = row
        if present not in (None, token) and _lives(connection, fence):
            return _info(holder)
        text = json.dumps({**asdict(info), "created": info.created.isoformat()})
        connection.execute(
            "UPDATE rcsplan.states SET token = %s, holder = %s::json WHERE id = %s", (token, text, state)
        )
        fence = _raise_fence(connection, state)
    return Claim(connection=connection, state=state, token=token, fence=fence)


def _raise_fence(connection: Connection, state: int) -> int:
    """A new fence for a state whose row is locked, alive as long as this connection."""
    row = connection.execute(
        "UPDATE rcsplan.states SET fence = nextval('rcsplan.fences') WHERE id = %s RETURNING fence", (state,)
    ).fetchone()
    fence = int(row[0]) if row else 0
    # Before the transaction ends: nobody may see the fence and not its holder.
    connection.execute("SELECT pg_advisory_lock(%s, %s)", (LOCK_SPACE, _key_of(fence)))
    return fence


def _lives(connection: Connection, fence: int) -> bool:
    return connection.execute(_LIVES, (LOCK_SPACE, _key_of(fence))).fetchone() == (True,)


def _key_of(fence: int) -> int:
    # Half of an advisory lock's key has 31 bits without its sign.
    return fence & 0x7FFFFFFF


def _info(holder: Any) -> LockInfo | None:
    try:
        return LockInfo(**{**holder, "created": datetime.fromisoformat(holder["created"])})
    except (ValueError, TypeError, KeyError):
        return None
