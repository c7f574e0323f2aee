"""Disks that fail, run full, crash, or forget at a crash what they were not told to keep."""

import errno
import os
from pathlib import Path

from rcsplan.backend.disk import Disk


class Crash(BaseException):
    """The process ends here: nothing that cleans up after errors may be of help."""


class SteppedDisk(Disk):
    """A disk that raises at its nth step, instead of doing it; a write is then half done."""

    def __init__(self, *, fails_at=None, error=Crash):
        self.calls = []
        self._fails_at = fails_at
        self._error = error

    @property
    def steps(self):
        return len(self.calls)

    def _step(self, name):
        self.calls.append(name)
        if self.steps == self._fails_at:
            raise self._error

    def open(self, path, flags):
        self._step("open")
        return super().open(path, flags)

    def write(self, descriptor, data):
        try:
            self._step("write")
        except BaseException:
            super().write(descriptor, data[: len(data) // 2])
            raise
        super().write(descriptor, data)

    def fsync(self, descriptor):
        self._step("fsync")
        super().fsync(descriptor)

    def rename(self, source, target):
        self._step("rename")
        super().rename(source, target)

    def truncate(self, descriptor, length):
        self._step("truncate")
        super().truncate(descriptor, length)

    def link(self, source, target):
        self._step("link")
        super().link(source, target)


class ForgetfulDisk(SteppedDisk):
    """A disk that keeps at a crash of the machine only what it was told to: the strictest that one may be."""

    def __init__(self, *, fails_at=None):
        super().__init__(fails_at=fails_at)
        self._contents = {}
        self._names = {}

    def fsync(self, descriptor):
        super().fsync(descriptor)
        path, inode = Path(f"/proc/self/fd/{descriptor}").readlink(), os.fstat(descriptor).st_ino
        if path.is_dir():
            self._names[inode] = {entry.name: entry.stat().st_ino for entry in path.iterdir()}
        else:
            self._contents[inode] = path.read_bytes()

    def keep(self, folder):
        """Take all that a folder holds now for kept."""
        self._names[folder.stat().st_ino] = {entry.name: entry.stat().st_ino for entry in folder.iterdir()}
        for entry in folder.iterdir():
            if entry.is_dir():
                self.keep(entry)
            else:
                self._contents[entry.stat().st_ino] = entry.read_bytes()

    def restore(self, folder, target):
        """Write what is left of a folder after the crash into another one."""
        target.mkdir()
        for name, inode in self._names.get(folder.stat().st_ino, {}).items():
            if (folder / name).is_dir():
                self.restore(folder / name, target / name)
            else:
                (target / name).write_bytes(self._contents.get(inode, b""))


class FullDisk(Disk):
    """A disk on which there is room for the first half of what is written, until `is_full` is false."""

    is_full = False

    def write(self, descriptor, data):
        if not self.is_full:
            super().write(descriptor, data)
            return
        super().write(descriptor, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class DiskWithoutLinks(Disk):
    """A disk, such as a memory stick, whose file system has no hard links."""

    def link(self, *_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
