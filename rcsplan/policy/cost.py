"""Rules of money: what a send, a run and a month may cost, and what the account can pay for."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.campaign.cost import Sum
    from rcsplan.diagnostics import KeyPath
    from rcsplan.policy.candidate import Budget, Candidate, World

_GROUPS: KeyPath = ("groups",)
_LESS = "Name fewer or smaller lists in spec.groups, or shorten the SMS."
_UNKNOWN = "Set what is missing in prices of rcsplan.yaml."
_CENT = Decimal("0.01")


def cost_per_send(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A send costs no more than allowed, at worst."""
    budget = world.thresholds.cost_per_send
    if budget is None:
        return
    cost = budget.part_of(candidate.cost)
    if cost is None:
        yield _not_known(candidate, f"a send may cost {_money(budget.max, world)}")
    elif cost > budget.max:
        detail = f"{_verb(budget)} {_money(cost, world)}; a send may cost {_money(budget.max, world)}."
        yield Finding(detail=detail, path=_GROUPS, way_out=_LESS)


def cost_per_run(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The sends of a run cost no more than allowed, at worst; those that start last are too many."""
    budget = world.thresholds.cost_per_run
    if budget is not None and candidate.is_due:
        way_out = "Apply fewer sends at once, by their addresses."
        total = world.run_costs[candidate.address]
        yield from _over(candidate, world, budget, total, span="run", way_out=way_out)


def cost_per_month(candidate: Candidate, world: World) -> Iterator[Finding]:
    """What was and will be sent in a calendar month costs no more than allowed, at worst."""
    budget = world.thresholds.cost_per_month
    if budget is not None:
        total = world.month_costs[candidate.address]
        yield from _over(candidate, world, budget, total, span="month", way_out="Move it to another month.")


def cost_unknown(candidate: Candidate, world: World) -> Iterator[Finding]:
    """It is known what a send costs at worst."""
    del world
    if candidate.cost.worst is None:
        detail = " ".join(candidate.cost.unknown) or "What it costs is not known."
        yield Finding(detail=detail, path=_GROUPS, way_out=_UNKNOWN)


def balance(candidate: Candidate, world: World) -> Iterator[Finding]:
    """The account can pay for everything that is submitted, at worst, beside what is scheduled already."""
    funds = world.funds
    if funds is None or not candidate.is_due:
        return
    if funds.amount is None or funds.currency not in {"", world.currency}:
        problem = funds.problem or f"It is in {funds.currency}, and prices are in {world.currency or 'no currency'}."
        detail = f"The balance is not known, and may not cover it. {problem}"
        yield Finding(detail=detail, path=_GROUPS, way_out="Plan again, or look at it: rcsplan account")
        return
    needed, reserved = world.worst_costs[candidate.address], world.reserved
    open_amount = needed.amount + reserved.amount
    if candidate.cost.worst is None:
        yield _not_known(candidate, f"the account has {_money(funds.amount, world)}")
    elif open_amount > funds.amount:
        beside = f" and {_money(reserved.amount, world)} for what was submitted before" if reserved.amount else ""
        detail = (
            f"With it this run needs {_money(needed.amount, world)}{beside}; the account has "
            f"{_money(funds.amount, world)}. Without money a campaign pauses, and nothing but a person resumes it."
        )
        yield Finding(detail=detail, path=_GROUPS, way_out="Top up the account, or apply fewer sends at once.")


def _over(
    candidate: Candidate, world: World, budget: Budget, total: Sum, *, span: str, way_out: str
) -> Iterator[Finding]:
    allowed = f"a {span} may cost {_money(budget.max, world)}"
    if budget.part_of(candidate.cost) is None:
        yield _not_known(candidate, allowed)
    elif total.amount > budget.max:
        at_worst = " at worst" if budget.basis == "worst" else ""
        detail = f"With it this {span} costs {_money(total.amount, world)}{at_worst}; {allowed}."
        yield Finding(detail=detail, path=_GROUPS, way_out=way_out)
    elif total.unknown:
        others = "one other send" if total.unknown == 1 else f"{total.unknown} other sends"
        detail = f"What {others} of this {span} cost{'s' * (total.unknown == 1)} is not known; {allowed}."
        yield Finding(detail=detail, path=_GROUPS, way_out=_UNKNOWN)


def _not_known(candidate: Candidate, allowed: str) -> Finding:
    why = " ".join(("", *candidate.cost.unknown))
    return Finding(detail=f"What it costs is not known; {allowed}.{why}", path=_GROUPS, way_out=_UNKNOWN)


def _verb(budget: Budget) -> str:
    return "At worst it costs" if budget.basis == "worst" else "It is expected to cost"


def _money(amount: Decimal, world: World) -> str:
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):,} {world.currency}".rstrip()
