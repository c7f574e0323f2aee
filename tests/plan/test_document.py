"""The plan file: what is refused, what a checksum outlasts, and text that reads back."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.campaign.digest import sha256
from rcsplan.campaign.model import ListRef
from rcsplan.errors import PlanRefused
from rcsplan.plan.document import format_plan, parse_plan
from rcsplan.plan.facts import Source
from rcsplan.plan.planner import make_plan
from rcsplan.state.model import Account
from tests.builders import (
    NEWSLETTER,
    NOW,
    make_desired,
    make_facts,
    make_record,
    make_rules,
    make_scheduled,
    make_send,
    make_state,
)


def plan_of(*sends, state=None, rules=None, **facts):
    state = state or make_state()
    return make_plan(
        make_desired(*sends), state, make_facts(**facts), rules or make_rules(), source=Source(commit="abc")
    )


PLAN = plan_of(
    make_send(text="New", lists=(ListRef(name="Newsletter UA"),)),
    make_send("other", text="Bye"),
    state=make_state([("spring-sale", make_record(make_send(text="Old"))), ("gone", make_record(remote_id=54000002))]),
)
TEXT = format_plan(PLAN)


def refusal(text):
    with pytest.raises(PlanRefused) as caught:
        parse_plan(text, name="plan.json")
    return caught.value


def altered(**changes):
    return json.dumps(json.loads(TEXT) | changes)


def test_a_plan_reads_back_as_it_was():
    assert parse_plan(TEXT, name="plan.json") == PLAN


def test_the_form_of_the_json_does_not_matter():
    assert parse_plan(json.dumps(json.loads(TEXT), indent=7, sort_keys=True), name="plan.json") == PLAN


def accepted(text):
    try:
        parse_plan(text, name="plan.json")
    except PlanRefused:
        return False
    return True


def same_document(text):
    try:
        return json.loads(text) == json.loads(TEXT)
    except ValueError:
        return False


@given(st.integers(0, len(TEXT) - 1), st.sampled_from('0123456789abcdefTZ zt-+.:"\\,{}[]ntrue\u00e9'))
def test_one_altered_character_makes_another_document_or_a_refused_one(place, character):
    text = TEXT[:place] + character + TEXT[place + 1 :]
    assert accepted(text) == same_document(text)


def leaves(value, path=()):
    """Every place of the document that holds a plain value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(path, value)] if not items else [leaf for key, item in items for leaf in leaves(item, (*path, key))]


def with_leaf(path, value):
    document = json.loads(TEXT)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value"),
    leaves(json.loads(TEXT)),
    ids=lambda item: ".".join(map(str, item)) if isinstance(item, tuple) else "",
)
@pytest.mark.parametrize("other", [None, True, 0, 7, 1.5, "", "other", [], {}], ids=repr)
def test_every_value_is_sealed(path, value, other):
    same = type(other) is type(value) and other == value
    assert accepted(with_leaf(path, other)) is same


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "[]",
        "null",
        "7",
        '"plan"',
        "{}",
        '{"format_version": null}',
        "[" * 100_000,
        '{"a":' * 5000,
        TEXT[:-3],
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_plan_is_refused(text):
    assert refusal(text).hint == "Make a new one: rcsplan plan -o FILE"


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_version_is_named(version):
    assert f"format version {version!r}" in refusal(altered(format_version=version)).detail


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_json_does_not_know_is_refused(number):
    refusal(TEXT.replace('"validity": 24', f'"validity": {number}', 1))


@pytest.mark.parametrize("depth", [150, 900, 5000])
def test_a_payload_of_any_depth_is_refused(depth):
    refusal(TEXT.replace('"validity": 24', '"validity": ' + "[" * depth + "]" * depth, 1))


def test_an_unknown_key_is_named():
    assert refusal(altered(surprise=1)).detail == "surprise: Extra inputs are not permitted"


def test_an_altered_plan_says_so():
    assert refusal(altered(environment="staging")).summary == "plan.json was altered after it was made"


ALIKE = {
    "the clock": lambda: plan_of(make_send(), now=NOW.replace(minute=30)),
    "the text of the commit": lambda: make_plan(
        make_desired(make_send()), make_state(), make_facts(), make_rules(), source=Source(commit="def", dirty=True)
    ),
    "the size of a list": lambda: plan_of(make_send(), lists=(replace(NEWSLETTER, contacts=1300),)),
    "the name of a list": lambda: plan_of(make_send(), lists=(replace(NEWSLETTER, name="Newsletter"),)),
    "the serial of the state": lambda: plan_of(make_send(), state=make_state(serial=9)),
    "a send that is already there": lambda: plan_of(
        make_send(), make_send("b", text="B"), state=make_state([("b", make_record(make_send("b", text="B")))])
    ),
}
DIFFERENT = {
    "the text": lambda: plan_of(make_send(text="Another")),
    "the address": lambda: plan_of(make_send("autumn-sale")),
    "the revision": lambda: plan_of(make_send(revision=2)),
    "the start": lambda: plan_of(make_send(schedule=make_scheduled("2026-12-01 10:01:00"))),
    "the list": lambda: plan_of(make_send(lists=(ListRef(id=7),)), lists=(replace(NEWSLETTER, id=7),)),
    "the environment": lambda: plan_of(make_send(), rules=make_rules(environment="staging")),
    "the account": lambda: plan_of(
        make_send(), account=Account(base_url="https://one-api.example", key_fingerprint="f" * 16)
    ),
    "the campaign that is replaced": lambda: plan_of(
        make_send(), state=make_state([("spring-sale", make_record(make_send(text="Old")))])
    ),
    "one more send": lambda: plan_of(make_send(), make_send("b", text="B")),
}


@pytest.mark.parametrize("make", ALIKE.values(), ids=ALIKE)
def test_an_approval_outlasts(make):
    assert make().checksum == plan_of(make_send()).checksum


@pytest.mark.parametrize("make", DIFFERENT.values(), ids=DIFFERENT)
def test_an_approval_ends_with_another(make):
    assert make().checksum != plan_of(make_send()).checksum


def test_every_plan_has_its_own_id():
    ids = {plan_of(make_send(), now=NOW.replace(second=second)).id for second in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("created_at",), "2026-12-04T10:00:00"),
        (("actions", 0, "start_at"), "9999-12-31T23:59:59-12:00"),
        (("expires_at",), "0001-01-01T00:00:00+12:00"),
        (("actions", 0, "audience", "contacts"), 10**400),
        (("estimate",), {"currency": "EUR", "expected": "1e999999999", "worst": None, "unknown": 0}),
    ],
)
def test_what_cannot_be_reckoned_with_is_refused_also_under_a_seal(path, value):
    document = json.loads(with_leaf(path, value))
    unsealed = {key: part for key, part in document.items() if key != "integrity"}
    error = refusal(json.dumps(unsealed | {"integrity": f"sha256:{sha256(unsealed)}"}))
    assert (error.detail.startswith(".".join(map(str, path))), "reckon" in error.detail) == (True, True)
