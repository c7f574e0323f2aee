"""Trying the promises of an HTTP state server."""

from __future__ import annotations

import contextlib
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rcsplan.backend import http_lock
from rcsplan.backend.protocol import LockInfo, Probe
from rcsplan.backend.scratch import LOCK_EXCLUDES, probe_scratch
from rcsplan.errors import StateError, StateLocked

if TYPE_CHECKING:
    from rcsplan.backend.http_exchange import Exchange
    from rcsplan.backend.protocol import StateStore

NAMES_HOLDER = "Does a refused lock name its holder?"
FREES_LOCK = "Is a lock that was given back free?"


def probe_neighbour(store: StateStore, exchange: Exchange) -> tuple[Probe, ...]:
    """Try everything with a state of another name, which is deleted afterwards.

    Raises:
        StateError: the server does not answer, or refuses.
    """
    try:
        return probe_scratch(lambda: store)
    finally:
        with contextlib.suppress(StateError):
            exchange.ask("DELETE", exchange.address.address)


def probe_lock(exchange: Exchange) -> tuple[Probe, ...]:
    """Try the lock of the state itself, without touching the state.

    Raises:
        StateError: the server does not answer, or refuses.
    """
    if not exchange.address.lock_address:
        return (Probe(question=LOCK_EXCLUDES, holds=False, detail="No lock_url is set."),)
    try:
        lock = http_lock.acquire(exchange, _info(), timeout=0)
    except StateLocked:
        # The lock of a run serves as well, and is left alone.
        return _probes_of_held(exchange)
    try:
        held = _probes_of_held(exchange)
    finally:
        lock.release()
    return (*held, Probe(question=FREES_LOCK, holds=http_lock.look(exchange) is None))


def _probes_of_held(exchange: Exchange) -> tuple[Probe, ...]:
    try:
        excludes = names = http_lock.look(exchange) is not None
    except StateLocked:
        excludes, names = True, False
    return (
        Probe(question=LOCK_EXCLUDES, holds=excludes, detail="" if excludes else "Two held the same lock at once."),
        Probe(question=NAMES_HOLDER, holds=names, detail="" if names else "Its answer holds no ID."),
    )


def _info() -> LockInfo:
    return LockInfo(id=str(uuid.uuid4()), who="rcsplan", operation="state check", created=datetime.now(UTC), version="")
