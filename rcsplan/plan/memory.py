"""What an apply remembers of sends that it does not submit yet: since when, and how many they reach; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.address import parse_address
from rcsplan.plan.model import ActionKind
from rcsplan.state.model import Awaited, AwaitSend, SeeSeries

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.plan.model import Action, Plan
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State


def memories(plan: Plan, state: State) -> tuple[Change, ...]:
    """The changes by which a state remembers what a plan showed and does not submit; none where it knows all of it."""
    return (*_series(plan, state), *_awaited(plan, state))


def _series(plan: Plan, state: State) -> Iterator[SeeSeries]:
    rules = {str(parse_address(action.address).series): action.rule for action in plan.actions if action.rule}
    for name, rule in sorted(rules.items()):
        if state.rules.get(name) != rule:
            yield SeeSeries(series=name, rule=rule, at=plan.created_at)


def _awaited(plan: Plan, state: State) -> Iterator[AwaitSend]:
    for action in plan.actions:
        if action.action is not ActionKind.DEFER or action.digest is None:
            continue
        known = state.awaited.get(action.address)
        if known is None or (known.revision, known.digest) != (action.revision, action.digest):
            yield AwaitSend(address=action.address, awaited=_seen(action, plan, action.digest))


def _seen(action: Action, plan: Plan, digest: str) -> Awaited:
    return Awaited(revision=action.revision, digest=digest, contacts=action.audience.contacts, seen_at=plan.created_at)
