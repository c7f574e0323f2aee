"""What became of a submission whose answer was lost, judged from the campaigns that the account shows; pure.

`start_at` is the one value of ours that the provider echoes (bsg-api.md section 7.2). A second of its own makes an echo
conclusive; without one, the audience must agree as well. Creation times never decide: the fields of one answer may lie
in different zones (section 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rcsplan.plan.facts import Sighting
    from rcsplan.state.model import Intent, Record

#: Zones differ by whole quarters of an hour, and by no more than this.
_QUARTER = 15 * 60
_WIDEST_SHIFT = timedelta(hours=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known beside the campaigns: when they were looked at, and what is ours already.

    `looked_at` is by the clock that intents are dated by. `seconds_survive` says that an earlier echo came back with
    its second, `exclusive` that nobody else submits here.
    """

    looked_at: datetime
    claimed: Collection[int]
    seconds_survive: bool
    exclusive: bool
    deadline: timedelta
    settle: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Exactly one campaign is ours."""

    campaign: Sighting


@dataclass(frozen=True, slots=True)
class NeverArrived:
    """It is not there, and by now it would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """It is not there yet; from `until` on its absence is conclusive."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """Only a person can tell; `candidates` are the campaigns that may be ours, and `why` says what speaks against."""

    candidates: tuple[int, ...]
    why: str


Conclusion = Arrived | NeverArrived | Waiting | Ambiguous


def reconcile(record: Record, intent: Intent, sightings: Iterable[Sighting], evidence: Evidence) -> Conclusion:
    """What became of the submission of an intent."""
    possible = [sighting for sighting in sightings if _may_be_ours(sighting, record, intent, evidence)]
    if record.start_at is None:
        return _reconcile_instant(record, intent, possible, evidence)
    exact = [sighting for sighting in possible if sighting.start_at == record.start_at]
    if len(exact) == 1:
        return _judge_only(exact[0], record, evidence)
    if exact:
        return Ambiguous(candidates=_ids(exact), why="several campaigns of the account have its sender and its start")
    near = [] if evidence.seconds_survive else [one for one in possible if _is_shifted(one, record)]
    if near:
        why = "a campaign has its sender and its start but for the zone or the seconds; check provider.timezone"
        return Ambiguous(candidates=_ids(near), why=why)
    return _judge_absence(intent, evidence)


def arrived_late(record: Record, intent: Intent, sightings: Iterable[Sighting], evidence: Evidence) -> Sighting | None:
    """The campaign of a submission that was given up for lost, should it be there after all; the first of several."""
    possible = (sighting for sighting in sightings if _may_be_ours(sighting, record, intent, evidence))
    exact = [sighting for sighting in possible if sighting.start_at == record.start_at]
    proven = [sighting for sighting in exact if isinstance(_judge_only(sighting, record, evidence), Arrived)]
    return min(proven, key=lambda sighting: sighting.id, default=None)


def has_own_second(record: Record) -> bool:
    """Whether rcsplan gave the start a second of its own; one that its author wrote may be written by others too."""
    return record.start_at is not None and record.start_at.second != 0 and ":00 " in record.declared_start


def conclusive_from(intent: Intent, evidence: Evidence) -> datetime:
    """The moment from which a submission that is not to be seen never arrived."""
    return intent.not_after + evidence.deadline + evidence.settle


def _may_be_ours(sighting: Sighting, record: Record, intent: Intent, evidence: Evidence) -> bool:
    return (
        sighting.id > intent.baseline_id
        and sighting.id not in evidence.claimed
        and sighting.is_from_api
        and sighting.sender == record.sender
    )


def _judge_only(sighting: Sighting, record: Record, evidence: Evidence) -> Conclusion:
    if has_own_second(record) or evidence.exclusive or sighting.phones == record.contacts:
        return Arrived(campaign=sighting)
    known = "is not known yet" if sighting.phones is None else f"is {sighting.phones:,}, not {record.contacts:,}"
    why = f"its start has no second of its own, and the audience of campaign {sighting.id} {known}"
    return Ambiguous(candidates=(sighting.id,), why=why)


def _reconcile_instant(record: Record, intent: Intent, possible: list[Sighting], evidence: Evidence) -> Conclusion:
    """Instant campaigns have no start of ours to be known by: a machine decides only where nobody else submits."""
    if not evidence.exclusive:
        return Ambiguous(
            candidates=_ids(possible), why="an instant campaign has no start by which it can be recognised"
        )
    matching = [sighting for sighting in possible if sighting.phones in {None, record.contacts}]
    if len(matching) == 1:
        return Arrived(campaign=matching[0])
    if matching:
        return Ambiguous(candidates=_ids(matching), why="several campaigns may be this instant one")
    return _judge_absence(intent, evidence)


def _judge_absence(intent: Intent, evidence: Evidence) -> Conclusion:
    until = conclusive_from(intent, evidence)
    return NeverArrived() if evidence.looked_at > until else Waiting(until=until)


def _is_shifted(sighting: Sighting, record: Record) -> bool:
    """Whether the start is ours in another zone, or without its seconds."""
    start, ours = sighting.start_at, record.start_at
    if start is None or ours is None or abs(start - ours) > _WIDEST_SHIFT:
        return False
    dropped = timedelta(seconds=ours.second)
    shift = int((start - ours).total_seconds())
    shift_without_seconds = int((start - (ours - dropped)).total_seconds())
    return shift % _QUARTER == 0 or shift_without_seconds % _QUARTER == 0


def _ids(sightings: Iterable[Sighting]) -> tuple[int, ...]:
    return tuple(sorted(sighting.id for sighting in sightings))
