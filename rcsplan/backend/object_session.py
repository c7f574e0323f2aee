"""The exclusive right to change a state in an object store: conditional writes, each owed until it is confirmed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from rcsplan.backend.object_bucket import Overtaken
from rcsplan.backend.object_journal import format_journal
from rcsplan.errors import LockLost, StateError
from rcsplan.state.changes import demand_successor, make_changes
from rcsplan.state.journal import format_entry
from rcsplan.state.split import History
from rcsplan.state.text import format_split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from rcsplan.backend.object_bucket import Version
    from rcsplan.backend.object_journal import Journal
    from rcsplan.backend.object_place import Place
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State

#: Entries of more than so many characters move into an object of their own, so that recording costs the same at any
#: length of a run.
_SMALL_JOURNAL = 65_536

#: How often a writer whose lock was broken can at most get a last save in before ours.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that is not confirmed yet, and what is true once it is."""

    key: str
    data: bytes
    confirmed: Callable[[], None]


class ObjectSession:
    """The exclusive right to change a state in an object store.

    A write that the store did not confirm may have happened, or may yet happen. It stays owed: nothing else is done
    before the very same write is confirmed or found to be overtaken.
    """

    def __init__(self, place: Place, journal: Journal, version: Version) -> None:
        self._place = place
        self._journal = journal
        self._versions: dict[str, Version | None] = {place.journal: version}
        self._owed: list[_Write] = []
        self._state: State | None = None
        self._history = History()
        self._unsaved = False
        self._is_over = False

    @property
    def state(self) -> State | None:
        """The state as changed so far."""
        return self._state

    def load(self) -> None:
        """Read the state, and save what an earlier run recorded and had no time to save.

        After a run that did not end in peace the state is saved in any case: that makes whatever write of the state
        may still be under way from there come too late.

        Raises:
            StateError: the state cannot be read or written.
        """
        for _ in range(_ATTEMPTS):
            self._read()
            if not self._unsaved:
                return
            try:
                self.save()
            except LockLost:
                self._owed.clear()
                # That run's last save arrived between our reading and our writing, unless it is the lock that is lost.
                self._check(self._place.journal)
            else:
                return
        raise self._lost(self._place.document)

    def create(self, state: State) -> None:
        """Keep a first state where there was none.

        Raises:
            StateUnwritable: the store did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self.check()
        self._owed.append(self._write_of(state, History(), lambda: self._adopt(state)))
        self._confirm()

    def replace(self, state: State) -> None:
        """Keep another state in the place of the present one, with all that was recorded and not yet saved.

        Raises:
            StateError: its serial is not higher than the present one's, or there is no state to be replaced.
            StateUnwritable: the store did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self.check()
        demand_successor(state, self._owned(), location=self._place.name(self._place.document))
        write = self._write_of(state, History(), lambda: self._adopt(state))
        # For the moment in which the document is the new one and the journal not yet: it then belongs to either.
        self._owe_journal(replace(self._journal, lineage=""), lambda: None)
        self._owed.append(write)
        self._confirm()

    def check(self) -> None:
        """Make sure that the lock is still ours and that nobody put another document in the place of the state.

        Raises:
            LockLost: it is not, or somebody did.
            StateError: the store could not be asked.
        """
        self._confirm()
        self._check(self._place.journal)
        self._check(self._place.document)

    def record(self, changes: Sequence[Change]) -> None:
        """Write the journal with the changes, if it still is as we wrote it last.

        Raises:
            StateUnwritable: the store did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        self._confirm()
        state = self._owned()
        entry, journal = format_entry(state, changes), self._journal
        if len(journal.entries) + len(entry) > _SMALL_JOURNAL and journal.entries:
            piece = self._place.keep(journal.entries)
            journal = replace(journal, pieces=(*journal.pieces, piece), entries="")

        def confirmed() -> None:
            self._unsaved = True
            make_changes(state, changes)

        self._owe_journal(replace(journal, entries=journal.entries + entry), confirmed)
        self._confirm()

    def save(self) -> None:
        """Write the document under the next serial, and empty the journal; nothing happens where nothing was recorded.

        Raises:
            StateUnwritable: the store did not confirm the write; the journal still holds what was recorded.
            LockLost: the lock is no longer ours.
        """
        self._confirm()
        if not self._unsaved:
            return
        self.check()
        state = self._owned()
        ahead = replace(state, serial=state.serial + 1)

        def confirmed() -> None:
            # Only now: what is recorded after a save that failed still extends the serial that is in the store.
            state.serial = ahead.serial

        self._owed.append(self._write_of(ahead, self._history, confirmed))
        self._confirm()

    def release(self) -> None:
        """Give the lock back."""
        if self._is_over:
            return
        self._is_over = True
        if self._owed:
            # The store has been waited for already.
            self._place = self._place.hurried()
        with contextlib.suppress(StateError):
            self._confirm()
        # Where a write is still owed, whoever comes next has to know.
        self._owed, owed = [], self._owed
        with contextlib.suppress(StateError):
            self._owe_journal(self._journal.freed(unsettled=self._journal.unsettled or bool(owed)), lambda: None)
            self._confirm()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _read(self) -> None:
        document, self._versions[self._place.document] = self._place.read_document()
        found = self._place.find(self._journal, document)
        if found is None:
            return
        make_changes(found.state, found.unsaved)
        self._state, self._history = found.state, found.history
        self._unsaved = self._journal.unsettled or bool(self._journal.entries) or not self._journal.lineage

    def _owned(self) -> State:
        if self._state is None:
            place = self._place.name(self._place.document)
            raise StateError(f"There is no state at {place}", hint="Create one: rcsplan state init")
        return self._state

    def _adopt(self, state: State) -> None:
        self._state = state

    def _write_of(self, state: State, history: History, then: Callable[[], None]) -> _Write:
        document, beside = history.split(state, self._place.keep_segment)

        def confirmed() -> None:
            then()
            self._history = beside
            self._unsaved = False
            self._owe_journal(self._journal.of(state), lambda: None)

        text = format_split(document).encode("utf-8", "surrogatepass")
        return _Write(self._place.document, text, confirmed)

    def _owe_journal(self, journal: Journal, then: Callable[[], None]) -> None:
        def confirmed() -> None:
            self._journal = journal
            then()

        self._owed.append(_Write(self._place.journal, format_journal(journal), confirmed))

    def _confirm(self) -> None:
        while self._owed:
            write = self._owed[0]
            try:
                version = self._place.bucket.put(write.key, write.data, replaces=self._versions[write.key])
            except Overtaken:
                raise self._lost(write.key) from None
            self._versions[write.key] = version
            self._owed.pop(0)
            write.confirmed()

    def _check(self, key: str) -> None:
        if self._place.bucket.version_of(key) != self._versions[key]:
            raise self._lost(key)

    def _lost(self, key: str) -> LockLost:
        if key == self._place.journal:
            return LockLost(
                "The lock of the state was broken",
                detail=f"{self._place.name(key)} was written by somebody else: somebody ran `rcsplan state unlock`.",
                hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
            )
        return LockLost(
            f"The state {self._place.name(key)} was changed by somebody else during this run",
            detail="The object is not the one that this run loaded.",
            hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
        )
