"""A whole apply on an HTTP state server that fails at any request, and whose lock is broken at any: nothing twice."""

from datetime import timedelta
from functools import partial

import pytest

from tests.backend.dialects import Gitea, GitLab, Plain
from tests.backend.http_rig import HttpRig
from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING, opened_world
from tests.sampling import sampled

CAMPAIGNS = [Campaign(name, BEGINNING + timedelta(days=1)) for name in ("spring", "summer")]

#: How many requests an apply of them makes of its state server.
REQUESTS = 25


#: Servers that refuse a write which was on its way when its lock was broken.
SERVERS = {"gitlab": GitLab, "gitea": Gitea, "etags": partial(Plain, etags=True)}


def on(kind):
    """Runs a test on a server of this kind, and on all the others where the long proofs run."""
    others = [pytest.param(other, marks=pytest.mark.full) for other in SERVERS if other != kind]
    return pytest.mark.parametrize("rig", [kind, *others], indirect=True)


@pytest.fixture
def rig(request):
    with HttpRig({**SERVERS, "careless": partial(Plain, checks_writes=False)}[request.param](), retry_max="0") as rig:
        yield rig


@pytest.fixture
def world(rig, tmp_path):
    """A world whose state is on the server, with two campaigns to submit."""
    with opened_world(tmp_path, open_store=lambda _: rig.store()) as world:
        world.declare(*CAMPAIGNS)
        rig.server.requests.clear()
        yield world


def broken_promises(world):
    """What is twice or lost at once, and what is wrong once somebody freed the lock and everything has settled."""
    at_once = [*world.doubles(), *world.lost()]
    world.open_store(world).unlock()
    world.converge()
    return [*at_once, *world.doubles(), *world.lost(), *world.differences()]


@on("gitlab")
def test_an_apply_makes_this_many_requests_of_its_state_server(world, rig):
    assert (world.apply().code, len(rig.server.requests)) == (0, REQUESTS)


def from_then_on(rig, kind, step, number):
    if number == step:
        rig.server.fail(kind, "*", times=REQUESTS)


def just_once(rig, kind, step, number):
    if number == step:
        rig.server.fail(kind, "*")


FAULTS = [
    (just_once, "drop_answer"),
    (from_then_on, "drop_request"),
    pytest.param(just_once, "error_after", marks=pytest.mark.full),
    pytest.param(from_then_on, "drop_answer", marks=pytest.mark.full),
]


@on("gitlab")
@pytest.mark.parametrize(("when", "kind"), FAULTS)
@pytest.mark.parametrize("step", sampled(range(1, REQUESTS + 1), every=2))
def test_whichever_request_fails_nothing_is_sent_twice_and_nothing_is_lost(world, rig, when, kind, step):
    rig.server.on_request = partial(when, rig, kind, step)
    world.apply()
    rig.server.heal()
    assert broken_promises(world) == []


def break_in_at(world, rig, step):
    """Let another machine break the lock and apply, right before that request of ours."""

    def break_in(number):
        if number == step:
            rig.server.on_request = lambda _: None
            world.open_store(world).unlock()
            world.apply()

    rig.server.on_request = break_in


@on("etags")
@pytest.mark.parametrize("step", sampled(range(1, REQUESTS + 1), every=2))
def test_whenever_somebody_breaks_the_lock_and_applies_nothing_is_sent_twice_and_nothing_is_lost(world, rig, step):
    break_in_at(world, rig, step)
    world.apply()
    assert broken_promises(world) == []


@pytest.mark.parametrize("rig", ["careless"], indirect=True)
@pytest.mark.parametrize("step", sampled(range(1, REQUESTS + 1), every=2))
def test_where_a_server_takes_any_write_a_broken_lock_may_lose_records_and_still_nothing_is_sent_twice(
    world, rig, step
):
    break_in_at(world, rig, step)
    world.apply()
    world.open_store(world).unlock()
    world.converge()
    assert world.doubles() == []
