"""Cold plans against the floor: whole processes, without state, by size of project. Target at 10,000: ratio <= 2."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generate import write_project
from measuring import RCSPLAN, medians, print_table, run
from profiling import print_profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from measuring import Run

_FLOOR = Path(__file__).with_name("floor.py")
_HEADING = ("MANIFESTS", "SENDS", "PLAN s", "FLOOR s", "RATIO", "CPU RATIO", "ms EACH", "PEAK MB", "FLOOR MB", "GROWTH")
_PROFILED = "import cProfile; from rcsplan.__main__ import main; cProfile.run('main()', {path!r})"


def _plan(folder: Path, start: Sequence[str] = RCSPLAN) -> Run:
    # Without the simulator's database of the run before, every run does the same.
    shutil.rmtree(folder / ".rcsplan", ignore_errors=True)
    return run([*start, "--project", str(folder), "plan", "--format", "json"])


def _floor(folder: Path) -> Run:
    return run([sys.executable, str(_FLOOR), str(folder)])


def _rows(folder: Path, counts: Sequence[int], *, cells: int, runs: int) -> Iterator[tuple[str, ...]]:
    smaller: tuple[int, float] | None = None
    for count in counts:
        project = folder / str(count)
        done = medians({"plan": partial(_plan, project), "floor": partial(_floor, project)}, times=runs)
        plan, floor = done["plan"], done["floor"]
        yield (
            f"{count:,}",
            f"{count * cells:,}",
            f"{plan.seconds:.2f}",
            f"{floor.seconds:.2f}",
            f"{plan.seconds / floor.seconds:.2f}",
            f"{plan.cpu_seconds / floor.cpu_seconds:.2f}",
            f"{plan.seconds / count / cells * 1000:.2f}",
            f"{plan.peak_bytes / 1e6:.0f}",
            f"{floor.peak_bytes / 1e6:.0f}",
            f"x{plan.seconds / smaller[1]:.1f} for x{count / smaller[0]:.1f}" if smaller else "-",
        )
        smaller = count, plan.seconds


def main() -> None:
    """Measure at every size, and profile the largest on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[100, 1000, 10_000], metavar="N")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median counts")
    parser.add_argument("--inline-copy", action="store_true", help="no two manifests share a templated text")
    parser.add_argument("--cells", type=int, default=1, help="sends that each manifest comes to, by its matrix")
    parser.add_argument("--profile", action="store_true", help="also say where the time of the largest plan goes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in arguments.counts:
            write_project(folder / str(count), count, inline_copy=arguments.inline_copy, cells=arguments.cells)
        print_table(_HEADING, _rows(folder, arguments.counts, cells=arguments.cells, runs=arguments.runs))
        if arguments.profile:
            results = folder / "profile"
            _plan(folder / str(max(arguments.counts)), [sys.executable, "-c", _PROFILED.format(path=str(results))])
            print_profile(results)


if __name__ == "__main__":
    main()
