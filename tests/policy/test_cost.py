from __future__ import annotations

from decimal import Decimal

import pytest

from rcsplan.campaign.cost import Cost, Funds
from rcsplan.policy.candidate import Budget, Charge
from tests.policy.candidates import at, breaks, found, make_candidate, make_world

GROUPS = ("groups",)
UNKNOWN = Cost(currency="EUR", unknown=("The price of an SMS part is not known: set prices.sms.",))


def money(worst, expected="0"):
    return Cost(currency="EUR", expected=Decimal(expected), worst=Decimal(worst))


def costing(worst="100", start="2026-12-01 10:00", address="sale", **fields):
    """A send of a worst case."""
    cost = worst if isinstance(worst, Cost) else money(worst)
    return make_candidate(start, address=address, cost=cost, **fields)


def charge(amount, day="2026-11-20 10:00", *, left=None):
    return Charge(
        address="before",
        at=at(day),
        amount=Decimal(amount) if amount is not None else None,
        open=Decimal(left or 0) if left != "?" else None,
    )


def budget(name, most, basis="worst"):
    return {f"cost_per_{name}": Budget(max=Decimal(most), basis=basis)}


def broken(rule, *sends, **world):
    """Which of several sends break a rule."""
    return [send.address for send in sends if breaks(rule, send, candidates=sends, currency="EUR", **world)]


@pytest.mark.parametrize(("worst", "places"), [("500", []), ("500.000001", [GROUPS])])
def test_a_send_has_a_largest_cost(worst, places):
    assert breaks("cost-per-send", costing(worst), thresholds=budget("send", 500)) == places


def test_the_worst_case_is_told_beside_what_is_allowed():
    assert found("cost-per-send", costing("3466.284"), thresholds=budget("send", 3000), currency="EUR") == [
        (GROUPS, "At worst it costs 3,466.28 EUR; a send may cost 3,000.00 EUR.")
    ]


def test_the_expected_cost_counts_where_a_policy_says_so():
    candidate = costing(money("3466.28", expected="1911"))
    limits = budget("send", 1900, "expected")
    assert found("cost-per-send", candidate, thresholds=limits, currency="EUR") == [
        (GROUPS, "It is expected to cost 1,911.00 EUR; a send may cost 1,900.00 EUR.")
    ]


@pytest.mark.parametrize("span", ["send", "run", "month"])
def test_a_cost_that_is_not_known_keeps_within_no_budget(span):
    detail = f"What it costs is not known; a {span} may cost 500.00 EUR. {UNKNOWN.unknown[0]}"
    assert found(f"cost-per-{span}", costing(UNKNOWN), thresholds=budget(span, 500), currency="EUR") == [
        (GROUPS, detail)
    ]


@pytest.mark.parametrize(("most", "late"), [("300", []), ("299.99", ["c"]), ("100", ["b", "c"])])
def test_what_starts_last_is_too_much_for_a_run(most, late):
    sends = [costing(start=f"2026-12-0{day} 10:00", address=name) for day, name in ((3, "c"), (1, "a"), (2, "b"))]
    assert sorted(broken("cost-per-run", *sends, thresholds=budget("run", most))) == late


def test_what_opens_later_is_not_paid_for_in_this_run():
    later, now = costing(address="a", is_due=False), costing(address="b")
    assert broken("cost-per-run", later, now, thresholds=budget("run", 100)) == []


def test_another_send_of_unknown_cost_leaves_no_budget_that_is_surely_kept():
    sends = (costing(UNKNOWN, address="a"), costing(address="b"))
    assert found("cost-per-run", sends[1], candidates=sends, thresholds=budget("run", 500), currency="EUR") == [
        (GROUPS, "What one other send of this run costs is not known; a run may cost 500.00 EUR.")
    ]


@pytest.mark.parametrize(
    ("start", "places"),
    [("2026-11-30 23:59", [GROUPS]), ("2026-12-01 00:00", [])],
)
def test_a_month_ends_at_midnight_of_the_accounts_zone(start, places):
    spent = (charge("450"),)
    assert breaks("cost-per-month", costing(start=start), charges=spent, thresholds=budget("month", 500)) == places


