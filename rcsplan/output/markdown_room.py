"""What of a document finds room: pieces in the order of their weight, until one no longer fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.sms import utf16_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """What pieces are called where they are counted."""

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Step:
    """Pieces of equal weight, each for a place in a section, where it stands instead of a lesser one.

    They are written one by one, so that what finds no room is never written.
    """

    section: str
    noun: Noun
    places: Sequence[int]
    write: Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The pieces that found room by section, in the order of their places; and the places that did not, by noun."""

    sections: Mapping[str, tuple[str, ...]]
    left_out: Mapping[Noun, tuple[int, ...]]


def size(text: str) -> int:
    """The length of a text as the strictest of the platforms may count it: in UTF-16 units, with its line end."""
    return utf16_units(text) + 1


def choose(steps: Iterable[Step], *, room: int) -> Chosen:
    """Take one step after the other until a piece no longer fits: nothing of less weight takes its room."""
    written: dict[str, dict[int, str]] = {}
    left_out: dict[Noun, tuple[int, ...]] = {}
    is_full = False
    for step in steps:
        section = written.setdefault(step.section, {})
        for index, place in enumerate(step.places):
            text = "" if is_full else step.write(place)
            growth = size(text) - (size(section[place]) if place in section else 0)
            is_full = is_full or growth > room
            if is_full:
                left_out[step.noun] = (*left_out.get(step.noun, ()), *step.places[index:])
                break
            section[place] = text
            room -= growth
    sections = {name: tuple(texts[place] for place in sorted(texts)) for name, texts in written.items()}
    return Chosen(sections=sections, left_out=left_out)
