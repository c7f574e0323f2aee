"""The policy of an environment: what is denied where nothing is said, and calendars that cannot be used."""

from __future__ import annotations

import pytest

from rcsplan.errors import InvalidContent
from rcsplan.operations.policy import policy_of, thresholds_of
from rcsplan.policy.rules import RULES
from tests.manifest.projects import make_project

SANDBOX = {"provider": {"type": "sandbox"}}
CALENDAR = {
    "apiVersion": "rcsplan/v1",
    "kind": "Calendar",
    "metadata": {"name": "closed"},
    "days": {"2026-12-25": "Xmas"},
}


def blackout(*names):
    """A policy that names calendars."""
    return {"rules": {"blackout": {"calendars": list(names)}}}


@pytest.mark.parametrize(
    ("instant", "reaches_people", "severity"),
    [
        (None, True, "deny"), (None, False, "off"), ("allow", True, "off"), ("allow", False, "off"),
        ("deny", True, "deny"), ("deny", False, "deny"),
    ],
)  # fmt: skip
def test_instant_sends_are_denied_unless_allowed_or_in_a_sandbox(tmp_path, instant, reaches_people, severity):
    environment = make_project(tmp_path, policy={"instant": instant}).environment()
    assert policy_of(environment, reaches_people=reaches_people).of(RULES["instant"]) == severity


def test_calendars_are_read_with_their_days(tmp_path):
    project = make_project(tmp_path, files={"calendars/closed.yaml": CALENDAR}, policy=blackout("closed"))
    (calendar,) = thresholds_of(project.environment()).calendars
    assert (calendar.name, calendar.days) == ("closed", {"2026-12-25": "Xmas"})


def problems_of(environment):
    """Place and code of what is wrong with the calendars of an environment."""
    with pytest.raises(InvalidContent) as caught:
        thresholds_of(environment)
    return [(one.location.file, one.location.path, one.code) for one in caught.value.diagnostics]


def test_a_calendar_that_does_not_exist_is_told_where_it_is_named(tmp_path):
    project = make_project(tmp_path, files={"calendars/closed.yaml": CALENDAR}, policy=blackout("closed", "clsed"))
    path = ("policy", "rules", "blackout", "calendars", 1)
    assert problems_of(project.environment()) == [("rcsplan.yaml", path, "unknown-calendar")]


def test_it_is_told_in_the_environment_that_names_it(tmp_path):
    environments = {"a": {**SANDBOX, "policy": blackout("b")}}
    project = make_project(tmp_path, policy=blackout("c"), environments=environments)
    path = ("environments", "a", "policy", "rules", "blackout", "calendars", 0)
    assert problems_of(project.environment("a")) == [("rcsplan.yaml", path, "unknown-calendar")]


def test_a_calendar_with_errors_is_told_with_them(tmp_path):
    broken = {**CALENDAR, "days": {"2026-13-25": "Xmas"}}
    project = make_project(tmp_path, files={"calendars/closed.yaml": broken}, policy=blackout("closed"))
    assert [(file, code) for file, _, code in problems_of(project.environment())] == [
        ("rcsplan.yaml", "unknown-calendar"),
        ("calendars/closed.yaml", "wrong-time"),
    ]
