"""A second run at every step of a first one: one that finds the lock taken, and one for which the lock was broken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.proof.campaigns import Campaign
from tests.proof.tally import Tally
from tests.proof.world import BEGINNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.proof.eventful import Stage
    from tests.proof.world import Run, World

#: A manifest that appears between the two runs, so that the second one has something of its own to record.
_MEANWHILE = Campaign("meanwhile", BEGINNING + timedelta(days=11), sender="Other")


@dataclass
class Meddling:
    """What two runs came to: how often the first and the second ended with which exit codes."""

    tally: Tally = field(default_factory=Tally)
    endings: Counter[tuple[int, int]] = field(default_factory=Counter)


def meet(stage: Stage, steps: Iterable[int], **fields: object) -> Meddling:
    """At each of the steps of an apply, run another one to its end."""
    return _meddle(stage, steps, lambda world: world.apply(), fields)


def break_in(stage: Stage, steps: Iterable[int], *, settle_timeout: float = 180, **fields: object) -> Meddling:
    """At each of the steps of an apply, break its lock and run another one to its end."""

    def breaking(world: World) -> Run:
        unlocked = world.unlock()
        return unlocked if unlocked.code else world.apply(settle_timeout=settle_timeout)

    return _meddle(stage, steps, breaking, fields)


def _meddle(stage: Stage, steps: Iterable[int], meddle: Callable[[World], Run], fields: dict[str, object]) -> Meddling:
    met = Meddling()
    for step in steps:
        with stage.opened(**fields) as world:
            second: list[Run] = []
            world.fuse.arm(step, lambda world=world, second=second: second.append(_meanwhile(world, meddle)))
            first = world.apply()
            name = world.fuse.steps[step - 1]
            when = f"another run at step {step} ({name})"
            met.endings.update((first.code, one.code) for one in second)
            met.tally.look(world, when)
            world.fuse.arm(None)
            world.wait(minutes=5)
            last = world.converge()
            met.tally.look(world, f"recovered from {when}")
            met.tally.end(world, last, when)
    return met


def _meanwhile(world: World, meddle: Callable[[World], Run]) -> Run:
    world.declare(_MEANWHILE)
    return meddle(world)
