"""Crashes at every step: each history dies there, looks, recovers by the same command, and looks again."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.backend.local import LocalStore
from rcsplan.errors import ExitCode
from tests.proof.campaigns import identity_of
from tests.proof.fuse import FusedForgetfulDisk
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.proof.eventful import Stage
    from tests.proof.world import Run, World


def applying(world: World) -> Callable[[], Run]:
    """`rcsplan apply`."""
    return world.apply


def applying_saved(world: World) -> Callable[[], Run]:
    """`rcsplan apply FILE`, of a plan made right before."""
    saved = world.plan().plan
    return lambda: world.apply_saved(saved)


def steps_of(stage: Stage, command: Callable[[World], Callable[[], Run]] = applying, **fields: object) -> list[str]:
    """The steps of an undisturbed run."""
    with stage.opened(**fields) as world:
        run = command(world)
        world.fuse.arm(None)
        run()
        return world.fuse.steps


def crash_once(
    stage: Stage, steps: Iterable[int], command: Callable[[World], Callable[[], Run]] = applying, **fields: object
) -> Tally:
    """Die at each of the steps, counted from 1, and recover: by the same command, then by whatever apply is needed."""
    tally = Tally()
    for step in steps:
        with stage.opened(**fields) as world:
            run = command(world)
            world.fuse.arm(step)
            run()
            recover(world, tally, f"after a crash at step {step} ({world.fuse.steps[-1]})", again=run)
    return tally


def crash_twice(stage: Stage, number: int, *, seed: int, steps: int) -> Tally:
    """Die at a random step of so many, then at a random step of the recovery, and recover; as often as `number`."""
    tally, seeded = Tally(), random.Random(seed)
    for _ in range(number):
        with stage.opened() as world:
            first, second = seeded.randint(1, steps), seeded.randint(1, steps)
            world.fuse.arm(first)
            world.apply()
            tally.look(world, f"after a crash at step {first}")
            world.wait(seconds=seeded.choice((1, 20, 40, 90, 200)))
            world.fuse.arm(second)
            world.apply()
            recover(world, tally, f"after crashes at steps {first} and {second}")
    return tally


def lose_power(stage: Stage, steps: Iterable[int], disk: type[FusedForgetfulDisk] = FusedForgetfulDisk) -> Tally:
    """Let the whole machine die at each of the steps, with all that no disk was told to keep, and recover."""
    tally = Tally()
    for step in steps:
        machine = Machine(disk)
        with stage.opened(open_store=machine.open_store) as world:
            machine.start(world)
            world.fuse.arm(step)
            world.apply()
            machine.lose_power()
            recover(world, tally, f"after losing power at step {step} ({world.fuse.steps[-1]})")
    return tally


class Machine:
    """A machine that can lose its power: of its files only what was synced is left then."""

    def __init__(self, disk: type[FusedForgetfulDisk]) -> None:
        self._make_disk = disk

    def open_store(self, world: World) -> LocalStore:
        """The store of a world whose state is on this machine."""
        return LocalStore(world.state_file, disk=self._disk)

    def start(self, world: World) -> None:
        """Start, with all that is on the disk."""
        self._world, self._disk = world, self._make_disk(world.fuse)
        self._disk.keep(world.folder)

    def lose_power(self) -> None:
        """Put what is left into the place of the state's folder, and start again."""
        folder = self._world.state_file.parent
        left = folder.with_name("left")
        self._disk.restore(folder, left)
        shutil.rmtree(folder)
        left.rename(folder)
        self.start(self._world)


@dataclass
class Stopping:
    """Crashes of `rcsplan stop` at each of its steps, each followed by a way of going on."""

    stage: Stage
    addresses: tuple[str, ...] = ("kept", "edited")

    def steps(self) -> list[str]:
        """The steps of an undisturbed stop."""
        return steps_of(self.stage, self._stopping)

    def crash(self, steps: Iterable[int], go_on: Callable[[World], object]) -> Tally:
        """Die at each of the steps and go on; what the command had stopped may never be submitted again."""
        tally = Tally()
        for step in steps:
            with self.stage.opened() as world:
                world.fuse.arm(step)
                self._stopping(world)()
                when = f"after a crash at step {step} of a stop ({world.fuse.steps[-1]})"
                tally.look(world, when)
                world.fuse.arm(None)
                stopped = self._stopped(world)
                go_on(world)
                tally.look(world, f"going on {when}")
                again = sorted(stopped - self._stopped(world))
                tally.unsettled += [f"{when}: {address} was submitted after its stop" for address in again]
                tally.close(world)
        return tally

    def stop_again(self, world: World) -> None:
        """Go on by the same command, which stops all, and by an apply, which must leave it so.

        Where the dead still hold the lock, it is broken and the command repeated, as its error says.
        """
        run = self._stopping(world)()
        if run.code == ExitCode.LOCKED:
            world.unlock()
            run = self._stopping(world)()
        if run.code == 0 and self._stopped(world) != set(self.addresses):
            raise AssertionError("a second stop did not stop everything")
        if world.converge().code:
            raise AssertionError("an apply after a stop does not end with 0")

    def _stopping(self, world: World) -> Callable[[], Run]:
        return lambda: world.stop(*self.addresses)

    def _stopped(self, world: World) -> set[str]:
        live = {identity_of(entry).name for entry in world.ledger() if entry["status"] != "stopped"}
        return set(self.addresses) - live


def recover(world: World, tally: Tally, when: str, *, again: Callable[[], Run] | None = None) -> None:
    """Look, recover by the same command and by whatever apply is needed, and look after each."""
    tally.look(world, when)
    world.fuse.arm(None)
    if again is not None:
        again()
        world.wait(minutes=3)
        tally.look(world, f"again {when}")
    last = world.converge()
    tally.look(world, f"recovered {when}")
    tally.end(world, last, when)
