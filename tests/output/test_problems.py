"""Problems as text: where, what, the line with a caret, and what to do."""

from __future__ import annotations

import json

import pytest

from rcsplan.diagnostics import Diagnostic, Location, Severity
from rcsplan.errors import RcsplanError
from rcsplan.output.problems import format_diagnostics, format_error, format_tally
from rcsplan.output.problems_json import format_diagnostics_json
from rcsplan.output.terminal import Style
from tests.output.plans import HOSTILE

PLAIN = Style()


def make_problem(*, line=7, column=3, excerpt="  sendr: Acme", **fields):
    location = Location(file="acme/winter.yaml", line=line, column=column, path=("spec", "sendr"))
    told = {"detail": "'sendr' is no key of spec.", "hint": "Did you mean 'sender'?"}
    return Diagnostic(
        **{"code": "unknown-key", "summary": "Unknown key", "location": location, "excerpt": excerpt, **told, **fields}
    )


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("whole", make_problem()),
        ("warning", make_problem(severity=Severity.WARNING)),
        ("note", make_problem(severity=Severity.NOTE, detail="", hint="")),
        ("without-place", make_problem(line=None, column=None, excerpt=None)),
        ("without-column", make_problem(column=None)),
        ("tabs", make_problem(excerpt="\tsendr:\tAcme", column=2)),
        ("long-line", make_problem(excerpt="x" * 300 + "HERE" + "y" * 300, column=301)),
        ("beyond-the-line", make_problem(excerpt="ab", column=9)),
        ("long-line-end", make_problem(excerpt="x" * 300 + "HERE", column=301)),
        ("wide", make_problem(excerpt="\u65e5\u672c\u8a9e: e\u0301e\u0301 sendr", column=11)),
        ("long-wide", make_problem(excerpt="\u65e5" * 100 + "sendr" + "\u672c" * 100, column=101)),
        ("escapes", make_problem(excerpt="a\x1b[31mb: c", column=7)),
        ("command", make_problem(hint="Start a project with\n  rcsplan init")),
    ],
)
def test_a_problem(name, problem, golden):
    golden(f"problems/{name}.txt", format_diagnostics([problem], PLAIN))


@pytest.mark.parametrize("width", [80, 200])
def test_a_problem_in_a_far_place(width, golden):
    far = Location(file="a-folder/" * 12 + "winter.yaml", line=7, column=150, path=("spec", "options", "cards", 0))
    problem = Diagnostic(
        code="too-long",
        summary="Text is too long",
        location=far,
        detail="It has 533 UTF-16 units, of which 25 are allowed; an emoji counts two and more. " * 2,
        hint="To see all of it: rcsplan render spring-sale",
        excerpt="  text: " + "word " * 60,
    )
    golden(f"problems/far-{width}.txt", format_diagnostics([problem], Style(width=width)))


def test_between_problems_is_a_blank_line():
    assert format_diagnostics([make_problem(), make_problem()], PLAIN).count("\n\n") == 1


def test_hostile_problems_are_inert():
    problem = Diagnostic(
        code="x",
        summary=HOSTILE,
        detail=HOSTILE,
        hint=HOSTILE,
        excerpt=HOSTILE,
        location=Location(file=HOSTILE, line=1, column=5, path=(HOSTILE,)),
    )
    error = RcsplanError(HOSTILE, detail=HOSTILE, hint=HOSTILE)
    text = format_diagnostics([problem], PLAIN) + format_error(error, PLAIN)
    assert [character for character in text if character != "\n" and not character.isprintable()] == []


def test_json_escapes_what_is_hostile():
    problem = make_problem(detail=HOSTILE)
    text = format_diagnostics_json([problem])
    assert (text.isprintable() or "\x1b" not in text, json.loads(text)["diagnostics"][0]["detail"]) == (True, HOSTILE)


@pytest.mark.parametrize(
    ("severities", "files", "said"),
    [
        ((), 1, "1 campaign checked, no problems found."),
        (("error",), 2, "2 campaigns checked: 1 error, 0 warnings."),
        (("error", "error", "warning"), 0, "0 campaigns checked: 2 errors, 1 warning."),
        (("note",), 3, "3 campaigns checked, no problems found."),
    ],
)
def test_the_tally(severities, files, said):
    assert format_tally([make_problem(severity=Severity(name)) for name in severities], files=files) == said


def test_an_error_has_summary_detail_and_hint(golden):
    error = RcsplanError(
        "The state is locked", detail="By tester@desk.", hint="If that run is gone:\nrcsplan state unlock"
    )
    golden("problems/error.txt", format_error(error, PLAIN))
