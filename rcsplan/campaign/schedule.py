"""When a send starts: wall times in a zone, the instants that they name, and the provider's horizon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: Days for which the provider accepts `start_at`, today included (bsg-api.md section 4.4).
HORIZON_DAYS = 30

#: No submission leaves with less time than this to its start (design section 4).
LEAD_FLOOR = timedelta(minutes=2)


class NonexistentTimeError(ValueError):
    """A wall time that the clocks of its zone skip; `before` and `after` are one such skip away from it."""

    def __init__(self, wall: datetime, zone: ZoneInfo) -> None:
        super().__init__(f"{wall:%Y-%m-%d %H:%M:%S} does not exist in {zone.key}: the clocks skip it")
        self.after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)
        self.before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).astimezone(zone)


class AmbiguousTimeError(ValueError):
    """A wall time that happens twice in its zone; `readings` are the two instants in that zone."""

    def __init__(self, wall: datetime, zone: ZoneInfo) -> None:
        super().__init__(f"{wall:%Y-%m-%d %H:%M:%S} happens twice in {zone.key}: the clocks are set back over it")
        self.readings = (wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1))


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The UTC instant that a naive wall time names in a zone.

    Raises:
        NonexistentTimeError: the clocks skip this time.
        AmbiguousTimeError: this time happens twice.
    """
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    instant = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return instant
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        raise NonexistentTimeError(wall, zone)
    raise AmbiguousTimeError(wall, zone)


def wall_time_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """The naive wall time of an instant in a zone, only where that wall time names this instant alone.

    Raises:
        AmbiguousTimeError: the zone shows the same wall time twice, so a reader could take it for another instant.
    """
    wall = instant.astimezone(zone).replace(tzinfo=None)
    instant_of(wall, zone)
    return wall


def _spoken(wall: datetime, zone: str) -> str:
    seconds = ":%S" if wall.second else ""
    return f"{wall.strftime(f'%Y-%m-%d %H:%M{seconds}')} {zone}"


def horizon(now: datetime, zone: ZoneInfo) -> datetime:
    """The last moment, in UTC, for which the provider accepts `start_at` (bsg-api.md section 4.4), in account time."""
    today: date = now.astimezone(zone).date()
    last = datetime.combine(today + timedelta(days=HORIZON_DAYS - 1), time(23, 59, 59))
    return last.replace(tzinfo=zone).astimezone(UTC)


def opens_on(start: datetime, zone: ZoneInfo) -> date:
    """The first date, in account time, on which a start is inside the provider's horizon."""
    return start.astimezone(zone).date() - timedelta(days=HORIZON_DAYS - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A start at a wall time: `wall` is naive and declared in `zone`; `start` is its UTC instant.

    `keeps_seconds` says that the author wrote seconds, or the provider's own `start_at`: such a time goes over the wire
    as it is.
    """

    wall: datetime
    zone: str
    start: datetime
    keeps_seconds: bool

    @property
    def declared(self) -> str:
        """The time as declared, which is what digests are taken of."""
        return f"{self.wall:%Y-%m-%dT%H:%M:%S} {self.zone}"

    @property
    def spoken(self) -> str:
        """The time as declared, as a sentence names it."""
        return _spoken(self.wall, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """A start as soon as it is applied, at the latest at `until` (UTC), declared as the naive `wall` in `zone`."""

    wall: datetime
    zone: str
    until: datetime

    @property
    def declared(self) -> str:
        """The time as declared, which is what digests are taken of."""
        return f"now until {self.wall:%Y-%m-%dT%H:%M:%S} {self.zone}"

    @property
    def spoken(self) -> str:
        """The last moment as declared, as a sentence names it."""
        return _spoken(self.wall, self.zone)


Schedule = Scheduled | Instant
