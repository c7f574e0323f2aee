"""Consent: how many people must approve which sends, and who of them counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.plan.approval import approval_of, fingerprint_of, format_approval, parse_approval
from rcsplan.plan.consent import Approvals, with_consent
from rcsplan.plan.facts import ApprovalRule, Source
from rcsplan.plan.model import ActionKind, Audience, Estimate, PlannedList, Reason
from rcsplan.plan.planner import plan_of, planned_actions
from tests.builders import NOW, make_desired, make_facts, make_instant, make_rules, make_send, make_state

PEOPLE = ("ann@acme.example", "bob@acme.example", "carl@acme.example", "dora@acme.example")
AUTHOR = "author@acme.example"


def make_plan(*sends, rules, authors=(AUTHOR,), **changes):
    """A plan of sends, of which it is known who wrote them."""
    facts = make_facts()
    actions = planned_actions(make_desired(*(sends or (make_send(),))), make_state(), facts, rules)
    actions = tuple(action.model_copy(update={"authors": authors, **changes}) for action in actions)
    return plan_of(actions, make_state(), facts, rules, source=Source())


def given_by(plan, *people):
    """Approvals of a plan by people, one file after the other."""
    return tuple((who, approval_of(plan, who=who, at=NOW)) for who in people)


def rules_with(*approvals):
    return make_rules(approvals=approvals)


def blocked(plan, rules, approvals):
    """The addresses that lack approvals."""
    return [action.address for action in with_consent(plan, rules, approvals).actions if action.reason]


NEED = st.integers(1, len(PEOPLE))


@given(NEED, st.randoms())
def test_as_many_as_are_needed_are_enough_and_one_less_is_not(need, chance):
    rules = rules_with(ApprovalRule(over=1000, need=need))
    plan = make_plan(rules=rules)
    people = chance.sample(PEOPLE, need)
    assert blocked(plan, rules, Approvals(given=given_by(plan, *people))) == []
    people.remove(chance.choice(people))
    assert blocked(plan, rules, Approvals(given=given_by(plan, *people))) == ["spring-sale"]


@given(NEED, st.lists(st.sampled_from(PEOPLE[:-1]), max_size=9))
def test_nobody_counts_twice(need, people):
    rules = rules_with(ApprovalRule(over=1000, need=need))
    plan = make_plan(rules=rules)
    is_enough = not blocked(plan, rules, Approvals(given=given_by(plan, *people)))
    assert is_enough == (len(set(people)) >= need)


@given(NEED, st.sets(st.sampled_from(PEOPLE)), st.sets(st.sampled_from(PEOPLE)))
def test_no_author_ever_counts(need, people, authors):
    rules = rules_with(ApprovalRule(over=1000, need=need))
    plan = make_plan(rules=rules, authors=tuple(sorted(authors)))
    is_enough = not blocked(plan, rules, Approvals(given=given_by(plan, *people)))
    assert is_enough == (len(people - authors) >= need)


@given(NEED, st.sets(st.sampled_from(PEOPLE)), st.sets(st.sampled_from(PEOPLE)))
def test_of_a_role_only_members_count(need, people, members):
    rules = rules_with(ApprovalRule(over=1000, need=need, role="legal"))
    plan = make_plan(rules=rules)
    approvals = Approvals(given=given_by(plan, *people), roles={"legal": frozenset(members)})
    assert (not blocked(plan, rules, approvals)) == (len(people & members) >= need)


@given(st.sets(st.sampled_from(PEOPLE)))
def test_where_the_author_is_not_known_one_more_is_needed(people):
    rules = rules_with(ApprovalRule(over=1000, need=1))
    plan = make_plan(rules=rules, authors=None)
    assert (not blocked(plan, rules, Approvals(given=given_by(plan, *people)))) == (len(people) >= 2)


@pytest.mark.parametrize(
    ("rule", "demanded"),
    [
        (ApprovalRule(over=1239), True),
        (ApprovalRule(over=1240), False),
        (ApprovalRule(over_cost=Decimal("24.79")), True),
        (ApprovalRule(over_cost=Decimal("24.80")), False),
    ],
)
def test_a_threshold_is_what_needs_nobody_yet(rule, demanded):
    rules = rules_with(rule)
    plan = make_plan(rules=rules, estimate=Estimate(currency="EUR", worst=Decimal("24.80")))
    assert bool(plan.approvals) == demanded
    assert bool(blocked(plan, rules, Approvals())) == demanded


@pytest.mark.parametrize("estimate", [None, Estimate(currency="EUR"), Estimate(currency="EUR", expected=Decimal(1))])
def test_a_cost_that_is_not_known_is_never_nothing(estimate):
    rules = rules_with(ApprovalRule(over_cost=Decimal(500)))
    plan = make_plan(rules=rules, estimate=estimate)
    assert blocked(plan, rules, Approvals()) == ["spring-sale"]


def test_a_number_of_recipients_that_is_not_known_is_never_nothing():
    rules = rules_with(ApprovalRule(over=1000))
    unknown = Audience(lists=(PlannedList(id=1, name="Newsletter"),), contacts=0)
    plan = make_plan(rules=rules, audience=unknown)
    assert [demand.because for demand in plan.approvals] == ["the number of recipients is not known"]
    assert blocked(plan, rules, Approvals()) == ["spring-sale"]


def test_a_deferred_send_that_opened_is_the_send_that_was_approved():
    rules = rules_with(ApprovalRule(over=1000))
    opened = make_plan(rules=rules)
    deferred = make_plan(rules=rules, action=ActionKind.DEFER, opens_on=NOW.date())
    assert opened.checksum != deferred.checksum
    assert blocked(opened, rules, Approvals(given=given_by(deferred, PEOPLE[0]))) == []


def test_an_instant_send_keeps_its_approval_as_time_goes_by():
    rules = rules_with(ApprovalRule(over=1000))
    send = make_send(schedule=make_instant())
    plan = make_plan(send, rules=rules)
    later = plan_of(plan.actions, make_state(), make_facts(now=NOW + timedelta(hours=2)), rules, source=Source())
    assert blocked(later, rules, Approvals(given=given_by(plan, PEOPLE[0]))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "v1:other"},
        {"revision": 2},
        {"address": "other"},
        {"start_at": NOW},
        {"start_at": None},
        {"until": NOW},
        {"audience": Audience(lists=(PlannedList(id=1, name="Newsletter", contacts=3),), contacts=3)},
    ],
)
def test_what_is_sent_is_known_by_all_that_matters(change):
    plan = make_plan(rules=make_rules())
    (action,) = plan.actions
    changed = action.model_copy(update=change)
    assert fingerprint_of("production", plan.account, action) != fingerprint_of("production", plan.account, changed)


def test_what_is_sent_is_known_by_account_and_environment():
    plan = make_plan(rules=make_rules())
    (action,) = plan.actions
    other = plan.account.model_copy(update={"key_fingerprint": "0" * 16})
    assert len({fingerprint_of(*place, action) for place in _places(plan.account, other)}) == 3


def _places(account, other):
    return ("production", account), ("staging", account), ("production", other)


def test_the_second_that_its_neighbours_leave_it_does_not_matter():
    plan = make_plan(rules=make_rules())
    (action,) = plan.actions
    moved = action.model_copy(update={"start_at": action.start_at + timedelta(seconds=17)})
    assert fingerprint_of("production", plan.account, action) == fingerprint_of("production", plan.account, moved)


def test_a_block_says_what_is_missing_in_the_environment_that_it_is_missing_in():
    rules = replace(rules_with(ApprovalRule(over=1000)), is_default_environment=False)
    plan = make_plan(rules=rules)
    (action,) = with_consent(plan, rules, Approvals()).actions
    assert (action.action, action.reason) == (ActionKind.BLOCKED, Reason.APPROVAL)
    assert action.way_out.endswith("rcsplan --env production approve plan.json")


def test_a_plan_that_is_held_is_not_applyable():
    rules = rules_with(ApprovalRule(over=1000))
    held = with_consent(make_plan(rules=rules), rules, Approvals())
    assert (held.applyable, held.summary) == (False, {"blocked": 1})


@given(st.text(), st.sampled_from(PEOPLE))
def test_an_approval_reads_as_it_was_written(comment, who):
    approval = approval_of(make_plan(rules=make_rules()), who=who, at=NOW, comment=comment)
    assert parse_approval(format_approval(approval), name="a.json") == approval
