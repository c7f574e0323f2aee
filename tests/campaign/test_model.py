from datetime import timedelta

import pytest

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.model import ListRef
from tests.builders import make_body, make_desired, make_send


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (ListRef(id=7), "7"),
        (ListRef(name="Newsletter UA"), "'Newsletter UA'"),
        (ListRef(id=7, name="Newsletter UA"), "7 ('Newsletter UA')"),
    ],
)
def test_a_list_is_named_as_it_was_declared(ref, text):
    assert str(ref) == text


@pytest.mark.parametrize(("fields", "hours"), [({"validity": 1}, 1), ({"validity": 72}, 72), ({"validity": None}, 72)])
def test_validity_is_in_hours_and_by_default_the_providers(fields, hours):
    assert make_send(body=make_body(**fields)).validity == timedelta(hours=hours)


def test_a_body_that_says_nothing_of_validity_has_the_providers():
    assert make_send(body={"sender": "Acme"}).validity == timedelta(hours=72)


@pytest.mark.parametrize(
    ("alternative", "has_one"),
    [({"sms": {"sender": "ACME", "text": "Hi"}}, True), ({"sms": None}, False), ({}, False), (None, False)],
)
def test_a_send_may_have_an_sms_fallback(alternative, has_one):
    assert make_send(body=make_body(alternative_channel=alternative)).has_sms_fallback == has_one


def test_a_send_goes_out_in_the_name_of_its_sender():
    assert make_send(body=make_body(sender="Other")).sender == "Other"


def test_desired_sends_come_in_order_of_their_addresses():
    desired = make_desired(make_send("b"), make_send("a[x=2]"), make_send("a[x=1]"), make_send("a"))
    assert [str(send.address) for send in desired] == ["a", "a[x=1]", "a[x=2]", "b"]


@pytest.mark.parametrize(("address", "declared"), [("a", True), ("b", True), ("c", True), ("d", False)])
def test_what_is_frozen_or_filtered_is_declared_all_the_same(address, declared):
    desired = make_desired(make_send("a"), frozen=["b"], filtered=["c"])
    assert desired.declares(parse_address(address)) == declared
