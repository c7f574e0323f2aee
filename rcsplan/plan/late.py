"""Late starts: what no run submitted in time starts later, as far as its author allows (design section 4); pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.schedule import Scheduled
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from datetime import datetime

    from rcsplan.campaign.model import DesiredSet, Send
    from rcsplan.plan.facts import Facts, Rules
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

#: Time for the apply itself, between the plan that says when a late send starts and its submission.
_ROOM = timedelta(minutes=3)
_MINUTE = timedelta(minutes=1)


def with_late_starts(desired: DesiredSet, state: State, facts: Facts, rules: Rules) -> DesiredSet:
    """The desired set in which a start that passed without a submission is as late as `catch_up` allows.

    What was submitted late keeps its start. The declared time stays, and with it the digest.
    """
    late = {
        send.address: made
        for send in desired
        if send.catch_up and isinstance(send.schedule, Scheduled)
        if (made := _late(send, send.schedule, state, now=facts.now, lead=rules.min_lead)) is not None
    }
    return replace(desired, sends={**desired.sends, **late}) if late else desired


def _late(send: Send, schedule: Scheduled, state: State, *, now: datetime, lead: timedelta) -> Send | None:
    """The send with its late start; None where it is in time, or too late."""
    record = state.records_of(str(send.address)).revisions.get(send.revision)
    if record is not None and phase_of(record) is not Phase.WITHDRAWN:
        kept = _late_start_of(record, schedule)
        return _starting(send, schedule, kept) if kept is not None else None
    start = (now + lead + _ROOM).replace(second=0, microsecond=0) + _MINUTE
    if schedule.start - now >= lead or start > schedule.start + send.catch_up:
        return None
    note = f"It is late: {schedule.spoken} passed without a submission, and schedule.catch_up allows it."
    return replace(_starting(send, schedule, start), notes=(*send.notes, note))


def _late_start_of(record: Record, schedule: Scheduled) -> datetime | None:
    """The start of what was submitted late; a second of its own makes nothing late."""
    if record.start_at is None or record.declared_start != schedule.declared:
        return None
    return record.start_at if record.start_at - schedule.start >= _MINUTE else None


def _starting(send: Send, schedule: Scheduled, start: datetime) -> Send:
    keeps_seconds = schedule.keeps_seconds or start.second != 0
    return replace(send, schedule=replace(schedule, start=start, keeps_seconds=keeps_seconds))
