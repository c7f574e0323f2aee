import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.state.changes import make_changes
from rcsplan.state.model import (
    AcceptAccount,
    DisownCampaign,
    DropRecord,
    ForgetSend,
    PutRecord,
    RenameSend,
    SendEntry,
    SkipSend,
    UsePlan,
)
from rcsplan.state.sends import Sends
from rcsplan.state.text import format_state
from tests.builders import ACCOUNT, NOW, make_record, make_send, make_state
from tests.state.strategies import CHANGES, STATES

FIRST = make_record()
SECOND = make_record(make_send(revision=2), remote_id=54000002)


def after(state, *changes):
    make_changes(state, changes)
    return dict(state.sends)


@given(STATES, CHANGES)
def test_a_change_made_twice_is_a_change_made_once(state, change):
    make_changes(state, [change])
    once = format_state(state)
    make_changes(state, [change])
    assert format_state(state) == once


@given(STATES, st.lists(CHANGES, max_size=4))
def test_changes_do_the_same_to_a_state_that_was_just_read(state, changes):
    unread = make_state(serial=state.serial)
    unread.sends = Sends(state.sends.as_json())
    assert after(unread, *changes) == after(state, *changes)


def test_a_record_is_put_beside_those_of_other_revisions():
    changes = [PutRecord(address="a", record=FIRST), PutRecord(address="a", record=SECOND)]
    assert after(make_state(), *changes) == {"a": SendEntry(revisions={1: FIRST, 2: SECOND})}


def test_a_record_takes_the_place_of_the_one_before_it():
    changed = FIRST.model_copy(update={"remote_id": 7})
    assert after(make_state([("a", FIRST)]), PutRecord(address="a", record=changed)) == {
        "a": SendEntry(revisions={1: changed})
    }


@pytest.mark.parametrize(
    ("records", "change", "expected"),
    [
        ([("a", FIRST)], DropRecord(address="a", revision=1), {}),
        ([("a", FIRST)], DropRecord(address="a", revision=2), {"a": SendEntry(revisions={1: FIRST})}),
        ([("a", FIRST)], DropRecord(address="b", revision=1), {"a": SendEntry(revisions={1: FIRST})}),
        ([("a", FIRST), ("a", SECOND)], DropRecord(address="a", revision=2), {"a": SendEntry(revisions={1: FIRST})}),
        ([], DropRecord(address="a", revision=1), {}),
    ],
)
def test_dropping_forgets_one_revision_and_the_address_with_its_last(records, change, expected):
    assert after(make_state(records), change) == expected


def test_dropping_the_last_record_of_a_renamed_address_keeps_its_former_names():
    state = make_state([("a", FIRST)])
    changes = [RenameSend(address="b", former="a"), DropRecord(address="b", revision=1)]
    assert after(state, *changes) == {"b": SendEntry(former=("a",))}


def test_a_renamed_address_keeps_its_records():
    renamed = after(make_state([("a", FIRST)]), RenameSend(address="b", former="a"))
    assert renamed == {"b": SendEntry(former=("a",), revisions={1: FIRST})}


def test_an_address_renamed_twice_remembers_both_names():
    changes = [RenameSend(address="b", former="a"), RenameSend(address="c", former="b")]
    renamed = after(make_state([("a", FIRST)]), *changes)
    assert renamed == {"c": SendEntry(former=("a", "b"), revisions={1: FIRST})}


def test_renaming_onto_an_address_with_records_keeps_those_and_adds_the_others():
    state = make_state([("a", FIRST), ("a", SECOND), ("b", make_record(remote_id=9))])
    renamed = after(state, RenameSend(address="b", former="a"))
    assert renamed == {"b": SendEntry(former=("a",), revisions={1: make_record(remote_id=9), 2: SECOND})}


def test_renaming_what_is_not_there_changes_nothing():
    assert after(make_state([("a", FIRST)]), RenameSend(address="c", former="b")) == {
        "a": SendEntry(revisions={1: FIRST})
    }


def test_a_used_plan_is_remembered_with_its_time():
    state = make_state()
    make_changes(state, [UsePlan(plan_id="p1", at=NOW)])
    assert state.used_plans == {"p1": NOW}


def test_a_skipped_revision_is_put_to_rest_with_or_without_a_record():
    changes = [SkipSend(address="a", revision=2), SkipSend(address="a", revision=1), SkipSend(address="b", revision=1)]
    assert after(make_state([("a", FIRST)]), *changes) == {
        "a": SendEntry(skipped=(1, 2), revisions={1: FIRST}),
        "b": SendEntry(skipped=(1,)),
    }


def test_what_was_put_to_rest_stays_at_rest_under_its_new_name():
    changes = [SkipSend(address="a", revision=2), RenameSend(address="b", former="a")]
    assert after(make_state([("a", FIRST)]), *changes)["b"].skipped == (2,)


def test_what_was_put_to_rest_stays_at_rest_when_its_record_is_dropped():
    changes = [SkipSend(address="a", revision=1), DropRecord(address="a", revision=1)]
    assert after(make_state([("a", FIRST)]), *changes) == {"a": SendEntry(skipped=(1,))}


@pytest.mark.parametrize("address", ["a", "b"])
def test_forgetting_leaves_nothing_of_an_address(address):
    records = [("a", FIRST), ("a", SECOND), ("c", FIRST)]
    assert address not in after(make_state(records), ForgetSend(address=address))


def test_campaigns_of_others_are_remembered_each_once():
    state = make_state(not_ours=(8,))
    make_changes(state, [DisownCampaign(remote_id=9), DisownCampaign(remote_id=7), DisownCampaign(remote_id=9)])
    assert state.not_ours == (7, 8, 9)


def test_a_state_is_given_to_another_account_and_environment():
    state, account = make_state(), ACCOUNT.model_copy(update={"key_fingerprint": "f" * 16})
    make_changes(state, [AcceptAccount(account=account, environment="staging")])
    assert (state.account, state.environment) == (account, "staging")
