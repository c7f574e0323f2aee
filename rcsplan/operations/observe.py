"""Looking at the account before planning: the clock, the contact lists, and what became of live campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.apply.records import judging_stop, observed
from rcsplan.bsg.client import NotFound
from rcsplan.bsg.times import from_wire
from rcsplan.campaign.cost import Funds
from rcsplan.campaign.schedule import horizon
from rcsplan.errors import ConfigurationError, ProviderError
from rcsplan.plan.facts import ContactList, Facts, Sighting
from rcsplan.state.model import GONE, PutRecord, RemoteStatus
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from zoneinfo import ZoneInfo

    from rcsplan.bsg.client import ReadClient
    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.operations.target import Target
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

#: More difference than this between two clocks, and one of them cannot be trusted with start times.
MAX_SKEW = timedelta(minutes=2)

#: How far back the list of campaigns is read: with the horizon ahead it stays under three months (bsg-api.md 2.1).
BACK = timedelta(days=55)

#: Phases that the provider may still change.
_OPEN = frozenset({Phase.WAITING, Phase.BEGUN, Phase.VANISHED})


def clock_of(client: ReadClient, target: Target) -> Callable[[], datetime]:
    """The clock of a run (design section 4): the simulator's own, or the later of the local and the provider's."""

    def now() -> datetime:
        local, remote = target.runtime.now(), client.server_now()
        if remote is None:
            return local
        if client.is_sandbox and not target.provider.reaches_people:
            return remote
        if abs(local - remote) > MAX_SKEW:
            raise ConfigurationError(
                f"The local clock and the provider's differ by {abs(local - remote)}",
                detail=f"Here it is {local:%Y-%m-%d %H:%M:%S} UTC, there {remote:%Y-%m-%d %H:%M:%S} UTC.",
                hint="Set this machine's clock; start times cannot be judged by a clock that is wrong.",
            )
        return max(local, remote)

    return now


def intent_clock_of(client: ReadClient, target: Target) -> Callable[[], datetime]:
    """The clock by which intents are dated, and settle: it never jumps, and every machine reads the same.

    That is the provider's; a simulator's clock may be set, and its delays are real seconds (design section 8).
    """

    def now() -> datetime:
        remote = None if client.is_sandbox and not target.provider.reaches_people else client.server_now()
        return remote or target.runtime.now()

    return now


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The account as it was looked at: what planning needs of it, and its campaigns as the provider shows them."""

    facts: Facts
    campaigns: Mapping[int, CampaignInfo]
    looked_at: datetime


def observe_account(client: ReadClient, target: Target) -> Observation:
    """The account's contact lists and campaigns, and what time it is.

    Raises:
        ProviderError: the account could not be read.
        ConfigurationError: the key is not accepted, or the clocks differ too much.
    """
    lists = tuple(
        ContactList(id=entry.id, name=entry.name, contacts=entry.contacts, default=entry.default)
        for entry in client.contact_lists()
    )
    now = clock_of(client, target)()
    # Dated before the look: what arrives during it may be missed by it.
    looked_at = intent_clock_of(client, target)()
    # Whether the window means creation or start is not documented, so it reaches from weeks ago to the last start
    # that the provider takes.
    window = (_wall(now - BACK, target.zone), _wall(horizon(now, target.zone), target.zone))
    campaigns = {campaign.id: campaign for campaign in client.campaigns(window=window)}
    facts = Facts(
        account=target.provider.account,
        zone=target.zone,
        now=now,
        reaches_people=target.provider.reaches_people,
        lists=lists,
        sightings=tuple(sighting_of(campaign, target.response_zone) for campaign in campaigns.values()),
        funds=_funds(client) if target.environment.asks_for_balance else None,
    )
    return Observation(facts=facts, campaigns=campaigns, looked_at=looked_at)


def _funds(client: ReadClient) -> Funds:
    """What the account may still spend; that it cannot be read is no reason not to plan, unless a rule says so."""
    try:
        balance = client.balance()
    except ProviderError as error:
        return Funds(problem=f"{error.summary}.")
    return Funds(amount=balance.spendable, currency=balance.currency)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)


def sighting_of(campaign: CampaignInfo, response_zone: ZoneInfo) -> Sighting:
    """A campaign as planning sees it, its start as an instant."""
    start = campaign.start_at
    return Sighting(
        id=campaign.id,
        name=campaign.name,
        sender=campaign.sender,
        start_at=from_wire(start, response_zone) if start is not None else None,
        status=campaign.status,
        sent=campaign.sent,
    )


def refresh(client: ReadClient, state: State, seen: Observation, *, in_flight: timedelta) -> tuple[PutRecord, ...]:
    """The records whose campaigns have changed at the provider since they were last looked at.

    `in_flight` is how long a request that was given up may still take effect.

    Raises:
        ProviderError: the account could not be read.
    """
    changes = []
    for remote_id, (address, record) in _live(state, seen.facts.now):
        campaign = seen.campaigns.get(remote_id) or _read(client, remote_id)
        fresh = _fresh(record, campaign, now=seen.facts.now)
        fresh = judging_stop(fresh, looked_at=seen.looked_at, in_flight=in_flight)
        if fresh is not record:
            changes.append(PutRecord(address=address, record=fresh))
    return tuple(changes)


def _read(client: ReadClient, remote_id: int) -> CampaignInfo | None:
    try:
        return client.campaign(remote_id)
    except NotFound:
        return None


def _live(state: State, now: datetime) -> Iterator[tuple[int, tuple[str, Record]]]:
    # What was archived while it was sending is looked at until it has ended: its manifest may come back.
    archived = state.sends.archived_since(now - BACK)
    for address, entry in (*state.sends.current(), *archived):
        for record in entry.revisions.values():
            if record.remote_id is not None and phase_of(record) in _OPEN:
                yield record.remote_id, (address, record)


def _fresh(record: Record, campaign: CampaignInfo | None, *, now: datetime) -> Record:
    if campaign is not None:
        return observed(record, campaign, now=now)
    if record.remote is not None and record.remote.status == GONE:
        return record
    last = record.remote
    gone = RemoteStatus(
        status=GONE,
        sent=last.sent if last else 0,
        delivered=last.delivered if last else 0,
        start_at=last.start_at if last else None,
        observed_at=now,
    )
    return record.model_copy(update={"remote": gone})
