"""What holds for every plan, whatever the manifests, the state and the account."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from rcsplan.plan.document import format_plan, parse_plan
from rcsplan.plan.model import CHANGES, ActionKind
from rcsplan.plan.steps import Archive, Rename, StopCampaign, Submit, steps_of
from rcsplan.state.phase import REACHED_PEOPLE, Phase, phase_of
from tests.builders import NOW
from tests.plan.worlds import carry_out, worlds

SUBMISSIONS = {ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT}


def verdicts(plan):
    return {(action.address, action.action, action.reason) for action in plan.actions}


@given(worlds(), st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_sends_and_records(world, random):
    def shuffled(items):
        return tuple(random.sample(items, len(items)))

    other = replace(world, sends=shuffled(world.sends), records=shuffled(world.records))
    assert format_plan(other.plan()) == format_plan(world.plan())


@given(worlds())
def test_equal_input_gives_the_same_bytes(world):
    assert format_plan(world.plan()) == format_plan(world.plan())


@given(worlds())
def test_a_plan_that_was_written_reads_back_as_it_was(world):
    plan = world.plan()
    assert parse_plan(format_plan(plan), name="plan.json") == plan


@given(worlds(), st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2)))
def test_an_unchanged_plan_keeps_its_checksum_as_time_goes_by(world, passed):
    before, after = world.plan(), world.at(NOW + passed).plan()
    assume(verdicts(before) == verdicts(after))
    assert after.checksum == before.checksum


@given(worlds())
def test_planning_after_an_apply_finds_nothing_more_to_do(world):
    plan, state = world.plan(), world.state
    carry_out(plan, state)
    after = world.plan(state)
    changed = {action.address for action in after.actions if action.action in CHANGES}
    # What was blocked was left alone: a possible rename, for one, is free when the other campaign is stopped.
    assert changed <= {action.address for action in plan.blocked}


@given(worlds())
def test_what_may_have_reached_people_is_never_submitted_again(world):
    state = world.state
    reached = {
        (action.address, action.revision)
        for action in world.plan().actions
        if action.action in SUBMISSIONS
        for record in state.records_of(action.moved_from or action.address).revisions.values()
        if record.revision == action.revision and phase_of(record) in REACHED_PEOPLE
    }
    assert reached == set()


@given(worlds())
def test_nothing_is_submitted_beside_a_live_campaign_of_its_address(world):
    state = world.state
    live = {
        action.address
        for action in world.plan().actions
        if action.action is ActionKind.SUBMIT
        for record in state.records_of(action.moved_from or action.address).revisions.values()
        if phase_of(record) is Phase.UNKNOWN
        or (record.revision == action.prior.revision and phase_of(record) in {Phase.WAITING, Phase.BEGUN})
    }
    assert live == set()


@given(worlds())
def test_what_a_run_leaves_out_is_not_touched(world):
    acted_on = {action.address for action in world.plan().actions}
    assert acted_on.isdisjoint({*world.frozen, *world.filtered})


@given(worlds())
def test_an_address_has_at_most_one_action(world):
    counts = Counter(action.address for action in world.plan().actions)
    assert set(counts.values()) <= {1}


@given(worlds())
def test_the_records_of_a_former_address_go_to_one_address_alone(world):
    formers = Counter(action.moved_from for action in world.plan().actions if action.moved_from)
    assert set(formers.values()) <= {1}


@given(worlds())
def test_steps_concern_the_state_first_then_stop_then_submit(world):
    ranks = {Rename: 0, Archive: 1, StopCampaign: 2, Submit: 3}
    order = [ranks[type(step)] for step in steps_of(world.plan().actions)]
    assert order == sorted(order)


@given(worlds())
def test_actions_are_in_order_of_their_starts(world):
    keys = [(action.start_at or NOW, action.address) for action in world.plan().actions]
    assert keys == sorted(keys)
