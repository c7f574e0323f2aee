"""Test sends in the state: put, taken back, claimed, and forgotten after months."""

from __future__ import annotations

from datetime import timedelta

from rcsplan.state.changes import make_changes
from rcsplan.state.model import DropTrial, PutTrial
from tests.builders import NOW, make_record, make_state, make_trial

LATER = NOW + timedelta(days=91)


def test_what_did_not_happen_is_taken_back():
    state = make_state(trials={1: make_trial()})
    make_changes(state, [DropTrial(number=1), DropTrial(number=1)])
    assert state.trials == {}


def test_an_accepted_one_is_forgotten_by_a_newer_one_after_months():
    state = make_state(trials={1: make_trial()})
    make_changes(state, [PutTrial(number=2, trial=make_trial(opened_at=LATER))])
    assert list(state.trials) == [2]


def test_one_of_which_nothing_is_known_is_never_forgotten():
    state = make_state(trials={1: make_trial(remote_id=None)})
    make_changes(state, [PutTrial(number=2, trial=make_trial(opened_at=LATER))])
    assert list(state.trials) == [1, 2]


def test_its_campaign_is_accounted_for():
    state = make_state(
        [("sale", make_record(remote_id=7))], trials={1: make_trial(remote_id=8), 2: make_trial(remote_id=None)}
    )
    assert state.claimed_ids() == {7, 8}


def test_a_copy_of_a_state_has_tests_of_its_own():
    state = make_state(trials={1: make_trial()})
    make_changes(state.copy(), [DropTrial(number=1)])
    assert list(state.trials) == [1]
