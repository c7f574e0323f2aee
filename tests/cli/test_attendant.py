"""What a loop says of its rounds: each thing once, and a line for every round."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from rcsplan.cli.attendant import Attendant
from rcsplan.cli.invocation import Invocation
from rcsplan.cli.signals import Interruption
from rcsplan.errors import ExitCode, NotSent
from rcsplan.operations.run import Result, Round
from rcsplan.operations.waits import Wait, WaitKind

FIVE_MINUTES = timedelta(minutes=5)
DUE = Wait(kind=WaitKind.DUE, until=datetime(2026, 12, 9, 22, tzinfo=UTC), after=timedelta(days=8))


def make_round(result, *waits, error=None):
    return Round(result=result, exit_code=ExitCode.OK, zone="Europe/Kyiv", waits=waits, error=error)


@pytest.fixture
def told(capsys):
    """What a loop says of rounds, without its clock."""
    attendant = Attendant(Invocation(), Interruption(), once=False)

    def tell(*rounds, pause=FIVE_MINUTES):
        for done in rounds:
            attendant.tell(done, pause)
        return re.sub(r"\d\d:\d\d:\d\dZ", "hh:mm:ssZ", capsys.readouterr().err).splitlines()

    return tell


def test_what_is_waited_for_is_said_once(told):
    line = "hh:mm:ssZ Everything is as declared. Next look in 5 min."
    waits = "  Waits for the next deferred send, which opens Thu 10 Dec 2026 00:00 Europe/Kyiv."
    assert told(make_round(Result.DONE, DUE), make_round(Result.DONE, DUE)) == [line, waits, line]


def test_an_outage_is_explained_once_and_again_after_it_came_back(told):
    away = make_round(Result.UNAVAILABLE, Wait(kind=WaitKind.OUTAGE), error=NotSent("No connection"))
    lines = told(away, away, make_round(Result.DONE), away)
    assert [line for line in lines if "No connection" in line] == ["Error: No connection"] * 2


def test_a_short_pause_is_said_in_seconds(told):
    assert told(make_round(Result.DONE), pause=timedelta(seconds=5))[0].endswith("Next look in 5 s.")


def test_of_many_sends_some_are_named(told):
    wait = Wait(kind=WaitKind.PERSON, addresses=("a\x1b[2J", "b", "c", "d", "e"))
    assert told(make_round(Result.BLOCKED, wait))[1] == "  Waits for a person to look at a\\x1b[2J, b, c and 2 others."
