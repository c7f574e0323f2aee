"""The proof in one command: `python -m tests.proof.prove [--store KIND] [--runs N] [--seed S] [--quick]`.

It kills rcsplan at every step of an apply, lets second runs in, makes the provider fail, kills real processes, and
counts by the simulator's ledger what was sent twice and what was lost. The last part does the same to a naive runner,
which must fail. One table goes to stdout, progress to stderr.

    crash points     die at every step of an apply, look, run it again, look again
    saved plan       the same with `apply FILE`
    stop             the same with `stop ADDRESS`, going on by `stop` and by `apply`
    late arrivals    die as a submission leaves, which then arrives up to 110 seconds later
    crash pairs      die at a random step, and again in the recovery
    second run       at every step an apply begins on another machine, and finds the lock taken
    broken lock      at every step the lock is broken, another machine applies, and the first goes on
    overtaking       the same, but the other apply halts half way until the first has ended
    outages          at every call of the store that fails, or whose answer is lost, once or from then on
    storms           kills, faults, outages, second runs and broken locks at random
    faults           the provider fails in every single way, and in random mixtures
    power loss       the whole machine dies, with all that was not synced; on local files
    SIGKILL          real processes, killed at random instants against a served simulator; on local files
    two machines     real processes on two machines at once, one of them killed, locks broken
    naive runner     POST, then save: killed at every step

Options:
    --store KIND  where the state is kept: local (the default), s3, gcs, azure, postgres, http, gitlab, gitea; or all
    --runs N      how many random histories the parts at random get, and a third of it real kills; default 300
    --seed S      of all that is random; default 1
    --quick       every 25th step, and a twentieth of the runs

Exit code 0 says that rcsplan sent nothing twice and lost nothing, and that the naive runner did; 1 says otherwise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tests.backend.stores import STORES
from tests.proof.crashes import crash_once, steps_of
from tests.proof.naive import NaiveStage
from tests.proof.parts import Proof
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_COLUMNS = ("histories", "runs", "kills", "faults", "outages", "double sends", "lost sends", "unsettled")
_WIDTH = 22
_SHOWN_PROBLEMS = 20


def naive_tally(folder: Path) -> Tally:
    """What the same harness finds of a naive runner."""
    stage = NaiveStage(folder)
    return crash_once(stage, range(1, len(steps_of(stage)) + 1))


def named_parts(proofs: Sequence[Proof]) -> Iterator[tuple[str, Callable[[], Tally]]]:
    """The parts of all proofs, with the kind of store before the name where it is not the usual one."""
    for proof in proofs:
        for name, play in proof.parts().items():
            yield (name if proof.kind == "local" else f"{proof.kind}: {name}"), play


def row_of(name: str, tally: Tally) -> str:
    """A part as a line of the table."""
    counts = tally.counts
    found = (len(tally.doubles), len(tally.lost), len(tally.unsettled))
    cells = (tally.histories, counts["runs"], counts["kills"], counts["faults"], counts["outages"], *found)
    return f"{name:<{_WIDTH}}" + "".join(
        f"{cell:>{len(title) + 2},}" for cell, title in zip(cells, _COLUMNS, strict=True)
    )


def prove(parts: Iterable[tuple[str, Callable[[], Tally]]], naive: Callable[[], Tally]) -> int:
    """Play all parts and the naive runner, print the table, and return the exit code."""
    _say(f"{'part':<{_WIDTH}}" + "".join(f"  {title}" for title in _COLUMNS))
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
    parser.add_argument("--store", choices=[*STORES, "all"], default="local", help="where the state is kept")
    parser.add_argument("--runs", type=int, default=300, metavar="N", help="random histories a part, and real kills")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all that is random")
    parser.add_argument("--quick", action="store_true", help="every 25th step, and a twentieth of the runs")
    options = parser.parse_args(arguments)
    runs, stride = (max(1, options.runs // 20), 25) if options.quick else (options.runs, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        kinds = tuple(STORES) if options.store == "all" else (options.store,)
        proofs = [Proof(folder=path / kind, runs=runs, seed=options.seed, stride=stride, kind=kind) for kind in kinds]
        return prove(named_parts(proofs), lambda: naive_tally(path / "naive"))


if __name__ == "__main__":
    sys.exit(main())
