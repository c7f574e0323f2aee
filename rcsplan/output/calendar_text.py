"""The calendar as text: a paragraph a day, a line a send, and what reaches a list twice said beneath it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.output.moments import count, day_of
from rcsplan.output.terminal import shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rcsplan.operations.calendar import CalendarEntry
    from rcsplan.output.terminal import Style

_WIDTH = 80


def format_calendar(entries: Sequence[CalendarEntry], style: Style) -> str:
    """The calendar for people, in the zone of each send."""
    if not entries:
        return "Nothing is declared for these days.\n"
    days = ["\n".join(_day(list(sends), style)) for _, sends in groupby(entries, key=lambda entry: entry.day)]
    colliding = sum(bool(entry.collides_with) for entry in entries)
    tally = count(len(entries), "send") + (f", {colliding} of which share a list on one day" if colliding else "")
    return "\n\n".join([*days, style.bold(f"{tally}.")]) + "\n"


def _day(entries: Sequence[CalendarEntry], style: Style) -> Iterator[str]:
    yield style.bold(day_of(entries[0].start, entries[0].zone))
    for entry in entries:
        local = entry.start.astimezone(ZoneInfo(entry.zone))
        clock = f"till {local:%H:%M}" if entry.is_instant else f"{local:%H:%M}"
        yield f"  {clock:<6} {style.bold(visible(entry.address))}  {style.dim(visible(entry.zone))}"
        yield f"         to {visible(', '.join(entry.lists))} as {visible(entry.sender)}"
        yield f"         {shortened(' '.join(entry.message.split()), _WIDTH - 9)}"
        if entry.fallback_at is not None:
            fallback = entry.fallback_at.astimezone(ZoneInfo(entry.zone))
            yield f"         sms {day_of(entry.fallback_at, entry.zone)} {fallback:%H:%M}"
        if entry.collides_with:
            others = ", ".join(map(visible, entry.collides_with))
            yield style.changed(f"         ! a list also gets {others}")
