"""Fingerprint seconds: the second within its minute by which a submission is recognised (design section 4); pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.schedule import Scheduled

if TYPE_CHECKING:
    from rcsplan.campaign.model import DesiredSet, Send
    from rcsplan.state.sends import State

#: Seconds 1 to 59: a start without one keeps second 0, so that the two are never confused.
_SECONDS = 59

_Minute = tuple[str, datetime]


def with_own_seconds(desired: DesiredSet, state: State) -> DesiredSet:
    """The desired set in which every start that was declared without seconds has a second of its own.

    What was submitted keeps its second. The others get one that depends on lineage, address and revision, moved on
    while a neighbour of the same sender and minute has it; so the result depends neither on the order of files nor on
    what a run leaves out.
    """
    taken = _taken(state)
    sends = {**desired.beside, **desired.sends}
    pending: list[tuple[Send, Scheduled]] = []
    for _, send in sorted(sends.items()):
        schedule = send.schedule
        if not isinstance(schedule, Scheduled) or schedule.keeps_seconds:
            continue
        kept = _kept(send, schedule, state)
        if kept is None:
            pending.append((send, schedule))
        else:
            sends[send.address] = _starting(send, schedule, kept)
    for send, schedule in pending:
        used = taken[send.sender, schedule.start]
        second = _free_second(f"{state.lineage}/{send.address}/{send.revision}", used)
        used.add(second)
        sends[send.address] = _starting(send, schedule, schedule.start + timedelta(seconds=second))
    return replace(
        desired,
        sends={address: sends[address] for address in desired.sends},
        beside={address: sends[address] for address in desired.beside},
    )


def _starting(send: Send, schedule: Scheduled, start: datetime) -> Send:
    return replace(send, schedule=replace(schedule, start=start))


def _taken(state: State) -> defaultdict[_Minute, set[int]]:
    taken: defaultdict[_Minute, set[int]] = defaultdict(set)
    for _, entry in state.sends.current():
        for record in entry.revisions.values():
            if record.start_at is not None:
                taken[record.sender, _minute(record.start_at)].add(record.start_at.second)
    return taken


def _kept(send: Send, schedule: Scheduled, state: State) -> datetime | None:
    """The start of the record of the same revision, under this address or a former one, if the minute is the same."""
    addresses = (send.address, *(send.address.renamed(name) for name in send.moved_from))
    for address in addresses:
        record = state.records_of(str(address)).revisions.get(send.revision)
        if record is not None and record.start_at is not None and _minute(record.start_at) == schedule.start:
            return record.start_at
    return None


def _free_second(seed: str, used: set[int]) -> int:
    first = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) % _SECONDS
    turns = ((first + step) % _SECONDS + 1 for step in range(_SECONDS))
    return next((second for second in turns if second not in used), first + 1)


def _minute(start: datetime) -> datetime:
    return start.replace(second=0)
