"""Whether a saved plan still is what was reviewed (design section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.errors import PlanRefused
from rcsplan.plan.audience import audience_of
from rcsplan.plan.model import CHANGES, ActionKind

if TYPE_CHECKING:
    from rcsplan.plan.facts import Facts, Rules
    from rcsplan.plan.model import Action, Plan, Prior
    from rcsplan.state.model import Record
    from rcsplan.state.sends import State

_AGAIN = "Make a new plan and have it reviewed: rcsplan plan -o FILE"


def check_saved(saved: Plan, state: State, facts: Facts, rules: Rules) -> None:
    """Make sure that a saved plan may be applied now, against this state and account.

    Raises:
        PlanRefused: it was made for something else, was used, has expired, or something changed since.
    """
    if saved.environment != rules.environment:
        raise _refused(f"The plan is for environment {saved.environment!r}", f"This run is for {rules.environment!r}.")
    if saved.account != facts.account:
        raise _refused("The plan was made for another account", f"It was made for {saved.account.base_url}.")
    if saved.state.lineage != state.lineage:
        raise _refused("The plan was made against another state", f"That one has lineage {saved.state.lineage!r}.")
    if saved.id in state.used_plans:
        used = state.used_plans[saved.id]
        raise _refused("The plan was applied before", f"It was applied at {used:%Y-%m-%d %H:%M:%S} UTC.")
    if facts.now >= saved.expires_at:
        raise _refused("The plan has expired", f"It was valid until {saved.expires_at:%Y-%m-%d %H:%M:%S} UTC.")
    for action in saved.actions:
        _check_action(action, state, facts, rules)


def _check_action(action: Action, state: State, facts: Facts, rules: Rules) -> None:
    if action.action not in CHANGES and action.action is not ActionKind.ARCHIVE:
        return
    entry = state.records_of(action.moved_from or action.address)
    if not _is_same(action.prior, entry.newest):
        raise _refused(
            "The plan is stale",
            f"{action.address} has changed since: its record is not the one that the plan was made against.",
        )
    before, now = action.audience.contacts, audience_of(action.audience, facts.lists).contacts
    if action.payload is not None and now > before * (1 + rules.audience_tolerance):
        raise _refused(
            "The audience has grown since the plan was reviewed",
            f"{action.address} went to {before:,} contacts then, and would go to {now:,} now; "
            f"{rules.audience_tolerance:.0%} more are tolerated.",
        )


def _is_same(prior: Prior | None, record: Record | None) -> bool:
    if prior is None or record is None:
        return prior is None and record is None
    return (
        prior.revision == record.revision
        and prior.digest == record.digest
        and prior.remote_id == record.remote_id
        and prior.status == (record.remote.status if record.remote else None)
    )


def _refused(summary: str, detail: str) -> PlanRefused:
    return PlanRefused(summary, detail=detail, hint=_AGAIN)
