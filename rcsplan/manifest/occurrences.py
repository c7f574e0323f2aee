"""The occurrences of a recurring campaign: each start of its rule, keyed by its local date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from rcsplan.campaign.schedule import (
    AmbiguousTimeError,
    NonexistentTimeError,
    Scheduled,
    instant_of,
    wall_time_of,
)
from rcsplan.manifest.calendars import parse_date, skipped, uncovered
from rcsplan.manifest.recurrence import dates_of
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from rcsplan.manifest.calendars import Calendar, Calendars
    from rcsplan.manifest.recurrence import RecurringSettings

#: Occurrences that one reading of a manifest looks at; a daily rule of three times comes to a hundred.
MAX_OCCURRENCES = 1000

#: A wall time that the clocks skip or show twice is moved by whole hours, past the changes of both zones.
_HOUR = timedelta(hours=1)
_MOVES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One start of a rule: `key` is its part of the address, `index` its number among the dates of the rule.

    `rule` is the digest of the rule; `catch_up` is how late it may still start; `note` says for people that it does not
    start at the time of the rule.
    """

    key: str
    index: int
    schedule: Scheduled
    rule: str
    catch_up: timedelta = timedelta(0)
    note: str = ""

    @property
    def variables(self) -> dict[str, object]:
        """What templates know as `occurrence`."""
        wall = self.schedule.wall
        return {"date": self.key.partition("T")[0], "at": f"{wall:%Y-%m-%d %H:%M}", "index": self.index}


def occurrences(
    settings: RecurringSettings, *, account: str, since: datetime, last: datetime, calendars: Calendars
) -> Iterator[Occurrence]:
    """The starts of a rule after `since`, up to `last`, and the first one beyond it.

    Raises:
        PydanticCustomError: one of them does not exist or is ambiguous, a calendar says nothing of its year, or there
            are too many.
    """
    zone = ZoneInfo(settings.timezone or account)
    closed = tuple(_found(calendars, name, index) for index, name in enumerate(settings.calendars))
    begins = since.astimezone(zone).date() - timedelta(days=1)
    found = 0
    for index, day in enumerate(dates_of(settings.rrule, parse_date(settings.first)), start=1):
        if settings.until is not None and day > parse_date(settings.until):
            return
        if day < begins or day.isoformat() in settings.leave_out:
            continue
        _check_calendars(closed, day, settings)
        if skipped(closed, day) is not None:
            continue
        starts = [one for one in _starts_on(day, index, settings, zone, account) if one.schedule.start > since]
        yield from starts
        found += len(starts)
        if found > MAX_OCCURRENCES:
            detail = f"More than {MAX_OCCURRENCES} starts of it were never looked at."
            hint = "Put schedule.from to a later date."
            raise complaint("too-long", "Too many occurrences", detail=detail, hint=hint, at=("rrule",))
        if any(one.schedule.start > last for one in starts):
            return


def _found(calendars: Calendars, name: str, index: int) -> Calendar:
    try:
        return calendars.find(name)
    except PydanticCustomError as error:
        context = dict(error.context or {})
        raise PydanticCustomError(error.type, "{summary}", {**context, "at": ("calendars", index)}) from None


def _check_calendars(closed: tuple[Calendar, ...], day: date, settings: RecurringSettings) -> None:
    for name in uncovered(closed, day):
        detail = f"calendars/{name}.yaml has no day in {day.year}, and an occurrence falls on {day}."
        hint = f"Add the days of {day.year}, or end the rule before: until: {day.year - 1}-12-31."
        at = ("calendars", settings.calendars.index(name) if name in settings.calendars else 0)
        raise complaint("empty-calendar", "Calendar is empty for its year", detail=detail, hint=hint, at=at)


def _starts_on(
    day: date, index: int, settings: RecurringSettings, zone: ZoneInfo, account: str
) -> Iterator[Occurrence]:
    several = len(settings.clocks) > 1
    for clock in settings.clocks:
        wall = datetime.combine(day, time.fromisoformat(clock))
        placed = _placed(wall, settings, zone, ZoneInfo(account))
        if placed is None:
            continue
        moved, start = placed
        keeps_seconds = len(clock) > len("10:00")
        yield Occurrence(
            key=f"{day}T{wall:%H%M}" if several else f"{day}",
            index=index,
            schedule=Scheduled(wall=moved, zone=zone.key, start=start, keeps_seconds=keeps_seconds),
            rule=settings.digest,
            catch_up=settings.catch_up or timedelta(0),
            note="" if moved == wall else f"The clocks change: it starts {moved:%H:%M} instead of {wall:%H:%M}.",
        )


def _placed(
    wall: datetime, settings: RecurringSettings, zone: ZoneInfo, account: ZoneInfo
) -> tuple[datetime, datetime] | None:
    """The wall time at which it starts, moved as the rule says where the clocks change, and its instant."""
    if settings.clock_change == "error":
        return wall, _instant(wall, zone, account)
    step = -_HOUR if settings.clock_change == "earlier" else _HOUR
    for moves in range(_MOVES):
        moved = wall + moves * step
        try:
            return moved, _checked(moved, zone, account)
        except (NonexistentTimeError, AmbiguousTimeError):
            if settings.clock_change == "skip":
                return None
    return wall, _instant(wall, zone, account)


def _checked(wall: datetime, zone: ZoneInfo, account: ZoneInfo) -> datetime:
    start = instant_of(wall, zone)
    wall_time_of(start, account)
    return start.astimezone(UTC)


def _instant(wall: datetime, zone: ZoneInfo, account: ZoneInfo) -> datetime:
    hint = "Say what becomes of it with clock_change: earlier, later or skip, or leave the date out with except."
    try:
        return _checked(wall, zone, account)
    except NonexistentTimeError as error:
        detail = f"{error}. The nearest times are {error.before:%H:%M} and {error.after:%H:%M}."
        raise complaint("nonexistent-time", "Time does not exist", detail=detail, hint=hint, at=("at",)) from None
    except AmbiguousTimeError as error:
        first, second = error.readings
        detail = f"{error}. It may be {first:%Y-%m-%d %H:%M:%S %z} or {second:%Y-%m-%d %H:%M:%S %z}."
        raise complaint("ambiguous-time", "Time happens twice", detail=detail, hint=hint, at=("at",)) from None
