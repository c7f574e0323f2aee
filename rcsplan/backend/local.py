"""State on this machine: a JSON file, and beside it a journal so that one outcome costs the same at any size."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from rcsplan.backend import file_lock
from rcsplan.backend.disk import Disk
from rcsplan.backend.protocol import NOT_SUBMITTED
from rcsplan.backend.scratch import probe_scratch
from rcsplan.errors import LockLost, StateDamaged, StateError, StateUnwritable
from rcsplan.state.changes import demand_successor, make_changes
from rcsplan.state.journal import format_entry, parse_journal
from rcsplan.state.text import format_state, parse_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from rcsplan.backend.file_lock import FileLock
    from rcsplan.backend.protocol import LockInfo, Probe
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State

#: So much of a state file tells its lineage and serial.
_HEAD_BYTES = 256


class LocalStore:
    """The state of one environment in a file, with `.journal`, `.lock` and `.backup` beside it.

    `patience` is how many seconds whoever breaks a lock waits for a write of its holder to end.
    """

    def __init__(self, path: Path, *, disk: Disk | None = None, patience: float = 5.0) -> None:
        self._path = path
        self._patience = patience
        self._journal = path.with_name(path.name + ".journal")
        self._lock = path.with_name(path.name + ".lock")
        self._disk = disk or Disk()

    @property
    def location(self) -> str:
        """Where the state is, for people."""
        return str(self._path)

    def load(self) -> State | None:
        """The state as last recorded, without a lock.

        Raises:
            StateError: there is one that cannot be read.
        """
        while True:
            text, journal = _read(self._path), _read(self._journal)
            # A run that saved between the two reads moved its journal into a file that we had read before.
            if _head(_read(self._path, size=_HEAD_BYTES)) == _head(text):
                break
        state = _parse_state(text, self._path)
        changes = _unsaved_changes(journal, state, self._journal)
        if state is not None:
            make_changes(state, changes)
        return state

    def lock(self, info: LockInfo, *, timeout: float) -> LocalSession:
        """Take the lock, waiting up to `timeout` seconds, and load.

        Raises:
            StateLocked: somebody else still holds it.
            StateError: the state cannot be read or written.
        """
        try:
            self._disk.make_folder(self._path.parent)
        except OSError as error:
            raise _unwritable(self._path, error) from None
        lock = file_lock.acquire(self._lock, info, timeout=timeout)
        session = LocalSession(self._path, self._journal, lock, self._disk)
        try:
            session.load()
        except BaseException:
            session.release()
            raise
        return session

    def holder(self) -> LockInfo | None:
        """Who holds the lock now."""
        return file_lock.holder_of(self._lock)

    def unlock(self) -> LockInfo | None:
        """Break the lock; its holder notices before it submits anything more.

        Raises:
            StateLocked: its holder is in the middle of a write that does not end.
        """
        return file_lock.break_lock(self._lock, written=self._journal, patience=self._patience)

    def probe(self) -> tuple[Probe, ...]:
        """Try in a folder beside the state what the disk and its file system promise.

        Raises:
            StateError: the folder cannot be written.
        """
        try:
            self._disk.make_folder(self._path.parent)
            with TemporaryDirectory(dir=self._path.parent, prefix=".probe-") as folder:
                return probe_scratch(lambda: LocalStore(Path(folder) / self._path.name, disk=self._disk))
        except OSError as error:
            raise _unwritable(self._path, error) from None


class LocalSession:
    """The exclusive right to change a local state."""

    def __init__(self, path: Path, journal: Path, lock: FileLock, disk: Disk) -> None:
        self._path = path
        self._journal_path = journal
        self._lock = lock
        self._disk = disk
        self._state: State | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._journal = -1
        self._length = 0
        self._unsaved = False

    @property
    def state(self) -> State | None:
        """The state as changed so far."""
        return self._state

    def load(self) -> None:
        """Read the state, and save what an earlier run recorded and had no time to save.

        Raises:
            StateError: the state cannot be read or written.
        """
        self._stamp = _stamp(self._path)
        state = _parse_state(_read(self._path), self._path)
        journal = _read(self._journal_path)
        changes = _unsaved_changes(journal, state, self._journal_path)
        self._state = state
        if state is not None:
            make_changes(state, changes)
        if changes:
            self._unsaved = True
            self.save()
        elif journal:
            with self._fenced():
                self._empty_journal()

    def create(self, state: State) -> None:
        """Keep a first state where there was none.

        Raises:
            StateUnwritable: the disk did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        with self._fenced():
            # What a deleted state left behind in a journal must not become part of the new one.
            self._empty_journal()
            self._write(state)
        self._state = state

    def replace(self, state: State) -> None:
        """Keep another state in the place of the present one, with its journal.

        Raises:
            StateError: its serial is not higher than the present one's, or there is no state to be replaced.
            StateUnwritable: the disk did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        with self._fenced():
            demand_successor(state, self._owned(), location=str(self._path))
            self._write(state)
            self._state = state
            self._unsaved = False
            # What stands in the journal extends an earlier serial and adds nothing any more.
            self._empty_journal()

    def check(self) -> None:
        """Make sure that the lock is still ours and that nobody put another file in the place of the state.

        Raises:
            LockLost: it is not, or somebody did.
        """
        self._lock.check()
        if _stamp(self._path) != self._stamp:
            raise LockLost(
                f"The state {self._path} was changed by somebody else during this run",
                detail="The file is not the one that this run loaded.",
                hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
            )

    def record(self, changes: Sequence[Change]) -> None:
        """Append the changes to the journal and wait for the disk.

        Raises:
            StateUnwritable: the disk did not confirm the write.
            LockLost: the lock is no longer ours.
        """
        state = self._owned()
        entry = format_entry(state, changes).encode("utf-8", "surrogatepass")
        with self._fenced():
            try:
                self._disk.append(self._journal, entry, offset=self._length)
            except OSError as error:
                raise _unwritable(self._journal_path, error) from None
        self._length += len(entry)
        self._unsaved = True
        make_changes(state, changes)

    def save(self) -> None:
        """Fold the journal into the file under the next serial; nothing happens where nothing was recorded.

        Raises:
            StateUnwritable: the disk did not confirm the write; the journal still holds what was recorded.
            LockLost: the lock is no longer ours.
        """
        if not self._unsaved:
            return
        state = self._owned()
        with self._fenced():
            self._write(replace(state, serial=state.serial + 1))
            # Only now: what is recorded after a save that failed still extends the serial that is on the disk.
            state.serial += 1
            self._empty_journal()
        self._unsaved = False

    def release(self) -> None:
        """Give the lock back."""
        if self._journal >= 0:
            os.close(self._journal)
            self._journal = -1
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    @contextlib.contextmanager
    def _fenced(self) -> Iterator[None]:
        """A write during which nobody can take the lock away: what is checked at its beginning holds to its end."""
        try:
            self._open_journal()
        except OSError as error:
            raise _unwritable(self._journal_path, error) from None
        with file_lock.shut(self._journal, check=self.check):
            self.check()
            yield

    def _owned(self) -> State:
        if self._state is None:
            raise StateError(f"There is no state at {self._path}", hint="Create one: rcsplan state init")
        return self._state

    def _write(self, state: State) -> None:
        backup = self._path.with_name(self._path.name + ".backup")
        try:
            self._disk.replace(self._path, format_state(state).encode("utf-8", "surrogatepass"), backup=backup)
        except OSError as error:
            raise _unwritable(self._path, error) from None
        self._stamp = _stamp(self._path)

    def _open_journal(self) -> None:
        if self._journal < 0:
            journal = self._disk.open(self._journal_path, os.O_WRONLY | os.O_CREAT)
            try:
                self._disk.sync_folder(self._journal_path.parent)
            except BaseException:
                os.close(journal)
                raise
            self._journal = journal

    def _empty_journal(self) -> None:
        try:
            self._disk.truncate(self._journal, 0)
            self._disk.fsync(self._journal)
        except OSError as error:
            raise _unwritable(self._journal_path, error) from None
        self._length = 0


def _parse_state(text: bytes | None, path: Path) -> State | None:
    # Bytes that are no UTF-8 become others than were written, so the checksums tell of them: a line may be torn
    # inside a letter.
    return parse_state(text.decode(errors="replace"), name=str(path)) if text is not None else None


def _unsaved_changes(journal: bytes | None, state: State | None, path: Path) -> tuple[Change, ...]:
    if not journal:
        return ()
    if state is None:
        raise StateDamaged(
            f"{path} is the journal of a state that is gone",
            detail="It tells of submissions. Without the state beside it they would be forgotten, and made again.",
            hint="Put the state file back. If nothing of it matters any more, remove the journal too.",
        )
    return parse_journal(journal.decode(errors="replace"), state, name=str(path))


def _head(text: bytes | None) -> bytes | None:
    return text[:_HEAD_BYTES] if text is not None else None


def _read(path: Path, *, size: int = -1) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(size)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path} cannot be read", detail=error.strerror or "") from None


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def _unwritable(path: Path, error: OSError) -> StateUnwritable:
    return StateUnwritable(
        f"{path} cannot be written",
        detail=f"{error.strerror}. {NOT_SUBMITTED}",
        hint="Make room, or make the folder writable.\nThen run the same command again.",
    )
