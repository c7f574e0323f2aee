"""A plan as a comment on a pull request: whole, inert, and never longer than it may be."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rcsplan.campaign.sms import utf16_units
from rcsplan.output.plan_markdown import format_plan_markdown, plan_marker
from rcsplan.plan.model import (
    Action,
    ActionKind,
    ApprovalDemand,
    Audience,
    ChannelEstimate,
    Drift,
    Estimate,
    FieldChange,
    Guard,
    Place,
    PlanEstimate,
    PlannedList,
    PlannedSource,
    PlannedWaiver,
    PolicyFinding,
    Reason,
    Suspension,
)
from tests.builders import NOW
from tests.hostile.hostile import EVERYTHING
from tests.hostile.rendering import another, github, problems_of
from tests.output.plans import FOUND, PAYLOAD, WAIVER, hostile_plan, make_action, make_plan

CHANGE = FieldChange(path="options.cards[0].text", before="Coats, boots and gloves", after="Coats, shoes and gloves")
ESTIMATE = Estimate(
    currency="EUR",
    expected=Decimal("51.30"),
    worst=Decimal("94.24"),
    reach=0.62,
    reach_origin="from 3 sends",
    channels=(
        ChannelEstimate(channel="rcs", messages=769, worst_messages=0, price=Decimal("0.021"), origin="configured"),
        ChannelEstimate(channel="sms", messages=471, worst_messages=1240, parts=2, price=Decimal("0.038")),
    ),
)
TWO_PARTS = {**PAYLOAD, "alternative_channel": {"sms": {"sender": "ACME", "text": "ї" * 72}}}
REMARKS = {
    "project": "acme-crm",
    "estimate": PlanEstimate(
        currency="EUR",
        expected=Decimal("102.60"),
        worst=Decimal("188.48"),
        unknown=1,
        balance=Decimal(4000),
        month=Decimal("512.10"),
    ),
    "approvals": (ApprovalDemand(need=2, role="legal", because="2,480 contacts are more than 1,000."),),
    "suspension": Suspension(reason="Stock-taking.", until=NOW + timedelta(days=2)),
    "drift": (Drift(address="spring", remote_id=54000001, detail="Campaign 54000001 was stopped outside rcsplan."),),
    "diagnostics": ("acme/winter.yaml:7:3: Unusual sender for SMS.",),
    "next_due": NOW + timedelta(days=16),
    "source": PlannedSource(commit="0123456789abcdef0123456789abcdef01234567", dirty=True),
}
GUARD = Guard(
    code="mass_stop", detail="3 of 4 sends would be stopped.", way_out="If meant: rcsplan apply --allow-mass-stop"
)


def comment(*actions, limit=65_000, **fields):
    return format_plan_markdown(make_plan(*actions, **fields), limit=limit)


def many(number, kind=ActionKind.SUBMIT, **fields):
    """Sends that differ in their addresses alone."""
    reason = Reason.MISSED if kind is ActionKind.BLOCKED else None
    return [make_action(kind, reason, address=f"{kind}-{index:03}", **fields) for index in range(number)]


def test_all_of_it_together(golden):
    actions = (
        make_action(ActionKind.SUBMIT, notes=("Two lists overlap.",), estimate=ESTIMATE, payload=TWO_PARTS),
        make_action(ActionKind.REPLACE, diff=(CHANGE,), revision=2, moved_from="winter-promo", estimate=Estimate()),
        make_action(ActionKind.BLOCKED, Reason.TOO_LATE),
        make_action(ActionKind.STOP),
        make_action(ActionKind.DEFER, opens_on=date(2026, 12, 10), policy=FOUND[1:], waivers=(WAIVER,)),
        make_action(ActionKind.NONE, notes=("It has begun.",)),
    )
    golden("plan-markdown/together.md", comment(*actions, **REMARKS))


@pytest.mark.parametrize(
    ("name", "actions", "fields"),
    [
        ("nothing", (), {}),
        ("unchanged", (make_action(ActionKind.NONE),), {}),
        ("one", (make_action(ActionKind.SUBMIT),), {"reaches_people": False}),
        ("policy", (make_action(ActionKind.BLOCKED, Reason.POLICY, policy=FOUND, waivers=(WAIVER,)),), {}),
        ("refused", (make_action(ActionKind.STOP),), {"guards": (GUARD,), "applyable": False}),
        ("instant", (make_action(ActionKind.SUBMIT, start_at=None, fallback_at=None, until=NOW),), {}),
        ("zones", (*many(1), *many(1, ActionKind.REPLACE, timezone="America/New_York")), {}),
        ("no-list", (make_action(ActionKind.BLOCKED, Reason.UNRESOLVED_LIST, audience=Audience()),), {}),
    ],
)
def test_each_form(name, actions, fields, golden):
    golden(f"plan-markdown/{name}.md", comment(*actions, **fields))


@pytest.mark.parametrize("reason", list(Reason))
def test_each_block_has_its_ways_out_to_copy(reason):
    action = make_action(ActionKind.BLOCKED, reason)
    commands = [
        f"rcsplan {line.partition(': rcsplan ')[2]}" for line in action.way_out.splitlines() if ": rcsplan " in line
    ]
    assert re.findall(r"```sh\n(.*)\n```", comment(action)) == commands


@pytest.mark.parametrize(
    ("project", "environment", "expected"),
    [
        ("acme-crm", "production", "<!-- rcsplan:acme-crm:production -->"),
        ("", "sandbox", "<!-- rcsplan::sandbox -->"),
        ("a:b -->\n", "<x>", "<!-- rcsplan:a%3Ab%20--%3E%0A:%3Cx%3E -->"),
        ("\ud800", "x", "<!-- rcsplan:%3F:x -->"),
    ],
)
def test_the_marker_names_project_and_environment(project, environment, expected):
    assert plan_marker(project, environment) == expected


def test_the_marker_is_the_first_line():
    assert comment(project="shop").startswith("<!-- rcsplan:shop:production -->\n### ")


def test_what_is_blocked_comes_first():
    rows = re.findall(r"^\| .*`(\w+-000)`", comment(*many(1), *many(1, ActionKind.BLOCKED)), re.MULTILINE)
    assert rows == ["blocked-000", "submit-000"]


@pytest.mark.parametrize(("number", "expected"), [(2, 2), (3, 0)])
def test_only_few_sends_are_open(number, expected):
    assert comment(*many(number)).count("<details open>") == expected


def test_a_cost_that_nobody_knows_is_said_to_be_unknown():
    assert "| not known |" in comment(*many(1, estimate=Estimate(unknown=("No price for SMS.",))))


def test_a_part_less_is_told_in_money():
    text = comment(make_action(ActionKind.SUBMIT, payload=TWO_PARTS, estimate=ESTIMATE))
    assert "without the last 2 characters a part less, which saves 17.90 EUR, at most 47.12 EUR." in text


def test_a_part_less_of_lists_with_different_prices_saves_the_sum_of_both():
    dear = ChannelEstimate(channel="sms", messages=10, worst_messages=10, parts=2, price=Decimal("0.10"))
    estimate = ESTIMATE.model_copy(update={"channels": (*ESTIMATE.channels, dear)})
    text = comment(make_action(ActionKind.SUBMIT, payload=TWO_PARTS, estimate=estimate))
    assert "which saves 18.90 EUR, at most 48.12 EUR." in text


#: What a comment on 300 sends has of each kind: rows, folds, messages, and sends that do not change.
def contents(text):
    return {
        "rows": text.count("\n| **submit**") + text.count("\n| ⛔ **blocked**"),
        "details": text.count("<details><summary><b>submit") + text.count("<summary>⛔ <b>blocked"),
        "messages": text.count("**RCS "),
        "unchanged": text.count("- `none-"),
        "blocks": text.count("- `blocked-"),
    }


FEW_BLOCKED = (*many(20), *many(2, ActionKind.BLOCKED), *many(20, ActionKind.NONE))


@pytest.mark.parametrize(
    ("limit", "complete", "gone"),
    [
        (65_000, ("blocks", "rows", "details", "messages", "unchanged"), ()),
        (20_800, ("blocks", "rows", "details", "messages"), ()),
        (16_000, ("blocks", "rows", "details"), ("unchanged",)),
        (9_000, ("blocks", "rows"), ("unchanged",)),
        (2_500, ("blocks",), ("details", "messages", "unchanged")),
    ],
)
def test_what_weighs_least_goes_first(limit, complete, gone):
    whole = {"rows": 22, "details": 22, "messages": 22, "unchanged": 20, "blocks": 2}
    shown = contents(comment(*FEW_BLOCKED, limit=limit))
    assert {name: shown[name] for name in complete} == {name: whole[name] for name in complete}
    assert {name: shown[name] for name in gone} == dict.fromkeys(gone, 0)


def test_what_is_left_out_is_said_with_the_way_to_see_it():
    text = comment(*many(300), limit=20_000)
    said = re.search(r"\*\*Left out to keep this short:\*\* (.*)\.", text)[1]
    rows = contents(text)["rows"]
    assert said.startswith(f"{300 - rows} rows of the table, 300 sends in detail, 300 messages. ")
    assert f"\nAnd {300 - rows} to submit.\n" in text
    assert "`rcsplan show FILE`" in said


def test_three_hundred_blocks_are_counted_where_they_find_no_room():
    text = comment(*many(300, ActionKind.BLOCKED), limit=10_000)
    shown = contents(text)["blocks"]
    assert 0 < shown < 300
    assert f"{300 - shown} blocks, 300 rows of the table" in text


def test_what_is_hostile_is_inert():
    text = format_plan_markdown(hostile_plan())
    assert (problems_of(text), problems_of(text, another)) == ([], [])


TEXTS = st.one_of(st.sampled_from(EVERYTHING), st.text(max_size=200), st.just("word " * 700))
INSTANTS = st.none() | st.datetimes(timezones=st.just(NOW.tzinfo), min_value=NOW.replace(tzinfo=None))
VALUES = st.none() | TEXTS | st.lists(TEXTS, max_size=3)
AMOUNTS = st.none() | st.decimals(0, 10**6, places=2)
WAIVERS = st.builds(PlannedWaiver, rule=TEXTS, reason=TEXTS, owner=TEXTS, until=st.dates())
FINDINGS = st.builds(
    PolicyFinding,
    rule=TEXTS,
    severity=st.sampled_from(["deny", "warn"]),
    detail=TEXTS,
    way_out=TEXTS,
    place=st.none() | st.builds(Place, file=TEXTS, line=st.none() | st.integers(1, 99)),
    waiver=st.none() | WAIVERS,
)
CARDS = st.fixed_dictionaries(
    {"title": TEXTS, "text": TEXTS, "media": st.fixed_dictionaries({"url": TEXTS})},
    optional={"suggestions": st.lists(st.fixed_dictionaries({"text": TEXTS, "url": TEXTS}), max_size=2)},
)
PAYLOADS = st.fixed_dictionaries(
    {"options": st.fixed_dictionaries({"text": TEXTS}) | st.fixed_dictionaries({"cards": st.lists(CARDS, max_size=3)})},
    optional={
        "alternative_channel": st.fixed_dictionaries({"sms": st.fixed_dictionaries({"sender": TEXTS, "text": TEXTS})})
    },
)
ACTIONS = st.builds(
    Action,
    address=TEXTS,
    revision=st.integers(1, 9),
    action=st.sampled_from(ActionKind),
    reason=st.none() | st.sampled_from(Reason),
    detail=TEXTS,
    way_out=TEXTS,
    notes=st.lists(TEXTS, max_size=2),
    sender=TEXTS,
    payload=st.none() | PAYLOADS,
    diff=st.lists(st.builds(FieldChange, path=TEXTS, before=VALUES, after=VALUES), max_size=3),
    start_at=INSTANTS,
    fallback_at=INSTANTS,
    until=INSTANTS,
    wire_start_at=st.none() | TEXTS,
    declared_start=TEXTS,
    timezone=st.sampled_from(["Europe/Kyiv", "UTC"]) | TEXTS,
    audience=st.builds(
        Audience,
        lists=st.lists(
            st.builds(PlannedList, id=st.integers(0), name=TEXTS, contacts=st.none() | st.integers(0)), max_size=3
        ),
        contacts=st.integers(0),
    ),
    estimate=st.none()
    | st.builds(
        Estimate,
        currency=TEXTS,
        expected=AMOUNTS,
        worst=AMOUNTS,
        reach_origin=TEXTS,
        unknown=st.lists(TEXTS, max_size=1),
    ),
    policy=st.lists(FINDINGS, max_size=2),
    waivers=st.lists(WAIVERS, max_size=1),
    moved_from=st.none() | TEXTS,
)
FRAMES = st.fixed_dictionaries(
    {
        "project": TEXTS,
        "environment": TEXTS,
        "id": TEXTS,
        "checksum": TEXTS,
        "account_timezone": TEXTS,
        "reaches_people": st.booleans(),
        "approvals": st.lists(st.builds(ApprovalDemand, need=st.integers(1, 3), role=TEXTS, because=TEXTS), max_size=2),
        "suspension": st.none() | st.builds(Suspension, reason=TEXTS, until=st.none()),
        "drift": st.lists(st.builds(Drift, address=TEXTS, remote_id=st.none(), detail=TEXTS), max_size=2),
        "guards": st.lists(st.builds(Guard, code=TEXTS, detail=TEXTS, way_out=TEXTS), max_size=2),
        "diagnostics": st.lists(TEXTS, max_size=2),
        "next_due": INSTANTS,
        "estimate": st.none()
        | st.builds(PlanEstimate, currency=TEXTS, expected=AMOUNTS, worst=AMOUNTS, balance=AMOUNTS),
    }
)


def check(plan, *, limit):
    text = format_plan_markdown(plan, limit=limit)
    assert utf16_units(text) <= limit
    assert text.startswith(f"{plan_marker(plan.project, plan.environment)}\n### ")
    assert problems_of(text, github) == []
    return text


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(actions=st.lists(ACTIONS, max_size=2), frame=FRAMES, limit=st.integers(4_000, 20_000))
@settings(max_examples=20)
def test_whatever_is_planned_the_comment_is_whole_inert_and_short_enough(actions, frame, limit):
    check(make_plan(*actions, **frame), limit=limit)


@pytest.mark.full
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@given(actions=st.lists(ACTIONS, max_size=5), times=st.integers(1, 100), frame=FRAMES, limit=st.integers(4_000, 65_000))
@settings(max_examples=200)
def test_however_much_is_planned_the_comment_is_whole_inert_and_short_enough(actions, times, frame, limit):
    text = check(make_plan(*actions * times, **frame), limit=limit)
    assert problems_of(text, another) == []


@pytest.mark.parametrize("text", EVERYTHING, ids=range(len(EVERYTHING)))
def test_a_hostile_currency_and_zone_are_inert_in_the_table(text):
    estimate = Estimate(currency=text, expected=Decimal(1), worst=Decimal(2))
    assert problems_of(comment(*many(2, estimate=estimate, timezone=text))) == []
