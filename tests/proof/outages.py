"""Outages of the store at every call of an apply: the call is not executed, or it was and nobody hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.proof.crashes import recover
from tests.proof.fuse import CALLS
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.proof.eventful import Stage

#: As many calls as an outage takes that outlasts a run.
LASTING = 10**9


def calls_among(steps: Sequence[str]) -> list[int]:
    """The numbers of the steps right before and right after a call of the store, counted from 1."""
    return [number for number, step in enumerate(steps, start=1) if step.partition(":")[0] in CALLS]


def lose_store(stage: Stage, steps: Iterable[int], *, calls: int, **fields: object) -> Tally:
    """Let so many calls of the store fail from each of the steps on, and recover on the same machine."""
    tally = Tally()
    for step in steps:
        with stage.opened(**fields) as world:
            world.fuse.begin_outage(step, calls=calls)
            world.apply()
            world.counts["outages"] += world.fuse.outages > 0
            recover(world, tally, f"after an outage at step {step} ({world.fuse.steps[-1]})", again=world.apply)
    return tally


def lose_store_and_machine(stage: Stage, steps: Iterable[int], *, calls: int) -> Tally:
    """The same, but another machine goes on first, and the one that had the outage comes back much later."""
    tally = Tally()
    for step in steps:
        with stage.opened() as world:
            world.fuse.begin_outage(step, calls=calls)
            world.apply()
            world.counts["outages"] += world.fuse.outages > 0
            when = f"after an outage at step {step} ({world.fuse.steps[-1]})"
            tally.look(world, when)
            world.fuse.arm(None)
            with world.elsewhere() as other:
                other.converge()
            tally.look(world, f"recovered elsewhere {when}")
            recover(world, tally, f"come back {when}")
    return tally
