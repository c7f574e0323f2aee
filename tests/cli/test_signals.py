"""Signals during an apply: what is in flight is finished and recorded, nothing new starts, the lock is freed."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pytest

from tests.cli.running import COMMAND, surroundings

#: Seconds from the start of a submission until it surely is on its way, and surely not answered.
_UNTIL_IN_FLIGHT = 0.4

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
        events = [json.loads(run.stderr.readline())["event"]]
        time.sleep(_UNTIL_IN_FLIGHT)
        run.send_signal(first)
        events += [json.loads(run.stderr.readline())["event"]]
        for number in more:
            run.send_signal(number)
        events += [json.loads(line)["event"] for line in run.stderr]
        return run.wait(), [event for event in events if event != "started"]


@pytest.mark.parametrize(("number", "code"), BOTH)
def test_what_is_in_flight_is_finished_and_nothing_new_starts(slow, number, code):
    assert interrupted(slow, number) == (
        code,
        ["interrupted", "submitted", *["not_started"] * 3],
    )
    assert len(slow.ledger()) == 1


def test_after_a_signal_the_rest_is_applied_and_nothing_twice(slow):
    interrupted(slow, signal.SIGTERM)
    slow.edit("rcsplan.yaml", "slow:1.5", "slow:0")
    assert (slow.actions()["acme-winter-sale-uk"], slow.apply().code, len(slow.ledger())) == ("none", 0, 4)


def test_a_second_signal_leaves_at_once_and_the_intent_remains(slow):
    code, _ = interrupted(slow, signal.SIGTERM, signal.SIGINT)
    assert (code, slow.reasons()) == (130, {"acme-winter-sale-uk": "unknown_outcome"})


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
