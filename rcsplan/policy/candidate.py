"""What rules are asked about: a send that is about to be submitted, and the world around it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from rcsplan.campaign.message import cards_of, sms_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime, time, timedelta
    from zoneinfo import ZoneInfo

    from pydantic import JsonValue

    from rcsplan.campaign.model import Waiver
    from rcsplan.diagnostics import KeyPath

SMS_TEXT: KeyPath = ("alternative_channel", "sms", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceList:
    """A contact list of a send; `contacts` is None where the provider did not tell."""

    id: int
    name: str
    contacts: int | None = None
    default: bool = False


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A send that a plan submits, now or once it opens.

    `start_at` is None for an instant campaign; `fallback_at` is when undelivered messages go out as SMS, None without
    one. `zones` are those in which its audience lives.
    """

    address: str
    payload: Mapping[str, JsonValue]
    start_at: datetime | None
    until: datetime | None = None
    fallback_at: datetime | None = None
    zones: tuple[ZoneInfo, ...]
    lists: tuple[AudienceList, ...] = ()
    content_digest: str = ""
    is_due: bool = True
    has_expectation: bool = False
    waivers: tuple[Waiver, ...] = ()

    @property
    def contacts(self) -> int:
        """Contacts in all lists, as far as the provider told."""
        return sum(entry.contacts or 0 for entry in self.lists)

    @property
    def sms(self) -> Mapping[str, JsonValue] | None:
        """The SMS fallback."""
        return sms_of(self.payload)

    @property
    def sms_text(self) -> str:
        """The text of the SMS fallback, empty without one."""
        return str((self.sms or {}).get("text", ""))

    @property
    def sms_sender(self) -> str:
        """In whose name the SMS fallback goes out, empty without one."""
        return str((self.sms or {}).get("sender", ""))

    def rcs_texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Every text that is read in RCS, with its place: texts, titles and captions."""
        text = text_of(self.payload)
        if text is not None:
            yield ("options", "text"), text
        for index, card in enumerate(cards_of(self.payload)):
            for key in ("title", "text"):
                if isinstance(written := card.get(key), str):
                    yield ("options", "cards", index, key), written
        yield from self._of_buttons("text")

    @cached_property
    def texts(self) -> tuple[tuple[KeyPath, str], ...]:
        """Every text that is read, the SMS included."""
        return (*self.rcs_texts(), *([(SMS_TEXT, self.sms_text)] if self.sms_text else []))

    def urls(self) -> Iterator[tuple[KeyPath, str]]:
        """Every address of a button or of media, with its place."""
        yield from self._of_buttons("url")
        for index, card in enumerate(cards_of(self.payload)):
            media = card.get("media")
            if isinstance(media, dict) and isinstance(url := media.get("url"), str):
                yield ("options", "cards", index, "media", "url"), url

    def _of_buttons(self, key: str) -> Iterator[tuple[KeyPath, str]]:
        for index, card in enumerate(cards_of(self.payload)):
            buttons = card.get("suggestions")
            for number, button in enumerate(buttons if isinstance(buttons, list) else ()):
                if isinstance(button, dict) and isinstance(value := button.get(key), str):
                    yield ("options", "cards", index, "suggestions", number, key), value


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A send that wrote, or will write, to a contact list; `planned` where it is a candidate itself."""

    list_id: int
    address: str
    at: datetime
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDays:
    """A calendar of days on which nothing is sent, by their ISO dates."""

    name: str
    days: Mapping[str, str]

    def covers(self, day: date) -> bool:
        """Whether it says anything of the year of a day."""
        return any(known.startswith(f"{day.year:04}-") for known in self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What the rules measure by; a rule whose threshold is None or empty finds nothing."""

    quiet_hours: tuple[time, time] | None = None
    weekdays: frozenset[int] | None = None
    calendars: tuple[ClosedDays, ...] = ()
    lead: timedelta | None = None
    contacts_per_send: int | None = None
    contacts_per_run: int | None = None
    allowed_lists: tuple[str, ...] | None = None
    forbidden_lists: tuple[str, ...] = ()
    allowed_senders: tuple[str, ...] | None = None
    forbidden_senders: tuple[str, ...] = ()
    fatigue: int | None = None
    fatigue_days: int = 7
    opt_out_phrases: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] | None = None
    sms_parts: int | None = None
    tested_over: int | None = None


@dataclass(frozen=True, kw_only=True)
class World:
    """What surrounds the candidates: the clock, the account's zone, what was sent before, and each other.

    `history` are sends that were submitted, but for those that the plan stops or replaces. `tested` are the digests of
    the contents that were sent to a seed list.
    """

    now: datetime
    zone: ZoneInfo
    reaches_people: bool = False
    environment: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)
    history: Iterable[Touch] = ()
    candidates: tuple[Candidate, ...] = ()
    tested: frozenset[str] = frozenset()

    @cached_property
    def contacts_up_to(self) -> Mapping[str, int]:
        """Contacts of a due candidate and of those that start before it in the same run, by address."""
        total, sums = 0, {}
        for candidate in self._in_order:
            total += candidate.contacts if candidate.is_due else 0
            sums[candidate.address] = total
        return sums

    @cached_property
    def touches(self) -> Mapping[int, tuple[Touch, ...]]:
        """Everything that writes to a list: what was submitted, then the candidates in order of their starts."""
        found: defaultdict[int, list[Touch]] = defaultdict(list)
        for touch in self.history:
            found[touch.list_id].append(touch)
        for candidate in self._in_order:
            for entry in candidate.lists:
                at = candidate.start_at or self.now
                found[entry.id].append(Touch(list_id=entry.id, address=candidate.address, at=at, planned=True))
        return {list_id: tuple(touches) for list_id, touches in found.items()}

    @property
    def _in_order(self) -> list[Candidate]:
        return sorted(self.candidates, key=lambda candidate: (candidate.start_at or self.now, candidate.address))
