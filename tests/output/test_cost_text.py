"""Costs in words, with their arithmetic."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rcsplan.output.cost_text import cost_of_plan, cost_of_send, saving_of_a_part
from rcsplan.output.moments import money
from rcsplan.output.plan_text import format_plan_text
from rcsplan.output.terminal import Style
from rcsplan.plan.model import ActionKind, ChannelEstimate, Estimate, PlanEstimate
from tests.output.plans import make_action, make_plan


def channel(kind="sms", messages=17_331, *, price="0.038", parts=2, origin="prices.sms"):
    value = Decimal(price) if price is not None else None
    return ChannelEstimate(channel=kind, messages=messages, worst_messages=0, parts=parts, price=value, origin=origin)


RCS = channel("rcs", 28_278, price="0.0210", parts=1, origin="prices.rcs")
EXAMPLE = Estimate(
    currency="EUR",
    expected=Decimal("1910.994"),
    worst=Decimal("3466.284"),
    reach=0.62,
    reach_origin="prices.reach",
    channels=(RCS, channel()),
)


def said(estimate):
    """What is said of a send, with its products as people type them."""
    return cost_of_send(estimate).replace("\N{MULTIPLICATION SIGN}", "x")


def changed(**fields):
    return EXAMPLE.model_copy(update=fields)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1910.994", "1,910.99 EUR"), ("0.005", "0.01 EUR"), ("0.0042", "0.0042 EUR"), ("0", "0.00 EUR"),
        ("-50.25", "-50.25 EUR"), ("1000000", "1,000,000.00 EUR"),
    ],
)  # fmt: skip
def test_money_is_rounded_to_cents_and_never_to_nothing(amount, text):
    assert money(Decimal(amount), "EUR") == text


def test_the_arithmetic_of_a_send_is_shown():
    assert said(EXAMPLE) == (
        "expected 1,910.99 EUR, worst case 3,466.28 EUR: RCS 28,278x0.021 + SMS 17,331x2x0.038, 62% reach"
    )


def test_what_was_learned_is_said_to_be():
    assert said(changed(learned="SMS price and reach learned from 3 sends")).endswith(
        "62% reach; SMS price and reach learned from 3 sends"
    )


def test_an_expectation_that_is_not_known_leaves_the_worst_case():
    unknown = changed(expected=None, reach=None, channels=(), unknown=("The share that RCS reaches is not known.",))
    assert said(unknown) == "worst case 3,466.28 EUR, expected only with prices.reach"


def test_a_cost_that_is_not_known_is_said_not_to_be():
    unknown = Estimate(unknown=("No price is set or learned: set prices.",))
    assert said(unknown) == "not known. No price is set or learned: set prices."


def test_a_send_to_nobody_costs_nothing():
    none = changed(expected=Decimal(0), worst=Decimal(0), channels=(), reach=None)
    assert said(none) == "expected 0.00 EUR, worst case 0.00 EUR: nobody"


@pytest.mark.parametrize(
    ("channels", "saving"),
    [
        ((RCS, channel()), "658.58 EUR"),
        ((RCS, channel(), channel(messages=1000, price="0.05")), "708.58 EUR"),
        ((RCS, channel(), channel(price=None)), ""),
        ((RCS,), ""),
        ((RCS, channel(messages=0)), ""),
    ],
)
def test_a_part_less_saves_its_price_for_each_sms(channels, saving):
    """That of domain.md section 7: 658.58 EUR."""
    assert saving_of_a_part(changed(channels=channels)) == saving


def test_without_an_estimate_no_saving_is_known():
    assert saving_of_a_part(None) == ""


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (None, ""),
        (PlanEstimate(unknown=4), ""),
        (PlanEstimate(currency="EUR", unknown=4), ""),
        (
            PlanEstimate(currency="EUR", expected=Decimal(10), worst=Decimal(20)),
            "expected 10.00 EUR, worst case 20.00 EUR.",
        ),
        (
            PlanEstimate(currency="EUR", worst=Decimal(20), unknown=1, month=Decimal(700), balance=Decimal(-5)),
            "worst case 20.00 EUR, and 1 send of unknown cost. Month: 700.00 EUR at worst. Balance: -5.00 EUR.",
        ),
    ],
)
def test_a_plan_as_a_whole_has_a_cost_where_one_is_known(estimate, text):
    assert cost_of_plan(estimate) == text


def test_a_plan_with_costs(golden):
    payload = {
        "sender": "Kvitka",
        "options": {"text": "Знижка"},
        "alternative_channel": {
            "sms": {
                "sender": "KVITKA",
                "text": "Kvitka: -30% на все до 30.11 23:59. kvitka.ua/bf Відмова: kvitka.ua/stop",
            }
        },
    }
    estimate = PlanEstimate(
        currency="EUR", expected=EXAMPLE.expected, worst=EXAMPLE.worst, month=Decimal(6100), balance=Decimal(20000)
    )
    plan = make_plan(make_action(ActionKind.SUBMIT, payload=payload, estimate=EXAMPLE), estimate=estimate)
    golden("plan/cost.txt", format_plan_text(plan, Style(), verbose=False))
