"""The simulator's clock: real time plus a distance, so that it jumps when told and then runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self


def real_now() -> datetime:
    """The real time of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedClock:
    """A clock that runs `ahead` of the real one; a negative distance runs behind it."""

    ahead: timedelta = timedelta()

    def now(self, real: datetime) -> datetime:
        """The simulated instant at the `real` one, in UTC."""
        return (real + self.ahead).astimezone(UTC)

    @classmethod
    def showing(cls, instant: datetime, *, real: datetime) -> Self:
        """A clock that shows `instant` (aware) at the `real` one, and runs on from there."""
        return cls(ahead=instant - real)

    def advanced(self, by: timedelta) -> Self:
        """This clock, put forward."""
        return type(self)(ahead=self.ahead + by)
