"""What must hold at the moment a submission or stop leaves, asked again right before each."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The spans and counts that bound an apply."""

    parallelism: int = 4
    deadline: timedelta = timedelta(seconds=60)
    intent_ttl: timedelta = timedelta(seconds=30)
    min_lead: timedelta = timedelta(minutes=2)
    stop_margin: timedelta = timedelta(minutes=5)
    attempts: int = 4


@dataclass(slots=True, kw_only=True)
class Gate:
    """Whether anything new may start; once closed it stays closed, and says why.

    `now` is the clock of starts, `real` the one that intents are dated by: they differ in a sandbox, whose clock may
    jump. `hold` returns the reason of a HOLD, or an empty text.
    """

    now: Callable[[], datetime]
    real: Callable[[], datetime]
    hold: Callable[[], str]
    limits: Limits
    _closed: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def close(self, why: str) -> None:
        """Let nothing new start, for the first reason given."""
        with self._lock:
            self._closed = self._closed or why

    def objection(self) -> str:
        """Why nothing new may start now, or an empty text."""
        return self._closed or self.hold()

    def objection_to_start(self, start_at: datetime | None, until: datetime | None) -> str:
        """Why a submission for this start may not leave now, or an empty text."""
        moment = self.now()
        if start_at is not None and start_at - moment < self.limits.min_lead:
            return f"its start is less than {self.limits.min_lead.total_seconds() / 60:g} min away"
        if until is not None and moment > until:
            return "the time until which it was to be sent has passed"
        return self.objection()

    def objection_to_stop(
        self, start_at: datetime | None, *, successor_start_at: datetime | None, despite_margin: bool
    ) -> str:
        """Why a stop before this start may not leave now, or an empty text.

        A version that shall follow at once must have the room that is left for it when plans are made.
        """
        moment, margin = self.now(), self.limits.stop_margin
        if start_at is not None and start_at - moment < margin and not despite_margin:
            return f"its start is less than {margin.total_seconds() / 60:g} min away"
        room = margin + self.limits.min_lead
        if successor_start_at is not None and successor_start_at - moment < room:
            return f"its new start is less than {room.total_seconds() / 60:g} min away"
        return self.objection()
