"""Everything at once, at random: kills, faults, broken locks and second runs, by a seed."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

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

#: Exit codes of an apply that has nothing more to do, or says what stands in its way.
_DONE, _BLOCKED = 0, 4


def storm(stage: Stage, number: int, *, seed: int) -> Tally:
    """So many histories of three applies under random misfortunes, and then of undisturbed ones."""
    tally, seeded = Tally(), random.Random(seed)
    for history in range(number):
        with stage.opened(transit=seeded.choice((None, timedelta(seconds=seeded.randint(1, 100))))) as world:
            when = f"in storm {history} of seed {seed}"
            world.faults = tuple(_any_fault(seeded) for _ in range(seeded.randint(0, 3)))
            for _ in range(3):
                _befall(world, seeded)
                world.apply(settle_timeout=seeded.choice((0, 30, 180)))
                tally.look(world, when)
                world.wait(seconds=seeded.choice((1, 30, 100, 400)))
            world.fuse.arm(None)
            world.faults = ()
            last = world.converge()
            tally.look(world, f"after all {when}")
            if last.code == _BLOCKED:
                tally.close(world)
            else:
                tally.end(world, last, when)
    return tally


def _befall(world: World, seeded: random.Random) -> None:
    """Arm the fuse for a kill, a second run, a broken lock, or nothing, at a random step."""
    step = seeded.randint(1, _STEPS)
    misfortune = seeded.choice(("kill", "kill", "second run", "broken lock", "nothing"))
    match misfortune:
        case "kill":
            world.fuse.arm(step)
        case "second run":
            world.fuse.arm(step, world.apply)
        case "broken lock":
            world.fuse.arm(step, lambda: world.unlock().code or world.apply(settle_timeout=0))
        case _:
            world.fuse.arm(None)


def _any_fault(seeded: random.Random) -> str:
    strength = seeded.choice((0.1, 0.3, 0.6))
    return f"{seeded.choice(_ENDPOINTS)}={seeded.choice(_KINDS)}:{strength}@{seeded.getrandbits(32)}"
