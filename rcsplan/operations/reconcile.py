"""Finding out what became of submissions whose answer was lost, by what the account shows (design section 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.apply.echo import is_proven
from rcsplan.apply.records import adopted, disputed, never_arrived
from rcsplan.plan.reconcile import (
    Ambiguous,
    Arrived,
    Evidence,
    NeverArrived,
    Waiting,
    has_own_second,
    reconcile,
)
from rcsplan.state.model import PutRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rcsplan.bsg.client import ReadClient
    from rcsplan.operations.observe import Observation
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Sighting
    from rcsplan.plan.reconcile import Conclusion
    from rcsplan.state.model import Intent, Record
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was concluded about one open intent, and how the record stands after it."""

    address: str
    record: Record
    conclusion: Conclusion

    @property
    def change(self) -> PutRecord:
        """The record as it stands now."""
        return PutRecord(address=self.address, record=self.record)


def findings(client: ReadClient, state: State, seen: Observation, target: Target) -> tuple[Finding, ...]:
    """What became of every open intent, and whether a lost one arrived after all.

    Raises:
        ProviderError: the account could not be read.
    """
    evidence = _evidence(state, seen, target)
    return tuple(
        finding
        for address, record in _open_and_watched(state, seen)
        for finding in _find(client, address, record, seen, evidence)
    )


def waits_until(found: tuple[Finding, ...]) -> datetime | None:
    """The moment at which waiting for open intents can end, None where there is nothing to wait for."""
    return max((one.conclusion.until for one in found if isinstance(one.conclusion, Waiting)), default=None)


def _evidence(state: State, seen: Observation, target: Target) -> Evidence:
    provider = target.environment.provider
    return Evidence(
        looked_at=seen.looked_at,
        claimed=state.sends.claimed_ids() | set(state.not_ours),
        seconds_survive=is_proven(state, target.response_zone),
        exclusive=provider.exclusive,
        deadline=provider.deadline,
        settle=provider.settle,
    )


def _open_and_watched(state: State, seen: Observation) -> Iterator[tuple[str, Record]]:
    for address, entry in state.sends.current():
        for record in entry.revisions.values():
            watched = record.watched and record.late_id is None and _is_ahead(record, seen)
            if record.intent is not None or watched:
                yield address, record


def _is_ahead(record: Record, seen: Observation) -> bool:
    return record.start_at is not None and record.start_at > seen.facts.now


def _find(client: ReadClient, address: str, record: Record, seen: Observation, evidence: Evidence) -> Iterator[Finding]:
    if record.intent is not None:
        conclusion = reconcile(record, record.intent, _sightings(client, record, record.intent, seen), evidence)
        yield Finding(address=address, record=_concluded(record, conclusion, seen), conclusion=conclusion)
        return
    for intent in record.watched:
        conclusion = reconcile(record, intent, _sightings(client, record, intent, seen), evidence)
        if isinstance(conclusion, Arrived):
            yield Finding(address=address, record=_arrived_late(record, conclusion, seen), conclusion=conclusion)
            return


def _concluded(record: Record, conclusion: Conclusion, seen: Observation) -> Record:
    match conclusion:
        case Arrived(campaign=campaign):
            return adopted(record, seen.campaigns[campaign.id], _why(record, campaign), now=seen.facts.now)
        case NeverArrived():
            return never_arrived(record)
        case Ambiguous(candidates=candidates, why=why):
            return disputed(record, candidates, why, now=seen.looked_at)
        case Waiting():
            return record


def _arrived_late(record: Record, conclusion: Arrived, seen: Observation) -> Record:
    """A lost submission that is there after all: it is ours again, unless it was submitted a second time meanwhile."""
    campaign = conclusion.campaign
    if record.remote_id is None:
        return adopted(record, seen.campaigns[campaign.id], _why(record, campaign), now=seen.facts.now)
    return record.model_copy(update={"late_id": campaign.id})


def _why(record: Record, campaign: Sighting) -> str:
    told = "a start second of its own" if has_own_second(record) else "the same audience or an exclusive account"
    return f"Campaign {campaign.id} was the only unclaimed one with this sender and start, told by {told}."


def _sightings(client: ReadClient, record: Record, intent: Intent, seen: Observation) -> Iterator[Sighting]:
    """The campaigns that may be the intent's, with their audience where it decides."""
    for sighting in seen.facts.sightings:
        if sighting.id <= intent.baseline_id or sighting.sender != record.sender:
            continue
        if has_own_second(record):
            yield sighting
        else:
            yield replace(sighting, phones=client.detail(sighting.id).total_phones)
