from __future__ import annotations

import pytest

from rcsplan.manifest.source import MAX_PROBLEMS, SourceText
from rcsplan.manifest.yaml import MAX_ALIASED_NODES, MAX_DEPTH, parse_documents


def parse(text):
    return parse_documents(SourceText(name="a.yaml", text=text))


def trees(text):
    documents, problems = parse(text)
    assert problems == ()
    return [document.tree for document in documents]


def bomb(levels, width):
    lines = ["l0: &l0 [" + ", ".join(["lol"] * width) + "]"]
    lines += [f"l{n}: &l{n} [" + ", ".join([f"*l{n - 1}"] * width) + "]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a: b", {"a": "b"}),
        ("a: [1, 'x', \"y\", null, {b: true}]", {"a": [1, "x", "y", None, {"b": True}]}),
        ("a: '1'", {"a": "1"}),
        ("a: !!str 1", {"a": "1"}),
        ("a: !!int '1'", {"a": 1}),
        ("a: !!float 1", {"a": 1.0}),
        ("a: !!null ''", {"a": None}),
        ("a: ! 1", {"a": "1"}),
        ("a: !!seq [1]\nb: !!map {c: 1}", {"a": [1], "b": {"c": 1}}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("&k a: &v b\nc: *v", {"a": "b", "c": "b"}),
        ("'1': a\n'null': b", {"1": "a", "null": "b"}),
        ("'<<': a", {"<<": "a"}),
        ("no: on", {"no": "on"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("a: >-\n  x\n  y\n", {"a": "x y"}),
        ("%YAML 1.2\n---\na: b", {"a": "b"}),
        ("\t\n# nothing but a comment before\na: b".lstrip("\t"), {"a": "b"}),
        ('{"a": [1, 2], "b": "\\/"}', {"a": [1, 2], "b": "/"}),
    ],
)
def test_a_document_becomes_plain_data(text, tree):
    assert trees(text) == [tree]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("{url: https://example.com/a?b=c:d}", {"url": "https://example.com/a?b=c:d"}),
        ("[21:00, a::b]", ["21:00", "a::b"]),
        ("{a: x:y, \"b\":1, 'c':2}", {"a": "x:y", "b": 1, "c": 2}),
        ("{a: 'x:y', b: \"z:1\", c: x:y}", {"a": "x:y", "b": "z:1", "c": "x:y"}),
    ],
)
def test_a_colon_inside_a_flow_scalar_belongs_to_it_as_in_yaml_1_2(text, tree):
    assert trees(text) == [tree]


def test_a_file_holds_several_documents():
    assert trees("a: 1\n---\nb: 2\n...\n---\n") == [{"a": 1}, {"b": 2}, None]


@pytest.mark.parametrize("text", ["", "# a comment\n", "\n\n"])
def test_an_empty_file_holds_no_document(text):
    assert parse(text) == ((), ())


def test_a_problem_in_one_document_leaves_the_others():
    documents, problems = parse("a: 1\n---\nb: 1\nb: 2\n---\nc: 3\n")
    assert [document.tree for document in documents] == [{"a": 1}, {"c": 3}]
    assert [document.index for document in documents] == [0, 2]
    assert [problem.code for problem in problems] == ["duplicate-key", "duplicate-key"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: [1, 2\nb: 3\n", ["2:2 yaml-syntax"]),
        ("a: b: c\n", ["1:5 yaml-syntax"]),
        ("\tb: c\n", ["1:1 yaml-syntax"]),
        ("a: 'x\n", ["2:1 yaml-syntax"]),
        ("a: @x\n", ["1:4 yaml-syntax"]),
        ("{% if x %}\na: 1\n", ["1:2 yaml-syntax"]),
        ("{a: b: c:: d}", ["1:6 yaml-syntax"]),
        ("a: 1\nb: 2\na: 3\n", ["3:1 duplicate-key", "1:1 duplicate-key"]),
        ("x: {k: [1, {y: 2}], k: 2}\n", ["1:21 duplicate-key", "1:5 duplicate-key"]),
        ("a: {{ x }}\n", ["1:4 unquoted-template"]),
        ("a: {{ x }}\nb: {{ y.z | upper }}\nc: 3\n", ["1:4 unquoted-template", "2:4 unquoted-template"]),
        ("a: {{ x }} and more\n", ["1:12 unquoted-template"]),
        ("- {{ x }}\n", ["1:3 unquoted-template"]),
        ("a: !!python/object:os.system b\n", ["1:4 unknown-tag"]),
        ("a: !foo {b: 1}\n", ["1:4 unknown-tag"]),
        ("a: !bar [1]\n", ["1:4 unknown-tag"]),
        ("a: !!timestamp 2026-12-01\n", ["1:4 unknown-tag"]),
        ("a: !!int x\n", ["1:4 wrong-type"]),
        ("<<: {a: 1}\n", ["1:1 merge-key"]),
        ("1: a\n", ["1:1 wrong-key"]),
        ("true: a\n", ["1:1 wrong-key"]),
        ("{~: a}\n", ["1:2 wrong-key"]),
        ("? [a]\n: b\n", ["1:3 wrong-key"]),
        ("a: &x 1\n*x : b\n", ["2:1 wrong-key"]),
        ("a: .inf\n", ["1:4 unusable-number"]),
        ("a: *x\n", ["1:4 unknown-alias"]),
        ("a: &x [*x]\n", ["1:8 recursive-alias"]),
        ("a: x\0y\n", ["1:5 control-character"]),
        ("a: x\x07y\n", ["1:5 control-character"]),
        ("a: x\u2028y\n", ["1:5 control-character"]),
        ("a: x\x85y\n", ["1:5 control-character"]),
        ("[" * (MAX_DEPTH + 1), [f"1:{MAX_DEPTH + 1} too-deep"]),
        ("[" * 100_000, [f"1:{MAX_DEPTH + 1} too-deep"]),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text, places):
    _, problems = parse(text)
    assert [f"{p.location.line}:{p.location.column} {p.code}" for p in problems] == places


def test_the_problems_of_a_file_are_not_counted_to_the_end():
    _, problems = parse("".join(f"{number}: a\n" for number in range(10_000)))
    assert len(problems) == MAX_PROBLEMS


def test_aliases_that_expand_too_far_are_refused_before_they_expand():
    _, problems = parse(bomb(levels=30, width=10))
    assert [problem.code for problem in problems] == ["alias-bomb"]


def test_aliases_may_expand_up_to_the_bound():
    items = ", ".join(["*a"] * (MAX_ALIASED_NODES - 1))
    assert len(trees(f"a: &a x\nb: [{items}]")[0]["b"]) == MAX_ALIASED_NODES - 1


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: {{ x }}\n", 'Quote the whole value: "{{ x }}"'),
        ("a: {{ x }} and more\n", 'Quote the whole value: "{{ x }} and more"'),
        ("{% if x %}\na: 1\n", "Templates are rendered value by value, inside quotes; they cannot wrap lines of YAML."),
        ("1: a\n", 'Quote it: "1"'),
        ("\tb: c\n", "Indent with spaces; YAML allows no tabs there."),
        ("a: @x\n", "A value that begins with @ needs quotes."),
        ("a: b: c\n", "A value that holds a colon and a space needs quotes."),
        ('a: "\\ud83d\\ude00"\n', "YAML writes this character as 😀 itself, or as \\U0001F600."),
        ("a: &brand 1\nb: *brnd\n", "Did you mean 'brand'?"),
    ],
)
def test_common_mistakes_get_a_hint(text, hint):
    _, (problem, *_) = parse(text)
    assert problem.hint == hint
