"""An apply on a terminal: it shows the plan, asks, and takes nothing but `yes` for a yes."""

from __future__ import annotations

import pytest

from tests.cli.terminal import Terminal

QUESTION = "Submit this to the sandbox? Only 'yes' is accepted"
CTRL_C, CTRL_D = "\x03", "\x04"


def answered(project, answer):
    """The exit code and the text of an apply whose question is answered so."""
    with Terminal("--project", str(project.folder), "apply") as terminal:
        terminal.await_text(QUESTION)
        terminal.type(answer)
        return terminal.end(), terminal.text


def test_a_yes_applies(project):
    code, text = answered(project, "yes\n")
    assert (code, "Applied: 4 submitted." in text, len(project.ledger())) == (0, True, 4)


@pytest.mark.parametrize(
    ("answer", "code"),
    [("no\n", 1), ("\n", 1), ("YES\n", 1), (CTRL_C, 130), (CTRL_D, 130)],
)
def test_anything_else_applies_nothing(project, answer, code):
    assert (answered(project, answer)[0], project.ledger()) == (code, [])


def test_after_a_no_the_state_is_free_and_plans_cleanly(project):
    answered(project, "no\n")
    assert project.apply().code == 0


def test_after_ctrl_c_the_state_is_free_and_plans_cleanly(project):
    answered(project, CTRL_C)
    assert project.apply().code == 0


def test_no_traceback_on_ctrl_c(project):
    assert "Traceback" not in answered(project, CTRL_C)[1]


def test_the_plan_is_shown_before_the_question(project):
    _, text = answered(project, "no\n")
    assert text.index("Plan: 4 to submit to 5,897 contacts, 2 deferred.") < text.index(QUESTION)


def test_where_nothing_is_to_do_nobody_is_asked(applied):
    with Terminal("--project", str(applied.folder), "apply") as terminal:
        assert terminal.end() == 0
    assert QUESTION not in terminal.text


def test_the_question_is_seen_although_the_plan_goes_to_a_file(project, tmp_path):
    with Terminal("--project", str(project.folder), "apply", stdout=tmp_path / "plan.txt") as terminal:
        terminal.await_text(QUESTION)
        terminal.type("no\n")
        assert terminal.end() == 1
    assert "Plan: 4 to submit" in (tmp_path / "plan.txt").read_text()


def test_progress_is_drawn_on_a_terminal(project):
    with Terminal("--project", str(project.folder), "apply", "--auto-approve") as terminal:
        assert terminal.end() == 0
    assert "4/4" in terminal.text


@pytest.mark.parametrize(
    ("options", "env", "colored"),
    [
        ((), {}, True),
        (("--no-color",), {}, False),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"RCSPLAN_NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": ""}, True),
    ],
)
def test_colour_is_for_terminals_that_want_it(project, options, env, colored):
    with Terminal("--project", str(project.folder), *options, "plan", env=env) as terminal:
        assert terminal.end() == 0
    assert (b"\x1b[1mPlan: 4 to submit" in terminal.seen) == colored
