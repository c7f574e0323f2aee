"""Spans of time, shares of a whole and amounts of money, as people write them in a project or a manifest."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

from rcsplan.diagnostics import did_you_mean
from rcsplan.manifest.validation import complaint

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SECONDS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_AMOUNT = r"[0-9]{1,12}(?:\.[0-9]{1,8})?"
_TOO_MUCH = 10**12
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%")


def parse_duration(text: object) -> timedelta:
    """Read a span of time such as `60s`, `5m`, `2h` or `7d`.

    Raises:
        PydanticCustomError: `text` is not a duration.
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise complaint(
            "wrong-duration",
            "Not a duration",
            detail="A duration is a whole number and a unit: s, m, h or d.",
            hint="Write for example 60s, 5m, 2h or 7d.",
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def format_duration(duration: timedelta) -> str:
    """A span of time as people write it, in the largest unit that leaves no rest."""
    seconds = int(duration.total_seconds())
    size, unit = next((size, unit) for size, unit in _SECONDS if seconds % size == 0)
    return f"{seconds // size}{unit}"


def parse_share(value: object) -> float:
    """Read a share of a whole, `10%` or `0.1`, as a number from 0 to 1.

    Raises:
        PydanticCustomError: `value` is not a share.
    """
    return float(parse_exact_share(value))


def parse_exact_share(value: object) -> Decimal:
    """Read a share of a whole exactly as it is written, to calculate money with.

    Raises:
        PydanticCustomError: `value` is not a share.
    """
    share = None
    if isinstance(value, str) and (match := _SHARE.fullmatch(value)):
        share = Decimal(match[1]) / 100
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        share = Decimal(str(value))
    if share is None or not 0 <= share <= 1:
        raise complaint(
            "wrong-share",
            "Not a share",
            detail="A share is a percentage from 0% to 100%, or a number from 0 to 1.",
            hint="Write for example 10% or 0.1.",
        )
    return share


def parse_amount(value: object) -> Decimal:
    """Read an amount of money, in quotes or without, exactly as it is written.

    Raises:
        PydanticCustomError: `value` is not an amount.
    """
    amount = None
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        try:
            # By the text of a float, which is the shortest that means it: what the author wrote.
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount < _TOO_MUCH or amount != round(amount, 8):
        raise complaint(
            "wrong-amount",
            "Not an amount of money",
            detail="An amount is a number from 0 on with at most eight decimals, without its currency.",
            hint="Write for example 0.038.",
        )
    return amount


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def check_zone(name: str) -> str:
    """The name, if it is that of an IANA time zone.

    Raises:
        PydanticCustomError: no zone has this name.
    """
    if find_zone(name) is None:
        raise complaint(
            "unknown-timezone",
            "Unknown time zone",
            detail=f"{name!r} is not the name of an IANA time zone.",
            hint=did_you_mean(name, available_timezones()) or "Write a name such as Europe/Kyiv.",
        )
    return name


Duration = Annotated[
    timedelta,
    PlainValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["5m", "2h"]}),
]

_SHARE_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "string", "pattern": rf"^{_SHARE.pattern}$", "examples": ["10%"]},
            {"type": "number", "minimum": 0, "maximum": 1},
        ]
    }
)

Share = Annotated[float, PlainValidator(parse_share), _SHARE_SCHEMA]

ExactShare = Annotated[Decimal, PlainValidator(parse_exact_share), _SHARE_SCHEMA]

Amount = Annotated[
    Decimal,
    PlainValidator(parse_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": f"^{_AMOUNT}$", "examples": ["0.038"]},
            ]
        }
    ),
]

Zone = Annotated[str, AfterValidator(check_zone)]
