"""Wall times as the provider writes them, in a zone that no answer names, and instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

#: The only form of a time that any page of the provider documents (bsg-api.md section 2.4).
WIRE_FORMAT = "%Y-%m-%d %H:%M:%S"


def to_wire(instant: datetime, zone: ZoneInfo) -> str:
    """The wall time of an instant in the account's zone, `YYYY-MM-DD HH:MM:SS` (bsg-api.md section 4.4).

    Raises:
        ValueError: the instant is naive, or its wall time occurs twice in that zone, so that the provider, which gets
            no offset, could read it either way.
    """
    if instant.tzinfo is None:
        message = "an instant needs a time zone"
        raise ValueError(message)
    local = instant.astimezone(zone)
    text = local.strftime(WIRE_FORMAT)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        message = f"{text} occurs twice in {zone.key}, when the clocks go back"
        raise ValueError(message)
    return text


def from_wire(time: str | datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a wall time of the provider; of two readings the earlier.

    Raises:
        ValueError: the text is no time.
    """
    naive = parse_wire_time(time) if isinstance(time, str) else time.replace(tzinfo=None)
    return naive.replace(tzinfo=zone).astimezone(UTC)


def parse_wire_time(text: str) -> datetime:
    """The naive wall time of a text such as `2026-12-01 10:00:37`, with a space or a `T`.

    An offset is dropped: only samples that a generator invented carry one, and every caller reads the wall time in the
    zone that is configured for the account (bsg-api.md section 2).

    Raises:
        ValueError: the text is no time.
    """
    return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
