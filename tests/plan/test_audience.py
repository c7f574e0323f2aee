"""To whom a send goes: lists found by id, by name, or pinned by both, and what is said where they are not found."""

from dataclasses import replace

import pytest

from rcsplan.campaign.model import AudienceExpectation, ListRef
from rcsplan.plan.audience import Directory, audience_of
from rcsplan.plan.facts import ContactList
from rcsplan.plan.model import Audience, PlannedList, Reason
from tests.builders import make_send

NEWS = ContactList(id=1, name="News", contacts=1240)
VIP = ContactList(id=2, name="VIP", contacts=85)
UNCOUNTED = ContactList(id=3, name="Uncounted")
TWIN, OTHER_TWIN = ContactList(id=4, name="Twin", contacts=1), ContactList(id=5, name="Twin", contacts=2)
ACCOUNT = (NEWS, VIP, UNCOUNTED, TWIN, OTHER_TWIN)

BY_ID, BY_NAME = ListRef(id=1), ListRef(name="VIP")


def resolve(*refs, most=5000, **expect):
    send = make_send(lists=refs, expect=AudienceExpectation(**expect))
    return Directory(ACCOUNT).resolve(send, max_contacts=most)


@pytest.mark.parametrize(
    ("refs", "found", "contacts"),
    [
        ((BY_ID,), [1], 1240),
        ((BY_NAME,), [2], 85),
        ((ListRef(id=1, name="News"),), [1], 1240),
        ((BY_NAME, BY_ID), [2, 1], 1325),
        ((ListRef(id=3),), [3], 0),
        ((ListRef(id=3), BY_NAME), [3, 2], 85),
        ((ListRef(id=4), ListRef(id=5)), [4, 5], 3),
    ],
    ids=["by id", "by name", "pinned", "in the order of the manifest", "not counted", "one not counted", "same name"],
)
def test_lists_are_found(refs, found, contacts):
    resolution = resolve(*refs)
    assert [entry.id for entry in resolution.audience.lists] == found
    assert resolution.audience.contacts == contacts
    assert resolution.block is None


def test_what_was_found_is_planned_by_id_name_and_size():
    planned = resolve(BY_ID).audience.lists
    assert planned == (PlannedList(id=1, name="News", contacts=1240),)


@pytest.mark.parametrize(
    ("refs", "detail"),
    [
        ((ListRef(id=9),), "The account has no list 9."),
        ((ListRef(id=9, name="News"),), "The account has no list 9 ('News')."),
        ((ListRef(id=1, name="VIP"),), "List 1 is pinned to the name 'VIP', but the account calls it 'News'."),
        ((ListRef(name="Nwes"),), "The account has no list named 'Nwes'. Did you mean 'News'?"),
        ((ListRef(name="news"),), "The account has no list named 'news'. Did you mean 'News'?"),
        ((ListRef(name="Something else"),), "The account has no list named 'Something else'."),
        ((ListRef(name=""),), "The account has no list named ''."),
        ((ListRef(name="Twin"),), "2 lists are named 'Twin': 4, 5. Name one by its id."),
        ((ListRef(id=8), BY_ID, ListRef(id=9)), "The account has no list 8. The account has no list 9."),
        ((BY_ID, ListRef(name="News")), "Two of its entries are the same list."),
    ],
)
def test_lists_that_are_not_found_say_why(refs, detail):
    block = resolve(*refs).block
    assert (block.reason, block.detail) == (Reason.UNRESOLVED_LIST, detail)


def test_what_was_found_is_shown_beside_what_was_not():
    assert [entry.id for entry in resolve(ListRef(id=9), BY_NAME).audience.lists] == [2]


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        ({}, None),
        ({"min": 1325, "max": 1325}, None),
        ({"min": 1326}, Reason.AUDIENCE),
        ({"max": 1324}, Reason.AUDIENCE),
        ({"max": 0}, Reason.AUDIENCE),
        ({"most": 1325}, None),
        ({"most": 1324}, Reason.OVERSIZE),
        ({"most": 1324, "max": 1}, Reason.OVERSIZE),
    ],
    ids=str,
)
def test_the_contract_is_of_all_lists_together(expect, reason):
    block = resolve(BY_ID, BY_NAME, **expect).block
    assert (block and block.reason) == reason


@pytest.mark.parametrize(
    ("expect", "detail"),
    [
        ({"min": 5000}, "Its lists hold 1,240 contacts; at least 5,000 are expected."),
        ({"max": 1000}, "Its lists hold 1,240 contacts; at most 1,000 are expected."),
        ({"most": 1000}, "Its lists hold 1,240 contacts; the provider takes 1,000 a campaign."),
    ],
    ids=str,
)
def test_a_broken_contract_names_both_numbers(expect, detail):
    assert resolve(BY_ID, **expect).block.detail == detail


def test_an_audience_is_counted_anew():
    planned = resolve(BY_ID, BY_NAME).audience
    now = audience_of(planned, (replace(NEWS, contacts=1300), VIP))
    assert (now.contacts, [entry.contacts for entry in now.lists]) == (1385, [1300, 85])


def test_a_list_that_is_gone_holds_nobody():
    planned = resolve(BY_ID, BY_NAME).audience
    assert audience_of(planned, (VIP,)).contacts == 85


def test_nobody_is_nobody():
    assert audience_of(Audience(), ACCOUNT) == Audience()
