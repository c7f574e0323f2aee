"""A plan as text: what a reviewer reads in half a minute."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.output.plan_send import sms_parts
from rcsplan.output.plan_text import format_plan_text, verdict
from rcsplan.output.terminal import Style, width_of
from rcsplan.plan.model import ActionKind, Audience, Drift, FieldChange, Guard, PlannedList, Reason
from tests.builders import NOW
from tests.output.plans import FOUND, PAYLOAD, WAIVER, hostile_plan, make_action, make_plan

COLORED = Style(color=True)
CHANGE = FieldChange(path="options.cards[0].text", before="Coats, boots and gloves", after="Coats, shoes and gloves")
REMARKS = {
    "drift": (Drift(address="spring", remote_id=54000001, detail="Campaign 54000001 was stopped outside rcsplan."),),
    "diagnostics": (
        "acme/winter.yaml:7:3: Unusual sender for SMS. Some sources allow Latin letters and digits alone.",
    ),
    "guards": (
        Guard(code="mass_stop", detail="3 of 4 sends would be stopped.", way_out="rcsplan apply --allow-mass-stop"),
    ),
    "next_due": NOW + timedelta(days=16),
}


def text_of(*actions, verbose=False, style=None, **fields):
    return format_plan_text(make_plan(*actions, **fields), style or Style(), verbose=verbose)


@pytest.mark.parametrize("kind", list(ActionKind))
def test_each_action(kind, golden):
    extra = {"diff": (CHANGE,)} if kind is ActionKind.REPLACE else {}
    extra |= {"opens_on": date(2026, 12, 10)} if kind is ActionKind.DEFER else {}
    extra |= {"reason": Reason.DRIFT, "detail": "It was stopped elsewhere."} if kind is ActionKind.BLOCKED else {}
    golden(f"plan/{kind}.txt", text_of(make_action(kind, **extra), verbose=True))


@pytest.mark.parametrize("reason", list(Reason))
def test_each_block_names_its_way_out(reason, golden):
    golden(f"plan/blocked-{reason}.txt", text_of(make_action(ActionKind.BLOCKED, reason)))


@pytest.mark.parametrize("remark", REMARKS)
def test_each_remark(remark, golden):
    golden(f"plan/remark-{remark}.txt", text_of(**{remark: REMARKS[remark]}))


def test_all_of_it_together(golden):
    actions = (
        make_action(ActionKind.BLOCKED, Reason.TOO_LATE),
        make_action(ActionKind.REPLACE, diff=(CHANGE,), revision=2, moved_from="winter-promo"),
        make_action(ActionKind.SUBMIT, notes=("Two lists overlap.",)),
        make_action(ActionKind.STOP),
        make_action(ActionKind.DEFER, opens_on=date(2026, 12, 10)),
        make_action(ActionKind.NONE),
    )
    golden("plan/together.txt", text_of(*actions, **REMARKS))


@pytest.mark.parametrize("kind", [ActionKind.SUBMIT, ActionKind.BLOCKED, ActionKind.DEFER])
def test_what_the_policy_found(kind, golden):
    reason = Reason.POLICY if kind is ActionKind.BLOCKED else None
    golden(f"plan/policy-{kind}.txt", text_of(make_action(kind, reason, policy=FOUND, waivers=(WAIVER,))))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Acme: sale", "1 part of GSM-7, room for 150 more"),
        ("a" * 160, "1 part of GSM-7, full"),
        ("Знижка", "1 part of UCS-2, room for 64 more"),
        ("ї" * 72, "2 parts of UCS-2, room for 62 more; without the last 2 characters a part less"),
        ("It\u2019s", "1 part of UCS-2, because of U+2019 RIGHT SINGLE QUOTATION MARK, room for 66 more"),
    ],
)
def test_the_parts_of_an_sms_are_told(text, parts):
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"payload": {**PAYLOAD, "options": {"text": "Hello"}}}, "text"),
        ({"payload": {"groups": [1], "sender": "Acme", "options": {"text": "Hello"}}}, "no-fallback"),
        (
            {
                "payload": {
                    **PAYLOAD,
                    "options": {"cards": [{"title": "One"}, {"media": {"url": "https://a.example/2"}}]},
                }
            },
            "carousel",
        ),
        ({"payload": {**PAYLOAD, "options": {"text": "word " * 100}}}, "long-text"),
        ({"start_at": None, "wire_start_at": None, "until": NOW + timedelta(hours=3)}, "instant"),
        ({"declared_start": "2026-12-01 11:00:37 Europe/Kyiv"}, "own-seconds"),
        ({"timezone": "America/New_York"}, "other-zone"),
        ({"audience": Audience()}, "no-list"),
        ({"place": None, "notes": ("First.", "Second.")}, "notes"),
    ],
)
def test_each_form_of_a_submission(fields, name, golden):
    golden(f"plan/form-{name}.txt", text_of(make_action(ActionKind.SUBMIT, **fields)))


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), "No changes. No campaigns are declared."),
        ((ActionKind.NONE,), "No changes: 1 unchanged."),
        ((ActionKind.DEFER, ActionKind.NONE), "No changes: 1 deferred, 1 unchanged."),
        ((ActionKind.ARCHIVE,), "No changes: 1 to archive."),
        ((ActionKind.NONE, ActionKind.SUBMIT), "Plan: 1 to submit, 1 unchanged."),
        ((ActionKind.SUBMIT, ActionKind.BLOCKED), "Blocked: 1 blocked, 1 to submit."),
    ],
)
def test_the_verdict_says_first_whether_anything_changes(kinds, expected):
    assert verdict(make_plan(*map(make_action, kinds))) == expected


def test_the_verdict_is_the_first_thing():
    assert text_of(make_action(ActionKind.SUBMIT)).splitlines()[0] == "Plan: 1 to submit to 1,240 contacts."


WORDS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \n\u65e5\u0301\U0001f381"), max_size=150)
LISTS = st.lists(st.builds(PlannedList, id=st.integers(1, 10**7), name=WORDS, contacts=st.integers(0)), max_size=3)
MESSAGES = WORDS.map(lambda text: {**PAYLOAD, "options": {"text": text}})
ACTIONS = st.builds(
    make_action,
    st.sampled_from(ActionKind),
    st.none() | st.sampled_from(Reason),
    address=st.sampled_from(
        ["sale", "weekly-deals@2026-12-04", "a" * 63, "sale[" + ",".join(["locale=uk"] * 20) + "]"]
    ),
    detail=WORDS,
    notes=st.lists(WORDS, max_size=1).map(tuple),
    sender=WORDS,
    payload=MESSAGES,
    audience=st.builds(Audience, lists=LISTS.map(tuple), contacts=st.integers(0, 10**7)),
    diff=st.lists(st.builds(FieldChange, path=WORDS, before=WORDS, after=WORDS), max_size=1).map(tuple),
    opens_on=st.none() | st.just(date(2026, 12, 10)),
    revision=st.integers(1, 12),
)
#: What is copied may be wider: addresses, paths, and lines that are a command.
COPIED = re.compile(r"[a-z]+://|\S*/\S*|a{63}|sale\[|rcsplan ")


@given(actions=st.lists(ACTIONS, max_size=3), width=st.sampled_from([72, 80, 100, 200]), verbose=st.booleans())
def test_no_line_of_a_plan_is_wider_than_its_reader_has_columns_but_for_what_is_copied(actions, width, verbose):
    text = text_of(*actions, style=Style(width=width), verbose=verbose, **REMARKS)
    assert [line for line in text.split("\n") if width_of(line) > width and not COPIED.search(line)] == []


@given(actions=st.lists(ACTIONS, max_size=3))
def test_colour_adds_nothing_but_colour_whatever_is_planned(actions):
    assert uncolored(text_of(*actions, style=COLORED)) == text_of(*actions)


@pytest.mark.parametrize("width", [80, 200])
def test_the_verdict_stays_on_one_line(width):
    actions = [make_action(kind, address=f"{kind}-{number}") for kind in ActionKind for number in range(1200)]
    head = text_of(*actions, style=Style(width=width)).partition("Environment:")[0]
    first, counted = head.partition("\n")[0], re.findall(r"1,200 ", head)
    assert (width_of(first) <= min(width, 120), first[-1], len(counted)) == (True, ".", len(ActionKind))


def test_a_long_plan_shows_in_full_only_what_needs_attention(golden):
    many = [make_action(ActionKind.SUBMIT, address=f"many-{number:02}") for number in range(25)]
    remarkable = [
        make_action(ActionKind.BLOCKED, Reason.MISSED),
        make_action(ActionKind.REPLACE, diff=(CHANGE,)),
        make_action(ActionKind.SUBMIT, address="warned", policy=FOUND[1:2]),
    ]
    golden("plan/long.txt", text_of(*many, *remarkable))


def test_with_verbose_nothing_is_left_out():
    actions = [make_action(ActionKind.SUBMIT, address=f"many-{number:02}") for number in range(25)]
    assert text_of(*actions, verbose=True).count("    file ") == 25


def test_lines_of_a_message_are_lines():
    text = text_of(
        make_action(ActionKind.SUBMIT, payload={**PAYLOAD, "options": {"text": "One\r\ntwo\n\nthree\tfour"}})
    )
    assert "text as Acme: One\n           two\n\n           three\\tfour\n" in text


@pytest.mark.parametrize("width", [80, 200])
def test_long_addresses_and_wide_letters(width, golden):
    """In a row that a long address leaves no room, on a line of its own; wide letters count as two."""
    name = "winter-bouquets[locale=uk,tier=base,segment=those-who-bought-last-year]"
    actions = (
        make_action(ActionKind.SUBMIT, address=name, sender="\u65e5\u672c\u8a9e"),
        make_action(ActionKind.SUBMIT, payload={**PAYLOAD, "options": {"text": "\u51ac\u306e\u30bb\u30fc\u30eb" * 20}}),
        make_action(ActionKind.DEFER, address=f"new-{name}", opens_on=date(2026, 12, 10), revision=3),
    )
    golden(f"plan/wide-{width}.txt", text_of(*actions, style=Style(width=width)))


def test_colour_adds_nothing_but_colour():
    actions = [make_action(kind) for kind in ActionKind]
    assert uncolored(text_of(*actions, style=COLORED, **REMARKS)) == text_of(*actions, **REMARKS)


def test_hostile_texts_are_inert():
    text = format_plan_text(hostile_plan(), Style(), verbose=True)
    assert [character for character in text if character != "\n" and not character.isprintable()] == []
    assert [line for line in text.splitlines() if line.startswith("FAKE")] == []


def uncolored(text):
    return re.sub("\x1b\\[[0-9]+m", "", text)
