"""Trying a store's promises on an empty one of the same kind, at a place that nobody else uses."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rcsplan.backend.protocol import LockInfo, Probe
from rcsplan.errors import LockLost, StateError, StateLocked
from rcsplan.state.model import Account, UsePlan
from rcsplan.state.sends import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.protocol import StateStore

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

READS_BACK = "Is what was written what is read back?"
LOCK_EXCLUDES = "Does a lock keep a second one out?"
SEES_BROKEN_LOCK = "Does the holder of a broken lock notice it?"


def probe_scratch(open_scratch: Callable[[], StateStore]) -> tuple[Probe, ...]:
    """Write, read, lock and break locks in a scratch store; each call opens the same one anew, as another run would.

    Raises:
        StateError: the store cannot be used at all.
    """
    mine, other = open_scratch(), open_scratch()
    with mine.lock(_info("probe"), timeout=0) as session:
        state = State(
            lineage=str(uuid.uuid4()), serial=0, environment="probe", account=Account(base_url="", key_fingerprint="")
        )
        session.create(state)
        session.record([UsePlan(plan_id="probe", at=_MOMENT)])
        session.save()
        return (
            _reads_back(other, state),
            _lock_excludes(other),
            _sees_broken_lock(other, session.check),
        )


def _reads_back(store: StateStore, written: State) -> Probe:
    try:
        read = store.load()
    except StateError as error:
        return Probe(question=READS_BACK, holds=False, detail=error.summary)
    same = read is not None and read.header == written.header
    return Probe(question=READS_BACK, holds=same, detail="" if same else "Something else was read than was written.")


def _lock_excludes(store: StateStore) -> Probe:
    try:
        store.lock(_info("second probe"), timeout=0).release()
    except StateLocked:
        return Probe(question=LOCK_EXCLUDES, holds=True)
    return Probe(question=LOCK_EXCLUDES, holds=False, detail="Two sessions held the same lock at once.")


def _sees_broken_lock(store: StateStore, check: Callable[[], None]) -> Probe:
    store.unlock()
    try:
        check()
    except LockLost:
        return Probe(question=SEES_BROKEN_LOCK, holds=True)
    return Probe(question=SEES_BROKEN_LOCK, holds=False, detail="The session took its lock for unbroken.")


def _info(operation: str) -> LockInfo:
    return LockInfo(id=str(uuid.uuid4()), who="rcsplan state check", operation=operation, created=_MOMENT, version="")
