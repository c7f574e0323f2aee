"""What plans cost: by prices, by what was learned, with month and balance; and budgets at every plan and apply."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from rcsplan.campaign.prices import PriceBook, Quote
from rcsplan.errors import Blocked
from rcsplan.operations.apply import ApplyOptions, Attendance, apply_saved
from rcsplan.operations.cost import Estimator, charge_of
from rcsplan.state.lessons import Lessons
from rcsplan.state.model import Delivery
from tests.builders import NOW, make_intent, make_record, make_remote, make_state

BALANCE = "GET /api/accounts/balance"
PRICES = {"currency": "EUR", "rcs": 0.02, "sms": 0.04, "reach": "50%"}
#: 1,240 contacts at 0.02, without an SMS.
WORST = Decimal("24.80")
BOOK = PriceBook(currency="EUR", base=Quote(origin="prices", rcs={"text": Decimal("0.02")}, reach=Decimal("0.5")))


@pytest.fixture
def priced(shop):
    """A project with prices and one send."""
    shop.prices = PRICES
    shop.declare("spring")
    return shop


def apply_plan(shop, saved):
    attendance = Attendance(show=lambda _: None, confirm=lambda _: True, listen=lambda _: None, hold=lambda: "")
    return apply_saved(shop.target, saved, ApplyOptions(), attendance)


def rules(**settings):
    return {"rules": {name.replace("_", "-"): value for name, value in settings.items()}}


def policy_of(plan):
    """Rule and severity of all that the policy found."""
    return [(finding.rule, finding.severity) for action in plan.actions for finding in action.policy]


def test_a_plan_tells_what_each_send_costs_and_all_of_them(priced):
    priced.declare("summer", at="2026-12-03 10:00")
    plan = priced.plan()
    assert [action.estimate.worst for action in plan.actions] == [WORST, WORST]
    assert (plan.estimate.expected, plan.estimate.worst, plan.estimate.month) == (WORST, 2 * WORST, 2 * WORST)


def test_without_prices_nothing_is_known_and_nothing_is_nothing(shop):
    shop.declare("spring")
    plan = shop.plan()
    estimate = plan.actions[0].estimate
    assert (estimate.expected, estimate.worst, estimate.currency, estimate.unknown) == (
        None,
        None,
        "",
        ("No price is set or learned: set prices.",),
    )
    assert (plan.estimate.worst, plan.estimate.unknown) == (None, 1)


def test_where_no_prices_are_set_they_are_learned_from_what_was_charged(shop):
    shop.declare("spring")
    shop.apply()
    shop.declare("summer", at="2026-12-03 10:00")
    (summer,) = [action for action in shop.plan().actions if action.address == "summer"]
    assert (summer.estimate.worst, summer.estimate.currency, summer.estimate.learned) == (
        Decimal("14.88"),
        "EUR",
        "RCS price learned from 1 send",
    )


def test_prices_that_are_set_count_before_what_was_charged(priced):
    priced.apply()
    priced.declare("summer", at="2026-12-03 10:00")
    (summer,) = [action for action in priced.plan().actions if action.address == "summer"]
    assert summer.estimate.worst == WORST


def test_what_was_submitted_counts_for_its_month(priced):
    priced.apply()
    priced.declare("summer", at="2026-12-03 10:00")
    assert priced.plan().estimate.month == 2 * WORST


def test_what_is_replaced_is_paid_for_once(priced):
    priced.apply()
    priced.declare("spring", text="Another text")
    assert priced.plan().estimate.month == WORST


def test_a_plan_that_submits_nothing_costs_nothing_to_tell_of(priced):
    priced.apply()
    assert priced.plan().estimate is None


def test_the_balance_is_told_with_its_credit(priced):
    priced.seed(balance={"amount": 30, "credit": 12, "currency": "EUR"})
    assert priced.plan().estimate.balance == Decimal(42)


def test_a_balance_that_does_not_suffice_is_warned_of(priced):
    priced.seed(balance={"amount": 24, "currency": "EUR"})
    assert policy_of(priced.plan()) == [("balance", "warn")]


def test_the_balance_must_suffice_for_what_is_scheduled_already_as_well(priced):
    priced.seed(balance={"amount": 40, "currency": "EUR"})
    priced.apply()
    priced.declare("summer", at="2026-12-03 10:00")
    assert policy_of(priced.plan()) == [("balance", "warn")]


def test_a_balance_that_cannot_be_read_breaks_no_plan(priced):
    priced.break_with(f"{BALANCE}=error_before")
    plan = priced.plan()
    assert (policy_of(plan), plan.estimate.balance, plan.applyable) == ([("balance", "warn")], None, True)


def test_a_balance_that_cannot_be_read_blocks_where_it_must_suffice(priced):
    priced.policy = rules(balance={"severity": "deny"})
    priced.break_with(f"{BALANCE}=error_before")
    assert priced.verdicts() == {"spring": "policy"}


def test_where_nobody_needs_the_balance_it_is_not_read(shop):
    shop.declare("spring")
    shop.break_with(f"{BALANCE}=error_before")
    assert policy_of(shop.plan()) == []


def test_a_month_that_is_full_holds_back_what_comes_last(priced):
    priced.policy = rules(cost_per_month={"max": 30})
    priced.declare("summer", at="2026-12-03 10:00")
    assert priced.verdicts() == {"spring": "submit", "summer": "policy"}


def test_a_saved_plan_is_asked_again_for_what_others_have_spent_since(priced):
    priced.policy = rules(cost_per_month={"max": 30})
    saved = priced.plan()
    priced.remove("spring")
    priced.declare("winter", at="2026-12-02 10:00")
    priced.apply()
    with pytest.raises(Blocked, match="The policy denies the plan by now") as refused:
        apply_plan(priced, saved)
    assert "spring: cost-per-month: With it this month costs 49.60 EUR" in refused.value.detail


def charge(record, book=BOOK):
    """What a record costs, and what of it is open."""
    estimator = Estimator(book=book, lessons=Lessons(state=make_state(), now=NOW, wanted_currency=book.currency))
    found = charge_of("spring", record, estimator, at=NOW)
    return found.amount, found.open


@pytest.mark.parametrize(
    ("record", "open_amount"),
    [
        (make_record(), WORST),
        (make_record(remote=make_remote("sending", sent=1240, delivered=620)), WORST / 2),
        (make_record(remote_id=None, intent=make_intent()), WORST),
        (make_record(remote=make_remote("done", sent=1240, delivered=620)), 0),
    ],
    ids=["scheduled", "sending", "unknown", "ended"],
)
def test_what_is_not_yet_charged_is_what_was_not_delivered_of_what_is_live(record, open_amount):
    assert charge(record) == (WORST, open_amount)


@pytest.mark.parametrize(("currency", "amount"), [("EUR", Decimal(9)), ("", Decimal(9)), ("UAH", WORST)])
def test_of_what_has_ended_the_final_price_counts_in_its_currency(currency, amount):
    delivery = Delivery(price="9", currency=currency, observed_at=NOW + timedelta(days=9))
    assert charge(make_record(remote=make_remote("done", sent=1240), delivery=delivery))[0] == amount


@pytest.mark.parametrize(("price", "amount"), [("30", Decimal(30)), ("1", WORST), ("0", WORST)])
def test_it_is_never_less_than_the_provider_calculated(price, amount):
    assert charge(make_record(price=price, currency="EUR"))[0] == amount


def test_without_a_payload_or_a_price_nobody_knows():
    assert charge(make_record(payload=None)) == (None, None)
