"""`stop`: the emergency stop of live campaigns; it stops first, and waits for the lock only to record it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.records import observed, stopped, stopping
from rcsplan.errors import NotSent, OutcomeUnknown, ProviderError, UsageError
from rcsplan.operations.observe import clock_of
from rcsplan.operations.recover import Salvage
from rcsplan.operations.states import check_belongs, load_state, locked_state
from rcsplan.state.model import PutRecord, StopCause
from rcsplan.state.phase import LIVE, phase_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rcsplan.bsg.client import SendClient
    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.operations.target import Target
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

_ATTEMPTS = 4
_BACKOFF_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What became of one campaign; `problem` is empty where it is stopped."""

    address: str
    remote_id: int
    sent: int
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A campaign that may still send."""

    address: str
    record: Record
    remote_id: int


def live_campaigns(target: Target, addresses: tuple[str, ...]) -> tuple[Live, ...]:
    """The campaigns of some addresses that may still send, read without the lock.

    Raises:
        UsageError: one of the addresses has none.
        StateError: the state cannot be read.
    """
    state = load_state(target)
    found = tuple(_live(state, addresses)) if state is not None else ()
    if state is not None:
        check_belongs(state, target)
    missing = [address for address in addresses if not any(_is_meant(one.address, address) for one in found)]
    if missing:
        raise UsageError(f"Nothing of {missing[0]!r} can be stopped", hint="What is live: rcsplan state list")
    return found


def stop_campaigns(target: Target, campaigns: tuple[Live, ...], *, lock_timeout: float) -> tuple[Stopped, ...]:
    """Stop campaigns at once, then record it under the lock, waiting for it up to `lock_timeout` seconds.

    Raises:
        StateLocked: they are stopped, but somebody else holds the state; the same command records it later.
        StateError: they are stopped, but the store did not confirm it; what was done is kept to be recorded later.
    """
    with target.provider.sender() as client:
        now = clock_of(client, target)
        results = tuple((one, *_stop(client, one, target.runtime.sleep)) for one in campaigns)
        moment = now()
    salvage = Salvage(target.recovery)
    with salvage.telling(), target.store.lock(target.lock_info("stop"), timeout=lock_timeout) as session:
        state = locked_state(session, target)
        changes = [
            PutRecord(address=one.address, record=_recorded(_current(state, one), campaign, moment))
            for one, campaign, _ in results
            if campaign is not None
        ]
        if changes:
            salvage.record(session, changes)
        session.save()
    return tuple(
        Stopped(
            address=one.address,
            remote_id=one.remote_id,
            sent=campaign.sent if campaign else 0,
            problem=problem,
        )
        for one, campaign, problem in results
    )


def _stop(client: SendClient, one: Live, sleep: Callable[[float], None]) -> tuple[CampaignInfo | None, str]:
    for attempt in range(_ATTEMPTS):
        try:
            client.stop(one.remote_id)
            campaign = client.campaign(one.remote_id)
        except (NotSent, OutcomeUnknown) as error:
            problem = error.summary
            sleep(_BACKOFF_SECONDS * 2**attempt)
        except ProviderError as error:
            return None, f"{error.summary} {error.detail}".strip()
        else:
            stopped_now = campaign.status == "stopped"
            return campaign, "" if stopped_now else f"its status is {campaign.status!r}"
    return None, problem


def _recorded(record: Record, campaign: CampaignInfo, now: datetime) -> Record:
    marked = observed(stopping(record, StopCause.COMMAND, now=now), campaign, now=now)
    return (
        stopped(marked, archives=False, now=now)
        if campaign.status == "stopped"
        else observed(record, campaign, now=now)
    )


def _current(state: State, one: Live) -> Record:
    """The record as it stands under the lock: somebody may have changed it since."""
    record = state.records_of(one.address).revisions.get(one.record.revision)
    return record if record is not None and record.remote_id == one.remote_id else one.record


def _live(state: State, addresses: tuple[str, ...]) -> Iterator[Live]:
    for address, entry in state.sends.current():
        if not any(_is_meant(address, wanted) for wanted in addresses):
            continue
        for record in entry.revisions.values():
            if record.remote_id is not None and phase_of(record) in LIVE:
                yield Live(address=address, record=record, remote_id=record.remote_id)


def _is_meant(address: str, wanted: str) -> bool:
    return wanted in {address, address.partition("[")[0].partition("@")[0]}
