"""A second apply at each step of a first one, which holds the lock, or had it taken away."""

from __future__ import annotations

import pytest

from tests.proof.crashes import steps_of
from tests.proof.eventful import Stage
from tests.proof.meddling import break_in, meet, overtake

PARTS = 4
LOCKED = 6

#: The steps at which a first run does not hold the lock, and those at which it needs it no more.
DONE_OR_NOT_BEGUN = {"lock: before", "release: after"}
NOTHING_LEFT_TO_DO = {"save: after", "release: before"}


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def steps_from(stage, first, *, parts):
    """The steps of an apply, and the numbers of every so manieth."""
    steps = steps_of(stage)
    return steps, range(first, len(steps) + 1, parts)


def count(steps, numbers, names):
    """How many of the numbered steps have one of the names."""
    return sum(steps[number - 1] in names for number in numbers)


@pytest.mark.parametrize(("first", "parts"), [(1, 12), pytest.param(1, 1, marks=pytest.mark.full)])
def test_at_any_step_of_an_apply_another_one_finds_the_lock_taken_and_does_nothing(stage, first, parts):
    steps, numbers = steps_from(stage, first, parts=parts)
    met = meet(stage, numbers)
    free = count(steps, numbers, DONE_OR_NOT_BEGUN)
    assert met.tally.problems == []
    assert dict(met.endings) == {(0, LOCKED): len(numbers) - free, **({(0, 0): free} if free else {})}


@pytest.mark.parametrize("settle_timeout", [180, 0])
@pytest.mark.parametrize(("first", "parts"), [(4, 12), pytest.param(1, 1, marks=pytest.mark.full)])
def test_at_any_step_of_an_apply_its_lock_is_broken_and_it_submits_nothing_more(stage, first, parts, settle_timeout):
    steps, numbers = steps_from(stage, first, parts=parts)
    met = break_in(stage, numbers, settle_timeout=settle_timeout)
    free = count(steps, numbers, DONE_OR_NOT_BEGUN | NOTHING_LEFT_TO_DO)
    undisturbed = sum(number for (one, other), number in met.endings.items() if one == 0 and other != LOCKED)
    assert met.tally.problems == []
    assert undisturbed == free
    assert {one for one, other in met.endings if other != LOCKED} <= {0, LOCKED}
    assert sum(met.endings.values()) == len(numbers)


@pytest.mark.parametrize(("number", "seed"), [(20, 1), pytest.param(500, 2, marks=pytest.mark.full)])
def test_who_overtakes_a_run_whose_lock_it_broke_and_is_overtaken_sends_nothing_twice(stage, number, seed):
    met = overtake(stage, number, seed=seed, steps=len(steps_of(stage)))
    assert (met.tally.problems, met.tally.histories) == ([], number)
    assert sum(ends for (one, _), ends in met.endings.items() if one == LOCKED) > 0
