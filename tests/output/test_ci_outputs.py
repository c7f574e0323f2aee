"""What CI platforms read of a run, in the forms that they read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.output.ci_outputs import (
    MAX_SUMMARY,
    fits_summary,
    format_dotenv,
    format_github_outputs,
    outputs_of,
)
from rcsplan.plan.model import ActionKind, Reason
from tests.output.plans import START, make_action, make_plan

DELIMITER = "rcsplan_0011"


def read_github(text):
    """The outputs as the runner reads them."""
    pattern = re.compile(r"([^\n<]+)<<([^\n]+)\n(.*?)\n\2\n", re.DOTALL)
    return {name: value for name, _, value in pattern.findall(text)}


def test_the_outputs_of_a_plan():
    plan = make_plan(
        make_action(ActionKind.SUBMIT),
        make_action(ActionKind.NONE),
        make_action(ActionKind.BLOCKED, Reason.MISSED),
        make_action(ActionKind.BLOCKED, Reason.UNKNOWN_OUTCOME),
    ).model_copy(update={"next_due": START})
    assert outputs_of(plan) == {
        "changes": "1",
        "blocked": "2",
        "unknown": "1",
        "next_due": f"{START:%Y-%m-%dT%H:%M:%SZ}",
        "checksum": plan.checksum,
    }


def test_after_an_apply_the_unknown_are_those_that_are_left():
    assert outputs_of(make_plan(), unknown=frozenset({"a", "b"}))["unknown"] == "2"


def test_nothing_due_is_an_empty_text():
    assert outputs_of(make_plan())["next_due"] == ""


@given(st.dictionaries(st.sampled_from(["changes", "checksum", "next_due"]), st.text()))
def test_github_reads_every_value_as_it_is(outputs):
    assert read_github(format_github_outputs(outputs, delimiter=DELIMITER)) == outputs


def test_a_value_cannot_end_itself_and_add_an_output():
    with pytest.raises(ValueError, match="delimiter"):
        format_github_outputs({"checksum": f"a\n{DELIMITER}\nevil<<x"}, delimiter=DELIMITER)


def test_a_line_in_a_value_adds_no_variable_to_a_dotenv_file():
    assert format_dotenv({"checksum": "a\nPATH=/evil\r\nb"}) == "RCSPLAN_RESULT_CHECKSUM=a PATH=/evil b\n"


@pytest.mark.parametrize(("size", "fits"), [(MAX_SUMMARY - 10, True), (MAX_SUMMARY - 9, False)])
def test_a_summary_is_filled_to_its_limit_and_not_beyond(size, fits):
    assert fits_summary("ю" * 5, present=size) is fits
