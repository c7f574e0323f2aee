"""What the provider refused stands at the manifest line that produced the field."""

from __future__ import annotations

import pytest

from rcsplan.apply.events import Event, Happening
from rcsplan.errors import FieldError, OutcomeUnknown, Rejected
from rcsplan.manifest.load import load_sends
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.project import load_project
from rcsplan.manifest.variables import Variables
from rcsplan.operations.apply import Applied
from rcsplan.operations.refusals import refusals
from rcsplan.plan.model import ActionKind, Place
from tests.builders import NOW
from tests.output.plans import make_action, make_plan

PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: shop}
defaults: {validity: 9}
environments: {sandbox: {provider: {type: sandbox}}}
"""

CAMPAIGN = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: spring}
schedule: {at: "2026-12-06 12:00", timezone: UTC}
spec:
  groups: [101]
  sender: Acme
  options:
    cards:
      - title: One
        text: First
      - text: Second
"""


@pytest.fixture
def loaded(tmp_path):
    """A project of one campaign, read."""
    (tmp_path / "rcsplan.yaml").write_text(PROJECT)
    (tmp_path / "spring.yaml").write_text(CAMPAIGN)
    return load_sends(load_project(tmp_path).environment(), variables=Variables(), occasion=Occasion(now=NOW))


def applied(error, *, loaded=None):
    event = Event(address="spring", revision=1, happening=Happening.FAILED, error=error)
    action = make_action(ActionKind.SUBMIT, address="spring", place=Place(file="spring.yaml", line=3))
    return Applied(plan=make_plan(action), events=(event,), confirmed=True, loaded=loaded)


def rejected(*keys):
    fields = tuple(FieldError(key=key, message="is wrong") for key in keys)
    return Rejected("The provider refused the request", detail="The given data was invalid.", fields=fields)


@pytest.mark.parametrize(
    ("key", "place", "excerpt"),
    [
        ("sender", "spring.yaml:7:11", "  sender: Acme"),
        ("optionscards1text", "spring.yaml:12:15", "      - text: Second"),
        ("options.cards[0].title", "spring.yaml:10:16", "      - title: One"),
        ("optionscards0media", "spring.yaml:10:9", "      - title: One"),
        ("start_at", "spring.yaml:4:16", 'schedule: {at: "2026-12-06 12:00", timezone: UTC}'),
        ("validity", "rcsplan.yaml:4:22", None),
        ("nothing_of_ours", "spring.yaml:3", "metadata: {name: spring}"),
    ],
)
def test_a_complaint_about_a_field_stands_where_the_field_was_written(loaded, key, place, excerpt):
    (problem,) = refusals(applied(rejected(key), loaded=loaded))
    assert (str(problem.location), problem.excerpt) == (place, excerpt)


def test_every_complaint_is_told(loaded):
    assert len(refusals(applied(rejected("sender", "groups"), loaded=loaded))) == 2


def test_a_refusal_without_fields_stands_at_the_manifest(loaded):
    (problem,) = refusals(applied(rejected(), loaded=loaded))
    assert (str(problem.location), problem.detail) == (
        "spring.yaml:3",
        "It says of the request: The given data was invalid.",
    )


def test_of_a_saved_plan_the_manifest_is_known():
    (problem,) = refusals(applied(rejected("sender")))
    assert (str(problem.location), problem.excerpt) == ("spring.yaml:3", None)


def test_what_is_no_refusal_is_no_problem_of_the_manifest(loaded):
    assert refusals(applied(OutcomeUnknown("No answer"), loaded=loaded)) == ()
