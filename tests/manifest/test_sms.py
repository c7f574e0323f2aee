from __future__ import annotations

import pytest

from rcsplan.manifest.sms import forcing_character, septets, utf16_units


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
