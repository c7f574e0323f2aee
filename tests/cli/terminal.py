"""A terminal: a process on a pseudo-terminal, with somebody who reads what it asks and answers."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

from tests.cli.running import COMMAND, surroundings

_PATIENCE_SECONDS = 30
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A process whose standard streams are all one terminal, but for a standard output that goes to a file."""

    def __init__(self, *arguments, env=None, stdout=os.devnull):
        self.seen = b""
        self._master, slave = pty.openpty()
        with Path(stdout).open("wb") as file:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdin=slave,
                stdout=slave if stdout == os.devnull else file,
                stderr=slave,
                env=surroundings({"COLUMNS": "100", **(env or {})}),
                start_new_session=True,
                preexec_fn=_take_terminal,  # noqa: PLW1509  how else a terminal is taken; and there is one thread here
            )
        os.close(slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def text(self):
        """What was shown so far, without colours and cursor movements."""
        return _ESCAPES.sub(b"", self.seen).decode().replace("\r\n", "\n")

    def await_text(self, text):
        """Read until something is shown."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while text.encode() not in self.seen:
            assert time.monotonic() < deadline, f"{text!r} never came, but {self.seen!r}"
            assert self._read(), f"ended without {text!r}: {self.seen!r}"

    def type(self, text):
        """Type something."""
        os.write(self._master, text.encode())

    def end(self):
        """Read to the end, and return the exit code."""
        while self._read():
            continue
        return self.process.wait(_PATIENCE_SECONDS)

    def _read(self):
        if not select.select([self._master], [], [], _PATIENCE_SECONDS)[0]:
            return False
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # how Linux says that the other side is closed
            return False
        self.seen += piece
        return bool(piece)


def _take_terminal():
    # Opening a terminal in a session without one makes it the session's own, from which Ctrl-C then comes.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
