"""The parts of the proof, each of them played on a store of one kind, whole or as a sample by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from tests.proof.crashes import Stopping, applying_saved, crash_once, crash_twice, lose_power, steps_of
from tests.proof.faults import every_trouble, mixtures_of, play_faults
from tests.proof.kept import opened_world_on, stage_on
from tests.proof.machines import play_machines
from tests.proof.meddling import break_in, meet, overtake
from tests.proof.outages import LASTING, calls_among, lose_store, lose_store_and_machine
from tests.proof.processes import play_kills
from tests.proof.storms import storm
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_POST = "POST /api/campaigns/rcs/send-groups: on its way"
_DELAYS = (1, 50, 110)
_KILLS_A_ROUND = 3


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How much is proven, on which kind of store, and by which seed; of all that can be told apart every so manieth."""

    folder: Path
    runs: int
    seed: int
    stride: int = 1
    kind: str = "local"

    def parts(self) -> dict[str, Callable[[], Tally]]:
        """The parts of the proof of rcsplan, in the order of the table; what is about files alone is on local ones."""
        on_files = {"power loss": self._power_loss, "SIGKILL": self._kills} if self.kind == "local" else {}
        return {
            "crash points": self._crash_points,
            "saved plan": self._saved_plan,
            "stop": self._stops,
            "late arrivals": self._late,
            "crash pairs": lambda: crash_twice(self._stage, self.runs, seed=self.seed, steps=len(self._steps)),
            "second run": lambda: meet(self._stage, self._some(self._steps)).tally,
            "broken lock": self._broken_lock,
            "overtaking": lambda: overtake(self._stage, self.runs, seed=self.seed, steps=len(self._steps)).tally,
            "outages": self._outages,
            "storms": lambda: storm(self._stage, self.runs, seed=self.seed, steps=2 * len(self._steps)),
            "faults": self._faults,
            **on_files,
            "two machines": self._machines,
        }

    @cached_property
    def _stage(self):
        return stage_on(self.kind, self.folder / "worlds")

    @cached_property
    def _steps(self) -> list[str]:
        return steps_of(self._stage)

    def _some(self, steps: Sequence[str]) -> list[int]:
        """The numbers of all steps, or of a sample of them."""
        return self._sample(range(1, len(steps) + 1))

    def _sample(self, everything: Sequence) -> list:
        """Of everything every so manieth, at random; in order, and at least one."""
        number = max(1, len(everything) // self.stride)
        chosen = random.Random(f"{self.seed} {self.kind}").sample(range(len(everything)), number)
        return [everything[index] for index in sorted(chosen)]

    def _crash_points(self) -> Tally:
        return crash_once(self._stage, self._some(self._steps))

    def _saved_plan(self) -> Tally:
        return crash_once(self._stage, self._some(steps_of(self._stage, applying_saved)), applying_saved)

    def _stops(self) -> Tally:
        stopping = Stopping(self._stage)
        some = self._some(stopping.steps())
        return stopping.crash(some, stopping.stop_again) + stopping.crash(some, lambda world: world.converge())

    def _late(self) -> Tally:
        posts = self._sample([number for number, step in enumerate(self._steps, start=1) if step == _POST])
        played = (crash_once(self._stage, posts, transit=timedelta(seconds=delay)) for delay in _DELAYS)
        return sum(played, start=Tally())

    def _power_loss(self) -> Tally:
        return lose_power(self._stage, self._some(self._steps))

    def _broken_lock(self) -> Tally:
        some = self._some(self._steps)
        return break_in(self._stage, some).tally + break_in(self._stage, some, settle_timeout=0).tally

    def _outages(self) -> Tally:
        some = self._sample(calls_among(self._steps))
        played = (
            lose(self._stage, some, calls=calls)
            for lose in (lose_store, lose_store_and_machine)
            for calls in (1, LASTING)
        )
        return sum(played, start=Tally())

    def _faults(self) -> Tally:
        troubles = [*self._sample([*every_trouble()]), *mixtures_of(self.seed, self.runs)]
        return play_faults(self.folder / "faults", troubles, partial(opened_world_on, self.kind))

    def _kills(self) -> Tally:
        rounds = max(1, self.runs // _KILLS_A_ROUND)
        return play_kills(self.folder / "processes", rounds=rounds, kills_a_round=_KILLS_A_ROUND, seed=self.seed)

    def _machines(self) -> Tally:
        rounds = max(1, self.runs // _KILLS_A_ROUND)
        return play_machines(self.folder / "machines", self.kind, rounds=rounds, seed=self.seed)
