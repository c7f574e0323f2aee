"""`state resolve` at the command line, from scripts and on a terminal."""

from __future__ import annotations

import pytest

from tests.cli.terminal import Terminal

UK = "acme-winter-sale-uk"
LOST = 'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/*=garbage:x1", "list_lag:600"]'


@pytest.fixture
def lost(project):
    """The example project when the answer to its first submission could not be read."""
    project.edit("rcsplan.yaml", "account: sandbox/account.yaml", LOST)
    assert project.apply("--settle-timeout", "0s", "--parallelism", "1").code == 3
    return project


def test_a_plan_names_the_command(lost):
    assert f"rcsplan state resolve {UK}" in lost.run("plan").out


def test_a_script_resolves_it_as_sent(lost):
    assert lost.process("state", "resolve", UK, "--remote-id", "54000000").code == 0
    assert "resolved it as campaign 54000000" in lost.run("state", "show", UK).out
    assert lost.actions()[UK] == "none"


def test_a_script_must_approve_that_it_was_not_sent(lost):
    refused = lost.process("state", "resolve", UK, "--not-sent")
    assert (refused.code, "Nobody is here to approve" in refused.err) == (64, True)
    assert lost.reasons() == {UK: "unknown_outcome"}


def test_a_script_that_approves_reads_what_a_wrong_answer_costs(lost):
    done = lost.process("state", "resolve", UK, "--not-sent", "--auto-approve")
    assert done.code == 0
    assert f"If it was sent after all, 3,205 contacts of {UK} get the message twice." in done.out
    assert "It may still be on its way, until " in done.out
    assert "The account was searched once more: it shows no campaign that looks like it." in done.out
    assert lost.actions()[UK] == "resubmit"


@pytest.mark.parametrize(("answer", "code", "after"), [("yes\n", 0, "resubmit"), ("no\n", 1, "blocked")])
def test_a_person_is_asked_after_reading_it(lost, answer, code, after):
    with Terminal("--project", str(lost.folder), "state", "resolve", UK, "--not-sent") as terminal:
        terminal.await_text("Is it certain that it was not sent?")
        assert "get the message twice" in terminal.text
        terminal.type(answer)
        assert terminal.end() == code
    assert lost.actions()[UK] == after


@pytest.mark.parametrize(
    "words",
    [
        (UK,),
        (),
        (UK, "--remote-id", "1", "--not-sent"),
        (UK, "--not-ours", "1"),
        ("--not-sent",),
        ("--remote-id", "1"),
        (UK, "--remote-id", "one"),
    ],
    ids=" ".join,
)
def test_one_thing_is_said_at_a_time(lost, words):
    assert lost.run("state", "resolve", *words, "--auto-approve").code == 64


def test_other_peoples_campaigns_are_noted(lost):
    done = lost.run("state", "resolve", "--not-ours", "7", "--not-ours", "8")
    assert (done.code, done.out) == (0, "Noted as somebody else's: 7, 8.\n")
