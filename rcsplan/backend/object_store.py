"""State in an object store (S3 and what speaks its protocol, Google Cloud Storage, Azure Blob Storage)."""

from __future__ import annotations

import itertools
import time
import uuid
from typing import TYPE_CHECKING

from rcsplan.backend.object_bucket import Overtaken
from rcsplan.backend.object_journal import Journal, format_journal
from rcsplan.backend.object_place import Place
from rcsplan.backend.object_session import ObjectSession
from rcsplan.backend.protocol import Probe, locked_by
from rcsplan.backend.scratch import probe_scratch
from rcsplan.errors import StateError, StateUnwritable
from rcsplan.state.changes import make_changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.object_bucket import Bucket, Version
    from rcsplan.backend.protocol import LockInfo
    from rcsplan.errors import StateLocked
    from rcsplan.state.sends import State

#: Between looks at a lock that somebody holds: shorter ones at first.
_POLL_SECONDS = (0.1, 0.2, 0.5, 1)
_LONGEST_POLL = 2

#: How often a run that records at full speed can at most write the journal between our reading and our breaking it.
_ATTEMPTS = 50

KEEPS_WHAT_IS_THERE = "Does it refuse to create an object that is there (If-None-Match)?"
KEEPS_WHAT_CHANGED = "Does it refuse to replace an object that has changed (If-Match)?"


class ObjectStateStore:
    """The state of one environment in objects of a bucket.

    `<key>` is the document and `<key>.journal` says who holds it and what was recorded since; both are written only on
    the condition that they are what the writer knows. `<key>.history/` holds what never changes.
    """

    def __init__(self, bucket: Bucket, key: str, *, is_proven: bool = False) -> None:
        self._bucket = bucket
        self._key = key
        self._place = Place(bucket, key)
        self._is_proven = is_proven

    @property
    def location(self) -> str:
        """Where the state is, for people."""
        return self._place.name(self._key)

    def load(self) -> State | None:
        """The state as last recorded, without a lock.

        Raises:
            StateError: there is one that cannot be read.
        """
        found = self._place.read()
        if found is None:
            return None
        make_changes(found.state, found.unsaved)
        return found.state

    def lock(self, info: LockInfo, *, timeout: float) -> ObjectSession:
        """Take the lock, waiting up to `timeout` seconds, and load.

        Raises:
            StateLocked: somebody else still holds it.
            StateError: the state cannot be read or written, or the store does not do what it depends on.
        """
        deadline = time.monotonic() + timeout
        pauses = itertools.chain(_POLL_SECONDS, itertools.repeat(_LONGEST_POLL))
        while True:
            journal, version = self._begun_journal()
            if journal.holder is None:
                session = self._claim(journal.held_by(info), version)
                if session is not None:
                    break
            elif time.monotonic() >= deadline:
                raise self._locked(journal.holder)
            else:
                time.sleep(next(pauses))
        try:
            session.load()
        except BaseException:
            session.release()
            raise
        return session

    def holder(self) -> LockInfo | None:
        """Who holds the lock now.

        Raises:
            StateError: the store could not be asked.
        """
        journal, _ = self._place.read_journal()
        return journal.holder if journal is not None else None

    def unlock(self) -> LockInfo | None:
        """Break the lock; whatever its holder writes from now on fails.

        Raises:
            StateError: the store could not be asked, or did not confirm it.
        """
        for _ in range(_ATTEMPTS):
            journal, version = self._place.read_journal()
            if journal is None and self._bucket.version_of(self._key) is None:
                return None
            if journal is not None and journal.holder is None:
                return None
            broken = (journal or Journal()).freed(unsettled=True)
            try:
                self._bucket.put(self._place.journal, format_journal(broken), replaces=version)
            except Overtaken:
                continue
            return journal.holder if journal is not None else None
        raise StateUnwritable("The lock cannot be broken: its holder writes without a pause", hint="Try again.")

    def probe(self) -> tuple[Probe, ...]:
        """Try with objects beside the state whether conditions are honoured, and the promises that rest on them.

        Raises:
            StateError: the store cannot be used at all.
        """
        key = f"{self._key}.probe-{uuid.uuid4().hex}"
        conditions = self._probe_conditions(key)
        if not all(probe.holds for probe in conditions):
            return conditions
        scratch = f"{key}/state"
        try:
            return conditions + probe_scratch(lambda: ObjectStateStore(self._bucket, scratch, is_proven=True))
        finally:
            for name in (Place(self._bucket, scratch).document, Place(self._bucket, scratch).journal):
                self._bucket.remove(name)

    def _locked(self, holder: LockInfo) -> StateLocked:
        """The error for a lock that somebody holds. No lock is ever taken for abandoned: that is for people to say.

        A run writes when it takes the lock and with every record, so the time of its last write helps them.
        """
        error = locked_by(holder)
        kept = self._bucket.get(self._place.journal)
        if kept is not None:
            error.detail += f" It wrote last at {kept.modified:%Y-%m-%d %H:%M:%S} UTC."
        return error

    def _begun_journal(self) -> tuple[Journal, Version | None]:
        journal, version = self._place.read_journal()
        if journal is None and self._bucket.version_of(self._key) is not None:
            # Perhaps both were begun between the two questions.
            journal, version = self._place.read_journal()
            if journal is None:
                raise self._place.journal_gone()
        if journal is None:
            self._refuse_what_does_not_keep_promises()
            return Journal(), None
        return journal, version

    def _claim(self, journal: Journal, version: Version | None) -> ObjectSession | None:
        try:
            claimed = self._bucket.put(self._place.journal, format_journal(journal), replaces=version)
        except Overtaken:
            return None
        return ObjectSession(self._place, journal, claimed)

    def _refuse_what_does_not_keep_promises(self) -> None:
        if self._is_proven:
            return
        for probe in self._probe_conditions(f"{self._key}.probe-{uuid.uuid4().hex}"):
            if not probe.holds:
                raise StateError(
                    f"No state can be kept at {self.location}: the store does not honour conditions",
                    detail=f"{probe.question} {probe.detail}",
                    hint="Two runs could overwrite each other's records and send twice. Use another store.",
                )
        self._is_proven = True

    def _probe_conditions(self, key: str) -> tuple[Probe, ...]:
        first = self._bucket.put(key, b"first", replaces=None)
        try:
            keeps = _refuses(lambda: self._bucket.put(key, b"second", replaces=None))
            present = self._bucket.version_of(key)
            return (
                Probe(question=KEEPS_WHAT_IS_THERE, holds=not keeps, detail=keeps),
                self._probe_change(key, first, present),
            )
        finally:
            self._bucket.remove(key)

    def _probe_change(self, key: str, first: Version, present: Version | None) -> Probe:
        try:
            third = self._bucket.put(key, b"third", replaces=present)
        except (Overtaken, StateError):
            return Probe(question=KEEPS_WHAT_CHANGED, holds=False, detail="It replaces nothing at all on a condition.")
        if third != self._bucket.version_of(key):
            detail = "It names the same contents in another way when they are read than when they are written."
            return Probe(question=KEEPS_WHAT_CHANGED, holds=False, detail=detail)
        detail = _refuses(lambda: self._bucket.put(key, b"fourth", replaces=first))
        return Probe(question=KEEPS_WHAT_CHANGED, holds=not detail, detail=detail)


def _refuses(write: Callable[[], Version]) -> str:
    """An empty text where the store refuses a write whose condition does not hold, else what it does instead."""
    try:
        write()
    except Overtaken:
        return ""
    except StateError as error:
        return error.detail
    return "It ignored the condition and wrote all the same."
