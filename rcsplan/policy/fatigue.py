"""Rules of how often a contact list is written to, across all campaigns: by days, and by rolling hours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rcsplan.policy.candidate import AudienceList, Candidate, World

#: How many other sends a finding names.
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A span in which sends are counted: `length` is in the numbers that `number_of` gives to instants."""

    spoken: str
    length: int
    around: timedelta
    number_of: Callable[[datetime], int]
    named: Callable[[datetime], str]
    way_out: str


def fatigue(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A contact list is written to only so many times in so many days, across all campaigns."""
    most, days = world.thresholds.fatigue, world.thresholds.fatigue_days
    if most is None:
        return
    window = _Window(
        spoken=_spoken(days, "day"),
        length=days,
        # An instant alone does not tell how far apart two local dates are.
        around=timedelta(days=days + 1),
        number_of=lambda at: _day(at, world).toordinal(),
        named=lambda at: f"on {_day(at, world)}",
        way_out="Move it to another day, or leave it out.",
    )
    yield from _tired(candidate, world, most, window)


def fatigue_hours(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A contact list is written to only so many times in so many hours, whatever the date."""
    most, hours = world.thresholds.fatigue_hourly, world.thresholds.fatigue_hours
    if most is None:
        return
    window = _Window(
        spoken=_spoken(hours, "hour"),
        length=hours * 60,
        around=timedelta(hours=hours),
        # By the minute: the second that tells two sends apart must not bring them nearer to each other.
        number_of=lambda at: int(at.timestamp()) // 60,
        named=lambda at: f"at {at.astimezone(world.zone):%Y-%m-%d %H:%M}",
        way_out="Move it to another time, or leave it out.",
    )
    yield from _tired(candidate, world, most, window)


def _tired(candidate: Candidate, world: World, most: int, window: _Window) -> Iterator[Finding]:
    own = window.number_of(candidate.start_at or world.now)
    for index, entry in enumerate(candidate.lists):
        others = [
            (distance, at, address)
            for at, address in _others(candidate, entry, world, window.around)
            if abs(distance := window.number_of(at) - own) < window.length
        ]
        if 1 + _fullest([distance for distance, _, _ in others], window.length) > most:
            named = ", ".join(f"{address} {window.named(at)}" for _, at, address in sorted(others)[:_MOST_NAMED])
            more = f" and {len(others) - _MOST_NAMED} others" if len(others) > _MOST_NAMED else ""
            allowed = "once" if most == 1 else f"{most} times"
            detail = (
                f"List {entry.name!r} ({entry.id}) may be written to {allowed} in {window.spoken}; there "
                f"{'is' if len(others) == 1 else 'are'} {named}{more}."
            )
            yield Finding(detail=detail, path=("groups", index), way_out=window.way_out)


def _others(
    candidate: Candidate, entry: AudienceList, world: World, around: timedelta
) -> Iterator[tuple[datetime, str]]:
    """What else writes to a list about the same time; of the candidates those that come before this one."""
    touches, own = world.touches[entry.id], candidate.start_at or world.now
    first = bisect_left(touches, own - around, key=lambda touch: touch.at)
    last = bisect_right(touches, own + around, key=lambda touch: touch.at)
    for touch in touches[first:last]:
        if not touch.planned or (touch.at, touch.address) < (own, candidate.address):
            yield touch.at, touch.address


def _fullest(distances: list[int], length: int) -> int:
    """The most of the other sends that lie in one window with this one, which is at 0."""
    ordered = sorted(distances)
    ends = [0, *(distance for distance in ordered if distance > 0)]
    return max(bisect_right(ordered, end) - bisect_right(ordered, end - length) for end in ends)


def _spoken(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _day(at: datetime, world: World) -> date:
    return at.astimezone(world.zone).date()
