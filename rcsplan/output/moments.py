"""Times, spans and numbers as people read them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from rcsplan.plan.model import Action, Suspension

_CENT = Decimal("0.01")

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def moment(instant: datetime, zone: str) -> str:
    """`Tue 1 Dec 2026 10:00 Europe/Kyiv`, with seconds only where there are any."""
    return " ".join(parts_of(instant, zone))


def declared(action: Action, instant: datetime) -> datetime:
    """A moment of a send as it follows from what was declared: without the second that rcsplan chose."""
    return instant.replace(second=0) if has_own_second(action) else instant


def has_own_second(action: Action) -> bool:
    """Whether rcsplan chose the second at which it starts."""
    return action.start_at is not None and bool(action.start_at.second) and ":00 " in action.declared_start


def parts_of(instant: datetime, zone: str) -> tuple[str, str, str]:
    """Date, clock and zone of a moment.

    In UTC where the zone is unknown here, or the instant has no time there: plans and states come from elsewhere, too.
    """
    try:
        local = instant.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError, OverflowError):
        local, zone = instant, "UTC"
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return date_of(local), clock, zone


def day_of(instant: datetime, zone: str) -> str:
    """`Tue 1 Dec 2026`, the date of an instant in a zone."""
    return date_of(instant.astimezone(ZoneInfo(zone)))


def date_of(day: date) -> str:
    """`Tue 1 Dec 2026`."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def span(length: timedelta) -> str:
    """`in 7 d 1 h`: the largest unit of a span ahead and the next smaller, or `3 h ago` for one behind."""
    minutes = int(abs(length).total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    pair = ((days, "d"), (hours, "h")) if days else ((hours, "h"), (minutes, "min"))
    text = " ".join(f"{number:,} {unit}" for number, unit in pair if number) or "under a minute"
    return f"{text} ago" if length < timedelta(0) else f"in {text}"


def paused(pause: Suspension, zone: str) -> str:
    """Why `run` does nothing, and until when."""
    end = "the project says otherwise" if pause.until is None else moment(pause.until, zone)
    return f"{pause.reason.rstrip('.')}. `run` does nothing until {end}."


def count(number: int, one: str, many: str = "") -> str:
    """`1 contact`, `1,240 contacts`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def money(amount: Decimal, currency: str) -> str:
    """`1,911.00 EUR`, rounded to cents; what is under half a cent is not made nothing.

    >>> money(Decimal("1910.994"), "EUR"), money(Decimal("0.0042"), "EUR")
    ('1,910.99 EUR', '0.0042 EUR')
    """
    cents = amount.quantize(_CENT, ROUND_HALF_UP)
    return f"{cents if cents or not amount else amount.normalize():,f} {visible(currency)}".rstrip()
