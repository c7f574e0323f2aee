"""What no run submitted in time: late as far as its author allows, and missed beyond that."""

from datetime import timedelta

import pytest

from rcsplan.plan.facts import Source
from rcsplan.plan.planner import make_plan
from tests.builders import (
    NOW,
    make_desired,
    make_facts,
    make_record,
    make_remote,
    make_rules,
    make_scheduled,
    make_scheduled_in,
    make_send,
    make_state,
    make_stop,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def only_action(send, *, records=(), now=NOW, **rules):
    desired, state = make_desired(send), make_state(records)
    (action,) = make_plan(desired, state, make_facts(now=now), make_rules(**rules), source=Source()).actions
    return action


def late_send(left, *, catch_up=2 * HOUR, **fields):
    """A send whose start is `left` away from now, and which may be late."""
    return make_send(schedule=make_scheduled_in(left), catch_up=catch_up, **fields)


@pytest.mark.parametrize("left", [MINUTE, -MINUTE, -HOUR, -HOUR - 50 * MINUTE])
def test_a_start_that_passed_is_made_up_for_soon(left):
    action = only_action(late_send(left))
    assert action.action == "submit"
    assert timedelta(minutes=5) <= action.start_at - NOW <= timedelta(minutes=7)


@pytest.mark.parametrize("left", [-2 * HOUR, -2 * HOUR + 4 * MINUTE, timedelta(days=-7)])
def test_a_start_that_passed_longer_ago_than_that_is_missed(left):
    assert only_action(late_send(left)).reason == "missed"


def test_a_start_that_is_ahead_is_not_late():
    action = only_action(late_send(HOUR))
    assert (action.action, action.start_at, action.notes) == ("submit", NOW + HOUR, ())


def test_without_leave_nothing_is_late():
    assert only_action(late_send(-MINUTE, catch_up=timedelta(0))).reason == "missed"


def test_a_late_start_says_that_it_is_late():
    assert "passed without a submission, and schedule.catch_up allows it." in only_action(late_send(-HOUR)).notes[0]


def test_a_late_start_changes_neither_digest_nor_declared_time():
    send = late_send(-HOUR)
    action = only_action(send)
    assert (action.digest, action.declared_start) == (send.digest, send.schedule.declared)


def submitted_late(send, by):
    """The record of a send that was submitted for a start so much later than declared."""
    start = send.schedule.start + by
    late = make_record(send)
    return late.model_copy(
        update={"start_at": start, "wire_start_at": f"{start.astimezone(make_facts().zone):%Y-%m-%d %H:%M:%S}"}
    )


def test_what_was_submitted_late_keeps_its_start():
    send = late_send(-HOUR)
    action = only_action(send, records=[("spring-sale", submitted_late(send, HOUR + 20 * MINUTE))])
    assert (action.action, action.start_at) == ("none", NOW + 20 * MINUTE)


def test_what_was_submitted_late_can_be_replaced():
    send = late_send(-HOUR)
    other = late_send(-HOUR, text="Another text")
    action = only_action(other, records=[("spring-sale", submitted_late(send, HOUR + 20 * MINUTE))])
    assert (action.action, action.start_at) == ("replace", NOW + 20 * MINUTE)


def test_what_was_submitted_late_and_given_another_time_is_replaced_at_that_time():
    send = late_send(-HOUR)
    moved = make_send(schedule=make_scheduled_in(5 * HOUR), catch_up=2 * HOUR)
    action = only_action(moved, records=[("spring-sale", submitted_late(send, HOUR + 20 * MINUTE))])
    assert (action.action, action.start_at) == ("replace", NOW + 5 * HOUR)


def test_what_was_withdrawn_with_nothing_sent_may_be_late():
    send = late_send(-HOUR)
    withdrawn = make_record(send, remote=make_remote("stopped"), stop=make_stop())
    assert only_action(send, records=[("spring-sale", withdrawn)]).action == "submit"


def test_what_was_sent_in_time_is_done():
    send = late_send(-HOUR)
    done = make_record(send, remote=make_remote("done", sent=5))
    assert only_action(send, records=[("spring-sale", done)]).action == "none"


def test_a_second_of_its_own_makes_nothing_late():
    send = make_send(schedule=make_scheduled(), catch_up=2 * HOUR)
    submitted = submitted_late(send, timedelta(seconds=25))
    action = only_action(send, records=[("spring-sale", submitted)], fingerprint_seconds=True)
    assert (action.action, action.notes) == ("none", ())


def test_what_was_submitted_late_is_not_said_to_be_late_again():
    send = late_send(-HOUR)
    action = only_action(send, records=[("spring-sale", submitted_late(send, HOUR + 20 * MINUTE))])
    assert (action.action, action.notes) == ("none", ())
