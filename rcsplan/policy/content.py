"""Rules of what is read: what a template left behind, characters that deceive, and the price of a text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from rcsplan.campaign.lookalikes import LATIN_OF
from rcsplan.campaign.message import text_of
from rcsplan.campaign.sms import named
from rcsplan.policy.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.policy.candidate import Candidate, World

#: Placeholders of a dozen template languages, and words that their authors meant to come back to.
_RESIDUE = re.compile(
    r"""\{\{.*?\}\}? | \{%.*?%\} | \{\s*\{.*?\}\s*\}      # Jinja, Liquid, Handlebars, and what is left of them
      | \$?\{\s*[^\W\d][\w.\- ]{0,60}\}                   # {name}, ${name}
      | %%[^%\s][^%\n]{0,80}%{1,2} | %[^\W\d][\w.]*%      # %%name%%, %name%
      | \[\[.*?\]\] | <%.*?%> | \*\|.*?\|\*               # [[name]], <%= name %>, *|NAME|*
      | \#[^\W\d]\w*\#                                    # #name#
      | \b(?:TODO|FIXME|XXX|TBD|NaN|undefined)\b
      | (?i:\blorem\ ipsum\b)""",
    re.VERBOSE,
)
#: Words of a text that was only to be tried, in the languages of the project's markets.
_TRIAL = re.compile(
    r"\b(?:test(?:ing|s)?|asdf\w*|qwerty|integration|dummy|placeholder|тест(?:ова|овий|ове|овое)?)\b", re.IGNORECASE
)

#: Characters that a reader cannot see: of direction, of width zero, and those that hide a break.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001]"
)
_MARKS = frozenset("\u200e\u200f\u061c")
_JOINERS = frozenset("\u200c\u200d")

_WORD = re.compile(r"[^\W\d_]+")
#: Letters of one script that look like those of another; a word with both is a slip, or an attempt to deceive.
_LIKE_LATIN, _LIKE_CYRILLIC = frozenset(LATIN_OF), frozenset(LATIN_OF.values())
_MIXED = re.compile(
    "[A-Za-z\u00c0-\u024f][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z\u00c0-\u024f]"
)

#: Bytes of UTF-8 up to which a text is priced as basic, and above which as a single message (domain.md 0).
BASIC_BYTES = 160


def residue(candidate: Candidate, world: World) -> Iterator[Finding]:
    """Nothing is left in a text that a template should have filled in, nor of a trial where people read it."""
    for path, text in candidate.texts:
        if found := _RESIDUE.search(text):
            detail = f"{found.group()!r} looks like something that was to be filled in."
            yield Finding(detail=detail, path=path, way_out="Write the text that is meant.")
        elif world.reaches_people and (found := _TRIAL.search(text)):
            detail = f"{found.group()!r} looks like a text that was only to be tried, and this goes to people."
            yield Finding(detail=detail, path=path, way_out="Write the text that is meant.")


def characters(candidate: Candidate, world: World) -> Iterator[Finding]:
    """No text has characters that cannot be seen, or letters of another script that look the same."""
    del world
    for path, text in candidate.texts:
        if text.isascii():
            continue
        hidden = next((one.start() for one in _INVISIBLE.finditer(text) if _is_hidden(text, one.start())), None)
        if hidden is not None:
            detail = f"Character {hidden + 1} is {named(text[hidden])}, which nobody sees."
            yield Finding(detail=detail, path=path, way_out="Remove it.")
        for word in _deceptive_words(text):
            strangers = ", ".join(named(character) for character in _strangers(word))
            yield Finding(detail=f"{word!r} mixes scripts: {strangers}.", path=path, way_out="Type the word again.")


def price_boundary(candidate: Candidate, world: World) -> Iterator[Finding]:
    """A plain text stays at the price of a basic message."""
    del world
    size = len((text_of(candidate.payload) or "").encode("utf-8", "surrogatepass"))
    if size > BASIC_BYTES:
        detail = f"The text has {size} bytes of UTF-8; above {BASIC_BYTES} it costs more in most countries."
        way_out = f"Cut {size - BASIC_BYTES} bytes; a Cyrillic letter has two."
        yield Finding(detail=detail, path=("options", "text"), way_out=way_out)


def _is_hidden(text: str, index: int) -> bool:
    """Whether an invisible character is one that its text does without."""
    character = text[index]
    if character in _MARKS:
        return not any(unicodedata.bidirectional(other) in {"R", "AL"} for other in text)
    return character not in _JOINERS or not _joins(text, index)


def _joins(text: str, index: int) -> bool:
    """Whether a joiner stands where emoji and some scripts need one: not at an end, nor beside a letter of Europe."""
    beside = text[index - 1 : index] + text[index + 1 : index + 2]
    return len(beside) > 1 and not any(_is_european(character) for character in beside)


def _is_european(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith(("LATIN", "CYRILLIC", "GREEK"))


def _deceptive_words(text: str) -> Iterator[str]:
    if _MIXED.search(text) is None:
        return
    for word in _WORD.findall(text):
        if _MIXED.search(word) and _strangers(word):
            yield word


def _strangers(word: str) -> str:
    """The letters of a word that belong to the other script, where each of them looks like one of the first."""
    latin = [letter for letter in word if unicodedata.name(letter, "").startswith("LATIN")]
    others = [letter for letter in word if unicodedata.name(letter, "").startswith(("CYRILLIC", "GREEK"))]
    if _LIKE_LATIN.issuperset(others):
        return "".join(dict.fromkeys(others))
    return "".join(dict.fromkeys(latin)) if _LIKE_CYRILLIC.issuperset(latin) else ""
