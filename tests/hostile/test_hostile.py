"""The hostile project is inert in a terminal and in a Markdown renderer, and readers see what it hides."""

from __future__ import annotations

import re

import pytest

from tests.hostile.hostile import CARDS, SENDABLE
from tests.hostile.rendering import another, github, is_inert, problems_of

TEXT_COMMANDS = (
    ("plan",),
    ("-v", "plan"),
    ("validate",),
    ("validate", "--format", "github"),
    ("apply", "--auto-approve", "--skip-blocked", *CARDS),
    ("apply", "--auto-approve"),
    ("state", "list"),
    ("state", "show", "card-11"),
    ("lists",),
    ("senders",),
    ("account",),
    ("explain", "waived"),
    ("explain", "card-9"),
    ("calendar",),
    ("policy", "list"),
    ("plan", "no-such"),
    ("--env", "\x1b[2J", "plan"),
)


def stable(text):
    """A plan without its id and the moment at which it was made, which goes on."""
    return re.sub(r"(Plan `?)[0-9a-f]{16}", r"\g<1>0123456789abcdef", text)


def test_the_plan_as_text(hostile, golden):
    golden("plan.txt", stable(hostile.run("plan").out))


def test_the_plan_as_a_comment(comment, golden):
    golden("plan.md", stable(comment))


def test_the_plan_of_replacements_as_a_comment(comment_on_replacements, golden):
    golden("replacements.md", stable(comment_on_replacements))


@pytest.mark.parametrize("render", [github, another])
def test_the_comment_is_inert_where_it_is_rendered(comment, render):
    assert problems_of(comment, render) == []


@pytest.mark.parametrize("render", [github, another])
def test_the_comment_on_replacements_is_inert_where_it_is_rendered(comment_on_replacements, render):
    assert problems_of(comment_on_replacements, render) == []


def test_a_saved_plan_is_shown_as_the_same_comment(hostile):
    path = str(hostile.folder / "it.plan.json")
    planned = hostile.run("plan", "-o", path, "--format", "markdown").out
    assert hostile.run("show", path, "--format", "markdown").out == planned


@pytest.mark.parametrize("command", TEXT_COMMANDS, ids=lambda command: ascii(" ".join(command))[:40])
def test_every_text_is_inert_in_a_terminal(hostile, command):
    done = hostile.run(*command)
    assert [ascii(one) for one in done.out + done.err if not (one == "\n" or is_inert(one))] == []


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "--format", "json"),
        ("render", "--format", "json"),
        ("lists", "--format", "json"),
        ("explain", "waived", "--format", "json"),
        ("validate", "--format", "json"),
        ("validate", "--format", "sarif"),
    ],
    ids=" ".join,
)
def test_no_json_document_is_obeyed_by_a_terminal(hostile, command):
    text = hostile.run(*command).out
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", text) == []


def test_what_cannot_be_seen_is_shown(comment):
    assert [
        name for name in (r"\u200b", r"\u2060", r"\ufeff", r"\u3164", r"\u202e", r"\u2066") if name not in comment
    ] == []


def test_every_kind_of_hostility_is_planned(hostile):
    assert [action for action in hostile.actions() if action.startswith("card-")] != []
    assert len(hostile.actions()) == 300 + len(SENDABLE) + 3
