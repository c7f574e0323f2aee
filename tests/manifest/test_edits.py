"""Edits of a YAML text: the value that was asked for changes, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcsplan.manifest.clone import cloned
from rcsplan.manifest.edits import REMOVED, UneditableError, edited, written
from rcsplan.manifest.source import SourceText
from rcsplan.manifest.tokens import comments_of
from rcsplan.manifest.yaml import parse_documents

CAMPAIGNS = Path(__file__).parents[2] / "campaigns"
EXAMPLES = sorted(path for path in CAMPAIGNS.glob("*/*.yaml") if "kind: Campaign" in path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("before", "edits", "after"),
    [
        ("a: 1 # one\nb: 2\n", {("a",): 3}, "a: 3 # one\nb: 2\n"),
        ("a: 'x'\n", {("a",): "y z"}, 'a: "y z"\n'),
        ("a:\nb: 2\n", {("a",): 3}, "a: 3\nb: 2\n"),
        ("a: {b: 1, c: 2}\n", {("a", "b"): 3}, "a: {b: 3, c: 2}\n"),
        ("a: {b: 1, c: 2}\n", {("a", "b"): REMOVED}, "a: {c: 2}\n"),
        ("a: {b: 1, c: 2}\n", {("a", "c"): REMOVED}, "a: {b: 1}\n"),
        ("a: {b: 1}\n", {("a", "b"): REMOVED}, "a: {}\n"),
        ("a: {b: [1, {c: 2}], d: 3}\n", {("a", "b"): REMOVED}, "a: {d: 3}\n"),
        ("a:\n  b: 1\n  # about c\n  c: 2\n", {("a", "b"): REMOVED}, "a:\n  # about c\n  c: 2\n"),
        ("a:\n  b:\n    - 1\n    - 2\n  c: 2\n", {("a", "b"): REMOVED}, "a:\n  c: 2\n"),
        ("a:\n  b:\n  - 1\n  c: 2", {("a", "c"): REMOVED}, "a:\n  b:\n  - 1\n"),
        ("b: |\n  x\n  y\nc: 2\n", {("b",): REMOVED}, "c: 2\n"),
        ("b: |\n  x\n\nc: 2\n", {("c",): 3}, "b: |\n  x\n\nc: 3\n"),
        ("b: 'x\n  y'\nc: 2\n", {("b",): REMOVED}, "c: 2\n"),
        ("a: {b: 1}\n", {("a", "c"): 2}, "a: {c: 2, b: 1}\n"),
        ("a:\n  b: 1\n", {("a", "c"): 2}, "a:\n  c: 2\n  b: 1\n"),
        ("a: 1\nb: 2\n", {("c",): {"d": "e f"}}, 'a: 1\nc: {d: "e f"}\nb: 2\n'),
        ("a: 1\n", {("b",): REMOVED, ("a", "c"): REMOVED}, "a: 1\n"),
        ("a: 1\r\nb: 2\r\nc: 3\r\n", {("b",): REMOVED, ("c",): 4}, "a: 1\r\nc: 4\r\n"),
        ("a: {u: https://x?y=z:1, b: 1}\n", {("a", "b"): 2}, "a: {u: https://x?y=z:1, b: 2}\n"),
        ("a: &x {b: 1}\nc: *x\nd: 1\n", {("d",): 2}, "a: &x {b: 1}\nc: *x\nd: 2\n"),
    ],
)
def test_an_edit_changes_what_it_is_about(before, edits, after):
    assert edited(before, edits) == after


@pytest.mark.parametrize(
    ("text", "edits"),
    [
        ("a: &x {b: 1}\nc: *x\n", {("a", "b"): 2}),
        ("a: &x 1\nc: *x\n", {("a",): 2}),
        ("a: &x {b: 1}\nc: *x\n", {("c", "b"): 2}),
        ("a: {}\n", {("a", "b"): 2}),
        ("a: [", {("a",): 2}),
    ],
)
def test_what_would_change_something_else_is_not_done(text, edits):
    with pytest.raises(UneditableError):
        edited(text, edits)


@pytest.mark.parametrize("text", ["a-b", "a", "no", "null", "1", "a: b", "ä", "a\nb", "", "{a}", "2026-12-01"])
def test_a_text_is_written_so_that_it_is_read_as_one(text):
    (document,) = parse_documents(SourceText(name="", text=f"a: [{written(text)}]"))[0]
    assert document.tree == {"a": [text]}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_copy_of_an_example_differs_in_name_and_date_alone(path):
    text = path.read_text("utf-8")
    (document,) = parse_documents(SourceText(name=path.name, text=text))[0]
    copy = cloned(document, name="copy", at=None)
    lines = [(one, other) for one, other in zip(text.splitlines(), copy.splitlines(), strict=True) if one != other]
    assert [one.split(":")[0].strip() for one, _ in lines] in (["name", "schedule"], ["name", "from"])
    assert comments_of(copy) == comments_of(text)
