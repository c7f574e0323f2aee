"""Rules of how often a contact list is written to, across all campaigns: by days, and by rolling hours."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rcsplan.policy.candidate import AudienceList, Candidate, World


def fatigue(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A contact list is written to only so many times in so many days, across all campaigns."""
    most, days = world.thresholds.fatigue, world.thresholds.fatigue_days
    if most is not None:
        yield from _tired(candidate, world, most, days, unit="day", number_of=lambda at: _day(at, world).toordinal())


def fatigue_hours(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A contact list is written to only so many times in so many hours, whatever the date."""
    most, hours = world.thresholds.fatigue_hourly, world.thresholds.fatigue_hours
    if most is not None:
        # By the minute: the second that tells two sends apart must not bring them nearer to each other.
        yield from _tired(candidate, world, most, hours, unit="hour", number_of=lambda at: _minute(at) / 60)


def _tired(
    candidate: Candidate, world: World, most: int, span: int, *, unit: str, number_of: Callable[[datetime], float]
) -> Iterator[Finding]:
    own = number_of(candidate.start_at or world.now)
    # Two days more, for an instant alone does not tell how far apart two local dates are.
    times = "once" if most == 1 else f"{most} times"
    reach = (timedelta(days=span) if unit == "day" else timedelta(hours=span)) + timedelta(days=2)
    for index, entry in enumerate(candidate.lists):
        others = [(number_of(at) - own, at, address) for at, address in _others(candidate, entry, world, reach)]
        near = sorted((at, address) for distance, at, address in others if abs(distance) < span)
        if 1 + _fullest([distance for distance, _, _ in others], span) > most:
            named = ", ".join(f"{address} {_when(at, unit, world)}" for at, address in near)
            detail = (
                f"List {entry.name!r} ({entry.id}) may be written to {times} in {_spoken(span, unit)}; there "
                f"{'is' if len(near) == 1 else 'are'} {named}."
            )
            way_out = f"Move it to another {'day' if unit == 'day' else 'time'}, or leave it out."
            yield Finding(detail=detail, path=("groups", index), way_out=way_out)


def _others(
    candidate: Candidate, entry: AudienceList, world: World, reach: timedelta
) -> Iterator[tuple[datetime, str]]:
    """What else writes to a list about the same time; of the candidates those that come before this one."""
    touches, own = world.touches[entry.id], candidate.start_at or world.now
    first = bisect_left(touches, own - reach, key=lambda touch: touch.at)
    last = bisect_right(touches, own + reach, key=lambda touch: touch.at)
    for touch in touches[first:last]:
        if not touch.planned or (touch.at, touch.address) < (own, candidate.address):
            yield touch.at, touch.address


def _fullest(distances: Iterable[float], span: int) -> int:
    """The most of the other sends that lie with this one, at 0, in a span."""
    near = [distance for distance in distances if abs(distance) < span]
    ends = [0.0, *(distance for distance in near if distance > 0)]
    return max(sum(end - span < distance <= end for distance in near) for end in ends)


def _when(at: datetime, unit: str, world: World) -> str:
    return f"on {_day(at, world)}" if unit == "day" else f"at {at.astimezone(world.zone):%Y-%m-%d %H:%M}"


def _spoken(span: int, unit: str) -> str:
    return f"{span} {unit}{'' if span == 1 else 's'}"


def _day(at: datetime, world: World) -> date:
    return at.astimezone(world.zone).date()


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60
