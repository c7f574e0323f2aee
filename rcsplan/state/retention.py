"""What the state need not keep for ever: the texts that were sent, once nobody compares with them any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.state.model import PutRecord
from rcsplan.state.phase import LIVE, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rcsplan.state.model import Record
    from rcsplan.state.sends import State


def payloads_to_drop(state: State, *, now: datetime, keep: timedelta) -> Iterator[PutRecord]:
    """The records without their payload, of campaigns that ended longer ago than they are to be kept.

    Everything that prevents a second send, or counts towards fatigue and budgets, stays.
    """
    for address, entry in state.sends.with_payload():
        for record in entry.revisions.values():
            if record.payload is not None and _is_over(record, now - keep):
                yield PutRecord(address=address, record=record.model_copy(update={"payload": None}))


def _is_over(record: Record, moment: datetime) -> bool:
    if phase_of(record) in LIVE:
        return False
    began = record.start_at or record.submitted_at
    return began is not None and began + timedelta(hours=record.validity_hours) < moment
