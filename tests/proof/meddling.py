"""A second run at every step of a first one: it finds the lock taken, or broken, or overtakes and is overtaken."""

from __future__ import annotations

import random
import threading
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
    """At each of the steps of an apply, run another one to its end, on another machine."""
    return _meddle(stage, steps, lambda world: world.apply(), fields)


def break_in(stage: Stage, steps: Iterable[int], *, settle_timeout: float = 180, **fields: object) -> Meddling:
    """At each of the steps of an apply, break its lock and run another one to its end, on another machine."""

    def breaking(world: World) -> Run:
        unlocked = world.unlock()
        return unlocked if unlocked.code else world.apply(settle_timeout=settle_timeout)

    return _meddle(stage, steps, breaking, fields)


def overtake(stage: Stage, number: int, *, seed: int, steps: int) -> Meddling:
    """Stop a first apply at a random step of so many, break its lock, and run another one up to a random step.

    There the first goes on to its end, and after it the other one. As often as `number`.
    """
    met, seeded = Meddling(), random.Random(seed)
    for _ in range(number):
        with stage.opened() as world:
            at, other_at = seeded.randint(1, steps), seeded.randint(1, steps)
            settle_timeout = seeded.choice((0, 180))
            when = f"overtaking at steps {at} and {other_at}, settling {settle_timeout} s"
            met.endings[_overtaken(world, at, other_at, settle_timeout)] += 1
            _judge(met, world, when)
    return met


def _overtaken(world: World, at: int, other_at: int, settle_timeout: float) -> tuple[int, int]:
    """How a first run ended, and one that broke its lock."""
    ended: list[int] = []
    paused, may_go_on = threading.Event(), threading.Event()

    def pause() -> None:
        paused.set()
        may_go_on.wait()

    def run_first() -> None:
        ended.append(world.apply().code)
        paused.set()

    first = threading.Thread(target=run_first)

    def let_first_end() -> None:
        may_go_on.set()
        first.join()

    world.fuse.arm(at, pause)
    first.start()
    paused.wait()
    world.declare(_MEANWHILE)
    with world.elsewhere() as other:
        other.fuse.arm(other_at, let_first_end)
        unlocked = other.unlock()
        second = unlocked.code or other.apply(settle_timeout=settle_timeout).code
        let_first_end()
    return ended[0], second


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
            _judge(met, world, when)
    return met


def _judge(met: Meddling, world: World, when: str) -> None:
    met.tally.look(world, when)
    world.fuse.arm(None)
    world.wait(minutes=5)
    last = world.converge()
    met.tally.look(world, f"recovered from {when}")
    with world.elsewhere() as other:
        # It may have outcomes left that it could not record.
        other.converge()
    met.tally.look(world, f"recovered from {when}, here and there")
    met.tally.end(world, last, when)


def _meanwhile(world: World, meddle: Callable[[World], Run]) -> Run:
    world.declare(_MEANWHILE)
    with world.elsewhere() as other:
        return meddle(other)
