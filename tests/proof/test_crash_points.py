"""An apply in which everything happens dies at each of its steps, and at each is recovered by running it again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from rcsplan.backend.local import LocalStore
from tests.proof.crashes import Stopping, applying_saved, crash_once, crash_twice, lose_power, steps_of
from tests.proof.eventful import STOPS, SUBMISSIONS, Stage
from tests.proof.fuse import FusedDisk
from tests.proof.storms import storm
from tests.sampling import sampled

#: So many tests share an enumeration, for as many processors to run it.
PARTS = 4

CREATE = "POST /api/campaigns/rcs/send-groups"


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def part_of(steps, part, *, parts=PARTS):
    """The numbers of every so manieth step."""
    return range(1 + part, len(steps) + 1, parts)


def indices(steps, name):
    """The numbers of the steps of a name."""
    return [number for number, step in enumerate(steps, start=1) if step == name]


def test_an_apply_has_a_step_before_and_after_all_that_it_does(stage):
    steps = Counter(steps_of(stage))
    calls = {step.partition(":")[0] for step in steps}
    assert {"lock", "record", "check", "save", "release", "disk", CREATE, "GET /api/campaigns"} <= calls
    assert {step for step in steps if step.startswith("disk: ")} == {
        f"disk: {call}" for call in ("open", "write", "fsync", "link", "rename", "truncate")
    }
    assert steps[f"{CREATE}: on its way"] == steps[f"{CREATE}: executed"] == SUBMISSIONS
    assert sum(number for step, number in steps.items() if step.endswith("/stop: executed")) == STOPS
    # An intent and an outcome of each, what was found, and what was archived and renamed.
    assert steps["record: before"] == steps["record: after"] == 2 * (SUBMISSIONS + STOPS) + 2
    assert steps["check: after"] == SUBMISSIONS + STOPS


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.full) for part in range(1, PARTS))])
def test_who_dies_at_any_step_of_an_apply_sends_nothing_twice_and_loses_nothing(stage, part):
    steps = part_of(steps_of(stage), part)
    tally = crash_once(stage, steps)
    assert tally.problems == []
    assert tally.histories == tally.counts["kills"] == len(steps)


def another_store(world):
    """A store that is opened in its own way, as one on another machine would be."""
    return LocalStore(world.state_file, disk=FusedDisk(world.fuse), patience=0)


def test_where_a_lock_outlives_its_holder_it_is_broken_and_nothing_is_lost(tmp_path):
    stage = Stage(tmp_path, another_store, frees_locks=False)
    steps = part_of(steps_of(stage), 5, parts=29)
    tally = crash_once(stage, steps)
    assert (tally.problems, tally.histories) == ([], len(steps))


@pytest.mark.parametrize("seconds", sampled([50, 1, 110], every=3))
def test_what_the_dead_had_just_posted_may_arrive_as_late_as_the_settle_time_allows(stage, seconds):
    posts = indices(steps_of(stage), f"{CREATE}: on its way")
    tally = crash_once(stage, posts, transit=timedelta(seconds=seconds))
    assert (tally.problems, tally.histories) == ([], SUBMISSIONS)


@pytest.mark.parametrize(("number", "seed"), [(25, 1), pytest.param(1000, 2, marks=pytest.mark.full)])
def test_who_dies_again_in_the_recovery_sends_nothing_twice_and_loses_nothing(stage, number, seed):
    tally = crash_twice(stage, number, seed=seed, steps=len(steps_of(stage)))
    assert tally.problems == []
    assert tally.counts["kills"] > number


@pytest.mark.parametrize("parts", [9, pytest.param(1, marks=pytest.mark.full)])
def test_what_a_machine_forgets_that_loses_power_at_any_step_is_neither_double_nor_lost(stage, parts):
    steps = part_of(steps_of(stage), 0, parts=parts)
    tally = lose_power(stage, steps)
    assert tally.problems == []
    assert tally.histories == tally.counts["kills"] == len(steps)


@pytest.mark.parametrize("parts", [14, pytest.param(1, marks=pytest.mark.full)])
def test_who_dies_at_any_step_of_a_saved_plan_sends_nothing_twice_and_loses_nothing(stage, parts):
    steps = part_of(steps_of(stage, applying_saved), 0, parts=parts)
    tally = crash_once(stage, steps, applying_saved)
    assert tally.problems == []
    assert tally.histories == tally.counts["kills"] == len(steps)


@pytest.mark.parametrize(
    "go_on", sampled([lambda stopping: stopping.stop_again, lambda _: lambda world: world.converge()], every=2)
)
def test_what_a_stop_stopped_before_it_died_stays_stopped(stage, go_on):
    stopping = Stopping(stage)
    steps = part_of(stopping.steps(), 0, parts=1)
    tally = stopping.crash(steps, go_on(stopping))
    assert tally.problems == []
    assert tally.histories == tally.counts["kills"] == len(steps)


@pytest.mark.parametrize(("number", "seed"), [(12, 3), pytest.param(500, 4, marks=pytest.mark.full)])
def test_in_storms_of_kills_faults_and_second_runs_nothing_is_sent_twice_and_nothing_lost(stage, number, seed):
    tally = storm(stage, number, seed=seed)
    assert (tally.problems, tally.histories) == ([], number)
    assert tally.counts["kills"] > 0 < tally.counts["faults"]
