"""The simulator's clock: real time plus a distance, so that it jumps when told and then runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from rcsplan.errors import ConfigurationError

_YEARS = range(2000, 2200)


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

    def set_to(self, instant: datetime, *, real: datetime) -> Self:
        """A clock that shows `instant` (aware) at the `real` one, and runs on from there.

        Raises:
            ConfigurationError: the instant is centuries away.
        """
        if instant.year not in _YEARS:
            raise _out_of_range()
        return type(self)(ahead=instant - real)

    def advanced(self, by: timedelta, *, real: datetime) -> Self:
        """This clock, put forward (or back, by a negative span).

        Raises:
            ConfigurationError: that would be centuries away.
        """
        try:
            return self.set_to(self.now(real) + by, real=real)
        except OverflowError as error:
            raise _out_of_range() from error


def _out_of_range() -> ConfigurationError:
    return ConfigurationError(
        "The simulated clock cannot be set that far.",
        detail=f"It shows the years {_YEARS.start} to {_YEARS.stop - 1}.",
    )
