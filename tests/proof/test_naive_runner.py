"""The harness catches a runner that keeps neither promise: it POSTs, then saves, and POSTs again after a timeout."""

from __future__ import annotations

import pytest

from tests.proof.crashes import crash_once, steps_of
from tests.proof.naive import NaiveStage

LOST_ANSWER = "POST /api/campaigns/rcs/send-groups=drop_response:x1"


@pytest.fixture
def stage(tmp_path):
    return NaiveStage(tmp_path)


def test_undisturbed_it_sends_each_once(stage):
    with stage.opened() as world:
        assert world.apply().code == 0
        assert (world.doubles(), world.lost(), world.unsettled()) == ([], [], [])


def test_killed_at_any_step_it_sends_twice_and_loses(stage):
    steps = steps_of(stage)
    tally = crash_once(stage, range(1, len(steps) + 1))
    assert tally.histories == len(steps)
    assert len(tally.doubles) > 0 < len(tally.lost)


def test_after_a_lost_answer_it_sends_twice(stage):
    with stage.opened(faults=(LOST_ANSWER,)) as world:
        world.apply()
        assert world.doubles() == ["edited r1 was accepted 2 times"]
        assert len(world.lost()) == 1
