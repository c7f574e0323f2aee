"""Looking at the account before planning: the clock, the contact lists, and what became of live campaigns."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rcsplan.apply.records import observed
from rcsplan.bsg.client import NotFound
from rcsplan.errors import ConfigurationError
from rcsplan.plan.facts import ContactList, Facts
from rcsplan.state.model import GONE, PutRecord, RemoteStatus
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rcsplan.bsg.client import ReadClient
    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.operations.target import Target
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

#: More difference than this between two clocks, and one of them cannot be trusted with start times.
MAX_SKEW = timedelta(minutes=2)

#: The list's window, under three months wide and within the horizon, as it may mean creation or start
#: (bsg-api.md section 2.1); what lies outside is read by its id.
_BACK, _AHEAD = timedelta(days=55), timedelta(days=29)

#: Up to so many campaigns are read one by one, more by pages of the list.
_ONE_BY_ONE = 3

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


def observe_account(client: ReadClient, target: Target) -> Facts:
    """The account's contact lists, and what time it is.

    Raises:
        ProviderError: the account could not be read.
        ConfigurationError: the key is not accepted, or the clocks differ too much.
    """
    lists = tuple(
        ContactList(id=entry.id, name=entry.name, contacts=entry.contacts, default=entry.default)
        for entry in client.contact_lists()
    )
    return Facts(
        account=target.provider.account,
        zone=target.zone,
        now=clock_of(client, target)(),
        reaches_people=target.provider.reaches_people,
        lists=lists,
    )


def refresh(client: ReadClient, state: State, facts: Facts) -> tuple[PutRecord, ...]:
    """The records whose campaigns have changed at the provider since they were last looked at.

    Raises:
        ProviderError: the account could not be read.
    """
    live = dict(_live(state))
    if not live:
        return ()
    campaigns = _campaigns(client, live, facts)
    changes = []
    for remote_id, (address, record) in live.items():
        fresh = _fresh(record, campaigns.get(remote_id), now=facts.now)
        if fresh is not record:
            changes.append(PutRecord(address=address, record=fresh))
    return tuple(changes)


def _live(state: State) -> Iterator[tuple[int, tuple[str, Record]]]:
    for address, entry in state.sends.current():
        for record in entry.revisions.values():
            if record.remote_id is not None and record.archived_at is None and phase_of(record) in _OPEN:
                yield record.remote_id, (address, record)


def _campaigns(client: ReadClient, live: Mapping[int, tuple[str, Record]], facts: Facts) -> dict[int, CampaignInfo]:
    found: dict[int, CampaignInfo] = {}
    if len(live) > _ONE_BY_ONE:
        here = facts.now.astimezone(facts.zone).replace(tzinfo=None)
        listed = client.campaigns(window=(here - _BACK, here + _AHEAD), down_to_id=min(live) - 1)
        found = {campaign.id: campaign for campaign in listed if campaign.id in live}
    for remote_id in live.keys() - found.keys():
        try:
            found[remote_id] = client.campaign(remote_id)
        except NotFound:
            continue
    return found


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
