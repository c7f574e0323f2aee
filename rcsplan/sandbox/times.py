"""Wall times as the provider writes them, and the zones they are meant in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_WALL_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")


def known_zone(name: str | None) -> str | None:
    """The name, if it is none or that of a zone which this machine knows.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone, expected a name such as Europe/Kyiv") from error
    return name


def parse_wall_time(text: str, zone: ZoneInfo, *, offset_allowed: bool = False) -> datetime | None:
    """The UTC instant of a `YYYY-MM-DD HH:MM:SS` wall time in `zone`, or None where it is none.

    `T` and a fraction, which the official SDK sends, are tolerated (bsg-api.md section 2.4); an offset only if allowed.
    A time that a clock change makes ambiguous is its earlier reading.
    """
    match = _WALL_TIME.fullmatch(text)
    if match is None or (match[3] and not offset_allowed):
        return None
    try:
        written = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
        return (written if written.tzinfo else written.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def format_wall_time(instant: datetime, zone: ZoneInfo) -> str:
    """The instant as `YYYY-MM-DD HH:MM:SS` in `zone`, without an offset (bsg-api.md section 2)."""
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def format_instant(instant: datetime) -> str:
    """The instant in ISO 8601 and UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
