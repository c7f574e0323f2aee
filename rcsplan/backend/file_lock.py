"""A lock on a file that the system frees when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from rcsplan.backend.protocol import LockInfo, locked_by
from rcsplan.errors import LockLost, StateLocked, StateUnwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_POLL_SECONDS = 0.1

#: How long even those try who do not want to wait: whoever only looks for the holder has the lock for an instant.
_GLANCE_SECONDS = 0.2


class FileLock:
    """An exclusive lock while the object lives and its file is still the one of that name."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def check(self) -> None:
        """Make sure that nobody broke the lock by removing its file.

        Raises:
            LockLost: somebody did.
        """
        if not _is_the_file_of(self._descriptor, self._path):
            raise LockLost(
                "The lock of the state was broken",
                detail=f"{self._path} is no longer the file that this run locked: somebody ran `rcsplan state unlock`.",
                hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
            )

    def release(self) -> None:
        """Free the lock; the file stays, empty, so that the next holder locks the same one."""
        if self._descriptor < 0:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = -1


def acquire(path: Path, info: LockInfo, *, timeout: float) -> FileLock:
    """Take the lock, waiting up to `timeout` seconds; the folder of `path` is there.

    Raises:
        StateLocked: somebody else holds it.
        StateUnwritable: the lock file cannot be made, or its file system knows no locks.
    """
    deadline = time.monotonic() + max(timeout, _GLANCE_SECONDS)
    while True:
        lock = _attempt(path, info)
        if lock is not None:
            return lock
        if time.monotonic() >= deadline:
            raise locked_by(_named_holder(path))
        time.sleep(_POLL_SECONDS)


def holder_of(path: Path) -> LockInfo | None:
    """Who holds the lock, None where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _try_lock(descriptor) else _read_holder(descriptor)
    finally:
        os.close(descriptor)


def break_lock(path: Path, *, written: Path, patience: float) -> LockInfo | None:
    """Take the name away from a lock that somebody holds, and return who that was.

    Not while its holder is in the middle of a write, which it does with `written` shut: it would then write over what
    the next holder wrote. `patience` is in seconds.

    Raises:
        StateLocked: that write does not end.
    """
    holder = holder_of(path)
    with _shut_in_time(written, patience=patience):
        path.unlink(missing_ok=True)
    return holder


@contextlib.contextmanager
def shut(descriptor: int, *, check: Callable[[], None]) -> Iterator[None]:
    """While the block runs the lock is not broken; the file is the `written` one of `break_lock`.

    Whoever has it shut breaks the lock just now, or has the next one: `check` raises then, and nobody waits for that.
    """
    while not _try_lock(descriptor):
        check()
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextlib.contextmanager
def _shut_in_time(path: Path, *, patience: float) -> Iterator[None]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        # Nobody has written yet.
        yield
        return
    deadline = time.monotonic() + patience
    try:
        while not _try_lock(descriptor):
            if time.monotonic() >= deadline:
                raise StateLocked(
                    "The state is being written at this moment",
                    detail="Its lock cannot be broken between two halves of a write.",
                    hint="Try again. If the process that writes hangs, end it: its lock is free then.",
                )
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _attempt(path: Path, info: LockInfo) -> FileLock | None:
    descriptor = _open(path)
    try:
        if _try_lock(descriptor) and _is_the_file_of(descriptor, path):
            _write_holder(descriptor, info)
            return FileLock(path, descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateUnwritable(
            f"The lock file {path} cannot be made",
            detail=error.strerror or "",
            hint="Make the folder writable, or choose another state path.",
        ) from None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StateUnwritable(
            "The lock file cannot be locked",
            detail=error.strerror or "",
            hint="Keep the state on a file system with locks, or in another backend.",
        ) from None
    return True


def _is_the_file_of(descriptor: int, path: Path) -> bool:
    try:
        named = path.stat()
    except OSError:
        return False
    held = os.fstat(descriptor)
    return (named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)


def _write_holder(descriptor: int, info: LockInfo) -> None:
    text = json.dumps({**asdict(info), "created": info.created.isoformat()})
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
    except OSError as error:
        raise StateUnwritable(
            "The lock file cannot be written",
            detail=error.strerror or "",
            hint="Make room, or make the folder writable.\nThen run the same command again.",
        ) from None


def _read_holder(descriptor: int) -> LockInfo | None:
    try:
        data = json.loads(os.pread(descriptor, 65536, 0))
        return LockInfo(**{**data, "created": datetime.fromisoformat(data["created"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _named_holder(path: Path) -> LockInfo | None:
    # Read without trying the lock: to hold it for an instant would turn away others who ask in that instant.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _read_holder(descriptor)
    finally:
        os.close(descriptor)
