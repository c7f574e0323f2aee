"""A plan as text that a reviewer reads in half a minute: verdict first, then a line a send, then what acts in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.approval_text import demand_words
from rcsplan.output.cost_text import cost_of_plan
from rcsplan.output.moments import count, moment, paused
from rcsplan.output.plan_send import block_of, command_lines
from rcsplan.output.plan_table import table_of
from rcsplan.output.terminal import Style, hanging, visible, width_of
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rcsplan.plan.model import Action, Plan

#: How the verdict counts each action, in the order of its weight.
COUNTS = (
    (ActionKind.BLOCKED, "blocked"),
    (ActionKind.SUBMIT, "to submit"),
    (ActionKind.RESUBMIT, "to submit again"),
    (ActionKind.REPLACE, "to replace"),
    (ActionKind.STOP, "to stop"),
    (ActionKind.ADOPT, "to adopt"),
    (ActionKind.DEFER, "deferred"),
    (ActionKind.ARCHIVE, "to archive"),
    (ActionKind.NONE, "unchanged"),
)

#: Actions that are shown in full, but for those of a long plan that need nobody's attention.
_DETAILED = (ActionKind.SUBMIT, ActionKind.RESUBMIT, ActionKind.REPLACE, ActionKind.STOP, ActionKind.BLOCKED)
_REMARKABLE = frozenset({ActionKind.BLOCKED, ActionKind.REPLACE})
_MOST_DETAILED = 20

#: Actions of which the verdict says to how many contacts they go.
_COUNTED = frozenset({ActionKind.SUBMIT, ActionKind.RESUBMIT})
_MARGIN = 2


def format_plan_text(plan: Plan, style: Style, *, verbose: bool) -> str:
    """The whole plan in a style's width; `verbose` also lists what does not change, and leaves nothing out."""
    shown = [action for action in plan.actions if verbose or action.action is not ActionKind.NONE or action.notes]
    shown.sort(key=lambda action: action.action is not ActionKind.BLOCKED)
    detailed = _detailed(shown, verbose=verbose)
    sections = [
        _head(plan, style),
        [line for guard in plan.guards for line in _guard(guard.detail, guard.way_out, style)],
        [
            line
            for demand in plan.approvals
            for line in _remark(style.changed("Approval:"), demand_words(demand), style)
        ],
        [
            line
            for one in plan.drift
            for line in _remark(style.changed("Drift:"), f"{one.address}: {one.detail}", style)
        ],
        table_of(shown, style, year=plan.created_at.year, in_full=frozenset(one.address for one in detailed))
        if shown
        else [],
        *(list(block_of(action, plan, style, verbose=verbose)) for action in detailed),
        _left_out(shown, detailed, style),
        [line for text in plan.diagnostics for line in _remark(style.changed("Warning:"), text, style)],
        list(_closing(plan, style)),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def verdict(plan: Plan) -> str:
    """The first thing to know: whether anything would change, and how much of what."""
    return _sentence(plan, [f"{plan.summary[kind]:,} {text}" for kind, text in COUNTS if plan.summary.get(kind)])


def minute(instant: datetime, zone: str) -> str:
    """A moment without its seconds."""
    return moment(instant.replace(second=0), zone)


def _sentence(plan: Plan, counts: list[str]) -> str:
    if not counts:
        return "No changes. No campaigns are declared."
    listed = ", ".join(counts)
    if plan.blocked or plan.guards:
        return f"Blocked: {listed}."
    return f"Plan: {listed}." if plan.has_changes else f"No changes: {listed}."


def _head(plan: Plan, style: Style) -> list[str]:
    """The verdict, its cost, and where; `run` may be paused."""
    lines = _verdict(plan, style)
    cost = cost_of_plan(plan.estimate)
    lines += hanging("", f"Cost: {cost}", style.prose, margin=_MARGIN) if cost else []
    place = visible(plan.account.base_url) if plan.reaches_people else "simulated: nothing is sent to people"
    lines += hanging("", f"Environment: {visible(plan.environment)} ({place}).", style.prose, margin=_MARGIN)
    lines.append(f"Made: {minute(plan.created_at, plan.account_timezone)}.")
    if plan.suspension is not None:
        sentence = paused(plan.suspension, plan.account_timezone)
        lines += _remark(style.changed("Suspended:"), f"{sentence} An apply by hand goes on.", style)
    return lines


def _verdict(plan: Plan, style: Style) -> list[str]:
    """The verdict on one line: what has no room there is counted on the next."""
    counts = [_counted(plan, kind, text) for kind, text in COUNTS if plan.summary.get(kind)]
    kept = len(counts)
    while kept > 1 and width_of(_sentence(plan, counts[:kept])) > style.prose:
        kept -= 1
    lines = [style.bold(_sentence(plan, counts[:kept]))]
    return lines + (
        hanging("", f"Also: {', '.join(counts[kept:])}.", style.prose, margin=_MARGIN) if counts[kept:] else []
    )


def _counted(plan: Plan, kind: ActionKind, text: str) -> str:
    number = f"{plan.summary[kind]:,} {text}"
    if kind not in _COUNTED:
        return number
    contacts = sum(action.audience.contacts for action in plan.actions if action.action is kind)
    return f"{number} to {count(contacts, 'contact')}"


def _detailed(shown: list[Action], *, verbose: bool) -> list[Action]:
    """The sends that are shown in full: those that act, but in a long plan only those that need attention."""
    kinds = (*_DETAILED, ActionKind.DEFER) if verbose else _DETAILED
    acting = [action for action in shown if action.action in kinds]
    if verbose or len(acting) <= _MOST_DETAILED:
        return acting
    return [action for action in acting if action.action in _REMARKABLE or action.policy or action.notes]


def _left_out(shown: list[Action], detailed: list[Action], style: Style) -> list[str]:
    number = sum(action.action in _DETAILED for action in shown) - sum(one.action in _DETAILED for one in detailed)
    if not number:
        return []
    text = f"Not shown in full: {count(number, 'send')} without anything to remark. With -v all are: rcsplan -v plan"
    return list(command_lines(text, style.prose, lead="", margin=_MARGIN))


def _remark(kind: str, text: str, style: Style) -> list[str]:
    return hanging(f"{kind} ", visible(text), style.prose, margin=_MARGIN)


def _guard(detail: str, way_out: str, style: Style) -> Iterator[str]:
    yield from _remark(style.bad("Refused as a whole:"), detail, style)
    for line in way_out.splitlines():
        yield from command_lines(visible(line), style.prose, lead=" " * _MARGIN, margin=_MARGIN)


def _closing(plan: Plan, style: Style) -> Iterator[str]:
    if plan.next_due is not None:
        yield f"Next to open: {moment(plan.next_due, plan.account_timezone)}."
    # As approvals, the history and the report name it.
    name = visible(plan.checksum.removeprefix("sha256:")[:12])
    text = f"Plan {name}, valid until {minute(plan.expires_at, plan.account_timezone)}."
    yield from hanging("", text, style.prose, margin=_MARGIN)
