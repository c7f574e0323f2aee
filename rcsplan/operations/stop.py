"""`stop`: the emergency stop of live campaigns; it stops first, and waits for the lock only to record it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.apply.records import observed, stopped, stopping
from rcsplan.campaign.address import is_named
from rcsplan.errors import ConfigurationError, NotSent, OutcomeUnknown, ProviderError, UsageError
from rcsplan.operations.observe import clock_of, intent_clock_of
from rcsplan.operations.recover import Salvage
from rcsplan.operations.states import check_belongs, load_state, locked_state
from rcsplan.plan.unsettled import open_question
from rcsplan.plan.verdict import ways_out_of
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
    missing = [address for address in addresses if not any(is_named(one.address, address) for one in found)]
    if missing:
        raise UsageError(f"Nothing of {missing[0]!r} can be stopped", hint=_what_instead(state, missing[0]))
    return found


def _what_instead(state: State | None, wanted: str) -> str:
    """What to do where nothing can be stopped: first say what became of a submission that may have arrived."""
    current = state.sends.current() if state is not None else ()
    for address, entry in current:
        question = next((one for one in map(open_question, entry.revisions.values()) if one is not None), None)
        if question is not None and is_named(address, wanted):
            return ways_out_of(question, address)
    return "What is live: rcsplan state list"


def stop_campaigns(target: Target, campaigns: tuple[Live, ...], *, lock_timeout: float) -> tuple[Stopped, ...]:
    """Stop campaigns at once, then record it under the lock, waiting for it up to `lock_timeout` seconds.

    Raises:
        StateLocked: they are stopped, but somebody else holds the state; the same command records it later.
        StateError: they are stopped, but the store did not confirm it; what was done is kept to be recorded later.
    """
    with target.provider.sender() as client:
        attempts = tuple(_stop(client, one, target.runtime.sleep) for one in campaigns)
        now, real = clock_of(client, target)(), intent_clock_of(client, target)()
    salvage = Salvage(target.recovery)
    with salvage.telling(), target.store.lock(target.lock_info("stop"), timeout=lock_timeout) as session:
        state = locked_state(session, target)
        changes = [
            PutRecord(address=one.live.address, record=_recorded(record, one, now=now, not_after=real))
            for one in attempts
            if one.may_be_executed and (record := _current(state, one.live)) is not None
        ]
        if changes:
            salvage.record(session, changes)
        session.save()
    return tuple(_result(one, state) for one in attempts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """What became of asking for a stop; `campaign` is None where it could not be looked at afterwards."""

    live: Live
    campaign: CampaignInfo | None = None
    problem: str = ""
    may_be_executed: bool = False


def _stop(client: SendClient, live: Live, sleep: Callable[[float], None]) -> _Attempt:
    attempt = _Attempt(live=live)
    for number in range(_ATTEMPTS):
        if number:
            sleep(_BACKOFF_SECONDS * 2 ** (number - 1))
        try:
            client.stop(live.remote_id)
            attempt = replace(attempt, may_be_executed=True)
            campaign = client.campaign(live.remote_id)
        except (NotSent, OutcomeUnknown) as error:
            executed = attempt.may_be_executed or isinstance(error, OutcomeUnknown)
            attempt = replace(attempt, problem=error.summary, may_be_executed=executed)
        except (ProviderError, ConfigurationError) as error:
            return replace(attempt, problem=f"{error.summary} {error.detail}".strip())
        else:
            problem = "" if campaign.status == "stopped" else f"its status is {campaign.status!r}"
            return replace(attempt, campaign=campaign, problem=problem)
    return attempt


def _recorded(record: Record, attempt: _Attempt, *, now: datetime, not_after: datetime) -> Record:
    """The record with what is known of its stop; one that is not confirmed is ours all the same, should it be seen."""
    marked = stopping(record, StopCause.COMMAND, now=now, not_after=not_after)
    if attempt.campaign is None:
        return marked
    seen = observed(marked, attempt.campaign, now=now)
    return stopped(seen, archives=False, now=now) if attempt.campaign.status == "stopped" else seen


def _result(attempt: _Attempt, state: State) -> Stopped:
    live, campaign = attempt.live, attempt.campaign
    successor = state.records_of(live.address).newest
    problem = attempt.problem
    if successor is not None and successor.remote_id != live.remote_id and phase_of(successor) in LIVE:
        problem = f"meanwhile it was replaced by campaign {successor.remote_id or 'unknown'}: stop it once more"
    sent = campaign.sent if campaign else 0
    return Stopped(address=live.address, remote_id=live.remote_id, sent=sent, problem=problem)


def _current(state: State, live: Live) -> Record | None:
    """The record as it stands under the lock; None where somebody has put another campaign in its place since."""
    record = state.records_of(live.address).revisions.get(live.record.revision)
    return record if record is not None and record.remote_id == live.remote_id else None


def _live(state: State, addresses: tuple[str, ...]) -> Iterator[Live]:
    for address, entry in state.sends.current():
        if not any(is_named(address, wanted) for wanted in addresses):
            continue
        for record in entry.revisions.values():
            if record.remote_id is not None and phase_of(record) in LIVE:
                yield Live(address=address, record=record, remote_id=record.remote_id)
            if record.late_id is not None:
                yield Live(address=address, record=record, remote_id=record.late_id)
