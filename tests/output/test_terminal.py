"""Foreign text made harmless, and text laid out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.output.moments import count, moment, span
from rcsplan.output.terminal import (
    Style,
    beginning,
    columns,
    ending,
    hanging,
    listed,
    shortened,
    visible,
    width_of,
    wrapped,
)
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
    assert width_of(shortened(text, width)) <= width


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 80, ["one two three"]),
        ("https://acme.example/a and more", 8, ["https://acme.example/a", "and more"]),
        ("weekly-deals@2026-12-04 more", 8, ["weekly-deals@2026-12-04", "more"]),
        ("A-VERY-LONG-WORD and more", 8, ["A-VERY-L", "ONG-WORD", "and more"]),
        ("\u65e5\u672c\u8a9e\u306e\u6587", 5, ["\u65e5\u672c", "\u8a9e\u306e", "\u6587"]),
        ("e\u0301e\u0301e\u0301E", 2, ["e\u0301e\u0301", "e\u0301E"]),
        ("\x1b[31mRED-RED\x1b[0m", 4, ["\x1b[31mRED-", "RED\x1b[0m"]),
        ("", 10, [""]),
        ("A  AA", 1, ["A", "A", "A"]),
        ("\x1b[31mred\x1b[0m and blue", 8, ["\x1b[31mred\x1b[0m and", "blue"]),
    ],
)
def test_text_is_wrapped_between_words(text, width, lines):
    assert wrapped(text, width) == lines


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 20))
def test_wrapping_loses_no_word(text, width):
    assert "".join(wrapped(text, width)).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet=st.characters(exclude_characters="0123456789"), max_size=60), st.integers(2, 20))
def test_wrapped_text_keeps_the_width(text, width):
    """But for what is copied: here all is in capitals and without digits, as no address and no scheme of a URL is."""
    assert [line for line in wrapped(visible(text.upper()), width) if width_of(line) > width] == []


@given(st.text(max_size=60))
def test_without_wide_characters_a_text_takes_as_many_columns_as_the_library_says(text):
    shown = visible(text)
    assert width_of(shown) == max(wcwidth.wcswidth(shown), 0)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("\u65e5\u672c", 4),
        ("e\u0301", 1),
        ("\U0001f381", 2),
        ("\U0001f469\u200d\U0001f467", 2),
        ("\u0417\u0438\u043c\u0430 \u2212 \xb7 \xd7", 10),
        ("\uff21", 2),
        ("\x1b[31mred\x1b[0m", 3),
        ("\x1b[1m\u65e5\x1b[0m", 2),
    ],
)
def test_width_is_what_a_terminal_shows(text, width):
    assert width_of(text) == width


@given(st.text(max_size=40), st.integers(1, 30))
def test_beginning_and_ending_are_within_the_width_and_of_the_text(text, width):
    shown = visible(text)
    first, last = beginning(shown, width), ending(shown, width)
    assert (shown.startswith(first), shown.endswith(last), width_of(first) <= width, width_of(last) <= width) == (
        True,
    ) * 4


def test_cells_are_aligned():
    assert columns([("A", "LONG"), ("longer", "b")]) == ["A       LONG", "longer  b"]


def test_wide_cells_are_aligned():
    rows = [("\u65e5\u672c", "x"), ("abc", "y"), ("e\u0301", "z")]
    assert columns(rows) == ["\u65e5\u672c  x", "abc   y", "e\u0301     z"]


def test_the_last_cell_of_a_list_is_wrapped_below_itself():
    assert listed([("rule", "one two"), ("id", "three")], 10) == ["rule  one", "      two", "id    three"]


@pytest.mark.parametrize(
    ("lead", "text", "lines"),
    [
        ("    why    ", "one two", ["    why    one", "           two"]),
        ("Drift: ", "one two six", ["Drift: one two", "           six"]),
        ("", "one two three six", ["one two three", "           six"]),
        ("Refused as a whole: ", "one", ["Refused as a whole:", "           one"]),
    ],
)
def test_a_text_hangs_behind_its_lead(lead, text, lines):
    assert hanging(lead, text, 16, margin=11) == lines


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
