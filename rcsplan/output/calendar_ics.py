"""The calendar as iCalendar (RFC 5545), for the calendars that people already look at."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rcsplan.operations.calendar import CalendarEntry

#: Shown as so long; a send has no length of its own.
_LENGTH = timedelta(minutes=15)


def format_ics(entries: Iterable[CalendarEntry], *, project: str, environment: str, now: datetime) -> str:
    """One event for each start, and one for each SMS fallback; an event keeps its identity when its time changes."""
    # Imported here: no other command needs it.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//rcsplan//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("name", f"{project} {environment}")

    def add(uid: str, summary: str, start: datetime, description: str) -> None:
        event = Event()
        event.add("uid", f"{uid}@{environment}.{project}.rcsplan")
        event.add("dtstamp", now)
        event.add("dtstart", start.astimezone(UTC))
        event.add("dtend", start.astimezone(UTC) + _LENGTH)
        event.add("summary", summary)
        event.add("description", description)
        calendar.add_component(event)

    for entry in entries:
        add(entry.address, f"{entry.sender}: {entry.address}", entry.start, _description(entry))
        if entry.fallback_at is not None:
            add(f"sms-{entry.address}", f"SMS fallback: {entry.address}", entry.fallback_at, _description(entry))
    return str(calendar.to_ical().decode())


def _description(entry: CalendarEntry) -> str:
    lines = [entry.message, f"To: {', '.join(entry.lists)}"]
    if entry.collides_with:
        lines.append(f"A list also gets: {', '.join(entry.collides_with)}")
    return "\n".join(lines)
