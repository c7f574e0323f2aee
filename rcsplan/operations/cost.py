"""What planned sends cost, by the prices of the project and by what was charged before; and what earlier ones do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from rcsplan.campaign.cost import Cost, Leg, cost_of, sum_of
from rcsplan.campaign.message import sms_of
from rcsplan.campaign.prices import ListPrices, form_of
from rcsplan.campaign.sms import segmented
from rcsplan.plan.audience import audience_of
from rcsplan.plan.model import ActionKind, PlanEstimate
from rcsplan.policy.candidate import Charge
from rcsplan.state.lessons import Lessons, amount_of
from rcsplan.state.phase import LIVE, REACHED_PEOPLE, Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pydantic import JsonValue

    from rcsplan.campaign.prices import Form, PriceBook
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Facts
    from rcsplan.plan.model import Action, PlannedList
    from rcsplan.state.model import ListSnapshot, Record
    from rcsplan.state.sends import State

_UNPRICED = "No price is set or learned: set prices."

#: Actions that submit what is paid for, in this run or a later one; of what is blocked the reviewer knows it as well.
_PRICED = frozenset({ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT, ActionKind.DEFER, ActionKind.BLOCKED})
#: Actions that are paid for in this run.
_DUE = frozenset({ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT})


@dataclass(frozen=True, kw_only=True)
class Estimator:
    """Tells what sends cost: by the prices that are set, and where none is, by what was charged before."""

    book: PriceBook
    lessons: Lessons

    def cost(self, body: Mapping[str, JsonValue], lists: Iterable[PlannedList | ListSnapshot]) -> Cost:
        """The cost of a message to contact lists."""
        form, sms = form_of(body), sms_of(body)
        legs = [
            Leg(name=entry.name, contacts=entry.contacts, prices=self._prices(entry.id, entry.name, form))
            for entry in lists
        ]
        parts = segmented(str(sms.get("text", ""))).parts if sms is not None else None
        cost = cost_of(legs, currency=self.currency, form=form, parts=parts)
        return cost if cost.worst is not None else self._explained(cost, legs)

    @property
    def currency(self) -> str:
        """The currency of every cost, empty where nobody knows one."""
        return self.book.currency or self.lessons.currency

    def _prices(self, list_id: int, name: str, form: Form) -> ListPrices:
        found = self.book.prices_of(list_id, name, form)
        if found.rcs is not None and found.sms is not None and found.reach is not None:
            return found
        learned = self.lessons.prices_of(list_id, form)
        return ListPrices(
            rcs=found.rcs or learned.rcs, sms=found.sms or learned.sms, reach=found.reach or learned.reach
        )

    def _explained(self, cost: Cost, legs: list[Leg]) -> Cost:
        """A cost that is not known, with the one reason where it is one."""
        if not self.currency and len(self.lessons.currencies) > 1:
            names = " and ".join(self.lessons.currencies)
            return replace(cost, unknown=(f"Earlier sends were charged in {names}: set prices.currency.",))
        if legs and not any(leg.prices.rcs or leg.prices.sms for leg in legs):
            return replace(cost, unknown=(_UNPRICED,))
        return cost


def estimator_of(state: State, facts: Facts, target: Target) -> Estimator:
    """The estimator of an environment, with what its state teaches."""
    book = target.environment.prices.book
    return Estimator(book=book, lessons=Lessons(state=state, now=facts.now, wanted_currency=book.currency))


def costs_of(actions: Iterable[Action], facts: Facts, estimator: Estimator) -> dict[str, Cost]:
    """What each action costs that submits something or would, by address, with the contacts of now."""
    return {
        action.address: estimator.cost(action.payload, audience_of(action.audience, facts.lists).lists)
        for action in actions
        if action.action in _PRICED and action.payload is not None and action.audience.lists
    }


def charge_of(address: str, record: Record, estimator: Estimator, *, at: datetime) -> Charge:
    """What a send that was submitted costs, and what of that is not yet charged."""
    phase = phase_of(record)
    amount = _final(record, estimator.currency) if phase not in LIVE else None
    if amount is None:
        amount = _worst(record, estimator)
    return Charge(address=address, at=at, amount=amount, open=_open(record, phase, amount))


def costs_something(record: Record, *, stays: bool) -> bool:
    """Whether somebody got it, or will: scheduled ones count unless they are about to be taken back."""
    phase = phase_of(record)
    if phase is Phase.WAITING:
        return stays
    return phase in REACHED_PEOPLE or (record.remote is not None and record.remote.sent > 0)


def _final(record: Record, currency: str) -> Decimal | None:
    """What was charged in the end."""
    delivery = record.delivery
    return amount_of(delivery.price) if delivery is not None and delivery.currency in {"", currency} else None


def _worst(record: Record, estimator: Estimator) -> Decimal | None:
    """What it may cost: by the prices of now, and never less than the provider calculated."""
    calculated = amount_of(record.price) if record.currency in {None, "", estimator.currency} else None
    worst = estimator.cost(record.payload, record.lists).worst if record.payload is not None else None
    known = [amount for amount in (calculated, worst) if amount is not None]
    return max(known, default=None)


def _open(record: Record, phase: Phase, amount: Decimal | None) -> Decimal | None:
    """What may still be charged: for RCS that is what was not delivered (bsg-api.md section 4.3)."""
    if phase not in LIVE:
        return Decimal(0)
    delivered = record.remote.delivered if record.remote is not None else 0
    if amount is None or not record.contacts:
        return amount
    return amount * max(record.contacts - delivered, 0) / record.contacts


def plan_estimate(
    actions: Iterable[Action], costs: Mapping[str, Cost], facts: Facts, estimator: Estimator, *, month: Decimal | None
) -> PlanEstimate | None:
    """What a plan costs as a whole; None where it submits nothing."""
    due = [costs[action.address] for action in actions if action.action in _DUE and action.address in costs]
    if not due:
        return None
    expected, worst = sum_of(cost.expected for cost in due), sum_of(cost.worst for cost in due)
    # An expectation of fewer sends than the worst case is of would look like a good one.
    is_told = expected.unknown == worst.unknown < len(due)
    currency, funds = estimator.currency, facts.funds
    return PlanEstimate(
        currency=currency,
        expected=expected.amount if is_told else None,
        worst=worst.amount if worst.unknown < len(due) else None,
        unknown=worst.unknown,
        balance=funds.amount if funds is not None and funds.currency in {"", currency} else None,
        month=month,
    )
