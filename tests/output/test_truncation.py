"""What a card has room for, and in which order it gives way."""

from __future__ import annotations

import pytest

from rcsplan.output.truncation import CardRoom, MediaHeight, estimated_lines, predicted_room

SHORT, MEDIUM, TALL = MediaHeight


def room(title_lines, text_lines, buttons):
    return CardRoom(title_lines=title_lines, text_lines=text_lines, buttons=buttons)


@pytest.mark.parametrize(
    ("media", "wanted", "shown"),
    [
        # Everything fits.
        (None, room(1, 1, 4), room(1, 1, 4)),
        (SHORT, room(1, 1, 3), room(1, 1, 3)),
        (MEDIUM, room(1, 1, 2), room(1, 1, 2)),
        (TALL, room(1, 1, 0), room(1, 1, 0)),
        (TALL, room(0, 0, 1), room(0, 0, 1)),
        (MEDIUM, room(0, 0, 0), room(0, 0, 0)),
        # The description gives way first, line by line, down to one.
        (None, room(1, 9, 4), room(1, 5, 4)),
        (MEDIUM, room(1, 3, 1), room(1, 3, 1)),
        (MEDIUM, room(1, 9, 1), room(1, 4, 1)),
        (MEDIUM, room(1, 2, 2), room(1, 1, 2)),
        # Then the title.
        (MEDIUM, room(2, 2, 2), room(1, 1, 2)),
        (TALL, room(3, 3, 0), room(1, 1, 0)),
        (MEDIUM, room(9, 0, 1), room(5, 0, 1)),
        # Then buttons, from the end: four without media alone, three beside short, two beside medium, none beside tall.
        (None, room(2, 20, 4), room(2, 4, 4)),
        (SHORT, room(1, 1, 4), room(1, 1, 3)),
        (MEDIUM, room(1, 1, 4), room(1, 1, 2)),
        (MEDIUM, room(2, 5, 3), room(1, 1, 2)),
        (TALL, room(1, 1, 1), room(1, 1, 0)),
        (TALL, room(1, 1, 4), room(1, 1, 0)),
    ],
)
def test_what_a_card_has_room_for(media, wanted, shown):
    assert predicted_room(wanted, media=media) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 0),
        ("ten letter", 1),
        ("ten letters", 2),
        ("one two three", 2),
        ("one\ntwo", 2),
        ("one\n\ntwo", 3),
        ("abcdefghijk", 2),
        ("a abcdefghijk", 3),
        ("a" * 30, 3),
        ("漢字漢字漢字", 2),
        ("e\u0301" * 10, 1),
        ("\u200b" * 50, 1),
    ],
)
def test_lines_are_estimated_by_words_and_widths(text, lines):
    assert estimated_lines(text, 10) == lines
