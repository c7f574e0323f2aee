"""Recurring sends and sends beyond the horizon: what a plan makes of them, and what an apply remembers."""

from datetime import timedelta

import pytest

from rcsplan.campaign.address import parse_address
from rcsplan.campaign.model import AudienceExpectation, DesiredSet
from rcsplan.plan.facts import ContactList, Source
from rcsplan.plan.memory import memories
from rcsplan.plan.planner import make_plan
from rcsplan.state.changes import make_changes
from rcsplan.state.model import Awaited, AwaitSend, PutRecord, SeeSeries
from tests.builders import (
    NEWSLETTER,
    NOW,
    make_facts,
    make_record,
    make_remote,
    make_rules,
    make_scheduled,
    make_scheduled_in,
    make_send,
    make_state,
)

DAY = timedelta(days=1)
FRIDAY, SATURDAY = "deals@2026-12-04", "deals@2026-12-05"
DONE = {"remote": make_remote("done", sent=5)}


def occurrence(address, **fields):
    day = parse_address(address).day
    usual = {"schedule": make_scheduled(f"{day} 10:00:00"), "text": f"deals of {day}", "rule": "rule-1"}
    return make_send(address, **{**usual, **fields})


def plan_of(*sends, records=(), now=NOW, lists=(NEWSLETTER,), state=None, frozen=()):
    desired = DesiredSet(
        sends={send.address: send for send in sends},
        series=frozenset({parse_address("deals")}),
        frozen=frozenset(map(parse_address, frozen)),
    )
    state = state or make_state(records)
    return make_plan(desired, state, make_facts(now=now, lists=lists), make_rules(), source=Source()), state


def verdicts(*sends, **world):
    plan, _ = plan_of(*sends, **world)
    return {action.address: str(action.reason or action.action) for action in plan.actions}


def test_a_changed_rule_stops_what_has_not_begun_and_submits_what_it_has_instead():
    friday = make_record(occurrence(FRIDAY))
    assert verdicts(occurrence(SATURDAY), records=[(FRIDAY, friday)]) == {FRIDAY: "stop", SATURDAY: "submit"}


def test_a_changed_rule_leaves_what_was_sent_and_is_no_rename_of_it():
    friday = make_record(occurrence(FRIDAY), **DONE)
    after = make_scheduled("2026-12-04 18:00:00").start
    assert verdicts(occurrence(SATURDAY), records=[(FRIDAY, friday)], now=after) == {
        FRIDAY: "archive",
        SATURDAY: "submit",
    }


@pytest.mark.parametrize(
    ("was", "now"), [(FRIDAY, f"{FRIDAY}T1000"), (f"{FRIDAY}T1000", FRIDAY), (f"{FRIDAY}T1000", f"{FRIDAY}T1800")]
)
def test_an_occurrence_of_the_same_day_under_another_address_is_suspect(was, now):
    sent = make_record(occurrence(was), **DONE)
    assert verdicts(occurrence(now), records=[(was, sent)])[now] == "possible_rename"


def test_an_occurrence_of_a_rule_that_is_gone_is_suspect_under_a_new_name():
    friday = make_record(occurrence(FRIDAY), **DONE)
    renamed = make_send("offers", text="deals of 2026-12-04", schedule=make_scheduled("2026-12-05 10:00:00"))
    desired = DesiredSet(sends={renamed.address: renamed})
    plan = make_plan(desired, make_state([(FRIDAY, friday)]), make_facts(), make_rules(), source=Source())
    assert {action.address: action.reason for action in plan.actions}["offers"] == "possible_rename"


def test_what_has_begun_and_is_left_as_it_is_is_no_removal():
    friday = make_record(occurrence(FRIDAY), **DONE)
    assert verdicts(occurrence(SATURDAY), records=[(FRIDAY, friday)], frozen=[FRIDAY]) == {SATURDAY: "submit"}


def test_an_apply_remembers_when_it_first_saw_a_series():
    plan, state = plan_of(occurrence(FRIDAY))
    assert memories(plan, state) == (SeeSeries(series="deals", rule="rule-1", at=NOW),)


def test_a_rule_that_was_seen_is_not_seen_again_and_another_is():
    plan, state = plan_of(occurrence(FRIDAY))
    make_changes(state, memories(plan, state))
    later = NOW + DAY
    assert memories(plan_of(occurrence(FRIDAY), now=later)[0], state) == ()
    other, _ = plan_of(occurrence(FRIDAY, rule="rule-2"), now=later)
    assert memories(other, state) == (SeeSeries(series="deals", rule="rule-2", at=later),)


def test_a_series_that_is_only_in_the_state_is_not_seen():
    plan, state = plan_of(records=[(FRIDAY, make_record(occurrence(FRIDAY)))])
    assert memories(plan, state) == ()


def far(**fields):
    return make_send("far", schedule=make_scheduled_in(40 * DAY), **fields)


def grown(contacts):
    return ContactList(id=NEWSLETTER.id, name=NEWSLETTER.name, contacts=contacts)


def test_an_apply_remembers_how_many_a_send_beyond_the_horizon_would_reach():
    plan, state = plan_of(far())
    awaited = Awaited(revision=1, digest=far().digest, contacts=1240, seen_at=NOW)
    assert memories(plan, state) == (AwaitSend(address="far", awaited=awaited),)


def test_what_is_remembered_is_not_remembered_again():
    plan, state = plan_of(far(), occurrence(FRIDAY))
    make_changes(state, memories(plan, state))
    assert memories(plan_of(far(), occurrence(FRIDAY), now=NOW + DAY)[0], state) == ()


def test_another_version_is_seen_anew():
    plan, state = plan_of(far())
    make_changes(state, memories(plan, state))
    later, _ = plan_of(far(text="Another text"), lists=(grown(2000),))
    assert [change.awaited.contacts for change in memories(later, state)] == [2000]


@pytest.mark.parametrize(("contacts", "verdict"), [(1240, "submit"), (1364, "submit"), (1365, "audience")])
def test_a_send_whose_audience_outgrew_the_tolerance_while_it_waited_is_blocked(contacts, verdict):
    plan, state = plan_of(far())
    make_changes(state, memories(plan, state))
    assert verdicts(far(), state=state, lists=(grown(contacts),), now=NOW + 15 * DAY) == {"far": verdict}


def test_an_expectation_of_its_author_outweighs_what_was_seen():
    plan, state = plan_of(far())
    make_changes(state, memories(plan, state))
    send = far(expect=AudienceExpectation(max=2000))
    assert verdicts(send, state=state, lists=(grown(2000),), now=NOW + 15 * DAY) == {"far": "submit"}


def test_what_was_submitted_is_no_longer_awaited():
    plan, state = plan_of(far())
    make_changes(state, memories(plan, state))
    make_changes(state, [PutRecord(address="far", record=make_record(far()))])
    assert state.awaited == {}


def test_a_date_that_a_rule_no_longer_has_says_so():
    plan, _ = plan_of(occurrence(SATURDAY), records=[(FRIDAY, make_record(occurrence(FRIDAY)))])
    assert {action.address: action.detail for action in plan.actions}[FRIDAY] == (
        "Its rule no longer comes to this date, or looks no further back."
    )
