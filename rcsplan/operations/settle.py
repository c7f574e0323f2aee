"""Settling: looking at the account until what became of every open intent is recorded, or the time for it is up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from rcsplan.apply.events import Event, Happening
from rcsplan.operations.observe import observe_account, refresh
from rcsplan.operations.reconcile import findings, waits_until
from rcsplan.plan.reconcile import Ambiguous, Arrived, NeverArrived, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.apply.events import Listener
    from rcsplan.backend.protocol import StateSession
    from rcsplan.bsg.client import ReadClient
    from rcsplan.operations.observe import Observation
    from rcsplan.operations.reconcile import Finding
    from rcsplan.operations.target import Target
    from rcsplan.state.model import PutRecord
    from rcsplan.state.sends import State

#: Seconds between two looks at the account.
_SHORTEST_WAIT, _LONGEST_WAIT = 0.5, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The last look at the account, and what was concluded on the way."""

    seen: Observation
    events: tuple[Event, ...]


def settle(
    client: ReadClient,
    state: State,
    session: StateSession,
    target: Target,
    *,
    timeout: float,
    listen: Listener,
    is_leaving: Callable[[], bool] = lambda: False,
) -> Settled:
    """Look, record what changed and what was found, and look again while an absence is not yet conclusive.

    Who is leaving looks once, and waits for nothing.

    Raises:
        ProviderError: the account could not be read.
        StateError: what was found could not be recorded.
    """
    events: list[Event] = []
    deadline: float | None = None
    waited = 0.0
    while True:
        seen = observe_account(client, target)
        _record(session, refresh(client, state, seen, in_flight=target.in_flight))
        found = findings(client, state, seen, target)
        _record(session, tuple(finding.change for finding in found if _is_news(finding, state)))
        for finding in found:
            event = _event(finding)
            if event is not None:
                events.append(event)
                listen(event)
        until = waits_until(found)
        if until is None:
            return Settled(seen=seen, events=tuple(events))
        left = (until - seen.looked_at) / timedelta(seconds=1)
        deadline = min(timeout, left + _LONGEST_WAIT) if deadline is None else deadline
        if waited >= deadline or is_leaving():
            return Settled(seen=seen, events=tuple(events))
        pause = min(max(_SHORTEST_WAIT, left / 4), _LONGEST_WAIT, deadline - waited + _SHORTEST_WAIT)
        target.runtime.sleep(pause)
        waited += pause


def _record(session: StateSession, changes: tuple[PutRecord, ...]) -> None:
    if changes:
        session.record(changes)


def _is_news(finding: Finding, state: State) -> bool:
    known = state.records_of(finding.address).revisions.get(finding.record.revision)
    return known != finding.record


def _event(finding: Finding) -> Event | None:
    record = finding.record
    match finding.conclusion:
        case Arrived(campaign=campaign):
            late = f"campaign {campaign.id}, which had seemed lost, arrived after it was submitted again"
            return Event(
                address=finding.address,
                revision=record.revision,
                happening=Happening.ADOPTED,
                remote_id=campaign.id,
                detail=late if record.late_id == campaign.id else record.evidence,
            )
        case NeverArrived():
            return Event(address=finding.address, revision=record.revision, happening=Happening.NEVER_ARRIVED)
        case Ambiguous() | Waiting():
            return None
        case conclusion:
            assert_never(conclusion)
