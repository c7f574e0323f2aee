"""What a phone is likely to leave out of a card for want of room: an estimate by heights that vendors publish."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class MediaHeight(StrEnum):
    """The height of the media of a card."""

    SHORT = "short"
    MEDIUM = "medium"
    TALL = "tall"


#: Heights in density-independent pixels (domain.md 1.1). Those of button, line and padding are chosen so that the
#: numbers of buttons come out that are advised for each height of media.
_MEDIA = {MediaHeight.SHORT: 112, MediaHeight.MEDIUM: 168, MediaHeight.TALL: 264}
_CARD, _BUTTON, _LINE, _PADDING = 344, 48, 20, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRoom:
    """How much of a card is shown: lines of its title and of its description, and buttons from the first."""

    title_lines: int
    text_lines: int
    buttons: int


def predicted_room(wanted: CardRoom, *, media: MediaHeight | None) -> CardRoom:
    """What is likely to be shown of a card that would like so much.

    The description gives way first, down to one line; then the title; then buttons go, from the end; then the
    description, and the title at last (domain.md 1.1).
    """
    room = _CARD - (_MEDIA[media] if media is not None else 0)
    lines = _lines_beside(wanted.buttons, room)
    text_lines = min(wanted.text_lines, max(1, lines - wanted.title_lines))
    title_lines = min(wanted.title_lines, max(1, lines - text_lines))
    buttons = wanted.buttons
    while buttons and _lines_beside(buttons, room) < title_lines + text_lines:
        buttons -= 1
    lines = _lines_beside(buttons, room)
    text_lines = min(text_lines, max(0, lines - title_lines))
    return CardRoom(title_lines=min(title_lines, lines), text_lines=text_lines, buttons=buttons)


def _lines_beside(buttons: int, room: int) -> int:
    return max(0, (room - buttons * _BUTTON - _PADDING) // _LINE)


def estimated_lines(text: str, width: int) -> int:
    """Into how many lines a text is likely to be broken, where so many characters of usual width stand on a line."""
    return sum(_lines_of(line.split(" "), width) for line in text.splitlines())


def _lines_of(words: list[str], width: int) -> int:
    lines, used = 1, 0
    for length in map(_width_of, words):
        taken = used + 1 + length if used else length
        if taken > width:
            lines += 1 if used else 0
            # A word that is longer than a line is broken.
            lines += max(0, length - 1) // width
            taken = max(0, length - 1) % width + 1
        used = taken
    return lines


def _width_of(word: str) -> int:
    return len(word) if word.isascii() else sum(map(_width_of_character, word))


def _width_of_character(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
