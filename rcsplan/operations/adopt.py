"""`import`: an existing campaign of the account becomes the submission of a declared send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.records import adopted, intended
from rcsplan.bsg.client import NotFound
from rcsplan.campaign.message import WIRE_TIME
from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import UsageError
from rcsplan.operations.observe import observe_account, sighting_of
from rcsplan.operations.plan import plan_on
from rcsplan.operations.states import owned_state
from rcsplan.state.model import Intent, PutRecord

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rcsplan.bsg.client import ReadClient
    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Sighting
    from rcsplan.plan.model import Action, Plan
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What is about to be taken under management: how much of it can be checked, and how much cannot."""

    address: str
    campaign: CampaignInfo
    contacts: int
    total_phones: int | None


def import_campaign(target: Target, address: str, remote_id: int, *, confirm: Callable[[Import], bool]) -> bool:
    """Record a campaign of the account as the submission of an address, once a person confirmed it.

    Sender, start and status are checked; the provider shows no content of a campaign (bsg-api.md section 2.1), so that
    only a person can say that it is the same. Returns whether it was confirmed.

    Raises:
        UsageError: the address is not declared or was submitted, the campaign belongs to another record, or the two
            cannot be the same.
        InvalidContent: a manifest has an error.
        ProviderError: the account could not be read.
    """
    with target.store.lock(target.lock_info("import"), timeout=0) as session:
        state = owned_state(session, target)
        _check_free(state, remote_id)
        with target.provider.reader() as client:
            campaign, phones = _campaign(client, remote_id)
            seen = observe_account(client, target)
        plan = plan_on(state, seen.facts, target, target.rules).plan
        action = _declared(plan, address, state)
        sighting = sighting_of(campaign, target.response_zone)
        _check_same(action, sighting)
        asked = Import(address=address, campaign=campaign, contacts=action.audience.contacts, total_phones=phones)
        if not confirm(asked):
            return False
        record = _record(action, sighting, target, plan_checksum=plan.checksum, now=seen.facts.now)
        evidence = f"{target.runtime.who} imported it as campaign {remote_id}."
        found = adopted(record, campaign, evidence, now=seen.facts.now)
        session.record([PutRecord(address=address, record=found)])
        session.save()
    return True


def _campaign(client: ReadClient, remote_id: int) -> tuple[CampaignInfo, int | None]:
    try:
        return client.campaign(remote_id), client.detail(remote_id).total_phones
    except NotFound:
        raise UsageError(f"The account has no campaign {remote_id}") from None


def _check_free(state: State, remote_id: int) -> None:
    if remote_id in state.claimed_ids():
        raise UsageError(
            f"Campaign {remote_id} belongs to another record of this state", hint="See whose: rcsplan state list --all"
        )


def _declared(plan: Plan, address: str, state: State) -> Action:
    action = next((one for one in plan.actions if one.address == address and one.place is not None), None)
    if action is None:
        hint = did_you_mean(address, (one.address for one in plan.actions)) or "Write its manifest first."
        raise UsageError(f"Nothing is declared under {address!r}", hint=hint)
    if action.revision in state.records_of(address).revisions:
        raise UsageError(
            f"{address} revision {action.revision} was submitted already",
            hint=f"See what is recorded: rcsplan state show {address}",
        )
    return action


def _check_same(action: Action, sighting: Sighting) -> None:
    """Make sure that nothing that the provider shows of a campaign speaks against its being the declared send."""
    if sighting.sender != action.sender:
        raise _different(action, sighting, f"It is sent as {sighting.sender}, and the manifest says {action.sender}.")
    if sighting.start_at is None or action.start_at is None:
        return
    if sighting.start_at.replace(second=0) != action.start_at.replace(second=0):
        detail = (
            f"It starts {sighting.start_at:%Y-%m-%d %H:%M} UTC, and the manifest says "
            f"{action.start_at:%Y-%m-%d %H:%M} UTC."
        )
        raise _different(action, sighting, detail)


def _different(action: Action, sighting: Sighting, detail: str) -> UsageError:
    return UsageError(
        f"Campaign {sighting.id} is not {action.address}",
        detail=detail,
        hint="Write the manifest as the campaign is; once it is imported, change what shall change.",
    )


def _record(action: Action, sighting: Sighting, target: Target, *, plan_checksum: str, now: datetime) -> Record:
    """The record of the declared send, as if it had been submitted with the start that the campaign has."""
    intent = Intent(opened_at=now, not_after=now, baseline_id=sighting.id - 1)
    provenance = target.provenance(target.runtime.source(), plan_checksum=plan_checksum)
    record = intended(action, intent, prior=None, provenance=provenance)
    start = sighting.start_at
    wire = start.astimezone(target.zone).strftime(WIRE_TIME) if start is not None else None
    return record.model_copy(update={"start_at": start, "wire_start_at": wire})
