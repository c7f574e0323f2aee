"""What a state teaches of prices and reach."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from rcsplan.campaign.prices import Figure
from rcsplan.plan.facts import ContactList
from rcsplan.state.lessons import Lessons, amount_of, arrived
from rcsplan.state.model import Delivery
from tests.builders import NEWSLETTER, NOW, make_body, make_record, make_scheduled_in, make_send, make_state

OTHER = ContactList(id=7, name="VIP", contacts=100)
SMS = {"alternative_channel": {"sms": {"sender": "ACME", "text": "a" * 200}}}


def sent(name, price="26.04", *, days=1, lists=(NEWSLETTER,), currency="EUR", body=None, **fields):
    """A send of some days ago and its record, of which the provider calculated a price."""
    schedule = make_scheduled_in(timedelta(days=-days))
    send = make_send(name, body=body or make_body(text=name), schedule=schedule)
    return name, make_record(send, lists=lists, price=price, currency=currency, **fields)


def delivered(price, *, rcs, sms=None, phones=None, currency="EUR"):
    return Delivery(rcs=rcs, sms=sms or {}, phones=phones, price=price, currency=currency, observed_at=NOW)


def figure(value, origin):
    return Figure(value=Decimal(value), origin=origin, is_learned=True)


def learned(*records, list_id=NEWSLETTER.id, form="text", currency=""):
    return Lessons(state=make_state(records), now=NOW, wanted_currency=currency).prices_of(list_id, form)


def test_a_price_is_what_was_calculated_for_each_contact():
    assert learned(sent("a")).rcs == figure("0.021", "learned from 1 send")


def test_several_sends_are_taken_together():
    assert learned(sent("a", "24.80"), sent("b", "27.28")).rcs == figure("0.021", "learned from 2 sends")


def test_the_last_five_count():
    old = [sent(f"old-{day}", "124", days=day) for day in range(10, 15)]
    new = [sent(f"new-{day}", days=day) for day in range(1, 6)]
    assert learned(*old, *new).rcs == figure("0.021", "learned from 5 sends")


def test_sends_of_half_a_year_ago_teach_nothing():
    assert learned(sent("a", days=181)).rcs is None


def test_sends_to_the_same_list_count_before_those_to_others():
    assert learned(sent("a"), sent("b", "5", lists=(OTHER,))).rcs.value == Decimal("0.021")


def test_sends_to_the_list_alone_count_before_those_to_it_and_others():
    assert learned(sent("a"), sent("b", "134", lists=(NEWSLETTER, OTHER))).rcs.value == Decimal("0.021")


def test_where_there_are_none_those_to_others_count_and_are_said_to():
    assert learned(sent("a"), list_id=99).rcs == figure("0.021", "learned from 1 send to other lists")


def test_another_form_teaches_nothing():
    assert learned(sent("a"), form="card").rcs is None


@pytest.mark.parametrize("price", [None, "0", "0.00", "-1", "NaN", "free"])
def test_a_price_that_says_none_teaches_nothing(price):
    assert learned(sent("a", price)).rcs is None


def test_a_send_that_was_never_accepted_teaches_nothing():
    assert learned(sent("a", remote_id=None)).rcs is None


def test_a_list_of_unknown_size_teaches_nothing():
    assert learned(sent("a", lists=(NEWSLETTER, ContactList(id=8, name="New")))).rcs is None


def test_several_currencies_are_a_bag_of_which_nothing_is_taken():
    state = make_state([sent("a"), sent("b", currency="UAH")])
    lessons = Lessons(state=state, now=NOW)
    assert (lessons.currency, lessons.currencies, lessons.prices_of(NEWSLETTER.id, "text").rcs) == (
        "",
        ("EUR", "UAH"),
        None,
    )


def test_of_several_currencies_that_of_the_project_counts():
    assert learned(sent("a"), sent("b", "999", currency="UAH"), currency="EUR").rcs.value == Decimal("0.021")


def test_what_was_charged_in_the_end_counts_before_what_was_calculated():
    delivery = delivered("19.50", rcs={"delivered": 400, "read": 600, "expired": 240})
    assert learned(sent("a", delivery=delivery)).rcs.value == Decimal("0.0195")


def test_a_part_of_an_sms_costs_what_was_charged_beside_rcs():
    """1,000 by RCS for 21.00, and 200 SMS of two parts for 15.20."""
    delivery = delivered("36.20", rcs={"delivered": 1000, "not_rcs_user": 240}, sms={"delivered": 200, "failed": 40})
    found = learned(sent("a", delivery=delivery, body=make_body(**SMS)))
    assert (found.rcs.value, found.sms) == (
        Decimal("0.021"),
        figure("0.038", "learned from 1 send"),
    )


@pytest.mark.parametrize("price", ["21", "20", None])
def test_an_sms_that_seems_to_have_cost_nothing_teaches_no_price(price):
    delivery = delivered(price, rcs={"delivered": 1000}, sms={"delivered": 200})
    assert learned(sent("a", delivery=delivery, body=make_body(**SMS))).sms is None


def test_the_reach_is_the_share_of_the_phones_that_rcs_reached():
    delivery = delivered(None, rcs={"delivered": 400, "read": 220, "expired": 380}, phones=1000)
    assert learned(sent("a", delivery=delivery)).reach == figure("0.62", "learned from 1 send")


def test_without_a_number_of_phones_the_messages_are_counted():
    delivery = delivered(None, rcs={"delivered": 62, "not_rcs_user": 38})
    assert learned(sent("a", delivery=delivery)).reach.value == Decimal("0.62")


def test_a_send_that_is_not_counted_yet_teaches_no_reach():
    assert learned(sent("a"), sent("b", delivery=delivered("1", rcs={}))).reach is None


def test_statuses_count_whatever_their_case():
    assert arrived({"DELIVERED": 1, "Read": 2, "expired": 4, "sent": 8}) == 3


@pytest.mark.parametrize(("text", "amount"), [("0.10", Decimal("0.10")), (None, None), ("0", None), ("Infinity", None)])
def test_a_zero_is_no_price(text, amount):
    assert amount_of(text) == amount
