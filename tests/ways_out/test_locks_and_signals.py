"""One apply at a time, and applies that are interrupted; what processes do to each other is proven in tests/proof."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import contextmanager
from datetime import timedelta

import pytest

from rcsplan.backend.local import LocalStore
from tests.cli.running import COMMAND, lock_info, surroundings
from tests.proof.processes import wait_until
from tests.ways_out.provider import KEY, served
from tests.ways_out.shop import SEND_GROUPS, STATE, in_days

HELD = "Error: The state is locked by tester@desk since 2026-12-01 00:00:00 UTC"


@pytest.fixture
def ready(shop):
    """A shop with a state and one send that was not submitted yet."""
    assert shop.run("state", "init").code == 0
    shop.declare("sale")
    return shop


@pytest.mark.parametrize("flags", [(), ("--lock-timeout", "1s")], ids=" ".join)
def test_who_finds_the_state_locked_is_told_by_whom_since_when_and_for_what(ready, flags):
    with LocalStore(ready.folder / STATE).lock(lock_info("apply"), timeout=0):
        said = ready.apply(*flags)
    assert said.first == (6, HELD)
    assert "That run does: apply (lock test)." in said.err
    assert ready.sent() == []


def test_a_saved_plan_waits_for_the_lock_as_well(ready):
    file = ready.folder / "plan.json"
    assert ready.run("plan", "-o", str(file)).code == 0
    with LocalStore(ready.folder / STATE).lock(lock_info("apply"), timeout=0):
        said = ready.apply(str(file))
    assert said.first == (6, HELD)
    assert ready.apply(str(file)).code == 0


def test_a_lock_that_is_given_back_is_free(ready):
    with LocalStore(ready.folder / STATE).lock(lock_info("apply"), timeout=0):
        assert ready.apply().code == 6
    ready.converge()


def test_the_holder_of_a_broken_lock_records_nothing_more(ready):
    with LocalStore(ready.folder / STATE).lock(lock_info("apply"), timeout=0) as session:
        assert ready.process("state", "unlock", "--auto-approve").code == 0
        ready.converge()
        with pytest.raises(Exception, match="The lock of the state was broken"):
            session.check()


@pytest.fixture
def slow(shop, tmp_path, monkeypatch):
    """A shop of three sends whose provider takes a second for each, and that provider."""
    monkeypatch.setenv("BSG_TEST_KEY", KEY)
    with served(tmp_path / "account/sandbox.db", faults=[f"{SEND_GROUPS}=slow:1"]) as provider:
        shop.configure(**provider.settings(), deadline="5s", settle="0s", intent_ttl="1s")
        for number in range(3):
            shop.declare(f"send-{number}", schedule=in_days(3 + number))
        yield shop, provider


@contextmanager
def submitting(shop, provider):
    """An apply, one send at a time, whose first submission is in flight."""
    command = [*COMMAND, "--project", shop.folder, "--log-format", "json"]
    with subprocess.Popen(
        [*command, "apply", "--auto-approve", "--parallelism", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings({"BSG_TEST_KEY": KEY}),
    ) as run:
        wait_until(lambda: ("POST", SEND_GROUPS.partition(" ")[2]) in provider.requests)
        yield run


def interrupted(shop, provider, *signals):
    """The exit code of an apply that gets signals while its first submission is in flight."""
    with submitting(shop, provider) as run:
        lines = iter(run.stderr.readline, "")
        for number in signals:
            run.send_signal(number)
            next((line for line in lines if json.loads(line)["event"] not in {"apply.planned", "apply.started"}), None)
        return run.wait()


def not_started(run):
    """Why the rest of an apply did not start."""
    lines = [json.loads(line) for line in run.communicate()[1].splitlines()]
    return {line["detail"] for line in lines if line["event"] == "apply.not_started"}


def test_a_hold_that_appears_during_a_run_holds_what_was_not_started(slow):
    shop, provider = slow
    with submitting(shop, provider) as run:
        shop.write("HOLD", "stop it\n")
        assert not_started(run) == {"the project is on hold: stop it"}
    assert (run.returncode, len(provider.store.ledger())) == (1, 1)
    shop.remove("HOLD")
    shop.converge()
    assert len(provider.store.ledger()) == 3


def test_what_becomes_late_during_a_run_is_not_started(slow):
    shop, provider = slow
    with submitting(shop, provider) as run:
        provider.store.advance(timedelta(days=6))
        assert not_started(run) == {"its start is less than 2 min away"}
    assert provider.store.ledger() == []
    assert set(shop.reasons().values()) == {"missed"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_finishes_what_is_in_flight_and_records_it(slow, number, code):
    shop, provider = slow
    assert interrupted(shop, provider, number) == code
    assert len(provider.store.ledger()) == 1
    assert shop.actions() == {"send-0": "none", "send-1": "submit", "send-2": "submit"}
    shop.converge()
    assert len(provider.store.ledger()) == 3


@pytest.mark.parametrize("signals", [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM)])
def test_the_second_signal_leaves_at_once_and_the_next_apply_finds_what_became_of_it(slow, signals):
    shop, provider = slow
    assert interrupted(shop, provider, *signals) == 128 + signals[-1]
    record = LocalStore(shop.folder / STATE).load().sends["send-0"].revisions[1]
    assert (record.intent is not None, record.remote_id) == (True, None)
    shop.converge()
    assert len(provider.store.ledger()) == 3


def test_after_a_second_signal_the_lock_is_free(slow):
    shop, provider = slow
    interrupted(shop, provider, signal.SIGTERM, signal.SIGTERM)
    assert shop.run("state", "unlock").out == "Nobody holds the lock.\n"
