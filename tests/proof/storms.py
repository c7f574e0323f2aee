"""Everything at once, at random: kills, faults, outages, broken locks and second runs, by a seed."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.errors import ExitCode
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from tests.proof.eventful import Stage
    from tests.proof.world import World

_ENDPOINTS = (
    "POST /api/campaigns/rcs/send-groups",
    "PATCH /api/campaigns/*/stop",
    "GET /api/campaigns",
    "GET /api/campaigns/5*",
    "POST /api/auth/login",
)
_KINDS = ("refuse", "drop_request", "drop_response", "error_before", "error_after", "too_many", "truncate", "garbage")
_STEPS = 200
_FOREVER = 10**9

#: How often what could not be recorded is recorded before the next apply.
_RECOVERED = 0.5


def storm(stage: Stage, number: int, *, seed: int, steps: int = _STEPS) -> Tally:
    """So many histories of three applies under random misfortunes, at any of so many steps, then of undisturbed ones.

    Where a lock outlives its holder, whoever comes next breaks it.
    """
    tally, seeded = Tally(), random.Random(seed)
    for history in range(number):
        with stage.opened(transit=seeded.choice((None, timedelta(seconds=seeded.randint(1, 100))))) as world:
            when = f"in storm {history} of seed {seed}"
            world.faults = tuple(any_fault(seeded) for _ in range(seeded.randint(0, 3)))
            for _ in range(3):
                _befall(world, seeded, steps)
                world.apply(settle_timeout=seeded.choice((0, 30, 180)))
                world.counts["outages"] += world.fuse.outages > 0
                tally.look(world, when)
                if not world.frees_locks:
                    world.unlock()
                if seeded.random() < _RECOVERED:
                    world.recover()
                world.wait(seconds=seeded.choice((1, 30, 100, 400)))
            world.fuse.arm(None)
            world.faults = ()
            last = world.converge()
            tally.look(world, f"after all {when}")
            if last.code == ExitCode.BLOCKED:
                tally.close(world)
            else:
                tally.end(world, last, when)
    return tally


def _befall(world: World, seeded: random.Random, steps: int) -> None:
    """Arm the fuse for a kill, a second run, a broken lock, an outage, or nothing, at a random step."""
    step = seeded.randint(1, steps)
    misfortune = seeded.choice(("kill", "kill", "second run", "broken lock", "outage", "nothing"))
    match misfortune:
        case "kill":
            world.fuse.arm(step)
        case "second run":
            world.fuse.arm(step, lambda: _elsewhere(world, breaks_lock=False))
        case "broken lock":
            world.fuse.arm(step, lambda: _elsewhere(world, breaks_lock=True))
        case "outage":
            world.fuse.begin_outage(step, calls=seeded.choice((1, 3, _FOREVER)))
        case _:
            world.fuse.arm(None)


def _elsewhere(world: World, *, breaks_lock: bool) -> None:
    with world.elsewhere() as other:
        if breaks_lock:
            other.unlock()
        other.apply(settle_timeout=0 if breaks_lock else 180)


def any_fault(seeded: random.Random) -> str:
    """A fault that strikes some requests, by chance."""
    strength = seeded.choice((0.1, 0.3, 0.6))
    return f"{seeded.choice(_ENDPOINTS)}={seeded.choice(_KINDS)}:{strength}@{seeded.getrandbits(32)}"
