"""The proof as a command: its table, its verdict, and its exit code."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.cli.running import ROOT
from tests.proof.prove import prove
from tests.proof.tally import Tally

PARTS = [
    "crash points",
    "saved plan",
    "stop",
    "late arrivals",
    "crash pairs",
    "second run",
    "broken lock",
    "overtaking",
    "outages",
    "storms",
    "faults",
    "power loss",
    "SIGKILL",
    "two machines",
    "naive runner",
    "rcsplan",
]


CAUGHT = Tally(histories=1, doubles=["twice"], lost=["lost"])


@pytest.mark.parametrize(
    ("part", "naive", "code"),
    [
        (Tally(histories=1), CAUGHT, 0),
        (Tally(histories=1, doubles=["twice"]), CAUGHT, 1),
        (Tally(histories=1, lost=["lost"]), CAUGHT, 1),
        (Tally(histories=1, unsettled=["open"]), CAUGHT, 1),
        (Tally(histories=1), Tally(histories=1, doubles=["twice"]), 1),
        (Tally(histories=1), Tally(histories=1, lost=["lost"]), 1),
    ],
)
def test_it_fails_where_anything_is_double_lost_or_unsettled_or_the_naive_runner_was_not_caught(part, naive, code):
    assert prove([("a part", lambda: part)], lambda: naive) == code


@pytest.mark.full
def test_a_tiny_run_prints_a_line_for_each_part_and_the_totals():
    command = [sys.executable, "-m", "tests.proof.prove", "--quick", "--runs", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    rows = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines()[1:]]
    assert (done.returncode, [row[0] for row in rows]) == (0, PARTS), done.stderr
    assert {tuple(row[-3:]) for row in rows if row[0] != "naive runner"} == {("0", "0", "0")}
