"""Signals during an apply: the first lets nothing new start, the second leaves at once.

Before the plan is confirmed there is nothing to finish: then the first one already ends the run, and frees the lock.
"""

from __future__ import annotations

import os
import select
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TextIO

from rcsplan.cli.surroundings import utc_now
from rcsplan.errors import Interrupted
from rcsplan.output.stream import Name, format_line

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STDERR = 2


class _Leave(BaseException):
    """The run ends here; no handler of ordinary errors on the way may take it for one."""


@dataclass(slots=True)
class Interruption:
    """Listens for SIGINT and SIGTERM until the context ends, and says so as text or as a JSON line.

    Raises:
        Interrupted: a signal came before `arm` was called.
    """

    as_json: bool = False
    received: int = 0
    _is_armed: bool = False
    _before: tuple[object, ...] = ()
    #: Readable from the first signal on: any thread can wait for it, which no lock of a handler could be trusted with.
    _reader: int = -1
    _writer: int = -1

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        self._before = tuple(signal.signal(number, self._receive) for number in _SIGNALS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in zip(_SIGNALS, self._before, strict=False):
            signal.signal(number, handler)  # type: ignore[arg-type]  # it is what signal() returned
        os.close(self._reader)
        os.close(self._writer)
        if isinstance(error, _Leave):
            raise Interrupted(
                "Interrupted before anything was submitted",
                detail="Nothing was changed at the provider, and the lock is free.",
                signal_number=self.received,
            ) from None

    def arm(self) -> None:
        """From now on the first signal only asks to finish."""
        self._is_armed = True

    def wait(self, seconds: float) -> None:
        """Wait so many seconds, or until a signal has come; in any thread."""
        select.select([self._reader], [], [], max(0.0, seconds))

    def has_come(self) -> bool:
        """Whether a signal asks the run to end."""
        return bool(self.received)

    def read_line(self, stream: TextIO) -> str:
        """A line of a terminal, or an empty text at its end.

        A signal that comes just before the wait begins would be slept over by a plain read: here it ends the wait.
        """
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        before = signal.set_wakeup_fd(writer)
        try:
            select.select([stream.fileno(), reader], [], [])
            return stream.readline()
        except _Leave:
            os.write(_STDERR, b"\n")  # what is said next begins on a line of its own
            raise
        finally:
            signal.set_wakeup_fd(before)
            os.close(reader)
            os.close(writer)

    def objection(self) -> str:
        """Why nothing new may start, or an empty text."""
        return "the run was interrupted" if self.received else ""

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self.received:
            # At once means without any cleaning up: what is in flight is in the state as an intent.
            os._exit(128 + number)
        self.received = number
        os.write(self._writer, b"!")
        if not self._is_armed:
            raise _Leave
        self._say("finishing what is in flight. Once more to leave at once.")

    def _say(self, what: str) -> None:
        line = format_line(Name.INTERRUPTED, utc_now(), detail=what) if self.as_json else f"Interrupted: {what}"
        # Past the stream: a handler may have come upon it in the middle of a write, where it admits no other.
        with suppress(OSError):
            os.write(_STDERR, f"{line}\n".encode())
