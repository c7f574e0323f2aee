"""Finding out what became of submissions whose answer was lost, by what the account shows (design section 6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.apply.echo import is_proven
from rcsplan.apply.records import adopted, as_posted, disputed, never_arrived, superseded_by, version_of
from rcsplan.operations.observe import BACK
from rcsplan.plan.reconcile import (
    Ambiguous,
    Arrived,
    Evidence,
    NeverArrived,
    Waiting,
    arrived_late,
    has_own_second,
    reconcile,
)
from rcsplan.state.model import PutRecord
from rcsplan.state.phase import Phase, phase_of

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


_UNSEEN = Ambiguous(candidates=(), why="it was so long ago that the list of campaigns need not reach back to it")


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
    judged = [
        (address, record, conclusion)
        for address, record in _open_and_watched(state, seen)
        if (conclusion := _conclude(client, record, seen, _fit_for(record, evidence, state, seen))) is not None
    ]
    taken = Counter(one.campaign.id for _, _, one in judged if isinstance(one, Arrived))
    return tuple(
        Finding(
            address=address,
            record=_concluded(record, fair, seen, is_newest=record == state.records_of(address).newest),
            conclusion=fair,
        )
        for address, record, conclusion in judged
        if (fair := _without_contest(record, conclusion, taken)) is not None
    )


def waits_until(found: tuple[Finding, ...]) -> datetime | None:
    """The moment at which waiting for open intents can end, None where there is nothing to wait for."""
    return max((one.conclusion.until for one in found if isinstance(one.conclusion, Waiting)), default=None)


def _evidence(state: State, seen: Observation, target: Target) -> Evidence:
    provider = target.environment.provider
    return Evidence(
        looked_at=seen.looked_at,
        claimed=state.claimed_ids() | set(state.not_ours),
        seconds_survive=is_proven(state, target.response_zone),
        exclusive=provider.exclusive,
        deadline=provider.deadline,
        settle=provider.settle,
    )


def _fit_for(record: Record, evidence: Evidence, state: State, seen: Observation) -> Evidence:
    """The evidence about a record: an instant campaign could be a test send of which nobody knows what became."""
    since = seen.looked_at - BACK
    doubtful = any(trial.is_unknown and trial.opened_at > since for trial in state.trials.values())
    return replace(evidence, exclusive=False) if record.start_at is None and doubtful else evidence


def _open_and_watched(state: State, seen: Observation) -> Iterator[tuple[str, Record]]:
    # What was lost and then removed may still arrive, and would go out although nobody wants it any more.
    archived = state.sends.archived_since(seen.facts.now - BACK)
    for address, entry in (*state.sends.current(), *archived):
        for record in entry.revisions.values():
            watched = record.late_id is None and any(_lost(record, seen))
            if record.intent is not None or watched:
                yield address, record


def _lost(record: Record, seen: Observation) -> Iterator[tuple[Record, Intent]]:
    """What was given up for lost and could still arrive before its start, as it was posted."""
    for intent in record.watched:
        posted = as_posted(record, intent)
        if posted.start_at is not None and posted.start_at > seen.facts.now:
            yield posted, intent


def _conclude(client: ReadClient, record: Record, seen: Observation, evidence: Evidence) -> Conclusion | None:
    """What became of a record's open intent; of watched ones None, while none of them is there after all."""
    if record.intent is not None:
        found = reconcile(record, record.intent, _sightings(client, record, record.intent, seen), evidence)
        absent = isinstance(found, NeverArrived | Waiting)
        return _UNSEEN if absent and _is_out_of_sight(record, record.intent, seen) else found
    late = (
        arrived_late(posted, intent, _sightings(client, posted, intent, seen), evidence)
        for posted, intent in _lost(record, seen)
    )
    first = next((campaign for campaign in late if campaign is not None), None)
    return None if first is None else Arrived(campaign=first)


def _is_out_of_sight(record: Record, intent: Intent, seen: Observation) -> bool:
    """Whether the list, by creation or by start, need not reach back to a campaign that the intent led to."""
    ended = record.start_at is not None and record.start_at < seen.facts.now - BACK
    return ended or intent.opened_at < seen.looked_at - BACK


def _without_contest(record: Record, conclusion: Conclusion, taken: Counter[int]) -> Conclusion | None:
    """The conclusion, unless a campaign would be given to two records; what is only watched then goes on waiting."""
    if not isinstance(conclusion, Arrived) or taken[conclusion.campaign.id] == 1:
        return conclusion
    if record.intent is None:
        return None
    why = "a campaign may be this submission, or that of another send with the same sender and start"
    return Ambiguous(candidates=(conclusion.campaign.id,), why=why)


def _concluded(record: Record, conclusion: Conclusion, seen: Observation, *, is_newest: bool) -> Record:
    # A copy of an earlier revision that was stopped with nothing sent is in nobody's way.
    stands_beside = record.remote_id is not None and (is_newest or phase_of(record) is not Phase.WITHDRAWN)
    match conclusion:
        case Arrived(campaign=campaign) if record.intent is None and stands_beside:
            # It was submitted a second time meanwhile; what was archived is of concern again.
            return record.model_copy(update={"late_id": campaign.id, "archived_at": None})
        case Arrived(campaign=campaign) if record.intent is None:
            posted = version_of(record, sender=campaign.sender, start_at=campaign.start_at)
            found = adopted(posted, seen.campaigns[campaign.id], _why(posted, campaign), now=seen.facts.now)
            earlier = {"stop": None, "superseded": superseded_by(record, seen.facts.now)}
            return found.model_copy(update={"archived_at": None, **earlier})
        case Arrived(campaign=campaign):
            found = adopted(record, seen.campaigns[campaign.id], _why(record, campaign), now=seen.facts.now)
            return found.model_copy(update={"archived_at": None})
        case NeverArrived():
            return never_arrived(record)
        case Ambiguous(candidates=candidates, why=why):
            return disputed(record, candidates, why, now=seen.looked_at)
        case Waiting():
            return disputed(record, (), "", now=seen.looked_at)


def _why(record: Record, campaign: Sighting) -> str:
    told = "a start second of its own" if has_own_second(record) else "the same audience or an exclusive account"
    return f"Campaign {campaign.id} was the only unclaimed one with this sender and start, told by {told}."


def _sightings(client: ReadClient, record: Record, intent: Intent, seen: Observation) -> Iterator[Sighting]:
    """The campaigns that may be the intent's, with their audience where it decides."""
    for sighting in seen.facts.sightings:
        if sighting.id <= intent.baseline_id or sighting.sender != record.sender:
            continue
        is_candidate = record.start_at in {None, sighting.start_at}
        if has_own_second(record) or not is_candidate:
            yield sighting
        else:
            yield replace(sighting, phones=client.detail(sighting.id).total_phones)
