"""`calendar`: who gets what when, and which lists get more than one message a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.message import cards_of, text_of
from rcsplan.campaign.schedule import Instant
from rcsplan.errors import InvalidContent
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from pydantic import JsonValue

    from rcsplan.campaign.model import Send
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.variables import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One send of a calendar: both its moments, to whom, and what; `body` is its request body.

    `collides_with` are the sends that reach one of its lists on the same day of its zone.
    """

    address: str
    start: datetime
    fallback_at: datetime | None
    zone: str
    sender: str
    lists: tuple[str, ...]
    body: Mapping[str, JsonValue]
    is_instant: bool = False
    collides_with: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        """The date on which it starts, in its own zone."""
        return self.start.astimezone(ZoneInfo(self.zone)).date()

    @property
    def message(self) -> str:
        """What it says, in short."""
        texts = [text_of(self.body), *(card.get("title") or card.get("text") for card in cards_of(self.body))]
        return next((text for text in texts if isinstance(text, str) and text), "media alone")


def calendar(
    environment: Environment, variables: Variables, *, now: datetime, until: datetime
) -> tuple[CalendarEntry, ...]:
    """What is declared to start from now until a moment, in order of time.

    Raises:
        InvalidContent: a manifest has an error.
    """
    loaded = load_sends(environment, variables=variables, occasion=Occasion(now=now, ahead=until))
    if loaded.has_errors:
        raise InvalidContent(loaded.diagnostics)
    return in_order(entry for entry in map(entry_of, loaded.desired) if now <= entry.start <= until)


def in_order(entries: Iterable[CalendarEntry]) -> tuple[CalendarEntry, ...]:
    """Entries in order of time, each with those that it collides with."""
    return _with_collisions(sorted(entries, key=lambda entry: (entry.start, entry.address)))


def entry_of(send: Send) -> CalendarEntry:
    """The entry of a send as it is declared."""
    schedule = send.schedule
    is_instant = isinstance(schedule, Instant)
    start = schedule.until if isinstance(schedule, Instant) else schedule.start
    return CalendarEntry(
        address=str(send.address),
        start=start,
        fallback_at=start + send.validity if send.has_sms_fallback else None,
        zone=schedule.zone,
        sender=send.sender,
        lists=tuple(ref.name or str(ref.id) for ref in send.lists),
        body=send.body,
        is_instant=is_instant,
    )


def _with_collisions(entries: Iterable[CalendarEntry]) -> tuple[CalendarEntry, ...]:
    entries = tuple(entries)
    reached: defaultdict[tuple[date, str], list[str]] = defaultdict(list)
    for entry in entries:
        for name in entry.lists:
            reached[entry.day, name].append(entry.address)
    return tuple(
        replace(
            entry,
            collides_with=tuple(
                dict.fromkeys(
                    other for name in entry.lists for other in reached[entry.day, name] if other != entry.address
                )
            ),
        )
        for entry in entries
    )
