"""What an apply says while it runs, and in the end."""

from __future__ import annotations

import io
import json

import pytest

from rcsplan.apply.events import Event, Happening
from rcsplan.errors import OutcomeUnknown, Rejected
from rcsplan.operations.apply import Applied
from rcsplan.output.apply_text import format_applied, format_event
from rcsplan.output.progress import progress
from rcsplan.output.stream import format_event_json
from rcsplan.output.terminal import Style
from rcsplan.plan.model import ActionKind, Reason
from tests.builders import NOW
from tests.output.plans import HOSTILE, make_action, make_plan

PLAIN = Style()
REFUSED = Rejected("The provider refused the request with status 422", detail="The given data was invalid.")
UNKNOWN = OutcomeUnknown("The provider did not answer", detail="The connection was cut.")


def make_event(happening, *, address="spring", **fields):
    return Event(address=address, revision=1, happening=happening, **fields)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.mark.parametrize("happening", list(Happening))
def test_each_event_is_one_line(happening, golden):
    event = make_event(happening, detail="the reason", remote_id=54000001)
    golden(f"events/{happening}.txt", format_event(event, PLAIN) + "\n")


def test_an_event_of_the_account_says_so():
    assert (
        format_event(make_event(Happening.FAILED, address="", detail="no answer"), PLAIN)
        == "account: failed: no answer"
    )


@pytest.mark.parametrize(
    ("name", "events", "actions", "fields"),
    [
        ("nothing", (), (), {}),
        ("submitted", (make_event(Happening.SUBMITTED), make_event(Happening.SUBMITTED, address="summer")), (), {}),
        ("refused", (make_event(Happening.FAILED, error=REFUSED),), (), {}),
        ("unknown", (make_event(Happening.UNKNOWN, error=UNKNOWN),), (), {}),
        ("blocked", (make_event(Happening.STOPPED),), (make_action(ActionKind.BLOCKED, Reason.MISSED),), {}),
        ("not-confirmed", (), (), {"confirmed": False}),
    ],
)
def test_each_result(name, events, actions, fields, golden):
    applied = Applied(**{"plan": make_plan(*actions), "events": events, "confirmed": True, **fields})
    golden(f"applied/{name}.txt", format_applied(applied, PLAIN))


def test_a_sandbox_is_named_in_the_result():
    applied = Applied(plan=make_plan(reaches_people=False), events=(), confirmed=True)
    assert format_applied(applied, PLAIN) == "Nothing to do. This is a sandbox: nothing was sent to people.\n"


def test_hostile_answers_are_inert():
    error = Rejected(HOSTILE, detail=HOSTILE, hint=HOSTILE)
    event = make_event(Happening.FAILED, address=HOSTILE, detail=HOSTILE, error=error)
    text = format_event(event, PLAIN) + format_applied(
        Applied(plan=make_plan(), events=(event,), confirmed=True), PLAIN
    )
    assert [character for character in text if character != "\n" and not character.isprintable()] == []


def test_as_json_every_event_is_one_line():
    stream = io.StringIO()
    with progress(stream, PLAIN, as_json=True, is_screen=False, total=1, now=lambda: NOW) as tell:
        tell(make_event(Happening.STARTED, detail=HOSTILE))
        tell(make_event(Happening.SUBMITTED, remote_id=7))
    assert [json.loads(line)["event"] for line in stream.getvalue().split("\n")[:-1]] == [
        "apply.started",
        "apply.submitted",
    ]


def test_as_plain_lines_a_start_is_no_news():
    stream = io.StringIO()
    with progress(stream, PLAIN, as_json=False, is_screen=False, total=1, now=lambda: NOW) as tell:
        tell(make_event(Happening.STARTED))
        tell(make_event(Happening.SUBMITTED, remote_id=7))
    assert stream.getvalue() == "[1/1] spring: submitted as campaign 7\n"


def test_on_a_terminal_the_lines_stand_above_the_progress():
    stream = Terminal()
    with progress(stream, PLAIN, as_json=False, is_screen=True, total=1, now=lambda: NOW) as tell:
        tell(make_event(Happening.SUBMITTED, address="spring[locale=uk]", remote_id=7))
    assert "spring[locale=uk]: submitted as campaign 7" in stream.getvalue()
    assert "1/1" in stream.getvalue()


def test_an_event_as_json_names_everything():
    event = make_event(Happening.SUBMITTED, remote_id=7)
    assert json.loads(format_event_json(event, NOW)) == {
        "v": 1,
        "event": "apply.submitted",
        "at": "2026-11-24T09:00:00.000Z",
        "address": "spring",
        "revision": 1,
        "remote_id": 7,
        "detail": "",
    }
