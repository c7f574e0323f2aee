"""The alphabets of SMS: what a text costs, into how many parts it falls, and which character forces it into UCS-2."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rcsplan.campaign.lookalikes import LATIN_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Characters of the GSM 7-bit default alphabet (3GPP TS 23.038), one septet each.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Characters of its extension table, two septets each.
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _BASIC | _EXTENSION

#: Septets of a GSM-7 fallback: 5 parts of 153 (bsg-api.md section 3.5).
MAX_SEPTETS = 765


def utf16_units(text: str) -> int:
    """The length of a text as the provider counts it: in UTF-16 code units (bsg-api.md section 3.2)."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def septets(text: str) -> int:
    """The length of a GSM-7 text, in septets."""
    return len(text) + sum(character in _EXTENSION for character in text)


def forcing_character(text: str) -> str | None:
    """The first character that forces a text into UCS-2, None where GSM-7 has them all."""
    if _GSM.issuperset(text):
        return None
    return next(character for character in text if character not in _GSM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """How a text goes out as SMS.

    `units` are septets in GSM-7 and UTF-16 units in UCS-2, `remaining` those that still fit into the last part.
    `excess` is how many characters have to go from its end to save a part, None where it is a single part.
    """

    alphabet: str
    units: int
    parts: int
    remaining: int
    excess: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alphabet:
    """Units of a message that goes alone, and of a part of one that is joined: a header takes the rest."""

    name: str
    alone: int
    joined: int


#: 160 septets, or 153 beside the header that joins parts; 70 and 67 units of UTF-16 (bsg-api.md section 3.5).
_GSM_7 = _Alphabet(name="GSM-7", alone=160, joined=153)
_UCS_2 = _Alphabet(name="UCS-2", alone=70, joined=67)


def segmented(text: str) -> Segmentation:
    """The parts of a text as SMS; neither an escaped character nor a surrogate pair is divided between two parts."""
    alphabet = _GSM_7 if forcing_character(text) is None else _UCS_2
    costs = [_cost(character, alphabet) for character in text]
    units = sum(costs)
    if units <= alphabet.alone:
        return Segmentation(alphabet=alphabet.name, units=units, parts=1, remaining=alphabet.alone - units)
    ends = tuple(_part_ends(costs, alphabet.joined))
    *_, begin, end = (0, *ends)
    # One part fewer than two is a message alone, which has no header and holds a little more.
    kept = max(begin, _fitting(costs, alphabet.alone))
    return Segmentation(
        alphabet=alphabet.name,
        units=units,
        parts=len(ends),
        remaining=alphabet.joined - sum(costs[begin:end]),
        excess=len(costs) - kept,
    )


def divided(text: str) -> tuple[str, ...]:
    """The texts of the parts in which a text goes out as SMS; one, where it goes alone."""
    alphabet = _GSM_7 if forcing_character(text) is None else _UCS_2
    costs = [_cost(character, alphabet) for character in text]
    if sum(costs) <= alphabet.alone:
        return (text,)
    return tuple(text[begin:end] for begin, end in pairwise((0, *_part_ends(costs, alphabet.joined))))


def _cost(character: str, alphabet: _Alphabet) -> int:
    if alphabet is _GSM_7:
        return 2 if character in _EXTENSION else 1
    return utf16_units(character)


def _part_ends(costs: list[int], capacity: int) -> Iterator[int]:
    """The index behind the last character of each part."""
    used = 0
    for index, cost in enumerate(costs):
        if used + cost > capacity:
            yield index
            used = 0
        used += cost
    yield len(costs)


def _fitting(costs: list[int], capacity: int) -> int:
    """How many characters from the beginning fit."""
    return next(_part_ends(costs, capacity))


#: What says the same in GSM-7, where no decomposition does; in a Latin text a letter that only looks Latin is a slip.
_REPLACEMENTS = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc`\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    **dict.fromkeys("\t\u00a0\u2007\u2008\u2009\u200a\u202f", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    "\u2022": "-", "\u2116": "No.", "\u20b4": "UAH", "\u00d7": "x", "\u0142": "l", "\u0141": "L",
    **LATIN_OF,
}  # fmt: skip


def replacement_of(character: str) -> str | None:
    """What says the same in GSM-7, None where nothing does.

    >>> replacement_of("\u2026")
    '...'
    """
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain if plain != character and _GSM.issuperset(plain) else None


def in_gsm(text: str) -> str | None:
    """The text with every character replaced that forces it into UCS-2, None where one cannot be."""
    replaced = [character if character in _GSM else replacement_of(character) for character in text]
    return "".join(part for part in replaced if part is not None) if None not in replaced else None


def named(character: str) -> str:
    """A character by its code and its Unicode name."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"
