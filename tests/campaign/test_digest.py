import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.digest import canonical_json, content_digest, send_digest, source_digest
from rcsplan.campaign.model import ListRef
from tests.builders import make_body, make_instant, make_scheduled, make_send

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
TREES = st.dictionaries(st.text(), VALUES, max_size=4)


def reordered(value, *, by):
    """The same value with the keys of every mapping in another order."""
    match value:
        case dict():
            return {key: reordered(value[key], by=by) for key in by.sample(sorted(value), len(value))}
        case list():
            return [reordered(item, by=by) for item in value]
        case _:
            return value


@given(TREES, st.integers())
def test_the_order_of_keys_is_irrelevant_at_any_depth(tree, seed):
    assert content_digest(reordered(tree, by=random.Random(seed))) == content_digest(tree)


@given(TREES, TREES)
def test_bodies_have_one_digest_exactly_when_their_canonical_text_is_one(one, other):
    assert (content_digest(one) == content_digest(other)) == (canonical_json(one) == canonical_json(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"text": "a"}, {"text": "a "}),
        ({"text": "й"}, {"text": "\u0438\u0306"}),
        ({"cards": [1, 2]}, {"cards": [2, 1]}),
        ({"validity": 24}, {"validity": "24"}),
        ({"check": True}, {"check": 1}),
        ({"check": None}, {}),
        ({"check": None}, {"check": False}),
    ],
)
def test_what_differs_for_the_provider_or_a_reader_has_another_digest(one, other):
    assert content_digest(one) != content_digest(other)


def test_a_body_that_is_no_json_has_no_digest():
    with pytest.raises(ValueError, match="JSON"):
        content_digest({"price": float("nan")})


def test_half_a_character_has_a_digest_too():
    assert content_digest({"text": "\ud83d"}) != content_digest({"text": "?"})


@given(st.permutations([ListRef(id=7), ListRef(id=10), ListRef(name="b"), ListRef(id=7, name="a")]))
def test_the_order_of_lists_is_irrelevant(lists):
    ordered = [ListRef(name="b"), ListRef(id=7), ListRef(id=7, name="a"), ListRef(id=10)]
    assert send_digest("v1:0", lists, "time") == send_digest("v1:0", ordered, "time")


SEND = make_send()


@pytest.mark.parametrize(
    "changed",
    [
        replace(SEND, body=make_body(text="Hello from ACME")),
        replace(SEND, body=make_body(sender="Other")),
        replace(SEND, body=make_body(validity=25)),
        replace(SEND, lists=(ListRef(id=2),)),
        replace(SEND, lists=(*SEND.lists, ListRef(id=2))),
        replace(SEND, lists=(ListRef(name="1864275"),)),
        replace(SEND, schedule=make_scheduled("2026-12-01 10:00:01")),
        replace(SEND, schedule=make_scheduled("2026-12-01 08:00:00", zone="UTC")),
        replace(SEND, schedule=make_instant("2026-12-01 10:00:00")),
    ],
)
def test_content_lists_and_declared_time_make_the_digest_of_a_send(changed):
    assert changed.digest != SEND.digest


@pytest.mark.parametrize(
    "changed",
    [
        replace(SEND, owner="growth@example.com"),
        replace(SEND, labels={"brand": "acme"}),
        replace(SEND, source_digest="v1:other"),
        replace(SEND, moved_from=("old",), declared_new=True, allow_duplicate="test"),
    ],
)
def test_what_the_provider_never_sees_is_not_in_the_digest_of_a_send(changed):
    assert changed.digest == SEND.digest


def test_when_and_to_whom_is_not_in_the_digest_of_the_content():
    moved = replace(SEND, lists=(ListRef(id=2),), schedule=make_instant())
    assert moved.content_digest == SEND.content_digest


# These stand in state files: a release that computes others would take every sent campaign for a changed one.
GOLDEN = {
    "sender": "Acme",
    "validity": 24,
    "options": {
        "cards": [{"title": "Весна — 20%", "suggestions": [{"text": "Shop 🛍", "url": "https://x.example/?a=1&b=2"}]}]
    },
    "check_stop_list": True,
}


def test_the_digest_of_content_stays_as_version_1_computed_it():
    assert content_digest(GOLDEN) == "v1:509ce81d7fe225086341b14c76bf1aa3e3d73c8b537f3a60af0110887d8bccd9"


def test_the_digest_of_a_send_stays_as_version_1_computed_it():
    lists = (ListRef(id=1864275), ListRef(name="Новини"))
    assert (
        send_digest(content_digest(GOLDEN), lists, "2026-12-01T10:00:00 Europe/Kyiv")
        == "v1:79625e862b514360e4accf367d1940ca9dca4a05e38e26fe4d39fdd9f01f4999"
    )


def test_the_digest_of_a_source_stays_as_version_1_computed_it():
    assert (
        source_digest({"spec": GOLDEN, "metadata": {"name": "spring-sale"}})
        == "v1:4ac7e3efd92252e7c37f71abbcc773bbbf88e40e620c563b3b129eb7445f09ce"
    )
