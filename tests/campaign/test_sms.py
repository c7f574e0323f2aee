from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sms_toolkit import profile_message

from rcsplan.campaign.sms import (
    Segmentation,
    divided,
    forcing_character,
    in_gsm,
    named,
    replacement_of,
    segmented,
    septets,
    utf16_units,
)

#: Characters of every kind that a part can end on: plain, escaped, of two UTF-16 units, and of no SMS alphabet.
_ALPHABETS = {"GSM-7": "a é€[~\n", "UCS-2": "aї€😀\u2019"}


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("abc", 3), ("їжак", 4), ("😀", 2), ("👨‍👩‍👧", 8), ("e\u0301", 2), ("\ud83d", 1)]
)
def test_texts_are_counted_in_utf_16_units(text, units):
    assert utf16_units(text) == units


@pytest.mark.parametrize(("text", "count"), [("abc", 3), ("a€", 3), ("[x]", 5), ("è@\n", 3)])
def test_characters_of_the_extension_table_count_twice(text, count):
    assert septets(text) == count


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("Hello, world! 100%", None),
        ("£ñ Δ €", None),
        ("Привіт", "П"),
        ("it\u2019s", "\u2019"),
        ("a\u00a0b", "\u00a0"),
        ("`", "`"),
    ],
)
def test_the_character_that_forces_ucs_2_is_found(text, character):
    assert forcing_character(text) == character


def parts_by_another(text):
    """The parts of a text by code that is not ours."""
    return profile_message(text)["num_segments"]


@given(st.text("aZ é€[]{}~^|\\\n", min_size=1, max_size=800))
def test_another_implementation_finds_as_many_parts_in_gsm_7(text):
    assert segmented(text).parts == parts_by_another(text)


@given(st.text("aїé€😀👨\u2019", min_size=1, max_size=400))
def test_another_implementation_finds_as_many_parts_of_any_text(text):
    assert segmented(text).parts == parts_by_another(text)


@pytest.mark.parametrize("boundary", [160, 153, 306, 459])
@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("last", ["a", "€", "€€", "a€a"])
def test_another_implementation_agrees_at_every_boundary_of_gsm_7(boundary, shift, last):
    text = "a" * (boundary + shift - 1) + last + "b" * 20
    assert segmented(text).parts == parts_by_another(text)


@pytest.mark.parametrize("boundary", [70, 67, 134, 201])
@pytest.mark.parametrize("shift", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("last", ["ї", "😀", "😀😀", "ї😀ї"])
def test_another_implementation_agrees_at_every_boundary_of_ucs_2(boundary, shift, last):
    text = "ї" * (boundary + shift - 1) + last + "ї" * 9
    assert segmented(text).parts == parts_by_another(text)


@given(st.text("aї€[😀\u2019", max_size=500))
def test_the_parts_of_a_text_are_the_whole_text_and_as_many_as_are_counted(text):
    parts = divided(text)
    assert ("".join(parts), len(parts)) == (text, segmented(text).parts)


@pytest.mark.parametrize(
    ("text", "lengths"),
    [("a" * 160, [160]), ("a" * 161, [153, 8]), ("a" * 152 + "€" * 5, [152, 5]), ("я" * 66 + "😀" * 3, [66, 3])],
)
def test_no_character_is_divided(text, lengths):
    assert [len(part) for part in divided(text)] == lengths


@given(st.text("aї€[😀\u2019", max_size=500))
def test_without_its_excess_a_text_has_a_part_less_and_with_one_character_more_it_has_not(text):
    found = segmented(text)
    kept = len(text) - (found.excess or 0)
    alphabet = found.alphabet if found.parts > 1 else None
    fewer, as_many = (_in_alphabet(text[:end], alphabet) for end in (kept, kept + 1))
    assert (fewer, as_many) == ((found.parts - 1, found.parts) if found.excess else (found.parts, found.parts))


def _in_alphabet(text, alphabet):
    """The parts of a text that is kept in UCS-2 where it was: a cut may have taken what forced it."""
    forced = text if alphabet != "UCS-2" or forcing_character(text) is not None else text.translate(_FORCED)
    return segmented(forced).parts


#: What costs as much in UCS-2, and is not in GSM-7.
_FORCED = {ord("a"): "ї", ord("€"): "ї", ord("["): "ї"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segmentation(alphabet="GSM-7", units=0, parts=1, remaining=160)),
        ("a" * 160, Segmentation(alphabet="GSM-7", units=160, parts=1, remaining=0)),
        ("a" * 161, Segmentation(alphabet="GSM-7", units=161, parts=2, remaining=145, excess=1)),
        ("a" * 159 + "€", Segmentation(alphabet="GSM-7", units=161, parts=2, remaining=145, excess=1)),
        ("ї" * 70, Segmentation(alphabet="UCS-2", units=70, parts=1, remaining=0)),
        ("ї" * 72, Segmentation(alphabet="UCS-2", units=72, parts=2, remaining=62, excess=2)),
        ("ї" * 135, Segmentation(alphabet="UCS-2", units=135, parts=3, remaining=66, excess=1)),
        ("ї" * 66 + "😀" + "ї" * 66, Segmentation(alphabet="UCS-2", units=134, parts=3, remaining=66, excess=1)),
    ],
)
def test_a_text_falls_into_parts(text, expected):
    assert segmented(text) == expected


@pytest.mark.parametrize(
    ("character", "replacement"),
    [
        ("\u2019", "'"), ("\u2014", "-"), ("\u2026", "..."), ("\u00a0", " "), ("\u200b", ""), ("\u0430", "a"),
        ("\u0107", "c"), ("\u00ea", "e"), ("\u2116", "No."), ("\u20b4", "UAH"), ("\u0457", None), ("\U0001f600", None),
    ],
)  # fmt: skip
def test_what_forces_ucs_2_has_a_replacement_where_something_says_the_same(character, replacement):
    assert replacement_of(character) == replacement


@pytest.mark.parametrize(
    ("text", "written"), [("S\u0430le \u2013 now", "Sale - now"), ("Розпродаж", None), ("😀", None)]
)
def test_a_text_is_written_in_gsm_7_where_every_character_can_be(text, written):
    assert in_gsm(text) == written


@pytest.mark.parametrize("boundary", list(_ALPHABETS))
def test_the_alphabet_is_named(boundary):
    assert segmented(_ALPHABETS[boundary]).alphabet == boundary


def test_a_character_is_told_by_code_and_name():
    assert named("\u2019") == "U+2019 RIGHT SINGLE QUOTATION MARK"
