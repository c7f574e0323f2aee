"""What the benchmarks share: runs of whole processes with their time and memory, and aligned tables."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

#: How rcsplan is started: as its console script does, without depending on where that is installed.
RCSPLAN = (sys.executable, "-c", "from rcsplan.__main__ import main; main()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one process took: wall time and processor time in seconds, and its peak of resident memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def run(command: Sequence[str], environ: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, its output going nowhere.

    The peak of a process counts that of whoever started it, up to the moment of starting: this one has to stay small.

    Raises:
        RuntimeError: it ended with another code than 0.
    """
    with tempfile.TemporaryFile() as complaints:
        began = time.perf_counter()
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=clean_environment() | dict(environ or {}),
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaints.seek(0)
            text = complaints.read(4000).decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}:\n{text}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Run(seconds=seconds, cpu_seconds=cpu_seconds, peak_bytes=usage.ru_maxrss * 1024)


def medians(jobs: Mapping[str, Callable[[], Run]], *, times: int) -> dict[str, Run]:
    """The medians of some runs of each job, by name.

    The jobs take turns, so that a busy moment of the machine meets them all, after one turn that does not count and
    brings files and byte code into the cache.
    """
    runs: dict[str, list[Run]] = {name: [] for name in jobs}
    for turn in range(times + 1):
        for name, job in jobs.items():
            done = job()
            if turn:
                runs[name].append(done)
    return {name: _median(done) for name, done in runs.items()}


def _median(runs: Sequence[Run]) -> Run:
    return Run(
        seconds=median(one.seconds for one in runs),
        cpu_seconds=median(one.cpu_seconds for one in runs),
        peak_bytes=max(one.peak_bytes for one in runs),
    )


def clean_environment() -> dict[str, str]:
    """This process's environment without what would configure rcsplan."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RCSPLAN_")}


def print_table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their heading; the first column is of words, the others of figures."""
    table = [tuple(heading), *map(tuple, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *others in table:
        figures = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        sys.stdout.write("  ".join((first.ljust(widths[0]), *figures)).rstrip() + "\n")
    sys.stdout.flush()


def print_line(text: str = "") -> None:
    """Print one line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
