"""`suspend`: a pause of `run`, for a reason and until a moment."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from rcsplan.manifest.settings import Settings
from rcsplan.manifest.timing import parse_wall_time
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


#: Years at the ends of the calendar, of which there is no telling what time it is elsewhere.
_ENDS = frozenset({MINYEAR, MAXYEAR})


def _check_moment(text: str) -> str:
    moment = _with_offset(text) or parse_wall_time(text)
    if moment.year in _ENDS:
        raise complaint("wrong-time", "Not a moment that can be waited for", detail=f"{text!r} is of no year of ours.")
    return text


class SuspensionSettings(Settings):
    """Why `run` does nothing, and until when."""

    reason: str = Field(min_length=1, description="Why, for people.", examples=["Stock-taking"])
    until: Annotated[str, AfterValidator(_check_moment)] | None = Field(
        None,
        description="When it ends by itself: a time in the account's zone, or one with an offset.",
        examples=["2026-12-24 09:00", "2026-12-24T09:00+02:00"],
    )

    def ends_at(self, zone: ZoneInfo) -> datetime | None:
        """When it ends, in UTC; None where nobody said.

        Of a time that the zone's clocks show twice it is the later one, for the longer pause does no harm.
        """
        if self.until is None:
            return None
        end = _with_offset(self.until)
        if end is not None:
            return end.astimezone(UTC)
        wall = parse_wall_time(self.until)
        return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _with_offset(text: str) -> datetime | None:
    """A time that names its offset; None for any other text."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
