"""The difference between two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from rcsplan.output.terminal import Style

_WORDS = re.compile(r"\s+|[^\s\w]|\w+")


def word_diff(before: str, after: str, style: Style) -> str:
    """Both texts in one line: what is gone as `[-gone-]`, what is new as `{+new+}`."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, added = visible("".join(old[old_from:old_to])), visible("".join(new[new_from:new_to]))
        if kind == "equal":
            pieces.append(gone)
            continue
        pieces.append(style.bad(f"[-{gone}-]") if gone else "")
        pieces.append(style.good(f"{{+{added}+}}") if added else "")
    return "".join(pieces)
