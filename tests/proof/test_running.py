"""`run` and `test` die at each of their steps; a loop that is killed all the time sends each once, when it is due."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from rcsplan.operations.run import reconcile
from rcsplan.operations.schedule import Loop
from rcsplan.operations.trial import TrialWish, send_trial
from tests.backend.disks import Crash
from tests.proof.campaigns import Campaign, identity_of
from tests.proof.counting import reaches_people
from tests.proof.crashes import crash_once, steps_of
from tests.proof.eventful import Stage
from tests.proof.storms import any_fault
from tests.proof.world import BEGINNING, USUAL, opened_world

SEND = "POST /api/campaigns/rcs/send-groups"
SEEDS = 1864290


def running(world):
    """`rcsplan run --once`."""
    return world.run_once


@pytest.mark.parametrize("parts", [43, pytest.param(1, marks=pytest.mark.full)])
def test_who_dies_at_any_step_of_a_round_sends_nothing_twice_and_loses_nothing(tmp_path, parts):
    stage = Stage(tmp_path)
    steps = range(1, len(steps_of(stage, running)) + 1, parts)
    tally = crash_once(stage, steps, running)
    assert tally.problems == []
    assert tally.histories == tally.counts["kills"] == len(steps)


def trying(world):
    """`rcsplan test sale --to-list SEEDS`."""
    wish = TrialWish(address="sale", list_id=SEEDS)
    return world.run(lambda: send_trial(world.target(), wish, confirm=lambda _: True, hold=lambda: ""))


def deaths_of_a_test(folder, *faults):
    """For each step at which a test may die: what was accepted, what is recorded, and how two more tests end."""
    step, died = 0, True
    while died:
        step += 1
        with opened_world(folder / str(step), faults=faults) as world:
            world.declare(Campaign("sale", BEGINNING + timedelta(days=3)))
            world.fuse.arm(step)
            died = trying(world).crashed
            world.fuse.arm(None)
            codes = [trying(world).code for _ in range(2)]
            trials = tuple(world.state().trials.values())
            yield {entry["id"] for entry in world.ledger()}, trials, codes


@pytest.mark.full
@pytest.mark.parametrize("faults", [(), (f"{SEND}=drop_response:x1",)])
def test_a_test_that_dies_at_any_step_is_sent_once_at_most_and_known_or_said_to_be_unknown(tmp_path, faults):
    deaths = list(deaths_of_a_test(tmp_path, *faults))
    assert len(deaths) > 20
    assert [accepted for accepted, _, _ in deaths if len(accepted) > 1] == []
    assert [trials for _, trials, _ in deaths if len(trials) != 1] == []
    assert [trial for accepted, (trial,), _ in deaths if not trial.is_unknown and {trial.remote_id} != accepted] == []
    # Sent and known, unknown since the death, or unknown since the first of the two.
    assert {tuple(codes) for _, _, codes in deaths} <= {(0, 0), (4, 4), (0, 4)}


def merges_of(seeded):
    """What is merged in a week, and when: new campaigns, of which some change and some go before they start."""
    merges = []
    for number in range(12):
        at = BEGINNING + timedelta(minutes=seeded.randint(0, 6 * 24 * 60))
        start = (at + timedelta(hours=seeded.randint(5, 30))).replace(second=0)
        one = Campaign(f"send-{number}", start, sender=seeded.choice(("Acme", "Other")))
        later = at + timedelta(minutes=seeded.randint(5, 60))
        merges += [(at, one), *([(later, replace(one, version=2))] if number % 3 == 0 else [])]
        merges += [(later, one.name)] if number % 5 == 1 else []
    return sorted(merges, key=lambda merge: merge[0])


def befall(world, seeded):
    """What happens to the rounds from now on: a kill, an outage of the store, or faults of the provider."""
    world.fuse.arm(seeded.randint(1, 150))
    if seeded.random() < 1 / 3:
        world.fuse.begin_outage(seeded.randint(1, 110), calls=seeded.choice((1, 3, 12)))
    world.faults = tuple(any_fault(seeded) for _ in range(seeded.choice((0, 0, 1, 2))))


class WeekIsOver(BaseException):
    """The simulated time is up."""


def play_week(world, seeded):
    """A loop over a week in which it is killed all the time, and started again; what was twice or lost meanwhile."""
    merges, problems = merges_of(seeded), []

    def make_round(refused):
        while merges and merges[0][0] <= world.clock():
            what = merges.pop(0)[1]
            world.remove(what) if isinstance(what, str) else world.declare(what)
        if world.clock() > BEGINNING + timedelta(days=8):
            raise WeekIsOver
        if len(world.fuse.steps) > 120:
            befall(world, seeded)
        options = replace(USUAL, settle_timeout=seeded.choice((0, 30, 180)))
        return reconcile(world.target, options, world.attend, refused=refused)

    while True:
        befall(world, seeded)
        loop = Loop(
            every=timedelta(minutes=20),
            reconcile=make_round,
            sleep=world.clock.sleep,
            jitter=seeded.random,
            is_leaving=lambda: False,
            tell=lambda *_: None,
        )
        try:
            loop.run()
        except Crash:
            world.counts["kills"] += 1
            world.fuse.arm(None)
            problems += [*world.doubles(), *world.lost()]
            world.wait(seconds=seeded.choice((1, 30, 200, 1800)))
        except WeekIsOver:
            world.fuse.arm(None)
            return [*problems, *world.doubles(), *world.lost()]


@pytest.mark.full
@pytest.mark.parametrize("seed", range(20))
def test_a_loop_that_is_killed_again_and_again_sends_what_was_due_once_in_a_week(tmp_path, seed):
    with opened_world(tmp_path) as world:
        problems = play_week(world, random.Random(seed))
        sent = Counter(identity_of(entry).name for entry in world.ledger() if reaches_people(entry))
    assert problems == []
    assert sent == Counter(list(world.wanted))
    assert world.counts["kills"] > 3
