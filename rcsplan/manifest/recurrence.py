"""Recurring starts as a manifest says them: a rule of RFC 5545 in local dates, and wall times."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from rcsplan.campaign.digest import sha256
from rcsplan.manifest.calendars import Day
from rcsplan.manifest.name import Name
from rcsplan.manifest.quantity import Duration, Zone
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The part of a rule that says how often, in the units that a calendar day is not divided by.
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "BYYEARDAY", "BYWEEKNO", "WKST"}
)
_ELSEWHERE = {
    "UNTIL": "Write the last date as schedule.until.",
    "DTSTART": "Write the first date as schedule.from.",
    "BYHOUR": 'Write the times as schedule.at: ["10:00", "18:00"].',
    "BYMINUTE": "Write the time as schedule.at.",
    "BYSECOND": "Write the time as schedule.at.",
}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_ONE_OR_MORE = {
    "anyOf": [
        {"type": "string", "pattern": _CLOCK.pattern},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}
_COUNTED = frozenset({"COUNT", "INTERVAL"})

#: Where it is tried whether a rule ever comes true, and for how long: a leap day may be eight years away.
_SAMPLE, _LONGEST_GAP = date(2026, 1, 1), timedelta(days=9 * 366)


@lru_cache(maxsize=1024)
def _parts_of(rule: str) -> dict[str, str]:
    """The parts of a rule by name.

    Raises:
        PydanticCustomError: it is no rule that we know.
    """
    parts: dict[str, str] = {}
    for piece in rule.removeprefix("RRULE:").split(";"):
        name, equals, value = piece.strip().partition("=")
        name = name.upper()
        if not equals or not value:
            raise _wrong_rule(f"{piece!r} is not written as NAME=VALUE.")
        if name in _ELSEWHERE:
            raise _wrong_rule(f"{name} is not part of the rule here.", _ELSEWHERE[name])
        if name not in _PARTS:
            raise _wrong_rule(f"A rule has no part {name}.", f"Known: {', '.join(sorted(_PARTS))}.")
        if name in parts:
            raise _wrong_rule(f"{name} is given twice.")
        parts[name] = value.upper()
    if parts.get("FREQ") not in _FREQUENCIES:
        hint = "Use DAILY, WEEKLY, MONTHLY or YEARLY; several times of a day are a list in schedule.at."
        raise _wrong_rule("FREQ must say how often in days, weeks, months or years.", hint)
    return parts


def _check_rule(rule: str) -> str:
    parts = _parts_of(rule)
    for name in _COUNTED & parts.keys():
        if not parts[name].isdecimal() or int(parts[name]) == 0:
            raise _wrong_rule(f"{name} is a whole number from 1 on, not {parts[name]!r}.")
    # Of a rule that never comes true nobody would ever see an occurrence, nor the end of the search for one.
    endless = ";".join(f"{name}={value}" for name, value in parts.items() if name != "COUNT")
    if next(dates_of(endless, _SAMPLE, last=_SAMPLE + _LONGEST_GAP), None) is None:
        raise _wrong_rule("There is no date on which it comes true.")
    return rule


def _wrong_rule(detail: str, hint: str = 'For example "FREQ=WEEKLY;BYDAY=FR" (RFC 5545).') -> Exception:
    return complaint("wrong-rule", "Not a recurrence rule", detail=detail, hint=hint)


def dates_of(text: str, first: date, *, last: date | None = None) -> Iterator[date]:
    """The dates of a rule from the first on, each once and in order; up to a last one, for a rule that has no count."""
    # Imported here: most projects have no recurring campaign, and it costs as much as the rest of a start-up.
    from dateutil.rrule import rrule, rrulestr

    parts = ";".join(f"{name}={value}" for name, value in _parts_of(text).items())
    try:
        found = rrulestr(parts, dtstart=datetime.combine(first, time()))
        if last is not None and isinstance(found, rrule):
            found = found.replace(until=datetime.combine(last, time()))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise _wrong_rule(f"{text!r} cannot be read: {error}.") from None
    return (moment.date() for moment in found)


def _as_list(clocks: object) -> object:
    return [clocks] if isinstance(clocks, str) else clocks


def _check_clocks(clocks: list[str]) -> list[str]:
    if not clocks:
        raise complaint("too-short", "Too few entries", detail="At least one time of the day is needed.")
    for index, clock in enumerate(clocks):
        at = (index,) if len(clocks) > 1 else ()
        if _CLOCK.fullmatch(clock) is None:
            detail = f"{clock!r} is no time of the day."
            hint = 'Write it as "10:00"; on which days is said by rrule.'
            raise complaint("wrong-time", "Not a time of the day", detail=detail, hint=hint, at=at)
        if clock in clocks[:index]:
            raise complaint("wrong-value", "Value is given twice", detail=f"{clock} stands twice.", at=at)
    if len({clock[:5] for clock in clocks}) < len(clocks):
        raise complaint("wrong-value", "Value is given twice", detail="Two of the times lie in one minute.")
    return clocks


class RecurringSettings(Settings):
    """When a recurring campaign starts: on the dates of a rule, at one wall time or several."""

    timezone: Zone | None = Field(
        None, description="Zone of the times here; the account's where it is not given.", examples=["Europe/Kyiv"]
    )
    rrule: Annotated[str, AfterValidator(_check_rule)] = Field(
        description="On which dates, as a rule of RFC 5545.", examples=["FREQ=WEEKLY;BYDAY=FR"]
    )
    at: Annotated[list[str], BeforeValidator(_as_list), AfterValidator(_check_clocks), WithJsonSchema(_ONE_OR_MORE)] = (
        Field(description="Wall time of each start, or a list of them.", examples=["10:00", ["10:00", "18:00"]])
    )
    first: Day = Field(
        alias="from",
        description="The first date on which it may start; intervals count from it.",
        examples=["2026-12-01"],
    )
    until: Day | None = Field(None, description="The last date on which it may start.", examples=["2027-03-01"])
    leave_out: Annotated[tuple[Day, ...], Field(strict=False)] = Field(
        (), alias="except", description="Dates that are left out.", examples=[["2026-12-25"]]
    )
    calendars: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Calendars of the project on whose days nothing is sent.", examples=[["ua-holidays"]]
    )
    clock_change: Literal["error", "earlier", "later", "skip"] = Field(
        "error",
        description="What becomes of a wall time that the clocks of its zone or of the account skip or show twice: an "
        "error; earlier or later by as many hours as it takes; or no send on that date.",
    )
    catch_up: Duration | None = Field(
        None, description="How late it may still start where no run submitted it in time; never, where not given."
    )

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.until is not None and self.until < self.first:
            detail = f"The rule ends on {self.until}, before it begins on {self.first}."
            raise complaint("out-of-range", "Value out of range", detail=detail, at=("until",))
        return self

    @property
    def clocks(self) -> tuple[str, ...]:
        """The times of the day, in order."""
        return tuple(sorted(self.at))

    @property
    def digest(self) -> str:
        """Equal for rules that come to the same starts by the same words."""
        return sha256(self.model_dump(mode="json", exclude={"catch_up", "clock_change"}))[:16]
