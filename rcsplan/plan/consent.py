"""Consent: which approvals a plan needs, and which of its sends have too few of them; pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from rcsplan.diagnostics import commands_in
from rcsplan.plan.approval import contacts_of, fingerprint_of
from rcsplan.plan.model import Action, ActionKind, ApprovalDemand, Reason
from rcsplan.plan.verdict import WAYS_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from rcsplan.plan.approval import Approval, ApprovedSend
    from rcsplan.plan.facts import ApprovalRule, Rules
    from rcsplan.plan.model import Plan

#: Actions by which people get a message now.
_SENDING = frozenset({ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """What people approved, and what does not count.

    `given` are approvals that are what they seem to be, each with the email address of its person, small and mapped;
    `remarks` say of others why they do not count. `roles` are the members of each role, likewise.
    """

    given: tuple[tuple[str, Approval], ...] = ()
    remarks: tuple[str, ...] = ()
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)


def demands_of(actions: Iterable[Action], rules: Iterable[ApprovalRule]) -> tuple[ApprovalDemand, ...]:
    """The approvals that a plan needs before it is applied, and those that its deferred sends will need."""
    sending, opening = [], defaultdict(list)
    for action in actions:
        if action.action in _SENDING:
            sending.append(action)
        elif action.action is ActionKind.DEFER and action.opens_on is not None:
            opening[action.opens_on].append(action)
    waves: list[tuple[date | None, list[Action]]] = [(None, sending), *sorted(opening.items())]
    return tuple(
        ApprovalDemand(need=rule.need, role=rule.role, because=because, opens_on=opens_on)
        for rule in rules
        for opens_on, because in _first_of_each(rule, waves)
    )


def _first_of_each(
    rule: ApprovalRule, waves: Iterable[tuple[date | None, list[Action]]]
) -> Iterable[tuple[date | None, str]]:
    """Why a rule demands approvals now, and on the first day on which it will."""
    found = [(opens_on, because) for opens_on, wave in waves if (because := _excess(rule, wave))]
    now = [one for one in found if one[0] is None]
    return (*now, *[one for one in found if one[0] is not None][:1])


def with_consent(plan: Plan, rules: Rules, approvals: Approvals) -> Plan:
    """The plan in which every send that has too few approvals is blocked.

    What counts against a threshold are the sends together that lack approvals: what was approved holds nobody
    else up, and a large send is not let through by being cut into small ones.
    """
    judge = _Judge(plan=plan, rules=rules, approvals=approvals)
    blocks: dict[str, Action] = {}
    for rule in rules.approvals:
        lacking = [action for action in plan.actions if action.action in _SENDING and judge.lacks(action, rule)]
        because = _excess(rule, lacking)
        for action in lacking if because else ():
            blocks.setdefault(action.address, judge.blocked(action, rule, because))
    if not blocks:
        return plan
    actions = tuple(blocks.get(action.address, action) for action in plan.actions)
    return plan.model_copy(update={"actions": actions, "summary": _summary(actions), "applyable": False})


def _summary(actions: Iterable[Action]) -> dict[str, int]:
    kinds = [action.action for action in actions]
    return {kind.value: kinds.count(kind) for kind in ActionKind if kind in kinds}


def _excess(rule: ApprovalRule, actions: list[Action]) -> str:
    """Why sends together are more than a rule lets pass, or an empty text."""
    if not actions:
        return ""
    if rule.over is not None:
        sizes = [contacts_of(action) for action in actions]
        known = sum(size for size in sizes if size is not None)
        if known > rule.over:
            return f"{known:,} recipients are more than {rule.over:,}"
        return "the number of recipients is not known" if None in sizes else ""
    limit = rule.over_cost if rule.over_cost is not None else Decimal(0)
    costs = [action.estimate.worst if action.estimate is not None else None for action in actions]
    total = sum((cost for cost in costs if cost is not None), start=Decimal(0))
    if total > limit:
        currency = next((action.estimate.currency for action in actions if action.estimate is not None), "")
        return f"a worst case of {_amount(total)} {currency} is more than {_amount(limit)}".replace("  ", " ")
    return f"the cost is not known, and more than {_amount(limit)} needs approval" if None in costs else ""


def _amount(money: Decimal) -> str:
    whole = money == money.to_integral_value()
    return f"{money:,.0f}" if whole else f"{money:,.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Counts the approvals of sends."""

    plan: Plan
    rules: Rules
    approvals: Approvals

    def lacks(self, action: Action, rule: ApprovalRule) -> bool:
        """Whether a send has too few approvals for a rule."""
        return len(self._counted(action, rule)) < _needed(action, rule)

    def blocked(self, action: Action, rule: ApprovalRule, because: str) -> Action:
        """A send that is blocked for want of approvals, saying what is missing."""
        way_out = WAYS_OUT[Reason.APPROVAL]
        return action.model_copy(
            update={
                "action": ActionKind.BLOCKED,
                "reason": Reason.APPROVAL,
                "detail": " ".join(self._sentences(action, rule, because)),
                "way_out": way_out
                if self.rules.is_default_environment
                else commands_in(way_out, self.rules.environment),
            }
        )

    def _sentences(self, action: Action, rule: ApprovalRule, because: str) -> Iterable[str]:
        counted = self._counted(action, rule)
        yield f"It needs {demanded(_needed(action, rule), rule.role)}: {because}."
        if action.authors is None:
            yield "One of them is because git does not know who wrote it."
        if counted:
            yield f"Approved by {', '.join(sorted(counted))}."
        for who in sorted(self._approvers(action) - counted):
            wrote = action.authors is not None and who in action.authors
            yield f"{who} does not count: {'wrote it' if wrote else f'is not in {rule.role}'}."
        for who, change in sorted(self._changed(action)):
            yield f"{who} approved it before {change}."
        yield from self.approvals.remarks

    def _counted(self, action: Action, rule: ApprovalRule) -> frozenset[str]:
        """The people who approved a send and count: each once, none who wrote it, and of a role its members alone."""
        people = self._approvers(action) - frozenset(action.authors or ())
        return people & self.approvals.roles.get(rule.role, frozenset()) if rule.role else people

    def _approvers(self, action: Action) -> frozenset[str]:
        return frozenset(
            who for who, sends in self._approved(action) if any(self._covers(one, action) for one in sends)
        )

    def _changed(self, action: Action) -> Iterable[tuple[str, str]]:
        """Who approved an address as it was before, and what has become of it."""
        for who, sends in self._approved(action):
            if who not in self._approvers(action):
                grown = any(one.approves == self._fingerprint(action) for one in sends)
                yield who, "its audience grew" if grown else "it was changed"

    def _approved(self, action: Action) -> Iterable[tuple[str, tuple[ApprovedSend, ...]]]:
        for who, approval in self.approvals.given:
            sends = tuple(one for one in approval.sends if one.address == action.address)
            if sends and approval.environment == self.plan.environment:
                yield who, sends

    def _covers(self, approved: ApprovedSend, action: Action) -> bool:
        return approved.approves == self._fingerprint(action) and self._has_not_grown(approved.contacts, action)

    def _has_not_grown(self, approved: int | None, action: Action) -> bool:
        now = contacts_of(action)
        if now is None or approved is None:
            return now is None and approved is None
        return now <= approved * (1 + self.rules.audience_tolerance)

    def _fingerprint(self, action: Action) -> str:
        return fingerprint_of(self.plan.environment, self.plan.account, action)


def _needed(action: Action, rule: ApprovalRule) -> int:
    """How many people must approve: one more where any of them may be the author."""
    return rule.need + (action.authors is None)


def demanded(need: int, role: str) -> str:
    """`2 approvals of legal`."""
    return f"{need} {'approval' if need == 1 else 'approvals'}{f' of {role}' if role else ''}"
