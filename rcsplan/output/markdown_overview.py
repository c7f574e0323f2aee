"""What a comment on a plan says first and last: the verdict, to whom, when, for how much; and which plan it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rcsplan.output.approval_text import demand_words
from rcsplan.output.markdown import code, prose
from rcsplan.output.markdown_send import SENDING, way_out_lines
from rcsplan.output.markdown_table import time_of
from rcsplan.output.moments import count, declared, moment, money, paused
from rcsplan.output.plan_text import COUNTS, minute, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from rcsplan.plan.model import Action, Guard, Plan, PlanEstimate

_MOST_APPROVALS = 5


def heading(plan: Plan) -> str:
    """The verdict."""
    sign = "⛔" if plan.blocked or plan.guards else "📣" if plan.has_changes else "✅"
    return f"### {sign} {verdict(plan).removesuffix('.')}"


def overview(plan: Plan) -> Iterator[str]:
    """The plan in a few lines: where, who, when, how much, and on whose word."""
    sending = [action for action in plan.actions if action.action in SENDING]
    whose = f"{code(plan.project)} · " if plan.project else ""
    where = (
        f"**reaches people** by {code(plan.account.base_url)}"
        if plan.reaches_people
        else "simulated: nobody is sent anything"
    )
    yield f"- **Where:** {whose}{code(plan.environment)} · {where}"
    if sending:
        contacts = sum(action.audience.contacts for action in sending)
        yield f"- **Who:** {count(contacts, 'contact')} in {count(len(sending), 'send')}"
        yield f"- **When:** {_when(sending)}"
    if plan.estimate is not None or sending:
        yield f"- **Cost:** {_cost(plan.estimate)}"
    for demand in plan.approvals[:_MOST_APPROVALS]:
        yield f"- **Approvals:** {prose(demand_words(demand))}"
    if len(plan.approvals) > _MOST_APPROVALS:
        yield f"- **Approvals:** and {count(len(plan.approvals) - _MOST_APPROVALS, 'demand')} more"
    if plan.suspension is not None:
        # Backticks within code would need more of them around it.
        sentence = paused(plan.suspension, plan.account_timezone).replace("`run`", "run")
        yield f"- **Suspended:** {prose(sentence)} An apply by hand goes on."


def guard_lines(guard: Guard) -> Iterator[str]:
    """Why the plan is refused as a whole, and what allows it."""
    yield f"⛔ **Refused as a whole:** {prose(guard.detail)}"
    yield ""
    for way_out in guard.way_out.splitlines():
        yield from way_out_lines(way_out)


def counted(actions: Iterable[Action]) -> str:
    """`80 to submit, 7 deferred`."""
    found = Counter(action.action for action in actions)
    return ", ".join(f"{found[kind]:,} {text}" for kind, text in COUNTS if found[kind])


def closing(plan: Plan) -> Iterator[str]:
    """What comes next, and which plan this is."""
    sends = sum(action.action in SENDING for action in plan.actions)
    if sends and plan.applyable:
        submits = f"Applying submits {count(sends, 'send')}"
        yield (
            f"{submits} to the simulator."
            if not plan.reaches_people
            else f"{submits}; what has begun cannot be recalled."
        )
    if plan.next_due is not None:
        yield f"Next to open: {prose(moment(plan.next_due, plan.account_timezone))}."
    commit = f" from commit {code(plan.source.commit)}" if plan.source.commit else ""
    dirty = " with changes that are not committed" if plan.source.dirty else ""
    yield (
        f"Plan {code(plan.id)}{commit}{dirty}, made {prose(minute(plan.created_at, plan.account_timezone))}, "
        f"valid until {prose(minute(plan.expires_at, plan.account_timezone))}. Checksum {code(plan.checksum)}."
    )


def _when(sending: list[Action]) -> str:
    starts = sorted((declared(one, one.start_at), one.timezone) for one in sending if one.start_at is not None)
    fallbacks = sorted((declared(one, one.fallback_at), one.timezone) for one in sending if one.fallback_at is not None)
    words = (
        [f"{count(len(sending) - len(starts), 'send')} as soon as it is applied"] if len(starts) < len(sending) else []
    )
    words += [" to ".join(dict.fromkeys(time_of(*one) for one in (starts[0], starts[-1])))] if starts else []
    words += [f"last SMS {time_of(*fallbacks[-1])}"] if fallbacks else []
    return " · ".join(words)


def _cost(estimate: PlanEstimate | None) -> str:
    if estimate is None:
        return "not known"

    def amount(value: Decimal) -> str:
        return prose(money(value, estimate.currency))

    words = ["not known" if estimate.expected is None else f"expected **{amount(estimate.expected)}**"]
    words += [f"worst case {amount(estimate.worst)}"] if estimate.worst is not None else []
    words += [f"not known of {count(estimate.unknown, 'send')}, which it leaves out"] if estimate.unknown else []
    words += [f"{amount(estimate.balance)} may still be spent"] if estimate.balance is not None else []
    words += [f"{amount(estimate.month)} at worst in its busiest month"] if estimate.month is not None else []
    return " · ".join(words)
