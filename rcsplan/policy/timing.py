"""Rules of when: both clocks of a send, its start and the moment at which its SMS leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, time, timedelta

    from rcsplan.diagnostics import KeyPath
    from rcsplan.policy.candidate import Candidate, World

_START: KeyPath = ("start_at",)
_VALIDITY: KeyPath = ("validity",)


def quiet_hours(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Neither clock falls into the quiet hours of any zone of the audience."""
    hours = world.thresholds.quiet_hours
    if hours is None:
        return
    begins, until = hours
    for what, path, local in _moments(candidate, world):
        if _is_within(local.time(), begins, until):
            yield Finding(
                detail=f"{what} {_clock(local)}, within the quiet hours from {begins:%H:%M} to {until:%H:%M}.",
                path=path,
                way_out=_way_out(path),
            )


def weekdays(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Neither clock falls on a day of the week that is not allowed."""
    allowed = world.thresholds.weekdays
    if allowed is None:
        return
    for what, path, local in _moments(candidate, world):
        if local.weekday() not in allowed:
            yield Finding(
                detail=f"{what} {_clock(local)}, a day that is not allowed.", path=path, way_out=_way_out(path)
            )


def blackout(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Neither clock falls on a day of a calendar, and each calendar knows the year."""
    for what, path, local in _moments(candidate, world):
        for calendar in world.thresholds.calendars:
            day = local.date()
            if (name := calendar.days.get(day.isoformat())) is not None:
                detail = f"{what} {_clock(local)}: {name}, in calendar {calendar.name}."
                yield Finding(detail=detail, path=path, way_out=_way_out(path))
            elif not calendar.covers(day):
                detail = f"{what} {_clock(local)}, of which year calendar {calendar.name} knows no day."
                yield Finding(detail=detail, path=path, way_out=f"Complete calendars/{calendar.name}.yaml.")


def lead(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A submission leaves long enough before its start."""
    at_least = world.thresholds.lead
    if at_least is None or candidate.start_at is None or not candidate.is_due:
        return
    left = candidate.start_at - world.now
    if left < at_least:
        detail = f"It starts in {_span(left)}; {_span(at_least)} are demanded."
        yield Finding(detail=detail, path=_START, way_out="Give it a later time in schedule.at.")


def instant(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A send has a start time."""
    if candidate.start_at is None:
        detail = f"Instant campaigns are not allowed in environment {world.environment}."
        way_out = "Set policy.instant: allow, or give it a time in schedule.at."
        yield Finding(detail=detail, path=_START, way_out=way_out)


def _moments(candidate: Candidate, world: World) -> Iterator[tuple[str, KeyPath, datetime]]:
    """The clocks of a send in each zone of its audience, each moment said once."""
    start = candidate.start_at or world.now
    seen = set()
    for zone in candidate.zones:
        for what, path, moment in (
            ("It starts", _START, start),
            ("It may start as late as", _START, candidate.until),
            ("Its SMS leaves", _VALIDITY, candidate.fallback_at),
        ):
            if moment is not None and (what, shown := _clock(local := moment.astimezone(zone))) not in seen:
                seen.add((what, shown))
                yield what, path, local


def _is_within(clock: time, begins: time, until: time) -> bool:
    if begins <= until:
        return begins <= clock < until
    return clock >= begins or clock < until


def _way_out(path: KeyPath) -> str:
    if path == _START:
        return "Give it another time in schedule.at."
    return "Shorten or lengthen spec.validity: the SMS leaves so many hours after the start."


def _clock(local: datetime) -> str:
    return f"{local:%a %Y-%m-%d %H:%M} {local.tzinfo}"


def _span(span: timedelta) -> str:
    hours, minutes = divmod(int(span.total_seconds() // 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
