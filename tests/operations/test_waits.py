"""How long a loop sleeps, and what for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.operations.waits import SHORTEST, Wait, WaitKind, pause_after

FIVE_MINUTES = timedelta(minutes=5)


def pause(*waits, every=FIVE_MINUTES, outages=0, jitter=1.0):
    return pause_after(waits, every=every, outages=outages, jitter=jitter)


def due(**span):
    return Wait(kind=WaitKind.DUE, after=timedelta(**span))


def test_with_nothing_ahead_the_interval_is_slept():
    assert pause() == FIVE_MINUTES


def test_what_comes_sooner_wakes_the_loop():
    assert pause(due(seconds=40), due(hours=3)) == timedelta(seconds=41)


def test_what_comes_later_is_looked_for_at_the_interval():
    assert pause(due(hours=3)) == FIVE_MINUTES


@pytest.mark.parametrize("seconds", [0, -5, -3600])
def test_no_pause_is_shorter_than_a_second(seconds):
    assert pause(due(seconds=seconds)) == SHORTEST


@pytest.mark.parametrize(("outages", "seconds"), [(1, 5), (2, 10), (4, 40), (7, 300), (10_000, 300)])
def test_an_outage_is_asked_about_ever_more_seldom_up_to_the_interval(outages, seconds):
    assert pause(Wait(kind=WaitKind.OUTAGE), outages=outages) == timedelta(seconds=seconds)


def test_jitter_parts_the_machines_of_one_outage():
    assert pause(outages=2, jitter=0.0) == timedelta(seconds=5)


def test_a_lock_is_looked_at_soon():
    assert pause(Wait(kind=WaitKind.LOCK)) == timedelta(seconds=15)


@given(
    every=st.timedeltas(min_value=SHORTEST, max_value=timedelta(days=30)),
    outages=st.integers(0, 10**9),
    jitter=st.floats(0, 1),
    after=st.lists(st.timedeltas(min_value=timedelta(days=-9), max_value=timedelta(days=40))),
)
def test_every_pause_lies_between_a_second_and_the_interval(every, outages, jitter, after):
    waits = [Wait(kind=WaitKind.DUE, after=one) for one in after]
    assert SHORTEST <= pause(*waits, every=every, outages=outages, jitter=jitter) <= every
