"""`status` and `report`: a project is applied, time passes, and what came of it is read."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess

import pytest

from tests.cli.running import COMMAND, surroundings
from tests.cli.terminal import Terminal

UK = "acme-winter-sale-uk"


@pytest.fixture
def sent(applied):
    """The example project once everything has gone out and was counted."""
    applied.advance("12d")
    assert applied.apply().code == 0
    return applied


def test_before_anything_starts_everything_is_scheduled(applied):
    rows = applied.run("status", "--format", "json").json["sends"]
    assert ([row["phase"] for row in rows], [row["planned"] for row in rows]) == (
        ["scheduled"] * 4,
        [3205, 640, 1842, 210],
    )


def test_after_it_has_gone_out_the_numbers_are_there(sent):
    row = next(row for row in sent.run("report", "--format", "json").json["campaigns"] if row["campaign"] == UK)
    assert (row["phones"], row["adrift"], row["is_final"], row["prices"][0]["currency"]) == (3205, 0, True, "EUR")


def test_status_changes_nothing(applied):
    applied.advance("12d")
    before = applied.read(".rcsplan/sandbox.state.json")
    applied.run("status")
    applied.run("report")
    assert applied.read(".rcsplan/sandbox.state.json") == before


@pytest.mark.parametrize("command", ["status", "report"])
def test_the_csv_has_one_row_a_send(sent, command):
    rows = list(csv.DictReader(io.StringIO(sent.run(command, UK, "--format", "csv").out)))
    assert [(row["address"], row["phones"], row["status"]) for row in rows] == [(UK, "3205", "done")]


@pytest.mark.parametrize("columns", ["80", "200"])
@pytest.mark.parametrize("command", ["status", "report"])
def test_no_line_is_wider_than_the_terminal(sent, command, columns, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    text = sent.run(command, UK, "acme-winter-sale-en").out
    assert UK in text
    assert max(map(len, text.splitlines())) <= int(columns)


@pytest.mark.parametrize("command", ["status", "report"])
def test_an_address_of_which_nothing_is_known_gets_a_suggestion(applied, command):
    refused = applied.run(command, "acme-winter-sale-ua")
    assert refused.first == (64, "Error: Nothing was submitted under 'acme-winter-sale-ua'")
    assert "Did you mean 'acme-winter-sale-u" in refused.err


def test_a_report_is_narrowed_by_days(sent):
    campaigns = sent.run("report", "--since", "2026-12-05", "--until", "2026-12-05", "--format", "json").json
    assert [one["campaign"] for one in campaigns["campaigns"]] == [
        "kvitka-saint-nicholas-uk",
        "kvitka-saint-nicholas-en",
    ]


@pytest.mark.parametrize(
    "options",
    [
        ("report", "--since", "yesterday"),
        ("report", "--since", "2026-12-05", "--until", "2026-12-04"),
        ("status", "--watch", "--format", "csv"),
        ("status", "--watch", "--interval", "0s"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(applied, options):
    assert applied.run(*options).code == 64


def test_a_watch_of_what_has_ended_ends_by_itself(sent):
    lines = sent.run("status", UK, "--watch", "--format", "json").out.splitlines()
    assert [json.loads(line)["has_ended"] for line in lines] == [True]


def test_a_watch_is_interrupted_cleanly(applied):
    with subprocess.Popen(
        [*COMMAND, "--project", applied.folder, "status", "--watch", "--interval", "1s", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(),
    ) as run:
        first = json.loads(run.stdout.readline())
        run.send_signal(signal.SIGINT)
        assert (first["has_ended"], run.wait(20), run.stderr.read().strip()) == (False, 130, b"")


def test_on_a_terminal_a_watch_paints_until_it_is_interrupted(applied):
    with Terminal("--project", str(applied.folder), "status", "--watch", stdout=os.devnull) as terminal:
        terminal.await_text("4 scheduled.")
        terminal.process.send_signal(signal.SIGINT)
        assert (terminal.end(), "Traceback" in terminal.text) == (130, False)


def test_on_a_terminal_the_last_look_remains(sent):
    with Terminal("--project", str(sent.folder), "status", "--watch", UK) as terminal:
        assert (terminal.end(), UK in terminal.text) == (0, True)


@pytest.mark.full
def test_a_failure_of_the_provider_is_said_and_tried_again(applied):
    applied.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["GET /api/groups=refuse:x5"]',
    )
    with subprocess.Popen(
        [*COMMAND, "--project", applied.folder, "status", "--watch", "--interval", "1s", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(),
    ) as run:
        complaint, first = run.stderr.readline().decode(), run.stdout.readline()
        run.kill()
    assert ("trying again" in complaint, len(json.loads(first)["sends"])) == (True, 4)


def test_a_hold_is_shown(applied):
    applied.write("HOLD", "black Friday\x1b[2J")
    assert "Nothing may be applied: the project is on hold: black Friday\\x1b[2J\n" in applied.run("status").out
    assert applied.run("status", "--format", "json").json["hold"] == "the project is on hold: black Friday\x1b[2J"


def test_a_suspension_is_shown_until_its_end(applied):
    text = applied.read("rcsplan.yaml")
    applied.write("rcsplan.yaml", text + '\nsuspend: {reason: "Stock-taking.", until: "2026-12-03 09:00"}\n')
    seen = applied.run("status", "--format", "json").json
    assert seen["suspension"] == {"reason": "Stock-taking.", "until": "2026-12-03T07:00:00Z"}
    assert "Suspended: Stock-taking. `run` does nothing until Thu 3 Dec 2026" in applied.run("status").out
    applied.advance("5d")
    assert applied.run("status", "--format", "json").json["suspension"] is None


def test_what_is_neither_held_nor_suspended_says_nothing_of_it(applied):
    seen = applied.run("status", "--format", "json").json
    assert (seen["hold"], seen["suspension"]) == (None, None)
    text = applied.run("status").out
    assert ("Suspended" in text, "Nothing may be applied" in text) == (False, False)


def test_the_report_can_be_pasted_into_a_ticket(sent):
    text = sent.run("report", UK, "--format", "markdown").out
    assert text.startswith("### Report of `sandbox` (simulated: nothing is sent to people)\n")
    assert f"\n| `{UK}` | Fri 4 Dec 2026 " in text
