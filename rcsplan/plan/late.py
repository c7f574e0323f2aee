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
    from rcsplan.state.sends import State

#: Time for the apply itself, between the plan that says when a late send starts and its submission.
_ROOM = timedelta(minutes=3)
_MINUTE = timedelta(minutes=1)


def with_late_starts(desired: DesiredSet, state: State, facts: Facts, rules: Rules) -> DesiredSet:
    """The desired set in which a start that passed without a submission is as late as `catch_up` allows.

    What was submitted late keeps its start. The declared time stays, and with it the digest.
    """
    late = {
        send.address: _starting(send, send.schedule, start)
        for send in desired
        if send.catch_up and isinstance(send.schedule, Scheduled)
        if (start := _late_start(send, send.schedule, state, now=facts.now, lead=rules.min_lead)) is not None
    }
    return replace(desired, sends={**desired.sends, **late}) if late else desired


def _late_start(send: Send, schedule: Scheduled, state: State, *, now: datetime, lead: timedelta) -> datetime | None:
    latest = schedule.start + send.catch_up
    record = state.records_of(str(send.address)).revisions.get(send.revision)
    if record is not None and phase_of(record) is not Phase.WITHDRAWN:
        same = record.declared_start == schedule.declared and record.start_at is not None
        return record.start_at if same and record.start_at and schedule.start < record.start_at else None
    if schedule.start - now >= lead:
        return None
    start = (now + lead + _ROOM).replace(second=0, microsecond=0) + _MINUTE
    return start if start <= latest else None


def _starting(send: Send, schedule: Scheduled, start: datetime) -> Send:
    note = f"It is late: {schedule.declared} passed without a submission, and schedule.catch_up allows it."
    keeps_seconds = schedule.keeps_seconds or start.second != 0
    return replace(
        send, schedule=replace(schedule, start=start, keeps_seconds=keeps_seconds), notes=(*send.notes, note)
    )
