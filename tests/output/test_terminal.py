"""Foreign text made harmless, and text laid out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.output.moments import count, moment, span
from rcsplan.output.terminal import Style, columns, shortened, visible, wrapped
from rcsplan.output.words import word_diff
from tests.builders import NOW
from tests.output.plans import HOSTILE

PLAIN, COLORED = Style(), Style(color=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Зимовий розпродаж 🎁", "Зимовий розпродаж 🎁"),
        ("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x1b[31mred\x9b0m", "\\x1b[31mred\\x9b0m"),
        ("\u202eevil\u2066", "\\u202eevil\\u2066"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("", ""),
    ],
)
def test_what_moves_turns_or_hides_is_spelled_out(text, shown):
    assert visible(text) == shown


@given(st.text())
def test_visible_text_stays_on_one_line_and_is_unchanged_by_a_second_look(text):
    shown = visible(text)
    assert (len(shown.splitlines()) <= 1, visible(shown)) == (True, shown)


@given(st.text(max_size=50), st.integers(2, 20))
def test_shortened_text_keeps_the_width(text, width):
    assert len(shortened(text, width)) <= width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 80, ["one two three"]),
        ("a-very-long-word and more", 8, ["a-very-long-word", "and more"]),
        ("", 10, [""]),
        ("\x1b[31mred\x1b[0m and blue", 8, ["\x1b[31mred\x1b[0m and", "blue"]),
    ],
)
def test_text_is_wrapped_between_words(text, width, lines):
    assert wrapped(text, width) == lines


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 20))
def test_wrapping_loses_no_word(text, width):
    assert (
        " ".join(wrapped(text, width)).split(" ") == text.split(" ")
        or " ".join(wrapped(text, width)).split() == text.split()
    )


def test_cells_are_aligned():
    assert columns([("A", "LONG"), ("longer", "b")]) == ["A       LONG", "longer  b"]


def test_no_rows_are_no_lines():
    assert columns([]) == []


def test_without_colour_nothing_is_added():
    assert [paint("x") for paint in (PLAIN.bold, PLAIN.dim, PLAIN.good, PLAIN.bad, PLAIN.changed)] == ["x"] * 5


def test_an_empty_text_is_not_coloured():
    assert COLORED.bold("") == ""


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Coats, boots", "Coats, shoes", "Coats, [-boots-]{+shoes+}"),
        ("20% off", "30% off", "[-20-]{+30+}% off"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("same", "same", "same"),
        ("a b", "a  b", "a[- -]{+  +}b"),
        ("Взуття", "Черевики", "[-Взуття-]{+Черевики+}"),
        ("x\x1b[2J", "x", "x[-\\x1b[2J-]"),
        ("a " * 100 + "x", "a " * 100 + "y", "…" + "a " * 20 + "[-x-]{+y+}"),
        ("x" + " a" * 99 + " 1", "y" + " a" * 99 + " 2", "[-x-]{+y+}" + " a" * 20 + "…" + "a " * 20 + "[-1-]{+2+}"),
    ],
)
def test_a_difference_is_shown_word_by_word(before, after, shown):
    assert word_diff(before, after, PLAIN) == shown


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Kyiv", "Tue 24 Nov 2026 11:00 Europe/Kyiv"),
        ("UTC", "Tue 24 Nov 2026 09:00 UTC"),
        ("Mars/Base", "Tue 24 Nov 2026 09:00 UTC"),
        ("../../etc/passwd", "Tue 24 Nov 2026 09:00 UTC"),
        (HOSTILE, "Tue 24 Nov 2026 09:00 UTC"),
        ("", "Tue 24 Nov 2026 09:00 UTC"),
    ],
)
def test_a_moment_is_shown_in_its_zone_or_in_utc(zone, shown):
    assert moment(NOW, zone) == shown


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (NOW.replace(second=7), "Tue 24 Nov 2026 09:00:07 UTC"),
        (NOW.replace(year=9999, month=12, day=31, hour=23), "Fri 31 Dec 9999 23:00 UTC"),
    ],
)
def test_a_moment_has_seconds_only_where_there_are_any(instant, shown):
    assert moment(instant, "UTC") == shown


def test_a_moment_beyond_the_calendar_of_a_zone_is_shown_in_utc():
    assert moment(NOW.replace(year=9999, month=12, day=31, hour=23), "Europe/Kyiv") == "Fri 31 Dec 9999 23:00 UTC"


@pytest.mark.parametrize(("number", "shown"), [(0, "0 sends"), (1, "1 send"), (1240, "1,240 sends")])
def test_numbers_have_their_noun(number, shown):
    assert count(number, "send") == shown


@pytest.mark.parametrize(
    ("later", "shown"),
    [
        (0, "in under a minute"),
        (61, "in 1 min"),
        (3 * 3600, "in 3 h"),
        (7 * 86400 + 3700, "in 7 d 1 h"),
        (-3600, "1 h ago"),
        (-5, "under a minute ago"),
    ],
)
def test_spans_are_shown_by_their_largest_units(later, shown):
    assert span(timedelta(seconds=later)) == shown
