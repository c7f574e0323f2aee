from __future__ import annotations

import pytest

from rcsplan.policy.rules import RULES
from tests.policy.candidates import breaks, found, make_candidate, make_world

SMS = ("alternative_channel", "sms", "text")


def way_out(rule, candidate, **thresholds):
    (finding,) = RULES[rule].check(candidate, make_world(candidate, thresholds=thresholds))
    return finding.way_out


@pytest.mark.parametrize(("sms", "broken"), [(None, [()]), ("Hello", [])])
def test_who_cannot_receive_rcs_gets_an_sms(sms, broken):
    assert breaks("sms-fallback", make_candidate(sms=sms)) == broken


def test_the_character_that_makes_an_sms_dear_is_named():
    candidate = make_candidate(sms="It\u2019s " + "a" * 80)
    assert found("sms-alphabet", candidate) == [
        (SMS, "Character 3, U+2019 RIGHT SINGLE QUOTATION MARK, forces UCS-2, which holds 70 instead of 160.")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It\u2019s " + "a" * 80, """Write "'": then GSM-7 has them all, and 1 instead of 2 parts are sent."""),
        ("It\u2019s", """Write "'": then GSM-7 has them all."""),
        ("It\u2019s \u2014", """Write "'", and mend the others that follow: then GSM-7 has them all."""),
        ("S\u0430le", "Write 'a': then GSM-7 has them all."),
    ],
)
def test_its_replacement_and_what_that_saves_is_told(text, expected):
    assert way_out("sms-alphabet", make_candidate(sms=text)) == expected


@pytest.mark.parametrize("text", ["Sale € [now]", "Знижка 30%", "Sale 😀", "It\u2019s 😀"])
def test_a_text_that_needs_ucs_2_or_does_not_have_it_is_left_alone(text):
    assert breaks("sms-alphabet", make_candidate(sms=text)) == []


@pytest.mark.parametrize(
    ("text", "broken"), [("ї" * 70, []), ("ї" * 71, [SMS]), ("a" * 160, []), ("a" * 159 + "€", [SMS])]
)
def test_an_sms_has_a_largest_number_of_parts(text, broken):
    assert breaks("sms-parts", make_candidate(sms=text), thresholds={"sms_parts": 1}) == broken


def test_two_letters_too_many_are_said_to_be_two():
    """The fallback of domain.md section 7: 72 letters, and 2 fewer are half the price."""
    text = "Kvitka: -30% на все до 30.11 23:59. kvitka.ua/bf Відмова: kvitka.ua/stop"
    assert way_out("sms-parts", make_candidate(sms=text), sms_parts=1) == "Cut 2 characters to save a part."


def test_without_an_sms_there_are_no_parts():
    assert breaks("sms-parts", make_candidate(), thresholds={"sms_parts": 1}) == []
