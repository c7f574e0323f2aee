"""The arithmetic of costs: that of domain.md section 7, and what holds of every sum."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.cost import Channel, Leg, Sum, cost_of, reached, sum_of
from rcsplan.campaign.prices import Figure, ListPrices

MISSING = {"rcs": "The price of an RCS card", "sms": "The price of an SMS part", "reach": "The share that RCS reaches"}
SETTINGS = {"rcs": "prices.rcs.card", "sms": "prices.sms", "reach": "prices.reach"}

amounts = st.decimals(min_value=0, max_value=10, places=6)
contacts = st.integers(min_value=0, max_value=1_000_000)
shares = st.decimals(min_value=0, max_value=1, places=4)


def make_leg(contacts=1000, *, name="Newsletter", rcs="0.021", sms="0.038", reach="0.62"):
    """A list with prices; one that is None is not known."""
    figures = {"rcs": rcs, "sms": sms, "reach": reach}
    known = {key: Figure(value=Decimal(value), origin=key) for key, value in figures.items() if value is not None}
    return Leg(name=name, contacts=contacts, prices=ListPrices(**known))


def cost(*legs, parts=2):
    return cost_of(legs, currency="EUR", form="card", parts=parts)


legs = st.builds(make_leg, contacts, rcs=amounts, sms=amounts, reach=shares)
parts = st.one_of(st.none(), st.integers(min_value=1, max_value=5))


def test_the_sum_of_the_example():
    """45,609 contacts, 62% reach, an SMS of two parts (domain.md section 7)."""
    found = cost(make_leg(45_609))
    assert (found.expected, found.worst) == (Decimal("1910.994"), Decimal("3466.284"))


def test_the_example_falls_into_its_channels():
    assert cost(make_leg(45_609)).channels == (
        Channel(channel="rcs", messages=28_278, worst_messages=0, price=Decimal("0.021"), origin="rcs"),
        Channel(channel="sms", messages=17_331, worst_messages=45_609, parts=2, price=Decimal("0.038"), origin="sms"),
    )


def test_without_a_fallback_whom_rcs_misses_costs_nothing_and_all_may_be_reached():
    found = cost(make_leg(), parts=None)
    assert (found.expected, found.worst) == (Decimal("13.020"), Decimal("21.000"))


def test_where_rcs_is_dearest_the_worst_is_that_it_reaches_all():
    found = cost(make_leg(rcs="0.10"), parts=1)
    assert (found.worst, found.channels[0].worst_messages) == (Decimal("100.00"), 1000)


def test_lists_of_one_price_are_one_channel():
    assert [one.messages for one in cost(make_leg(), make_leg()).channels] == [1240, 760]


def test_lists_of_two_prices_are_two_channels():
    found = cost(make_leg(), make_leg(sms="0.05"))
    assert [(one.channel, one.price) for one in found.channels] == [
        ("rcs", Decimal("0.021")), ("sms", Decimal("0.038")), ("sms", Decimal("0.05")),
    ]  # fmt: skip


def test_the_reach_of_several_lists_is_that_of_all_their_contacts():
    found = cost(make_leg(3000, reach="0.5"), make_leg(1000, reach="0.9"))
    assert found.reach == Decimal("0.6000")


@pytest.mark.parametrize("key", ["rcs", "sms"])
def test_an_unknown_price_makes_all_of_the_cost_unknown(key):
    found = cost(make_leg(), make_leg(name="PL", **{key: None}))
    assert (found.expected, found.worst, found.unknown) == (
        None,
        None,
        (f"{MISSING[key]} of 'PL' is not known: set {SETTINGS[key]}.",),
    )


def test_without_a_reach_the_worst_case_is_known_all_the_same():
    found = cost(make_leg(reach=None))
    assert (found.expected, found.worst) == (None, Decimal("76.000"))


@pytest.mark.parametrize("key", MISSING)
def test_what_is_known_of_no_list_is_said_once(key):
    found = cost(make_leg(**{key: None}), make_leg(name="PL", **{key: None}))
    assert found.unknown == (f"{MISSING[key]} is not known: set {SETTINGS[key]}.",)


def test_without_a_fallback_nobody_asks_for_the_price_of_an_sms():
    assert cost(make_leg(sms=None), parts=None).unknown == ()


def test_a_list_of_unknown_size_has_no_cost():
    found = cost(make_leg(None))
    assert (found.expected, found.worst, found.channels) == (None, None, ())


def test_a_send_to_nobody_known_has_no_cost():
    assert (cost().expected, cost().worst) == (None, None)


@given(st.lists(legs, min_size=1, max_size=4), parts)
def test_the_worst_case_is_never_better_than_the_expected_one(legs, parts):
    found = cost(*legs, parts=parts)
    assert found.worst >= found.expected


@given(st.lists(legs, min_size=1, max_size=4), parts)
def test_costs_add_up_over_lists(legs, parts):
    each, found = [cost(leg, parts=parts) for leg in legs], cost(*legs, parts=parts)
    sums = sum_of(one.expected for one in each), sum_of(one.worst for one in each)
    assert sums == (Sum(amount=found.expected), Sum(amount=found.worst))


@given(st.lists(legs, min_size=1, max_size=4), parts)
def test_the_channels_show_the_whole_sum(legs, parts):
    found = cost(*legs, parts=parts)
    shown = [
        sum(count(one) * one.parts * one.price for one in found.channels)
        for count in (lambda one: one.messages, lambda one: one.worst_messages)
    ]
    assert shown == [found.expected, found.worst]


@given(st.lists(legs, max_size=3), parts, st.sampled_from(["rcs", "sms", "reach"]), contacts)
def test_what_is_not_known_is_never_a_sum(legs, parts, key, contacts):
    found = cost(*legs, make_leg(contacts, **{key: None}), parts=parts or 1)
    assert (found.expected, bool(found.unknown)) == (None, True)


@given(contacts, shares)
def test_no_more_are_reached_than_there_are(contacts, share):
    assert 0 <= reached(contacts, share) <= contacts


def test_sums_count_what_is_not_known():
    assert sum_of([Decimal(1), None, Decimal("0.1"), None]) == Sum(amount=Decimal("1.1"), unknown=2)


@pytest.mark.parametrize("amount", [None, Decimal("0.1")])
def test_a_sum_grows_by_one_send(amount):
    assert sum_of([Decimal(1)]).plus(amount) == sum_of([Decimal(1), amount])


def test_what_was_learned_is_told_by_its_origin():
    leg = make_leg()
    learned = {
        key: Figure(value=Decimal("0.5"), origin="learned from 2 sends", is_learned=True) for key in ("sms", "reach")
    }
    found = cost(leg, replace(leg, prices=replace(leg.prices, **learned)))
    assert (found.learned, cost(leg).learned) == ("SMS price and reach learned from 2 sends", "")
