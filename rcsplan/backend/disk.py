"""Durable file operations: what returns has reached the disk, and a crash in between leaves the old or the new."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: State names recipients' lists and what was sent to them: for the owner's eyes alone.
_PRIVATE = 0o600


class Disk:
    """The steps that durable writing is made of, one method a system call, so that a test can fail at each."""

    def open(self, path: Path, flags: int) -> int:
        """Open a file for the owner alone."""
        return os.open(path, flags | os.O_CLOEXEC, _PRIVATE)

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of the data."""
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]

    def fsync(self, descriptor: int) -> None:
        """Wait until the file, or folder, has reached the disk."""
        os.fsync(descriptor)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another, all or nothing."""
        source.replace(target)

    def truncate(self, descriptor: int, length: int) -> None:
        """Cut a file to a length in bytes."""
        os.ftruncate(descriptor, length)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name."""
        os.link(source, target)

    def make_folder(self, folder: Path) -> None:
        """Make a folder, and those above it that are not there, so that their names outlive a crash too."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        self.sync_folder(folder.parent)

    def replace(self, path: Path, data: bytes, *, backup: Path | None = None, mode: int = _PRIVATE) -> None:
        """Put new contents in the place of a file, keeping the old ones as `backup`."""
        temporary = path.with_name(path.name + ".tmp")
        self._write_whole(temporary, data)
        if mode != _PRIVATE:
            temporary.chmod(mode)
        if backup is not None and path.exists():
            self._keep(path, backup)
        self.rename(temporary, path)
        self.sync_folder(path.parent)

    def append(self, descriptor: int, data: bytes, *, offset: int) -> None:
        """Append to an open file at its known end; a failure takes back what was written of it."""
        os.lseek(descriptor, offset, os.SEEK_SET)
        try:
            self.write(descriptor, data)
            self.fsync(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                self.truncate(descriptor, offset)
            raise

    def sync_folder(self, folder: Path) -> None:
        """Wait until the names in a folder have reached the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write_whole(self, path: Path, data: bytes) -> None:
        descriptor = self.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            self.write(descriptor, data)
            self.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _keep(self, path: Path, backup: Path) -> None:
        temporary = backup.with_name(backup.name + ".tmp")
        temporary.unlink(missing_ok=True)
        try:
            self.link(path, temporary)
        except OSError:
            # Not every file system has hard links.
            self._write_whole(temporary, path.read_bytes())
        self.rename(temporary, backup)
