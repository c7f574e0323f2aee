"""`state resolve`: a person says what became of a submission where no machine can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.records import adopted, never_arrived, superseded_by, version_of
from rcsplan.bsg.client import NotFound
from rcsplan.errors import UsageError
from rcsplan.operations.observe import clock_of, observe_account, sighting_of
from rcsplan.operations.states import entry_in, owned_state
from rcsplan.plan.guards import unclaimed
from rcsplan.state.model import DisownCampaign, PutRecord
from rcsplan.state.phase import LIVE, phase_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from rcsplan.bsg.client import ReadClient
    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.operations.observe import Observation
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Sighting
    from rcsplan.state.model import Record, SendEntry
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a wrong answer would cost: how many people would get the message again, and what looks like it now.

    `in_flight_until` is the moment until which it may still arrive, None where that is past.
    """

    address: str
    contacts: int
    similar: tuple[Sighting, ...]
    in_flight_until: datetime | None = None


def resolve_as_sent(target: Target, address: str, remote_id: int) -> None:
    """Note that a campaign of the account is the submission of an address.

    Raises:
        UsageError: nothing of the address is open, or the campaign cannot be its.
    """
    with target.store.lock(target.lock_info("state resolve"), timeout=0) as session:
        state = owned_state(session, target)
        record = _open_record(entry_in(state, address), address)
        if remote_id in state.claimed_ids() and remote_id != record.late_id:
            raise UsageError(f"Campaign {remote_id} belongs to another record of this state")
        if record.remote_id is not None and phase_of(record) in LIVE:
            raise UsageError(
                f"The newer copy, campaign {record.remote_id}, may still send",
                detail="Of the two only one may stay.",
                hint=f"Stop it first: rcsplan stop {address}",
            )
        with target.provider.reader() as client:
            campaign = _campaign(client, remote_id)
            now = clock_of(client, target)()
        start_at = sighting_of(campaign, target.response_zone).start_at
        posted = version_of(record, sender=campaign.sender, start_at=start_at)
        if campaign.sender != posted.sender:
            detail = f"It was submitted as {campaign.sender}, and the send as {posted.sender}."
            raise UsageError(f"Campaign {remote_id} has another sender", detail=detail)
        evidence = f"{target.runtime.who} resolved it as campaign {remote_id}."
        # What was a newer copy is stopped by now, and stays known, so that nobody takes it for somebody else's.
        found = adopted(posted, campaign, evidence, now=now)
        found = found.model_copy(update={"stop": None, "superseded": superseded_by(record, now)})
        session.record([PutRecord(address=address, record=found)])
        session.save()


def resolve_as_not_sent(target: Target, address: str, *, confirm: Callable[[Cost], bool]) -> bool:
    """Note that a submission never arrived, after looking once more and saying what a wrong answer would cost.

    The campaigns that it was suspected to be are then somebody else's.

    Raises:
        UsageError: nothing of the address is open.
        ProviderError: the account could not be read.
    """
    with target.store.lock(target.lock_info("state resolve"), timeout=0) as session:
        state = owned_state(session, target)
        record = _open_record(entry_in(state, address), address)
        with target.provider.reader() as client:
            seen = observe_account(client, target)
        if not confirm(_cost(address, record, state, seen, in_flight=target.in_flight)):
            return False
        lost = never_arrived(record).model_copy(update={"late_id": None})
        disowned = [DisownCampaign(remote_id=remote_id) for remote_id in sorted(_suspects(record))]
        session.record([PutRecord(address=address, record=lost), *disowned])
        session.save()
        return True


def _cost(address: str, record: Record, state: State, seen: Observation, *, in_flight: timedelta) -> Cost:
    baseline = record.intent.baseline_id if record.intent else 0
    nobodys = {one.id for one in unclaimed(state, seen.facts) if one.sender == record.sender and one.id > baseline}
    suspects = nobodys | _suspects(record)
    until = record.intent.not_after + in_flight if record.intent else seen.looked_at
    return Cost(
        address=address,
        contacts=record.contacts,
        similar=tuple(one for one in seen.facts.sightings if one.id in suspects),
        in_flight_until=until if until > seen.looked_at else None,
    )


def _suspects(record: Record) -> frozenset[int]:
    """The campaigns that a machine took for the submission, or could not tell from it."""
    late = {record.late_id} if record.late_id is not None else set()
    return frozenset(late | set(record.intent.candidates if record.intent else ()))


def _campaign(client: ReadClient, remote_id: int) -> CampaignInfo:
    try:
        return client.campaign(remote_id)
    except NotFound:
        raise UsageError(f"The account has no campaign {remote_id}") from None


def _open_record(entry: SendEntry, address: str) -> Record:
    for record in entry.revisions.values():
        if record.intent is not None or record.late_id is not None:
            return record
    raise UsageError(f"Nothing of {address!r} is open", hint="What is open is shown by: rcsplan plan")
