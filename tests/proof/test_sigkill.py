"""Applies as real processes: killed at random instants, two at once, and with their lock taken away."""

from __future__ import annotations

import re
import signal

import pytest

from rcsplan.backend.local import LocalStore
from tests.proof.campaigns import Campaign
from tests.proof.processes import SEND_GROUPS, opened_shop, play_kills, start_in, wait_until

SECONDS_OF_A_POST = 0.6


@pytest.fixture
def shop(tmp_path):
    """A shop of five sends in one minute, whose provider takes its time for each."""
    with opened_shop(tmp_path, f"{SEND_GROUPS}=slow:{SECONDS_OF_A_POST}") as opened:
        opened.declare(*(Campaign(f"send-{letter}", start_in(3)) for letter in "abcde"))
        yield opened


EACH_ONCE = [f"send-{letter} r1 v1" for letter in "abcde"]


@pytest.mark.parametrize(
    ("rounds", "kills_a_round", "seed"), [(6, 3, 1), pytest.param(120, 3, 2, marks=pytest.mark.full)]
)
def test_whatever_is_killed_nothing_is_sent_twice_and_nothing_is_lost(tmp_path, rounds, kills_a_round, seed):
    tally = play_kills(tmp_path, rounds=rounds, kills_a_round=kills_a_round, seed=seed)
    assert tally.problems == []
    assert tally.counts["kills"] >= rounds
    assert tally.counts["kills in flight"] > 0


def test_of_two_applies_at_once_one_wins_and_the_other_is_told_who_has_the_lock(shop):
    with shop.applying() as one, shop.applying() as other:
        said = {process.wait(): process.stderr.read() for process in (one, other)}
    assert sorted(said) == [0, 6]
    assert re.match(r"Error: The state is locked by \S+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n", said[6])
    assert re.search(r"That run does: apply \(lock [0-9a-f-]{36}\)\.", said[6])
    assert shop.live_texts() == EACH_ONCE


def test_who_waits_for_the_lock_finds_everything_done(shop):
    with shop.applying("--lock-timeout", "30s") as one, shop.applying("--lock-timeout", "30s") as other:
        codes = [process.wait() for process in (one, other)]
    assert (codes, shop.accepted()) == ([0, 0], shop.accepted())
    assert shop.live_texts() == EACH_ONCE


def test_the_lock_of_a_killed_apply_is_free(shop):
    with shop.applying() as killed:
        wait_until(lambda: shop.state_file.with_name(shop.state_file.name + ".journal").exists())
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert shop.run("state", "unlock").out == "Nobody holds the lock.\n"
    assert (shop.apply().code, shop.live_texts()) == (0, EACH_ONCE)


def test_who_lost_the_lock_submits_nothing_more(shop):
    # So many that not even a slow machine submits them all before the command has broken the lock.
    shop.declare(*(Campaign(f"more-{number}", start_in(4)) for number in range(50)))
    with shop.applying("--parallelism", "1") as holder:
        wait_until(shop.ledger)
        assert shop.run("state", "unlock", "--auto-approve").code == 0
        in_flight = len(shop.ledger()) + 1
        said = holder.communicate()[1]
    assert holder.returncode == 6
    assert "Error: The lock of the state was broken" in said
    assert len(shop.ledger()) <= in_flight < len(EACH_ONCE) + 50


def test_what_a_broken_lock_left_open_is_recovered(shop):
    with shop.applying("--parallelism", "1") as holder:
        wait_until(shop.ledger)
        LocalStore(shop.state_file).unlock()
        after = shop.apply()
        holder.wait()
    assert (after.code, holder.returncode) == (0, 6)
    assert shop.live_texts() == EACH_ONCE
