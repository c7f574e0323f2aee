"""Times that authors write: wall times in a zone, and the schedule that a manifest declares."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from rcsplan.campaign.schedule import (
    AmbiguousTimeError,
    Instant,
    NonexistentTimeError,
    Scheduled,
    instant_of,
    wall_time_of,
)
from rcsplan.manifest.validation import complaint

NOW = "now"
#: Stands where the author of a copied campaign has to choose a date.
DATE_TO_CHOOSE = "YYYY-MM-DD"
_WALL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
_OFFSET = re.compile(r"(.*\d)\s*(Z|[+-]\d{2}:?\d{2})")


@lru_cache(maxsize=4096)
def parse_wall_time(text: str) -> datetime:
    """Read a wall time, `YYYY-MM-DD HH:MM`, with seconds or without, with a space or a T.

    Raises:
        PydanticCustomError: it is none.
    """
    if _WALL.fullmatch(text) is None:
        raise complaint("wrong-time", "Not a wall time", detail=f"{text!r} is no date and time.", hint=_hint(text))
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        detail = f"{text!r} is no time of the calendar: {error}."
        raise complaint("wrong-time", "Not a wall time", detail=detail) from None


def _has_seconds(text: str) -> bool:
    """Whether a wall time is written with seconds."""
    match = _WALL.fullmatch(text)
    return match is not None and match[3] is not None


@lru_cache(maxsize=4096)
def instant_of_wall_time(text: str, *, zone: str, account: str) -> datetime:
    """The UTC instant of a wall time in a zone, if the account's wall time names that instant alone, too.

    Raises:
        PydanticCustomError: it is no wall time, or names no instant or two.
    """
    wall = parse_wall_time(text)
    try:
        start = instant_of(wall, ZoneInfo(zone))
        wall_time_of(start, ZoneInfo(account))
    except NonexistentTimeError as error:
        hint = f"The nearest times are {error.before:%H:%M} and {error.after:%H:%M}."
        raise complaint("nonexistent-time", "Time does not exist", detail=f"{error}.", hint=hint) from None
    except AmbiguousTimeError as error:
        first, second = error.readings
        raise complaint(
            "ambiguous-time",
            "Time happens twice",
            detail=f"{error}. It may be {first:%Y-%m-%d %H:%M:%S %z} or {second:%Y-%m-%d %H:%M:%S %z}.",
            hint="Choose another time: the provider is told a wall time, which cannot say which of the two is meant.",
        ) from None
    return start


def scheduled_at(text: str, *, zone: str, account: str, on_wire: bool = False) -> Scheduled:
    """The start at a wall time in a zone; `on_wire`: it is the body's own `start_at`, which is kept to the second.

    Raises:
        PydanticCustomError: it is no wall time, or names no instant or two.
    """
    start = instant_of_wall_time(text, zone=zone, account=account)
    return Scheduled(wall=parse_wall_time(text), zone=zone, start=start, keeps_seconds=on_wire or _has_seconds(text))


def instant_until(text: str, *, zone: str, account: str) -> Instant:
    """The start as soon as it is applied, until a wall time in a zone.

    Raises:
        PydanticCustomError: it is no wall time, or names no instant or two.
    """
    end = instant_of_wall_time(text, zone=zone, account=account)
    return Instant(wall=parse_wall_time(text), zone=zone, until=end)


def _hint(text: str) -> str:
    if text.startswith(DATE_TO_CHOOSE):
        return f"Choose the date, and write it in place of {DATE_TO_CHOOSE}."
    if _CLOCK.fullmatch(text):
        return f'Write the date as well: "2026-12-01 {text}".'
    if _DATE.fullmatch(text):
        return f'Write the time as well: "{text} 10:00".'
    if match := _OFFSET.fullmatch(text):
        return f'Write the wall time alone, "{match[1]}", and its zone as schedule.timezone.'
    return 'Write it as "2026-12-01 10:00".'
