"""Heartbeats: a line every so often while a run is silent, so that nobody takes it for one that hangs."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from rcsplan.apply.events import Event, Happening
from rcsplan.output.moments import count

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

#: CI systems end a job that says nothing for some minutes.
SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """How far a run is: its steps in all (0 while there is no plan), those that ended, and those on their way."""

    total: int
    done: int
    in_flight: int


@dataclass(slots=True, kw_only=True)
class Heartbeat:
    """Says how far a run is whenever nothing was heard of it for `every` seconds, as long as the context lasts."""

    say: Callable[[Beat], None]
    every: float = SECONDS
    total: int = 0
    _started: set[str] = field(default_factory=set)
    _done: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _heard: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        # A daemon: a second signal leaves without waiting for anybody.
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def hear(self, event: Event) -> None:
        """Something happened: the next beat is a whole span away."""
        with self._lock:
            if event.happening is Happening.STARTED:
                self._started.add(event.address)
            elif event.is_final:
                self._started.discard(event.address)
                self._done += 1
        self._heard.set()

    @property
    def beat(self) -> Beat:
        """How far the run is now."""
        return Beat(total=self.total, done=min(self._done, self.total), in_flight=len(self._started))

    def _beat(self) -> None:
        while not self._ended.wait(self.every):
            if not self._heard.is_set():
                self.say(self.beat)
            self._heard.clear()


def format_beat(beat: Beat) -> str:
    """A beat in a sentence."""
    if not beat.total:
        return "Still looking at the account."
    return f"Still applying: {beat.done:,} of {count(beat.total, 'step')} done, {beat.in_flight:,} in flight."
