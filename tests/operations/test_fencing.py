"""Whoever lost the lock submits nothing more, and two machines that apply at once send nothing twice."""

from datetime import timedelta

import pytest

from rcsplan.errors import LockLost, StateLocked
from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING

CAMPAIGNS = [Campaign(name, at=BEGINNING + timedelta(days=3), sender=name) for name in ("first", "second")]


@pytest.fixture
def at_the_first_post(world):
    """Lets something happen once, when the first submission arrives at the provider, or when it was executed."""

    def happen(moment, deed):
        deeds = [deed]
        hooks = {"arrives": world.on_request, "was executed": world.on_answer}[moment]
        hooks.append(lambda _, path: deeds.pop()() if deeds and path.endswith("send-groups") else None)

    world.declare(*CAMPAIGNS)
    return happen


@pytest.mark.parametrize("moment", ["arrives", "was executed"])
def test_whoever_lost_the_lock_submits_nothing_more(world, open_at, at_the_first_post, moment):
    at_the_first_post(moment, lambda: open_at("state").unlock())
    run = world.apply()
    assert (type(run.error), run.code, len(world.ledger())) == (LockLost, 6, 1)


def test_what_was_submitted_without_the_lock_is_found_again(world, open_at, at_the_first_post):
    at_the_first_post("was executed", lambda: open_at("state").unlock())
    world.apply()
    assert (world.converge().code, world.doubles(), world.lost(), len(world.ledger())) == (0, [], [], 2)


@pytest.mark.parametrize("moment", ["arrives", "was executed"])
def test_a_second_machine_that_breaks_in_sends_nothing_twice(world, open_at, at_the_first_post, moment):
    at_the_first_post(moment, lambda: (open_at("state").unlock(), world.apply(settle_timeout=0.0)))
    world.apply()
    assert (world.converge().code, world.doubles(), world.lost(), len(world.ledger())) == (0, [], [], 2)


def test_a_second_machine_is_turned_away_and_sends_nothing(world, at_the_first_post):
    others = []
    at_the_first_post("arrives", lambda: others.append(world.apply()))
    assert (world.apply().code, len(world.ledger())) == (0, 2)
    assert [(type(run.error), run.code, "proof@here" in run.error.summary) for run in others] == [
        (StateLocked, 6, True)
    ]
