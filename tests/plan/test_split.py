"""Split audiences: a send of its own for each list, whose address no other list can change."""

from datetime import timedelta

import pytest

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.model import AudienceExpectation, ListRef
from rcsplan.plan.facts import ContactList, Source
from rcsplan.plan.planner import make_plan
from tests.builders import (
    NOW,
    make_desired,
    make_facts,
    make_instant,
    make_record,
    make_rules,
    make_scheduled,
    make_send,
    make_state,
)

LARGE = ContactList(id=1, name="Large", contacts=4000)
LARGER = ContactList(id=2, name="Larger", contacts=4500)
HUGE = ContactList(id=3, name="Huge", contacts=6000)
LISTS = (LARGE, LARGER, HUGE)


def split_send(*refs, **fields):
    lists = tuple(ListRef(id=ref) if isinstance(ref, int) else ListRef(name=ref) for ref in refs)
    return make_send("sale", lists=lists, split=True, **fields)


def actions(*sends, records=(), lists=LISTS):
    desired, facts = make_desired(*sends), make_facts(lists=lists)
    plan = make_plan(desired, make_state(records), facts, make_rules(max_stop=1), source=Source())
    return {action.address: action for action in plan.actions}


def verdicts(*sends, **world):
    return {address: str(action.reason or action.action) for address, action in actions(*sends, **world).items()}


def test_each_list_gets_a_send_of_its_own():
    found = actions(split_send(1, "Larger"))
    assert {address: action.payload["groups"] for address, action in found.items()} == {
        "sale[list=1]": [1],
        "sale[list=2]": [2],
    }


def test_a_list_that_is_larger_than_the_provider_takes_is_oversize_alone():
    assert verdicts(split_send(1, 3)) == {"sale[list=1]": "submit", "sale[list=3]": "oversize"}


def test_without_a_split_the_whole_is_oversize():
    whole = make_send("sale", lists=(ListRef(id=1), ListRef(id=2)))
    assert actions(whole)["sale"].way_out.endswith("audience.split: true.")


def submitted(*refs):
    """The records of the parts that an apply submitted."""
    return [
        (address, make_record(split_send(*refs), start_at=action.start_at, wire_start_at=action.wire_start_at)
         .model_copy(update={"digest": action.digest}))
        for address, action in actions(split_send(*refs)).items()
    ]  # fmt: skip


@pytest.mark.parametrize("refs", [(2, 1), ("Larger", 1)])
def test_neither_order_nor_name_of_a_list_changes_an_address(refs):
    assert set(actions(split_send(*refs))) == set(actions(split_send(1, 2)))


MORE = (*LISTS, ContactList(id=4, name="More", contacts=1))


def test_a_list_more_leaves_the_others_as_they_are():
    assert verdicts(split_send(1, 2, 4), records=submitted(1, 2), lists=MORE) == {
        "sale[list=1]": "none",
        "sale[list=2]": "none",
        "sale[list=4]": "submit",
    }


def test_a_list_less_is_stopped():
    assert verdicts(split_send(1), records=submitted(1, 2)) == {"sale[list=1]": "none", "sale[list=2]": "stop"}


@pytest.mark.parametrize(("declared_new", "verdict"), [(False, "possible_rename"), (True, "submit")])
def test_a_list_in_the_place_of_another_is_suspect_until_it_is_said_to_be_new(declared_new, verdict):
    found = verdicts(split_send(1, 4, declared_new=declared_new), records=submitted(1, 2), lists=MORE)
    assert found == {"sale[list=1]": "none", "sale[list=2]": "stop", "sale[list=4]": verdict}


def test_contacts_that_come_and_go_change_no_address():
    grown = tuple(ContactList(id=one.id, name=one.name, contacts=1) for one in LISTS)
    assert verdicts(split_send(1, 2), records=submitted(1, 2), lists=grown) == {
        "sale[list=1]": "none",
        "sale[list=2]": "none",
    }


def test_a_list_that_cannot_be_found_blocks_and_stops_nothing_of_the_others():
    assert verdicts(split_send(1, "Larger"), records=submitted(1, 2), lists=(LARGE,)) == {"sale": "unresolved_list"}


def test_the_sends_may_start_one_after_the_other():
    found = actions(split_send(2, 1, stagger=timedelta(minutes=10), schedule=make_scheduled("2026-12-01 10:00:00")))
    assert {address: action.declared_start for address, action in found.items()} == {
        "sale[list=2]": "2026-12-01T10:00:00 Europe/Kyiv",
        "sale[list=1]": "2026-12-01T10:10:00 Europe/Kyiv",
    }


def test_a_start_that_the_clocks_would_show_twice_is_moved_on():
    late = make_scheduled("2026-10-25 02:50:00")
    send = split_send(1, 2, stagger=timedelta(minutes=20), schedule=late)
    plan = make_plan(
        make_desired(send),
        make_state(),
        make_facts(lists=LISTS, now=NOW - timedelta(days=40)),
        make_rules(),
        source=Source(),
    )
    assert [action.declared_start for action in plan.actions] == [
        "2026-10-25T02:50:00 Europe/Kyiv",
        "2026-10-25T04:10:00 Europe/Kyiv",
    ]


def test_instant_sends_start_together():
    found = actions(split_send(1, 2, stagger=timedelta(minutes=10), schedule=make_instant()))
    assert {action.wire_start_at for action in found.values()} == {None}


@pytest.mark.parametrize("expect", [AudienceExpectation(min=9000), AudienceExpectation(max=8000)])
def test_what_is_expected_is_expected_of_the_whole(expect):
    assert verdicts(split_send(1, 2, expect=expect)) == {"sale[list=1]": "audience", "sale[list=2]": "audience"}


def test_the_whole_may_reach_more_than_one_campaign_takes():
    assert verdicts(split_send(1, 2, expect=AudienceExpectation(min=8000, max=9000))) == {
        "sale[list=1]": "submit",
        "sale[list=2]": "submit",
    }


def test_a_part_is_a_cell_and_an_occurrence_like_any_other():
    address = parse_address("sale[tier=vip]@2026-12-04")
    assert str(address.part(7)) == "sale[list=7,tier=vip]@2026-12-04"


def test_a_campaign_that_was_sent_as_a_whole_is_not_sent_again_in_parts():
    whole = make_record(make_send("sale"))
    found = verdicts(split_send(1, 2), records=[("sale", whole)])
    assert (found["sale[list=1]"], found["sale[list=2]"]) == ("possible_rename", "possible_rename")
