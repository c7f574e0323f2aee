"""Times that authors write: wall times in a zone, and the schedule that a manifest declares."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.schedule import (
    AmbiguousTimeError,
    Instant,
    NonexistentTimeError,
    Schedule,
    Scheduled,
    instant_of,
    wall_time_of,
)
from rcsplan.manifest.complaint import complaint
from rcsplan.manifest.validation import Finding

if TYPE_CHECKING:
    from rcsplan.diagnostics import KeyPath

NOW = "now"
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


def has_seconds(text: str) -> bool:
    """Whether a wall time is written with seconds."""
    match = _WALL.fullmatch(text)
    return match is not None and match[3] is not None


def check_wall_time(text: str) -> str:
    """The text, if it is a wall time.

    Raises:
        PydanticCustomError: it is none.
    """
    parse_wall_time(text)
    return text


def check_start(text: str) -> str:
    """The text, if it is `now` or a wall time.

    Raises:
        PydanticCustomError: it is neither.
    """
    return text if text == NOW else check_wall_time(text)


def scheduled(text: str, path: KeyPath, *, zone: str, account: str, wire: bool = False) -> Scheduled | Finding:
    """The start that a wall time in a zone declares, or why it names no single instant; `wire`: it is spec.start_at."""
    start = _instant(text, path, zone=zone, account=account)
    if isinstance(start, Finding):
        return start
    wall = parse_wall_time(text)
    return Scheduled(wall=wall, zone=zone, start=start, keeps_seconds=wire or has_seconds(text))


def instant(until: str, path: KeyPath, *, zone: str, account: str) -> Schedule | Finding:
    """The instant start that ends at a wall time in a zone, or why that names no single instant."""
    end = _instant(until, path, zone=zone, account=account)
    return end if isinstance(end, Finding) else Instant(wall=parse_wall_time(until), zone=zone, until=end)


def _instant(text: str, path: KeyPath, *, zone: str, account: str) -> datetime | Finding:
    try:
        start = instant_of(parse_wall_time(text), ZoneInfo(zone))
        wall_time_of(start, ZoneInfo(account))
    except NonexistentTimeError as error:
        return Finding(
            code="nonexistent-time",
            summary="Time does not exist",
            path=path,
            detail=f"{error}.",
            hint=f"The nearest times are {error.before:%H:%M} and {error.after:%H:%M}.",
        )
    except AmbiguousTimeError as error:
        first, second = error.readings
        return Finding(
            code="ambiguous-time",
            summary="Time happens twice",
            path=path,
            detail=f"{error}. It may be {first:%Y-%m-%d %H:%M:%S %z} or {second:%Y-%m-%d %H:%M:%S %z}.",
            hint="Choose another time: the provider is told a wall time, which cannot say which of the two is meant.",
        )
    return start


def _hint(text: str) -> str:
    if _CLOCK.fullmatch(text):
        return f'Write the date as well: "2026-12-01 {text}".'
    if _DATE.fullmatch(text):
        return f'Write the time as well: "{text} 10:00".'
    if match := _OFFSET.fullmatch(text):
        return f'Write the wall time alone, "{match[1]}", and its zone as schedule.timezone.'
    return 'Write it as "2026-12-01 10:00".'
