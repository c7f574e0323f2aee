"""The calendar as one HTML page that needs no network and runs no script."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.output.message import ShownMessage, shown_message
from rcsplan.output.moments import date_of, day_of
from rcsplan.output.page import format_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from rcsplan.operations.calendar import CalendarEntry


#: More than these are not named: where a whole campaign goes to one list, nobody reads who meets whom.
_COLLISIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLine:
    """A send in a calendar; `anchor` is where the page shows it, `remark` what else is to be known of it."""

    entry: CalendarEntry
    iso: str
    clock: str
    fallback: str
    collisions: str
    anchor: str = ""
    remark: str = ""
    message: ShownMessage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """The sends of a day."""

    name: str
    lines: tuple[CalendarLine, ...]


def format_calendar_html(entries: Sequence[CalendarEntry], *, project: str, environment: str) -> str:
    """The calendar as a page, in the zone of each send, with each message as phones are likely to show it."""
    lines = (calendar_line(entry, message=message_of(entry)) for entry in entries)
    return format_page("calendar.html.j2", title=f"Calendar of {project}, {environment}", days=calendar_days(lines))


def calendar_days(lines: Iterable[CalendarLine]) -> tuple[CalendarDay, ...]:
    """Lines in order of time, a day at a time."""
    return tuple(
        CalendarDay(name=day_of(sends[0].entry.start, sends[0].entry.zone), lines=sends)
        for sends in (tuple(group) for _, group in groupby(lines, key=lambda line: line.entry.day))
    )


def calendar_line(
    entry: CalendarEntry, *, anchor: str = "", remark: str = "", message: ShownMessage | None = None
) -> CalendarLine:
    """A send with its moments in its own zone."""
    local = entry.start.astimezone(ZoneInfo(entry.zone))
    fallback = entry.fallback_at.astimezone(ZoneInfo(entry.zone)) if entry.fallback_at else None
    return CalendarLine(
        entry=entry,
        iso=local.isoformat(),
        clock=f"until {local:%H:%M}" if entry.is_instant else f"{local:%H:%M}",
        fallback=_after(local, fallback) if fallback else "",
        collisions=", ".join(collisions_of(entry)),
        anchor=anchor,
        remark=remark,
        message=message,
    )


def collisions_of(entry: CalendarEntry) -> tuple[str, ...]:
    """The sends that reach one of its lists on the same day; of many the first, and how many more."""
    named, more = entry.collides_with[:_COLLISIONS], len(entry.collides_with) - _COLLISIONS
    return (*named, f"and {more:,} more") if more > 0 else named


def message_of(entry: CalendarEntry) -> ShownMessage | None:
    """The message of a send on every screen, at both its moments."""
    zone = ZoneInfo(entry.zone)
    return shown_message(
        entry.body,
        sender=entry.sender,
        clock="" if entry.is_instant else f"{entry.start.astimezone(zone):%H:%M}",
        sms_clock=f"{entry.fallback_at.astimezone(zone):%H:%M}" if entry.fallback_at and not entry.is_instant else "",
    )


def _after(start: datetime, fallback: datetime) -> str:
    """The moment of the SMS, with its day where it is another one."""
    clock = f"{fallback:%H:%M}"
    return clock if fallback.date() == start.date() else f"{date_of(fallback)} {clock}"
