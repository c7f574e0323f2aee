"""What must hold at the moment a submission or stop leaves."""

from datetime import timedelta

import pytest

from rcsplan.apply.gate import Gate, Limits
from tests.builders import NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TOO_NEAR = "its start is less than 2 min away"
IN_THE_MARGIN = "its start is less than 5 min away"
NO_ROOM = "its new start is less than 7 min away"
OVER = "the time until which it was to be sent has passed"


def make_gate(*, hold="", **limits):
    return Gate(now=lambda: NOW, real=lambda: NOW, hold=lambda: hold, limits=Limits(**limits))


@pytest.mark.parametrize(
    ("start_at", "until", "objection"),
    [
        (NOW + 2 * MINUTE, None, ""),
        (NOW + 2 * MINUTE - SECOND, None, TOO_NEAR),
        (NOW, None, TOO_NEAR),
        (NOW - MINUTE, None, TOO_NEAR),
        (None, NOW, ""),
        (None, NOW - SECOND, OVER),
        (None, None, ""),
    ],
)
def test_a_submission_needs_time_to_its_start(start_at, until, objection):
    assert make_gate().objection_to_start(start_at, until) == objection


@pytest.mark.parametrize(
    ("start_at", "successor_start_at", "objection"),
    [
        (NOW + 5 * MINUTE, None, ""),
        (NOW + 5 * MINUTE - SECOND, None, IN_THE_MARGIN),
        (NOW - MINUTE, None, IN_THE_MARGIN),
        (None, None, ""),
        (NOW + 5 * MINUTE, NOW + 7 * MINUTE, ""),
        (NOW + 5 * MINUTE, NOW + 7 * MINUTE - SECOND, NO_ROOM),
        (None, NOW + 7 * MINUTE - SECOND, NO_ROOM),
    ],
)
def test_a_stop_needs_time_to_the_start_and_room_for_what_follows(start_at, successor_start_at, objection):
    gate = make_gate()
    found = gate.objection_to_stop(start_at, successor_start_at=successor_start_at, despite_margin=False)
    assert found == objection


def test_a_stop_that_may_come_late_needs_no_margin():
    assert make_gate().objection_to_stop(NOW, successor_start_at=None, despite_margin=True) == ""


@pytest.mark.parametrize("despite_margin", [True, False])
def test_a_hold_stands_against_everything(despite_margin):
    gate = make_gate(hold="there is a HOLD")
    stop = gate.objection_to_stop(None, successor_start_at=None, despite_margin=despite_margin)
    assert (stop, gate.objection_to_start(None, None), gate.objection()) == ("there is a HOLD",) * 3


def test_a_closed_gate_says_why_it_was_closed_first():
    gate = make_gate(hold="there is a HOLD")
    gate.close("the first reason")
    gate.close("the second reason")
    assert gate.objection() == "the first reason"


@pytest.mark.parametrize(
    ("limits", "objection"),
    [({"min_lead": 3 * MINUTE}, "its start is less than 3 min away"), ({"min_lead": 2.5 * MINUTE}, "")],
)
def test_the_lead_is_a_limit(limits, objection):
    assert make_gate(**limits).objection_to_start(NOW + 2.5 * MINUTE, None) == objection
