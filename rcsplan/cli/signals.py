"""Signals during an apply: the first lets nothing new start, the second leaves at once."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STDERR = 2


@dataclass(slots=True)
class Interruption:
    """Listens for SIGINT and SIGTERM from `arm` on until the context ends; says so as text or as a JSON line."""

    as_json: bool = False
    received: int = 0
    _before: tuple[object, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in zip(_SIGNALS, self._before, strict=False):
            signal.signal(number, handler)  # type: ignore[arg-type]  # it is what signal() returned

    def arm(self) -> None:
        """From now on the first signal only asks to finish."""
        self._before = tuple(signal.signal(number, self._receive) for number in _SIGNALS)

    def objection(self) -> str:
        """Why nothing new may start, or an empty text."""
        return "the run was interrupted" if self.received else ""

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self.received:
            # At once means without any cleaning up: what is in flight is in the state as an intent.
            os._exit(128 + number)
        self.received = number
        self._say("finishing what is in flight. Once more to leave at once.")

    def _say(self, what: str) -> None:
        line = json.dumps({"event": "interrupted", "detail": what}) if self.as_json else f"Interrupted: {what}"
        # Past the stream: a handler may have come upon it in the middle of a write, where it admits no other.
        with suppress(OSError):
            os.write(_STDERR, f"{line}\n".encode())
