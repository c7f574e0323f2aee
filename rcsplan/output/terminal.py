"""Text for terminals: foreign text made visible and harmless, and colour that never carries the meaning alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Categories of characters that move the cursor, change direction, or cannot be seen.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Letters and marks that cannot be seen either: fillers, and selectors of variants, in which whole texts were hidden.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)

#: Joiners without which emoji and some scripts fall apart; between Latin letters they hide something.
_JOINED = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])|(?<=[^a-zA-Z])\ufe0f")

#: What JSON may have as it is, and a terminal obeys or nobody sees.
_RAW_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)

_COLOR = re.compile("\x1b\\[[0-9]+m")


def visible(text: str) -> str:
    r"""Foreign text on one line, with control, bidirectional and invisible characters written as escapes.

    >>> visible("Sale\x1b[2J\nnow")
    'Sale\\x1b[2J\\nnow'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(shown for _, shown in shown_characters(text))


def shown_characters(text: str) -> Iterator[tuple[str, str]]:
    """Each character of a foreign text, and how it is shown: as it is, or as an escape."""
    joiners = {match.start() for match in _JOINED.finditer(text)}
    for index, character in enumerate(text):
        yield character, character if index in joiners else _visible_character(character)


def inert_json(text: str) -> str:
    """The same JSON document, with control, bidirectional and invisible characters as escapes."""
    return _RAW_IN_JSON.sub(lambda found: _json_escape(found.group()), text)


def shortened(text: str, width: int) -> str:
    """The text on one line and within a width, with an ellipsis where something was left out."""
    text = visible(text)
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def wrapped(text: str, width: int) -> list[str]:
    """Lines of a text that are no wider than a width, but for words that are; colour takes no room."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and len(_COLOR.sub("", longer)) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@dataclass(frozen=True, slots=True)
class Style:
    """How emphasis is written: with colour, or not at all."""

    color: bool = False

    def bold(self, text: str) -> str:
        """What is read first."""
        return self._paint("1", text)

    def dim(self, text: str) -> str:
        """What is read last."""
        return self._paint("2", text)

    def good(self, text: str) -> str:
        """What is added, or went well."""
        return self._paint("32", text)

    def bad(self, text: str) -> str:
        """What is removed, or went wrong."""
        return self._paint("31", text)

    def changed(self, text: str) -> str:
        """What changes, or needs attention."""
        return self._paint("33", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


def columns(rows: list[tuple[str, ...]], *, right: frozenset[int] = frozenset()) -> list[str]:
    """Rows of cells as aligned lines, two spaces between columns; `right` are the columns of numbers."""
    if not rows:
        return []
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE and _UNSEEN.match(character) is None:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[index : index + 4]}" for index in range(0, len(units), 4))
