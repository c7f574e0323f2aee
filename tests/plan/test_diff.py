"""The field-level difference between two request bodies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.plan.diff import diff_payloads, payload_before
from rcsplan.plan.model import FieldChange

CARDS = {"options": {"cards": [{"title": "One"}, {"title": "Two"}]}}
ONE_CARD = {"options": {"cards": [{"title": "One"}]}}

BODIES = st.recursive(
    st.one_of(st.integers(), st.text(max_size=3), st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(st.sampled_from(["sender", "options", "validity"]), BODIES)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"sender": "A"}, {"sender": "A"}, []),
        ({"sender": "A"}, {"sender": "B"}, [("sender", "A", "B")]),
        ({}, {"sender": "B"}, [("sender", None, "B")]),
        ({"sender": "A"}, {}, [("sender", "A", None)]),
        ({"options": {"text": "A"}}, {"options": {"text": "B"}}, [("options.text", "A", "B")]),
        ({"groups": [1, 2]}, {"groups": [2]}, [("groups", [1, 2], [2])]),
        ({"groups": [1]}, {"groups": []}, [("groups", [1], [])]),
        (CARDS, ONE_CARD, [("options.cards[1]", {"title": "Two"}, None)]),
        (ONE_CARD, CARDS, [("options.cards[1]", None, {"title": "Two"})]),
        (
            CARDS,
            {"options": {"cards": [{"title": "1"}, {"title": "Two"}]}},
            [("options.cards[0].title", "One", "1")],
        ),
        (
            {"options": {"text": "A"}},
            ONE_CARD,
            [("options.cards", None, [{"title": "One"}]), ("options.text", "A", None)],
        ),
        ({"options": {"text": "A"}}, {"options": None}, [("options", {"text": "A"}, None)]),
        ({"a": 1, "b": 1, "c": 1}, {"c": 2, "a": 2}, [("c", 1, 2), ("a", 1, 2), ("b", 1, None)]),
    ],
)
def test_a_difference_names_every_field(before, after, changes):
    expected = tuple(FieldChange(path=path, before=was, after=now) for path, was, now in changes)
    assert diff_payloads(before, after) == expected


@given(PAYLOADS)
def test_a_body_does_not_differ_from_itself(payload):
    assert diff_payloads(payload, payload) == ()


@given(PAYLOADS, PAYLOADS)
def test_there_and_back_names_the_same_fields(before, after):
    there = {(change.path, repr(change.before), repr(change.after)) for change in diff_payloads(before, after)}
    back = {(change.path, repr(change.after), repr(change.before)) for change in diff_payloads(after, before)}
    assert there == back


@given(PAYLOADS, PAYLOADS)
def test_bodies_without_a_difference_are_equal(before, after):
    assert (diff_payloads(before, after) == ()) == (before == after)


@given(PAYLOADS, PAYLOADS)
def test_the_older_body_follows_from_the_newer_one_and_their_difference(before, after):
    assert payload_before(after, diff_payloads(before, after)) == before


@pytest.mark.parametrize("path", ["", ".", "a..b", "[0]", "options[9].text", "options.cards[0][1].x", "\x1b[2J"])
def test_a_path_that_leads_nowhere_changes_nothing(path):
    assert payload_before(CARDS, (FieldChange(path=path, before=None),)) == CARDS
