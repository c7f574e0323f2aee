"""The recovery file: outcomes that a store did not confirm, kept on this machine until they are recorded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rcsplan.backend.disk import Disk
from rcsplan.errors import StateError, StateUnwritable
from rcsplan.state.recovery import format_unconfirmed, parse_unconfirmed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rcsplan.state.recovery import Unconfirmed


class RecoveryFile:
    """A journal of unconfirmed outcomes, for the owner's eyes alone; not there while there are none."""

    def __init__(self, path: Path, *, disk: Disk | None = None) -> None:
        self._path = path
        self._disk = disk or Disk()

    @property
    def location(self) -> str:
        """Where the file is, for people."""
        return str(self._path)

    @property
    def is_there(self) -> bool:
        """Whether anything is kept, of whatever state."""
        return self._path.exists()

    def keep(self, entries: Iterable[Unconfirmed]) -> None:
        """Add entries; when this returns they survive a crash of the machine.

        Raises:
            StateUnwritable: the disk did not confirm the write.
        """
        text = format_unconfirmed(entries).encode("utf-8", "surrogatepass")
        try:
            self._disk.make_folder(self._path.parent)
            descriptor = self._disk.open(self._path, os.O_RDWR | os.O_CREAT)
            try:
                self._disk.append(descriptor, text, offset=_end_of_whole_lines(self._path))
                self._disk.sync_folder(self._path.parent)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StateUnwritable(f"{self._path} cannot be written", detail=error.strerror or "") from None

    def entries(self, lineage: str) -> tuple[Unconfirmed, ...]:
        """What is kept for the state of a lineage, oldest first.

        Raises:
            StateError: the file cannot be read.
        """
        return tuple(entry for entry in self._all() if entry.lineage == lineage)

    def forget(self, lineage: str) -> None:
        """Keep nothing of this lineage any more.

        Raises:
            StateError: the file cannot be read or written.
        """
        others = [entry for entry in self._all() if entry.lineage != lineage]
        try:
            if others:
                self._disk.replace(self._path, format_unconfirmed(others).encode("utf-8", "surrogatepass"))
            else:
                self._path.unlink(missing_ok=True)
                self._disk.sync_folder(self._path.parent)
        except OSError as error:
            raise StateUnwritable(f"{self._path} cannot be removed", detail=error.strerror or "") from None

    def _all(self) -> tuple[Unconfirmed, ...]:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StateError(f"{self._path} cannot be read", detail=error.strerror or "") from None
        return parse_unconfirmed(text.decode(errors="replace"), name=str(self._path))


def _end_of_whole_lines(path: Path) -> int:
    # A torn last line was never confirmed to anybody; what is added after it would make it damage in the middle.
    return path.read_bytes().rfind(b"\n") + 1
