"""The proof in one command: `python -m tests.proof.prove [--runs N] [--seed S] [--quick]`.

It kills rcsplan at every step of an apply, lets second runs in, makes the provider fail, kills real processes, and
counts by the simulator's ledger what was sent twice and what was lost. The last part does the same to a naive runner,
which must fail. One table goes to stdout, progress to stderr.

    crash points     die at every step of an apply, look, run it again, look again
    saved plan       the same with `apply FILE`
    stop             the same with `stop ADDRESS`, going on by `stop` and by `apply`
    late arrivals    die as a submission leaves, which then arrives up to 110 seconds later
    power loss       the whole machine dies, with all that was not synced
    crash pairs      die at a random step, and again in the recovery
    second run       at every step another apply begins, and finds the lock taken
    broken lock      at every step the lock is broken, another apply runs, and the first goes on
    overtaking       the same, but the other apply halts half way until the first has ended
    storms           kills, faults, second runs and broken locks at random
    SIGKILL          real processes, killed at random instants against a served simulator
    naive runner     POST, then save: killed at every step

Options:
    --runs N    how many random histories the parts at random get, and real kills; default 300
    --seed S    of all that is random; default 1
    --quick     every 25th step, and a twentieth of the runs

Exit code 0 says that rcsplan sent nothing twice and lost nothing, and that the naive runner did; 1 says otherwise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tests.proof.crashes import Stopping, applying_saved, crash_once, crash_twice, lose_power, steps_of
from tests.proof.eventful import Stage
from tests.proof.meddling import break_in, meet, overtake
from tests.proof.naive import NaiveStage
from tests.proof.processes import play_kills
from tests.proof.storms import storm
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_POST = "POST /api/campaigns/rcs/send-groups: on its way"
_DELAYS = (1, 50, 110)
_KILLS_A_ROUND = 3
_COLUMNS = ("histories", "runs", "kills", "faults", "double sends", "lost sends", "unsettled")
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, kw_only=True)
class Proof:
    """How much is proven, and by which seed."""

    folder: Path
    runs: int
    seed: int
    stride: int = 1

    def parts(self) -> Iterator[tuple[str, Callable[[], Tally]]]:
        """The parts of the proof of rcsplan, in the order of the table."""
        stage = Stage(self.folder / "worlds")
        steps = steps_of(stage)
        every = self._every(steps)
        yield "crash points", lambda: crash_once(stage, every)
        yield "saved plan", lambda: crash_once(stage, self._every(steps_of(stage, applying_saved)), applying_saved)
        yield "stop", lambda: self._stops(stage)
        yield "late arrivals", lambda: self._late(stage, steps)
        yield "power loss", lambda: lose_power(stage, every)
        yield "crash pairs", lambda: crash_twice(stage, self.runs, seed=self.seed, steps=len(steps))
        yield "second run", lambda: meet(stage, every).tally
        yield "broken lock", lambda: break_in(stage, every).tally + break_in(stage, every, settle_timeout=0).tally
        yield "overtaking", lambda: overtake(stage, self.runs, seed=self.seed, steps=len(steps)).tally
        yield "storms", lambda: storm(stage, self.runs, seed=self.seed)
        rounds = max(1, self.runs // _KILLS_A_ROUND)
        kills = {"rounds": rounds, "kills_a_round": _KILLS_A_ROUND, "seed": self.seed}
        yield "SIGKILL", lambda: play_kills(self.folder / "processes", **kills)

    def naive(self) -> Tally:
        """What the same harness finds of a naive runner."""
        stage = NaiveStage(self.folder / "naive")
        return crash_once(stage, range(1, len(steps_of(stage)) + 1))

    def _every(self, steps: list[str]) -> range:
        return range(1, len(steps) + 1, self.stride)

    def _late(self, stage: Stage, steps: list[str]) -> Tally:
        posts = [number for number, step in enumerate(steps, start=1) if step == _POST][:: self.stride]
        return sum((crash_once(stage, posts, transit=timedelta(seconds=delay)) for delay in _DELAYS), start=Tally())

    def _stops(self, stage: Stage) -> Tally:
        stopping = Stopping(stage)
        every = self._every(stopping.steps())
        return stopping.crash(every, stopping.stop_again) + stopping.crash(every, lambda world: world.converge())


def row_of(name: str, tally: Tally) -> str:
    """A part as a line of the table."""
    counts = tally.counts
    found = (len(tally.doubles), len(tally.lost), len(tally.unsettled))
    cells = (tally.histories, counts["runs"], counts["kills"], counts["faults"], *found)
    return f"{name:<14}" + "".join(f"{cell:>{len(title) + 2},}" for cell, title in zip(cells, _COLUMNS, strict=True))


def prove(parts: Iterable[tuple[str, Callable[[], Tally]]], naive: Callable[[], Tally]) -> int:
    """Play all parts and the naive runner, print the table, and return the exit code."""
    _say(f"{'part':<14}" + "".join(f"  {title}" for title in _COLUMNS))
    total = Tally()
    for name, play in parts:
        total += _played(name, play)
    script = _played("naive runner", naive)
    _say(row_of("rcsplan", total))
    for problem in total.problems[:_SHOWN_PROBLEMS]:
        _say(problem, to=sys.stderr)
    caught = bool(script.doubles and script.lost)
    if not caught:
        _say("The harness did not catch the naive runner: it proves nothing.", to=sys.stderr)
    return 0 if caught and not total.problems else 1


def _played(name: str, play: Callable[[], Tally]) -> Tally:
    _say(f"{name} …", to=sys.stderr)
    tally = play()
    _say(row_of(name, tally))
    return tally


def _say(line: str, *, to: TextIO | None = None) -> None:
    stream = to or sys.stdout
    stream.write(f"{line}\n")
    stream.flush()


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.prove", description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=300, metavar="N", help="random histories a part, and real kills")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all that is random")
    parser.add_argument("--quick", action="store_true", help="every 25th step, and a twentieth of the runs")
    options = parser.parse_args(arguments)
    runs, stride = (max(1, options.runs // 20), 25) if options.quick else (options.runs, 1)
    with tempfile.TemporaryDirectory() as folder:
        proof = Proof(folder=Path(folder), runs=runs, seed=options.seed, stride=stride)
        return prove(proof.parts(), proof.naive)


if __name__ == "__main__":
    sys.exit(main())
