"""A plan as text: what a reviewer reads in half a minute."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from rcsplan.output.plan_send import sms_parts
from rcsplan.output.plan_text import format_plan_text, verdict
from rcsplan.output.terminal import Style
from rcsplan.plan.model import ActionKind, Audience, Drift, FieldChange, Guard, Reason
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


@pytest.mark.parametrize("kind", list(ActionKind))
def test_a_plan_fits_80_columns(kind):
    text = text_of(make_action(kind, diff=(CHANGE,), notes=("word " * 40,)), **REMARKS)
    assert [line for line in text.splitlines() if len(line) > 80 and "note " not in line] == []


def test_colour_adds_nothing_but_colour():
    actions = [make_action(kind) for kind in ActionKind]
    assert uncolored(text_of(*actions, style=COLORED, **REMARKS)) == text_of(*actions, **REMARKS)


def test_hostile_texts_are_inert():
    text = format_plan_text(hostile_plan(), Style(), verbose=True)
    assert [character for character in text if character != "\n" and not character.isprintable()] == []
    assert [line for line in text.splitlines() if line.startswith("FAKE")] == []


def uncolored(text):
    return re.sub("\x1b\\[[0-9]+m", "", text)