def test_a_month_counts_what_was_sent_and_what_comes_before():
    """A billing alert was how DirectFlow learned of 570 messages a person (incident 7)."""
    sends = (costing("30", "2026-11-26 10:00", "a"), costing("30", "2026-11-27 10:00", "b"))
    limits = {"charges": (charge("450"),), "thresholds": budget("month", 500)}
    assert broken("cost-per-month", *sends, **limits) == ["b"]


def test_a_month_is_told_with_its_sum():
    spent = (charge("450"),)
    candidate = costing("60", "2026-11-26 10:00")
    assert found("cost-per-month", candidate, charges=spent, thresholds=budget("month", 500), currency="EUR") == [
        (GROUPS, "With it this month costs 510.00 EUR at worst; a month may cost 500.00 EUR.")
    ]


def test_earlier_sends_of_unknown_cost_are_told():
    spent = (charge(None), charge(None))
    candidate = costing("60", "2026-11-26 10:00")
    assert found("cost-per-month", candidate, charges=spent, thresholds=budget("month", 500), currency="EUR") == [
        (GROUPS, "What 2 other sends of this month cost is not known; a month may cost 500.00 EUR.")
    ]


def test_what_opens_later_counts_for_its_month():
    sends = (costing(address="a", is_due=False), costing(address="b", start="2026-12-02 10:00"))
    assert broken("cost-per-month", *sends, thresholds=budget("month", 150)) == ["b"]


@pytest.mark.parametrize(
    ("amount", "expected"), [(UNKNOWN, [(GROUPS, UNKNOWN.unknown[0])]), (money("0"), [])], ids=["unknown", "nothing"]
)
def test_a_cost_that_is_not_known_is_found_and_one_of_nothing_is_known(amount, expected):
    assert found("cost-unknown", costing(amount)) == expected


@pytest.mark.parametrize(("funds", "late"), [("200", []), ("199.99", ["b"]), ("-50.25", ["a", "b"])])
def test_the_balance_covers_what_starts_first(funds, late):
    sends = (costing(address="b", start="2026-12-02 10:00"), costing(address="a"))
    assert sorted(broken("balance", *sends, funds=Funds(amount=Decimal(funds), currency="EUR"))) == late


def test_the_balance_covers_what_is_scheduled_already_as_well():
    spent = (charge("80", left="50"), charge("1000"))
    funds = Funds(amount=Decimal(120), currency="EUR")
    detail = (
        "With it this run needs 100.00 EUR and 50.00 EUR for what was submitted before; the account has "
        "120.00 EUR. Without money a campaign pauses, and nothing but a person resumes it."
    )
    assert found("balance", costing(), charges=spent, funds=funds, currency="EUR") == [(GROUPS, detail)]


@pytest.mark.parametrize(
    ("funds", "why"),
    [
        (Funds(problem="The provider did not answer."), "The provider did not answer."),
        (Funds(amount=Decimal(9999), currency="UAH"), "It is in UAH, and prices are in EUR."),
    ],
)
def test_a_balance_that_is_not_known_covers_nothing(funds, why):
    assert found("balance", costing(), funds=funds, currency="EUR") == [
        (GROUPS, f"The balance is not known, and may not cover it. {why}")
    ]


def test_no_balance_covers_a_cost_that_is_not_known():
    assert breaks("balance", costing(UNKNOWN), funds=Funds(amount=Decimal(9999), currency="EUR"), currency="EUR") == [
        GROUPS
    ]


@pytest.mark.parametrize(("is_due", "funds"), [(False, Funds(amount=Decimal(0), currency="EUR")), (True, None)])
def test_the_balance_is_not_asked_for_what_opens_later_nor_where_nobody_read_it(is_due, funds):
    assert breaks("balance", costing(is_due=is_due), funds=funds, currency="EUR") == []


def test_the_busiest_month_of_a_plan_is_told_with_what_was_sent_before():
    world = make_world(costing("10", "2026-11-26 10:00", "a"), costing("20", address="b"), charges=(charge("450"),))
    assert world.busiest_month == Decimal(460)


def test_a_month_with_an_unknown_cost_has_no_sum():
    assert make_world(costing(UNKNOWN), costing(address="b")).busiest_month is None
