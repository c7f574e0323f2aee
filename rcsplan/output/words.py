"""The difference between two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.output.terminal import Style

#: Unchanged text longer than this is cut down to what stands next to a change.
_LONGEST_EQUAL, _KEPT = 90, 40

_WORDS = re.compile(r"\s+|[^\s\w]|\w+")


def word_diff(before: str, after: str, style: Style) -> str:
    """Both texts in one line: what is gone as `[-gone-]`, what is new as `{+new+}`."""
    return "".join(
        kept + (style.bad(f"[-{gone}-]") if gone else "") + (style.good(f"{{+{added}+}}") if added else "")
        for kept, gone, added in word_changes(before, after)
    )


def word_changes(before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """The pieces of both texts in their order, made visible: what stayed, what is gone, and what is new there."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, added = visible("".join(old[old_from:old_to])), visible("".join(new[new_from:new_to]))
        if kind == "equal":
            yield _elided(gone, at_start=old_from == 0, at_end=old_to == len(old)), "", ""
        else:
            yield "", gone, added


def _elided(text: str, *, at_start: bool, at_end: bool) -> str:
    if len(text) <= _LONGEST_EQUAL or (at_start and at_end):
        return text
    before = "" if at_start else text[:_KEPT]
    after = "" if at_end else text[-_KEPT:]
    return f"{before}…{after}"
