"""Text for terminals: foreign text made visible and harmless, and colour that never carries the meaning alone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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

#: Words that are copied, and so stay whole: with a URL in them, paths, addresses of sends, digests.
_COPIED = re.compile(
    r".*[a-z]://.+|[!-~]*/[!-~]*|.+\.ya?ml(:\d+)*|['\"(]*[a-z0-9][a-z0-9-]{0,62}([\[@]\S*)?|[a-z0-9]+:[0-9a-f]{40,}",
    re.DOTALL,
)

#: Text in sentences is not read across a wider screen.
_WIDEST_PROSE = 120


def visible(text: str) -> str:
    r"""Foreign text on one line, with control, bidirectional and invisible characters written as escapes.

    >>> visible("Sale\x1b[2J\nnow")
    'Sale\\x1b[2J\\nnow'
    """
    if text.isascii() and text.isprintable():
        return text
    joiners = {match.start() for match in _JOINED.finditer(text)}
    return "".join(
        character if index in joiners else _visible_character(character) for index, character in enumerate(text)
    )


def inert_json(text: str) -> str:
    """The same JSON document, with control, bidirectional and invisible characters as escapes."""
    return _RAW_IN_JSON.sub(lambda found: _json_escape(found.group()), text)


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a combining mark or colour."""
    if "\x1b" in text:
        text = _COLOR.sub("", text)
    if text.isascii():
        return len(text)
    # Imported here: most of what a command says is ASCII.
    from wcwidth import wcswidth

    width = wcswidth(text)
    return width if width >= 0 else len(text)


def shortened(text: str, width: int) -> str:
    """The text on one line and within a width in columns, with an ellipsis where something was left out."""
    text = visible(text)
    return text if width_of(text) <= width else beginning(text, width - 1).rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def beginning(text: str, width: int) -> str:
    """As much of a text from its beginning as a width in columns holds, no character torn from its marks."""
    return "".join(_fitting(_pieces(text), width))


def ending(text: str, width: int) -> str:
    """As much of a text up to its end as a width in columns holds."""
    return "".join(reversed(list(_fitting(reversed(_pieces(text)), width))))


def wrapped(text: str, width: int, *, taken: int = 0) -> list[str]:
    """Lines of a text that are no wider than a width in columns; colour takes no room.

    They break between words. A word that alone is wider is broken too, but for URLs and addresses, which are copied.
    Of the first line so many columns are taken already; it has more room than the others where they are negative.
    """
    lines, used = [""], taken
    for word in text.split(" "):
        size = width_of(word)
        gap = 1 if lines[-1] else 0
        if used + gap + size <= width:
            lines[-1], used = lines[-1] + " " * gap + word, used + gap + size
            continue
        pieces = [word] if size <= width or _COPIED.fullmatch(_COLOR.sub("", word)) else _broken(word, width)
        lines = [*(lines if lines[-1] or used > 0 else lines[:-1]), *pieces]
        used = width_of(lines[-1])
    return lines


def hanging(lead: str, text: str, width: int, *, margin: int) -> list[str]:
    """A text behind its lead, wrapped to a width in columns; its further lines are indented by a margin.

    >>> hanging("  note ", "Two lists overlap", 18, margin=7)
    ['  note Two lists', '       overlap']
    """
    first, *more = wrapped(text, width - margin, taken=width_of(lead) - margin)
    return [(lead + first).rstrip(), *(" " * margin + line for line in more)]


@dataclass(frozen=True, slots=True)
class Style:
    """How text is written: with colour or without, and for how many columns."""

    color: bool = False
    width: int = 80

    @property
    def prose(self) -> int:
        """How many columns sentences take: lines that are longer are hard to follow."""
        return min(self.width, _WIDEST_PROSE)

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
    widths = [max(width_of(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(
            _padded(cell, width, at_right=index in right)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def listed(rows: list[tuple[str, ...]], width: int) -> list[str]:
    """Rows of cells as aligned lines, of which the last cell is a sentence that is wrapped below itself."""
    heads = columns([(*row[:-1], "|") for row in rows])
    leads = [head.removesuffix("|") for head in heads]
    return [
        line for row, lead in zip(rows, leads, strict=True) for line in hanging(lead, row[-1], width, margin=len(lead))
    ]


def _padded(cell: str, width: int, *, at_right: bool) -> str:
    room = " " * (width - width_of(cell))
    return room + cell if at_right else cell + room


def _pieces(text: str) -> list[str]:
    """What a text is made of as it is seen: letters with their marks, emoji, colours."""
    if text.isascii() and "\x1b" not in text:
        return list(text)
    from wcwidth import iter_graphemes

    found: list[str] = []
    done = 0
    for color in _COLOR.finditer(text):
        found += [*iter_graphemes(text[done : color.start()]), color.group()]
        done = color.end()
    return [*found, *iter_graphemes(text[done:])]


def _fitting(pieces: Iterable[str], width: int) -> Iterator[str]:
    for piece in pieces:
        width -= width_of(piece)
        if width < 0:
            return
        yield piece


def _broken(word: str, width: int) -> list[str]:
    lines, used = [""], 0
    for piece in _pieces(word):
        size = width_of(piece)
        if used + size > width and lines[-1]:
            lines, used = [*lines, ""], 0
        lines[-1], used = lines[-1] + piece, used + size
    return lines


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE and _UNSEEN.match(character) is None:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[index : index + 4]}" for index in range(0, len(units), 4))
