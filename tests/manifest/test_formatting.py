"""The canonical form of YAML: another layout and nothing else, or the file as it was."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.manifest.formatting import format_text
from rcsplan.manifest.source import SourceText
from rcsplan.manifest.tokens import comments_of
from rcsplan.manifest.yaml import parse_documents

EXAMPLES = sorted((Path(__file__).parents[2] / "campaigns").rglob("*.yaml"))


def source(text):
    return SourceText(name="a.yaml", text=text)


def formatted(text):
    result = format_text(source(text))
    assert (result.left_because, result.problems) == ("", ())
    return result.text


def trees(text):
    documents, problems = parse_documents(source(text))
    assert problems == ()
    return [document.tree for document in documents]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:   1\nb: 2", "a: 1\nb: 2\n"),
        ("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
        ("a: {b:  1,   c: [1,2]}\n", "a: {b: 1, c: [1, 2]}\n"),
        ("a: [{b:  1}]\n", "a: [{b: 1}]\n"),
        ("a: [b:  1]\n", "a: [{b: 1}]\n"),
        ("a:\n  b:\n    c:   1\n  # d: 2\n", "a:\n  b:\n    c: 1\n  # d: 2\n"),
        ("a:\n    b:\n        c: 1\n      # d\ne: 1\n", "a:\n  b:\n    c: 1\n    # d\ne: 1\n"),
        ("a: 1   \n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
        ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("a:   \xa0\nb: \u3000 \n", "a: \xa0\nb: \u3000\n"),
        ("\n\na: 1\n", "a: 1\n"),
        ("a: 1\n---\nb: 2\n...\n", "a: 1\n---\nb: 2\n"),
        ("---\na: 1\n", "---\na: 1\n"),
        ("", ""),
        ("  \n", ""),
    ],
)
def test_the_layout_is_one(before, after):
    assert formatted(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "# head\na: 1  # beside\n# foot\n",
        "a: \"double\"\nb: 'single'\nc: plain\n",
        "a: &x {b: 1}\nc: *x\n",
        "a: |\n  text\n    more\n\n\n  end\nb: >-\n  folded\n  text\n",
        "a: |+\n  text\n\n\nb: 1\n",
        "a: 0x1F\nb: 1e3\nc: 007\nd: 21:00\ne: yes\nf: ~\n",
        "url: https://example.com/?a=b#c\nflow: {url: https://example.com/?a=b}\n",
        'text: "{{ a }} # no comment"\n',
        "a:\n  # only a comment above\n  - 1\n  # two\n  - 2\n",
        "a:\n  b: 1\n  # last of a\n\nc: 2\n",
        'a: "Знижка 🛍 \\e \\u2028"\n',
        "a: ''\nb: \"\"\n",
        "a: 'it''s'\n",
        "a: []\nb: {}\n",
        "a: {}  # none yet\n",
        "? a\n: 1\n",
    ],
)
def test_what_is_canonical_stays_or_is_said_to_be_left(text):
    result = format_text(source(text))
    assert trees(result.text) == trees(text)
    assert comments_of(result.text) == comments_of(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a:\n# above b\n  b: 1\n", "a:\n  # above b\n  b: 1\n"),
        ("a:\n  b: 1\n      # of a\nc: 2\n", "a:\n  b: 1\n  # of a\nc: 2\n"),
        ("a:\n- 1\n      # two\n- 2\n", "a:\n  - 1\n  # two\n  - 2\n"),
        ("a: |\n    x\n    # text\n# comment\nb: 1\n", "a: |\n  x\n  # text\n# comment\nb: 1\n"),
    ],
)
def test_comments_stand_in_line_with_what_they_speak_of(before, after):
    assert formatted(before) == after


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2\n", "a: !!python/object x\n", "a: \x01\n", "\tb: 1\n"])
def test_a_text_with_errors_is_left_as_it_is(text):
    result = format_text(source(text))
    assert (result.text, result.left_because) == (text, "it has errors")
    assert result.problems


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_are_canonical(path):
    text = path.read_text("utf-8")
    assert formatted(text) == text


scalars = st.one_of(
    st.integers(-5, 5),
    st.booleans(),
    st.none(),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12),
    st.sampled_from(["{{ a }}", "21:00", "yes", "#", "a: b", "- x", "|", "007", "1e3", "+380671234567", " x "]),
)
data = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), inner, max_size=3)
    ),
    max_leaves=8,
)


def lines_of(node, *, indent, quote):
    """A document as an untidy author would write it."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from entry_of(f"{key}:", value, indent=indent, quote=quote)
    elif isinstance(node, list) and node:
        for value in node:
            yield from entry_of("-", value, indent=indent, quote=quote)
    else:
        yield " " * indent + scalar_of(node, quote)


def entry_of(head, value, *, indent, quote):
    if isinstance(value, dict | list) and value:
        yield f"{' ' * indent}{head}   # comment"
        yield from lines_of(value, indent=indent + 3, quote=quote)
    else:
        yield f"{' ' * indent}{head}  {scalar_of(value, quote)}"


def scalar_of(value, quote):
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if quote == '"' else "'" + value.replace("'", "''") + "'"
    return json.dumps(value)


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), data, min_size=1, max_size=4), st.sampled_from("\"'")
)
def test_formatting_changes_no_data_and_no_comment_and_is_stable(tree, quote):
    text = "\n".join(lines_of(tree, indent=0, quote=quote)) + "\n"
    result = format_text(source(text))
    assert (trees(result.text), comments_of(result.text)) == (trees(text), comments_of(text))
    assert format_text(source(result.text)).text == result.text


@given(st.text(alphabet="a:-#'\"|>{}[]&*! \n0,?", max_size=40))
def test_any_text_is_formatted_or_left_and_never_changed_in_meaning(text):
    result = format_text(source(text))
    documents, problems = parse_documents(source(text))
    again, _ = parse_documents(source(result.text))
    assert bool(problems) == bool(result.problems)
    assert [document.tree for document in again] == [document.tree for document in documents]
