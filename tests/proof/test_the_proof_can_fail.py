"""Without any one of the lines that make it safe, rcsplan sends twice or loses, and the proof says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.proof.crashes import crash_once, lose_power, steps_of
from tests.proof.eventful import Stage
from tests.proof.fuse import FusedDisk
from tests.proof.meddling import break_in, meet
from tests.proof.mutants import (
    BelievingClient,
    ForgetfulDisk,
    RetryingClient,
    StoreWithoutChecks,
    StoreWithoutIntents,
    StoreWithoutLock,
    hurry,
)
from tests.proof.world import local_store

CREATE = "POST /api/campaigns/rcs/send-groups"


@pytest.fixture
def stage(tmp_path):
    return Stage(tmp_path)


def at(stage, name, **fields):
    """The numbers of the steps of a name."""
    return [number for number, step in enumerate(steps_of(stage, **fields), start=1) if step == name]


def on_fused_disk(kind):
    """Opens stores of a kind of local store."""
    return lambda world: kind(world.state_file, disk=FusedDisk(world.fuse), patience=0)


def test_without_intents_a_crash_after_a_submission_loses_it(stage):
    mutant = {"open_store": lambda world: StoreWithoutIntents(local_store(world))}
    executed = at(stage, f"{CREATE}: executed", **mutant)
    tally = crash_once(stage, executed, **mutant)
    # The one that is submitted for the second time is watched from the first.
    assert len(tally.lost) == len(executed) - 1


def test_without_checks_the_holder_of_a_broken_lock_sends_everything_again(stage):
    met = break_in(stage, at(stage, "GET /api/campaigns: executed"), open_store=on_fused_disk(StoreWithoutChecks))
    assert len(met.tally.doubles) > 0


def test_without_a_lock_two_at_once_send_everything_twice(stage):
    met = meet(stage, at(stage, "GET /api/campaigns: executed"), open_store=on_fused_disk(StoreWithoutLock))
    assert len(met.tally.doubles) > 0


def test_with_a_client_that_repeats_unknown_outcomes_a_lost_answer_is_a_second_send(stage):
    with stage.opened(faults=(f"{CREATE}=drop_response:x1",)) as world:
        world.dressed = lambda client: RetryingClient(client, world.clock.sleep)
        world.apply()
        assert len(world.doubles()) == 1


def test_with_a_client_that_believes_in_its_stops_an_old_version_goes_out_beside_the_new(stage):
    with stage.opened(dressed=BelievingClient) as world:
        world.apply()
        assert len(world.doubles()) == 3


def test_without_the_settle_time_what_arrives_late_was_sent_again_before(stage):
    posts = at(stage, f"{CREATE}: on its way")
    tally = crash_once(stage, posts, prepare=hurry, transit=timedelta(seconds=20))
    assert len(tally.doubles) > 0


def test_without_syncing_a_machine_that_loses_power_forgets_what_it_sent(stage):
    tally = lose_power(stage, at(stage, f"{CREATE}: executed"), disk=ForgetfulDisk)
    assert len(tally.lost) > 0
