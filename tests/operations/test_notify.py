"""What a run has to tell: one notification an event, addresses and counts alone, and each thing once."""

from __future__ import annotations

import pytest

from rcsplan.apply.events import Event, Happening
from rcsplan.errors import Rejected
from rcsplan.operations.apply import Applied
from rcsplan.operations.notify import (
    delivered_share,
    notice_of,
    notifications_of,
    notifications_of_plan,
    notifications_of_refusal,
)
from rcsplan.plan.model import ActionKind, Guard, Reason
from rcsplan.state.model import Delivery
from tests.builders import NOW, make_record
from tests.output.plans import make_action, make_plan

BLOCKED = (
    make_action(ActionKind.BLOCKED, Reason.MISSED, address="late"),
    make_action(ActionKind.BLOCKED, Reason.OVERSIZE, address="large"),
    make_action(ActionKind.BLOCKED, Reason.UNKNOWN_OUTCOME, address="lost"),
)


class Runtime:
    who = "ci@acme +380441234567"
    ci_url = "https://ci.example/1"


def happened(happening, address="spring", **fields):
    return Event(address=address, revision=1, happening=happening, **fields)


def applied(*events, actions=(), ended=()):
    return Applied(plan=make_plan(*actions), events=events, confirmed=True, ended=ended)


def told(run, *, below=0.8):
    """Each event with its sends: address and what became of it."""
    found = notifications_of(run, poor_below=below)
    return {one.event: [(send.address, send.what) for send in one.sends] for one in found}


def notice(run, event="applied"):
    found = {one.event: one for one in notifications_of(run, poor_below=0.8)}
    return notice_of(found[event], run.plan, Runtime(), at=NOW)


def make_delivery(*, delivered, phones=100, at=NOW):
    return Delivery(rcs={"delivered": delivered, "expired": phones - delivered}, phones=phones, observed_at=at)


def test_a_plan_tells_of_what_holds_it_up():
    assert {one.event: [send.address for send in one.sends] for one in notifications_of_plan(make_plan(*BLOCKED))} == {
        "blocked": ["large"],
        "unknown": ["lost"],
        "missed": ["late"],
    }


def test_a_plan_without_blocks_tells_nothing():
    assert notifications_of_plan(make_plan(make_action(ActionKind.SUBMIT))) == ()


def test_an_apply_that_did_nothing_tells_nothing():
    assert told(applied()) == {}


def test_an_apply_tells_what_it_did_and_what_failed():
    run = applied(
        happened(Happening.STARTED),
        happened(Happening.SUBMITTED),
        happened(Happening.STARTED, "autumn"),
        happened(Happening.FAILED, "autumn", error=Rejected("no", detail="text: 'Buy now'")),
        happened(Happening.ARCHIVED, "winter"),
    )
    assert told(run) == {"applied": [("spring", "submitted"), ("autumn", "failed")]}


def test_an_outcome_that_is_not_known_is_told_once_also_where_the_plan_knew_it():
    run = applied(happened(Happening.UNKNOWN, "lost"), actions=BLOCKED[2:])
    assert told(run) == {"unknown": [("lost", "unknown")]}


def test_an_outcome_that_was_found_out_is_no_longer_unknown():
    run = applied(happened(Happening.ADOPTED, "lost"), actions=BLOCKED[2:])
    assert told(run) == {"applied": [("lost", "adopted")]}


def test_what_is_blocked_beside_an_apply_is_told_too():
    assert told(applied(happened(Happening.SUBMITTED), actions=BLOCKED[:2])) == {
        "applied": [("spring", "submitted")],
        "blocked": [("large", "oversize")],
        "missed": [("late", "missed")],
    }


@pytest.mark.parametrize(("delivered", "poor"), [(79, True), (80, False), (100, False), (0, True)])
def test_a_delivery_below_the_share_is_poor(delivered, poor):
    record = make_record().model_copy(update={"delivery": make_delivery(delivered=delivered)})
    assert ("poor_delivery" in told(applied(ended=(("spring", record),)))) is poor


def test_what_was_told_of_a_send_is_left_out_the_next_time():
    (first,) = notifications_of_plan(make_plan(*BLOCKED[1:2]))
    other = make_action(ActionKind.BLOCKED, Reason.OVERSIZE, address="larger")
    (second,) = notifications_of_plan(make_plan(BLOCKED[1], other))
    assert [send.address for send in second.untold(first.keys).sends] == ["larger"]


def test_a_plan_that_is_refused_as_a_whole_tells_what_it_would_stop():
    guard = Guard(code="mass_stop", detail="Too many", way_out="")
    plan = make_plan(*BLOCKED[1:2], make_action(ActionKind.STOP, address="spring"), guards=(guard,))
    assert [[(send.address, send.what) for send in one.sends] for one in notifications_of_refusal(plan)] == [
        [("large", "oversize"), ("spring", "mass_stop")]
    ]


def test_an_unknown_outcome_is_the_same_to_the_run_that_lost_it_and_to_those_that_wait_for_it():
    (first,) = notifications_of(applied(happened(Happening.UNKNOWN, "lost")), poor_below=0.8)
    (second,) = notifications_of_plan(make_plan(*BLOCKED[2:]))
    assert second.untold(first.keys).sends == ()


def test_another_reason_is_news():
    (first,) = notifications_of_plan(make_plan(*BLOCKED[1:2]))
    (second,) = notifications_of_plan(make_plan(make_action(ActionKind.BLOCKED, Reason.DRIFT, address="large")))
    assert len(second.untold(first.keys).sends) == 1


@pytest.mark.parametrize(
    ("delivery", "share"),
    [
        (Delivery(rcs={"delivered": 60, "read": 20, "expired": 20}, phones=100, observed_at=NOW), 0.8),
        (Delivery(rcs={"delivered": 60, "expired": 40}, sms={"delivered": 30}, phones=100, observed_at=NOW), 0.9),
        (Delivery(rcs={"read": 1, "failed": 3}, observed_at=NOW), 0.25),
        (Delivery(rcs={"delivered": 100}, sms={"delivered": 100}, phones=100, observed_at=NOW), 1.0),
        (Delivery(observed_at=NOW), None),
    ],
)
def test_the_share_that_was_delivered(delivery, share):
    assert delivered_share(delivery) == share


def test_a_notice_holds_addresses_and_counts_and_nothing_of_what_is_sent():
    text = notice(
        applied(happened(Happening.SUBMITTED, "submit-it", remote_id=54), actions=[make_action(ActionKind.SUBMIT)])
    )
    assert text.model_dump(mode="json") == {
        "version": 1,
        "event": "applied",
        "project": "",
        "environment": "production",
        "reaches_people": True,
        "summary": "Applied: 1 submitted.",
        "counts": {"submitted": 1},
        "sends": [
            {
                "address": "submit-it",
                "revision": 1,
                "what": "submitted",
                "contacts": 1240,
                "campaign": 54,
                "share": None,
            }
        ],
        "more": 0,
        "who": "ci@acme [phone]",
        "commit": text.commit,
        "ci_url": "https://ci.example/1",
        "plan": text.plan,
        "at": "2026-11-24T09:00:00Z",
    }


def test_a_long_list_is_cut_and_counted():
    many = [happened(Happening.SUBMITTED, f"send-{number}") for number in range(60)]
    text = notice(applied(*many))
    assert (len(text.sends), text.more, text.summary) == (50, 10, "Applied: 60 submitted.")


def test_a_phone_number_in_an_address_is_not_told():
    text = notice(applied(happened(Happening.SUBMITTED, "spring[phone=380441234567]")))
    assert text.sends[0].address == "spring[phone=[phone]]"
