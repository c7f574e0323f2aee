"""What the provider refuses is shown at the manifest's line, in each form in which the provider says it."""

from __future__ import annotations

import pytest

PLACE = "kvitka/saint-nicholas-en.yaml"


@pytest.fixture
def refusing(project):
    """The example project at an account whose agent for one of its brands is gone."""
    project.edit("sandbox/account.yaml", "agents: [Acme, Kvitka]", "agents: [Acme]")
    return project


def refused(project, errors):
    """The exit code of an apply whose provider writes field errors so, and what it said."""
    project.write("sandbox/account.yaml", project.read("sandbox/account.yaml") + f"readings: {{errors: {errors}}}\n")
    run = project.apply("kvitka-saint-nicholas-en")
    return run.code, run.err


@pytest.mark.parametrize(
    ("errors", "line", "says"),
    [
        ("map", "kvitka/_defaults.yaml:7:11", "It says of sender:"),
        ("list", f"{PLACE}:5", "It says of the request: "),
        ("empty", f"{PLACE}:5", "It says of the request: The given data was invalid."),
    ],
)
def test_a_refusal_stands_at_the_line_that_caused_it(refusing, errors, line, says):
    code, text = refused(refusing, errors)
    assert (code, f"error: {line}: " in text, says in " ".join(text.split())) == (1, True, True), text


@pytest.mark.parametrize("errors", ["map", "list", "empty"])
def test_after_a_refusal_nothing_is_open_and_a_mended_manifest_is_submitted(refusing, errors):
    refused(refusing, errors)
    refusing.edit("sandbox/account.yaml", "agents: [Acme]", "agents: [Acme, Kvitka]")
    assert (refusing.apply("kvitka-saint-nicholas-en").code, len(refusing.ledger())) == (0, 1)
