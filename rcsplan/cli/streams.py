"""Standard output and error of a real run: they outlive their readers and spell out what their encoding lacks."""

from __future__ import annotations

import io
import os
import sys
from typing import Any, TextIO


class _Outliving(io.FileIO):
    """A stream whose reader may leave, as `head` does: the rest is dropped, and the command goes on to its own end.

    Any other failure, such as a full disk, is raised once; what is still buffered then is dropped as well.
    """

    _failed = False

    def write(self, data: Any, /) -> int:
        """Write, or pretend to.

        Raises:
            OSError: the first failure other than that nobody reads.
        """
        if not self._failed:
            try:
                return super().write(data)
            except BrokenPipeError:
                self._failed = True
            except OSError:
                self._failed = True
                raise
        return memoryview(data).nbytes


def prepare_streams() -> None:
    """Put such streams in the place of the standard ones, so that an exit code never depends on who reads."""
    sys.stdout = _prepared(sys.stdout)
    sys.stderr = _prepared(sys.stderr)


def _prepared(stream: TextIO | None) -> TextIO:
    if stream is None:
        # Closed by the caller (`>&-`); the number of the descriptor must not go to a file that is opened later.
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  lives as long as the process
    raw = _Outliving(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.isatty() or stream is sys.stderr,
    )
