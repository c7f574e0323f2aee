from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.manifest.source import SourceText
from rcsplan.manifest.yaml import parse_documents

TEXT = """\
# ключ: a comment
a: один
b:
  - x
  - {c: [1, 2], "d": 'y'}
shared: &s {k: v, l: [w]}
again: *s
last: |
  text
"""

DATA = st.recursive(
    st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
    lambda inner: st.lists(inner, min_size=1) | st.dictionaries(st.text("abc😀", min_size=1), inner, min_size=1),
    max_leaves=12,
)


def read(text):
    (document,), _ = parse_documents(SourceText(name="a.yaml", text=text))
    return document


def paths_of(node, path=()):
    yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from paths_of(value, (*path, key))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (2, 1)),
        (("a",), (2, 4)),
        (("b",), (4, 3)),
        (("b", 0), (4, 5)),
        (("b", 1), (5, 5)),
        (("b", 1, "c", 1), (5, 13)),
        (("b", 1, "d"), (5, 22)),
        (("shared", "l", 0), (6, 23)),
        (("again",), (7, 8)),
        (("again", "l", 0), (7, 8)),
        (("last",), (8, 7)),
        (("a", "deeper"), (2, 4)),
        (("b", 7, "x"), (4, 3)),
    ],
)
def test_every_value_is_found_at_its_place_or_at_that_of_its_nearest_parent(path, place):
    location = read(TEXT).location(path)
    assert (location.line, location.column) == place


@pytest.mark.parametrize(("path", "place"), [(("a",), (2, 1)), (("b", 1, "d"), (5, 17)), (("last",), (8, 1))])
def test_every_key_is_found_at_its_place(path, place):
    location = read(TEXT).location(path, on_key=True)
    assert (location.line, location.column) == place


@given(DATA)
def test_a_path_leads_to_where_its_value_is_written(data):
    text = json.dumps(data, ensure_ascii=False, indent=1)
    document = read(text)
    found = [json.JSONDecoder().raw_decode(text, document.offset(path))[0] for path in paths_of(data)]
    assert found == [value_at(data, path) for path in paths_of(data)]


def value_at(node, path):
    for part in path:
        node = node[part]
    return node
