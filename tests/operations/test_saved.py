"""A saved plan is applied only while everything is as it was reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rcsplan.errors import PlanRefused
from rcsplan.operations.saved import check_saved
from rcsplan.plan.facts import Source
from rcsplan.plan.planner import make_plan
from rcsplan.state.changes import make_changes
from rcsplan.state.model import PutRecord, UsePlan
from tests.builders import (
    ACCOUNT,
    NEWSLETTER,
    NOW,
    make_desired,
    make_facts,
    make_record,
    make_remote,
    make_rules,
    make_scheduled_in,
    make_send,
    make_state,
)

SUMMER = make_send("summer", schedule=make_scheduled_in(timedelta(days=9)))


def planned(*, records=(), sends=(SUMMER,), facts=None):
    return make_plan(make_desired(*sends), make_state(records), facts or make_facts(), make_rules(), source=Source())


def refusal(plan, *, state=None, facts=None, rules=None):
    """Why a plan is refused; nothing where it is not."""
    with pytest.raises(PlanRefused) as refused:
        check_saved(plan, state or make_state(), facts or make_facts(), rules or make_rules())
    return refused.value.summary


def grown(contacts):
    return make_facts(lists=(replace(NEWSLETTER, contacts=contacts),))


def test_a_plan_that_nothing_has_changed_since_is_applied():
    assert check_saved(planned(), make_state(), make_facts(), make_rules()) is None


@pytest.mark.parametrize(
    ("circumstances", "summary"),
    [
        ({"rules": make_rules(environment="staging")}, "The plan is for environment 'production'"),
        (
            {"facts": make_facts(account=ACCOUNT.model_copy(update={"key_fingerprint": "other"}))},
            "The plan was made for another account",
        ),
        (
            {"state": make_state(lineage="00000000-0000-0000-0000-000000000001")},
            "The plan was made against another state",
        ),
        ({"facts": make_facts(now=NOW + timedelta(hours=24))}, "The plan has expired"),
        ({"state": make_state([("summer", make_record(SUMMER))])}, "The plan is stale"),
        ({"facts": grown(1400)}, "The audience has grown since the plan was reviewed"),
    ],
)
def test_a_plan_is_refused_when_something_has_changed(circumstances, summary):
    assert refusal(planned(), **circumstances) == summary


def test_a_plan_is_applied_once():
    plan, state = planned(), make_state()
    make_changes(state, [UsePlan(plan_id=plan.id, at=NOW)])
    assert refusal(plan, state=state) == "The plan was applied before"


def test_a_plan_expires_before_its_first_start():
    soon = make_send("soon", schedule=make_scheduled_in(timedelta(hours=2)))
    assert refusal(planned(sends=(soon,)), facts=make_facts(now=NOW + timedelta(hours=2))) == "The plan has expired"


@pytest.mark.parametrize("contacts", [0, 1240, 1364])
def test_an_audience_may_shrink_and_grow_within_the_tolerance(contacts):
    assert check_saved(planned(), make_state(), grown(contacts), make_rules()) is None


def test_a_plan_is_stale_when_the_campaign_it_replaces_has_begun():
    before = [("spring-sale", make_record())]
    plan = planned(records=before, sends=(make_send(text="Another text"),))
    state = make_state(before)
    make_changes(state, [PutRecord(address="spring-sale", record=make_record(remote=make_remote("sending", sent=9)))])
    assert refusal(plan, state=state) == "The plan is stale"


def test_a_plan_is_not_stale_by_what_it_does_not_touch():
    plan = planned(records=[("spring-sale", make_record())], sends=(make_send(), SUMMER))
    state = make_state([("spring-sale", make_record(remote=make_remote("sending", sent=9)))])
    assert check_saved(plan, state, make_facts(), make_rules()) is None
