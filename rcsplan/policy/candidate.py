"""What rules are asked about: a send that is about to be submitted, and the world around it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from rcsplan.campaign.cost import Cost, Sum, sum_of
from rcsplan.campaign.message import cards_of, sms_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime, time, timedelta
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from pydantic import JsonValue

    from rcsplan.campaign.cost import Funds
    from rcsplan.campaign.model import Waiver
    from rcsplan.campaign.seen import Seen
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
    cost: Cost = field(default_factory=Cost)

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
        yield from self.buttons()
        yield from self.media()

    def buttons(self) -> Iterator[tuple[KeyPath, str]]:
        """Every address that a button opens, with its place."""
        yield from self._of_buttons("url")

    def media(self) -> Iterator[tuple[KeyPath, str]]:
        """Every address of a picture or a video, with its place."""
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
class Charge:
    """What a send that was submitted costs at most, and what of that is not yet charged; None where nobody knows."""

    address: str
    at: datetime
    amount: Decimal | None
    open: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What sends may cost at most: at worst, or as expected."""

    max: Decimal
    basis: Literal["worst", "expected"] = "worst"

    def part_of(self, cost: Cost) -> Decimal | None:
        """The cost that counts."""
        return cost.worst if self.basis == "worst" else cost.expected


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
    fatigue_hourly: int | None = None
    fatigue_hours: int = 24
    opt_out_phrases: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] | None = None
    sms_parts: int | None = None
    cost_per_send: Budget | None = None
    cost_per_run: Budget | None = None
    cost_per_month: Budget | None = None
    tested_over: int | None = None


@dataclass(frozen=True, kw_only=True)
class World:
    """What surrounds the candidates: the clock, the account's zone, what was sent before, and each other.

    `history` are sends that were submitted, but for those that the plan stops or replaces, and `charges` what these
    cost. `funds` are None where nobody asked for them. `web` is what was seen at their addresses, where anybody looked.
    `tested` are the digests of the contents that were sent to a seed list.
    """

    now: datetime
    zone: ZoneInfo
    reaches_people: bool = False
    environment: str = ""
    thresholds: Thresholds = field(default_factory=Thresholds)
    history: Iterable[Touch] = ()
    charges: tuple[Charge, ...] = ()
    currency: str = ""
    funds: Funds | None = None
    candidates: tuple[Candidate, ...] = ()
    web: Mapping[str, Seen] = field(default_factory=dict)
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
    def run_costs(self) -> Mapping[str, Sum]:
        """What a due candidate costs with those that start before it in the same run, by address."""
        return self._costs_up_to(self.thresholds.cost_per_run, lambda candidate: () if candidate.is_due else None)

    @cached_property
    def month_costs(self) -> Mapping[str, Sum]:
        """What a candidate costs with all that was or will be sent before it in its month, by address."""
        spent = {month: sum_of(amounts) for month, amounts in self._charged.items()}
        return self._costs_up_to(self.thresholds.cost_per_month, lambda one: self.month_of(one.start_at), spent)

    @cached_property
    def worst_costs(self) -> Mapping[str, Sum]:
        """What a due candidate costs at worst with those that start before it, by address."""
        return self._costs_up_to(None, lambda candidate: () if candidate.is_due else None)

    @cached_property
    def reserved(self) -> Sum:
        """What earlier sends may still be charged."""
        return sum_of(charge.open for charge in self.charges)

    @cached_property
    def busiest_month(self) -> Decimal | None:
        """What the dearest month with a candidate comes to at worst; None where a cost of it is not known."""
        spent = {month: sum_of(amounts) for month, amounts in self._charged.items()}
        sums = self._costs_up_to(None, lambda one: self.month_of(one.start_at), spent).values()
        return max((one.amount for one in sums), default=None) if not any(one.unknown for one in sums) else None

    def month_of(self, start: datetime | None) -> tuple[int, int]:
        """The calendar month of a start in the account's zone; an instant campaign starts now."""
        local = (start or self.now).astimezone(self.zone)
        return local.year, local.month

    @cached_property
    def _charged(self) -> Mapping[tuple[int, ...], list[Decimal | None]]:
        found: defaultdict[tuple[int, ...], list[Decimal | None]] = defaultdict(list)
        for charge in self.charges:
            found[self.month_of(charge.at)].append(charge.amount)
        return found

    def _costs_up_to(
        self,
        budget: Budget | None,
        span_of: Callable[[Candidate], tuple[int, ...] | None],
        spent: Mapping[tuple[int, ...], Sum] | None = None,
    ) -> Mapping[str, Sum]:
        """What each candidate costs with those before it in the same span; those without a span are left out."""
        totals: dict[tuple[int, ...], Sum] = dict(spent or {})
        sums = {}
        for candidate in self._in_order:
            span = span_of(candidate)
            if span is not None:
                amount = candidate.cost.worst if budget is None else budget.part_of(candidate.cost)
                sums[candidate.address] = totals[span] = totals.get(span, Sum()).plus(amount)
        return sums

    @cached_property
    def touches(self) -> Mapping[int, tuple[Touch, ...]]:
        """Everything that writes to a list, by time: what was submitted, and the candidates."""
        found: defaultdict[int, list[Touch]] = defaultdict(list)
        for touch in self.history:
            found[touch.list_id].append(touch)
        for candidate in self._in_order:
            for entry in candidate.lists:
                at = candidate.start_at or self.now
                found[entry.id].append(Touch(list_id=entry.id, address=candidate.address, at=at, planned=True))
        return {list_id: tuple(sorted(touches, key=lambda touch: touch.at)) for list_id, touches in found.items()}

    @cached_property
    def _in_order(self) -> list[Candidate]:
        return sorted(self.candidates, key=lambda candidate: (candidate.start_at or self.now, candidate.address))
