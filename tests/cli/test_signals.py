"""Signals during an apply: what is in flight is finished and recorded, nothing new starts, the lock is freed."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pytest

from rcsplan.backend.local import LocalStore
from tests.cli.running import COMMAND, surroundings
from tests.cli.terminal import Terminal

#: Seconds from the start of a submission until it surely is on its way, and surely not answered.
_UNTIL_IN_FLIGHT = 0.4

#: What every apply tells.
_EXPECTED = frozenset({"apply.planned", "apply.started", "apply.finished"})

BOTH = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def slow(project):
    """The example project with a provider that takes its time to accept a submission."""
    project.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/send-groups=slow:1.5"]',
    )
    return project


def interrupted(project, first, *more):
    """The exit code and the events of an apply, one send at a time, that gets signals while its first is in flight."""
    with subprocess.Popen(
        [
            *COMMAND,
            "--project",
            project.folder,
            "--log-format",
            "json",
            "apply",
            "--auto-approve",
            "--parallelism",
            "1",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=surroundings(),
    ) as run:
        events = [json.loads(run.stderr.readline())["event"] for _ in range(2)]
        time.sleep(_UNTIL_IN_FLIGHT)
        run.send_signal(first)
        events += [json.loads(run.stderr.readline())["event"]]
        for number in more:
            run.send_signal(number)
        events += [json.loads(line)["event"] for line in run.stderr]
        return run.wait(), [event for event in events if event not in _EXPECTED]


@pytest.mark.parametrize(("number", "code"), BOTH)
def test_what_is_in_flight_is_finished_and_nothing_new_starts(slow, number, code):
    assert interrupted(slow, number) == (
        code,
        ["interrupted", "apply.submitted", *["apply.not_started"] * 3],
    )
    assert len(slow.ledger()) == 1


def test_after_a_signal_the_rest_is_applied_and_nothing_twice(slow):
    interrupted(slow, signal.SIGTERM)
    slow.edit("rcsplan.yaml", "slow:1.5", "slow:0")
    assert (slow.actions()["acme-winter-sale-uk"], slow.apply().code, len(slow.ledger())) == ("none", 0, 4)


def test_a_second_signal_leaves_at_once_and_the_intent_remains(slow):
    code, _ = interrupted(slow, signal.SIGTERM, signal.SIGINT)
    assert (code, slow.reasons()) == (130, {"acme-winter-sale-uk": "unknown_outcome"})


EARLY = "Interrupted before anything was submitted"


@pytest.mark.parametrize(("number", "code"), BOTH)
def test_a_run_that_waits_for_an_answer_ends_with_a_sentence_and_frees_the_lock(project, number, code):
    with Terminal("--project", str(project.folder), "apply") as terminal:
        terminal.await_text("Only 'yes' is accepted")
        terminal.process.send_signal(number)
        ended = terminal.end()
    assert (ended, EARLY in terminal.text, "Traceback" in terminal.text) == (code, True, False)
    assert (project.ledger(), project.apply().code) == ([], 0)


def settling_apply(project):
    """An apply that waits for what became of a submission whose campaign is not to be seen yet."""
    project.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/*=garbage:x1", "list_lag:600"]',
    )
    assert project.apply("--settle-timeout", "0s", "--parallelism", "1").code == 3
    run = subprocess.Popen(
        [*COMMAND, "--project", project.folder, "apply", "--auto-approve"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=surroundings(),
    )
    store = LocalStore(project.folder / ".rcsplan/sandbox.state.json")
    while store.holder() is None and run.poll() is None:
        time.sleep(0.02)
    return run


@pytest.mark.parametrize(("number", "code"), BOTH)
def test_a_run_that_waits_for_a_lost_submission_ends_with_a_sentence_and_frees_the_lock(project, number, code):
    with settling_apply(project) as run:
        run.send_signal(number)
        said = run.stderr.read().decode()
    assert (run.returncode, EARLY in said, "Traceback" in said) == (code, True, False)
    assert project.apply("--settle-timeout", "0s").code == 3


@pytest.mark.parametrize(("number", "code"), BOTH)
def test_a_served_sandbox_ends_cleanly(tmp_path, number, code):
    with subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", "0", "--db", tmp_path / "sandbox.db"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(),
    ) as server:
        server.stdout.readline()
        server.send_signal(number)
        assert (server.wait(20), server.stderr.read()) == (0, b"")
