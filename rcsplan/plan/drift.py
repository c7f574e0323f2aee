"""Drift: campaigns that somebody other than rcsplan changed, and what that means for their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.schedule import Instant, Scheduled
from rcsplan.plan.model import Reason
from rcsplan.plan.verdict import Verdict, blocked, nothing
from rcsplan.state.phase import DRIFTED, Phase, phase_of

if TYPE_CHECKING:
    from datetime import datetime

    from rcsplan.campaign.model import Send
    from rcsplan.state.model import Record


def drifted(send: Send, record: Record, now: datetime) -> Verdict:
    """The verdict on a send whose campaign has drifted: a block, and after its time a note."""
    what = drift_sentence(record)
    last = send.schedule.until if isinstance(send.schedule, Instant) else record.start_at
    is_wanted_later = isinstance(send.schedule, Scheduled) and send.schedule.start > now
    if last is not None and last <= now and not is_wanted_later:
        return nothing(record, f"{what} Its time has passed.")
    return blocked(Reason.DRIFT, what, prior=record)


def drift_sentence(record: Record) -> str:
    """What happened to a campaign outside rcsplan, as a sentence."""
    match phase_of(record):
        case Phase.STOPPED_OUTSIDE:
            return f"Campaign {record.remote_id} was stopped outside rcsplan."
        case Phase.REFUSED:
            return f"Moderation refused campaign {record.remote_id}."
        case _:
            return f"The provider no longer knows campaign {record.remote_id}."


def is_drift(record: Record) -> bool:
    """Whether the record's campaign was changed by somebody other than rcsplan."""
    return phase_of(record) in DRIFTED
