"""What a plan does, in the order in which it is done."""

import pytest

from rcsplan.plan.facts import Source
from rcsplan.plan.model import Action, ActionKind
from rcsplan.plan.planner import make_plan
from rcsplan.plan.steps import Archive, Rename, StopCampaign, Submit, steps_of
from rcsplan.state.model import StopCause
from tests.builders import (
    make_desired,
    make_facts,
    make_record,
    make_remote,
    make_rules,
    make_scheduled,
    make_send,
    make_state,
    make_unknown_record,
)

RECORD = make_record(make_send(text="Old"))


def plan_of(*sends, was=()):
    return make_plan(make_desired(*sends), make_state(was), make_facts(), make_rules(), source=Source())


def steps(*sends, was=()):
    return steps_of(plan_of(*sends, was=was).actions)


def stop_of(record, *, cause, archives=False, successor_start_at=None, address="spring-sale"):
    return StopCampaign(
        address=address,
        revision=record.revision,
        remote_id=record.remote_id,
        cause=cause,
        start_at=record.start_at,
        successor_start_at=successor_start_at,
        archives=archives,
    )


def test_a_submission_is_one_step():
    plan = plan_of(make_send())
    assert steps_of(plan.actions) == (Submit(action=plan.actions[0], after_stop=False),)


def test_a_replacement_is_a_stop_and_a_submission_after_it():
    plan = plan_of(make_send(text="New", revision=2), was=[("spring-sale", RECORD)])
    assert steps_of(plan.actions) == (
        stop_of(RECORD, cause=StopCause.REPLACE, successor_start_at=plan.actions[0].start_at),
        Submit(action=plan.actions[0], after_stop=True),
    )


def test_a_removal_stops_and_archives_at_once():
    assert steps(was=[("spring-sale", RECORD)]) == (stop_of(RECORD, cause=StopCause.REMOVE, archives=True),)


def test_a_start_beyond_the_horizon_stops_and_keeps_the_record():
    later = make_send(schedule=make_scheduled("2027-01-20 10:00:00"))
    assert steps(later, was=[("spring-sale", RECORD)]) == (stop_of(RECORD, cause=StopCause.REPLACE),)


def test_what_has_ended_is_archived():
    ended = make_record(remote=make_remote("done"))
    assert steps(was=[("spring-sale", ended)]) == (Archive(address="spring-sale", revision=1),)


@pytest.mark.parametrize(
    "record",
    [make_record(), make_record(remote=make_remote("done")), make_unknown_record()],
    ids=["waiting", "done", "unknown"],
)
def test_a_move_is_a_rename_alone(record):
    wish = make_send(moved_from=("spring-promo",))
    assert steps(wish, was=[("spring-promo", record)]) == (Rename(address="spring-sale", former="spring-promo"),)


def test_a_move_comes_before_the_replacement_of_what_was_moved():
    found = steps(make_send(text="New", moved_from=("spring-promo",)), was=[("spring-promo", RECORD)])
    assert [type(step) for step in found] == [Rename, StopCampaign, Submit]


def test_what_waits_is_blocked_or_needs_nothing_has_no_step():
    wishes = (
        make_send(),
        make_send("late", text="B", schedule=make_scheduled("2026-11-24 10:00:00")),
        make_send("deferred", text="C", schedule=make_scheduled("2027-01-20 10:00:00")),
    )
    assert steps(*wishes, was=[("spring-sale", make_record())]) == ()


def test_submissions_are_in_order_of_their_starts_after_all_stops():
    wishes = [
        make_send(name, text=name, schedule=make_scheduled(f"2026-12-{day:02} 10:00:00"))
        for name, day in (("a", 9), ("b", 5), ("c", 7))
    ]
    was = [("b", make_record(make_send(text="Old b"))), ("z", make_record(remote_id=54000002))]
    found = steps(*wishes, was=was)
    assert [type(step) for step in found] == [StopCampaign, StopCampaign, Submit, Submit, Submit]
    assert [step.action.address for step in found if isinstance(step, Submit)] == ["b", "c", "a"]


def test_a_stop_of_nothing_known_is_a_mistake_of_ours():
    action = Action(address="spring-sale", revision=1, action=ActionKind.STOP)
    with pytest.raises(ValueError, match="no campaign of it is known"):
        steps_of([action])
