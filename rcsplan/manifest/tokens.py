"""Where scalars stand in a YAML text, and what is between them: its comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rcsplan.manifest.events import masked_event_source

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
_BLOCKS = frozenset({"|", ">"})


def comments_of(text: str) -> list[str]:
    """The comments of a text that has no errors, in their order, without the space around them."""
    pieces = []
    end = 0
    for start, stop in _scalars(text):
        pieces.append(text[end:start])
        end = stop
    pieces.append(text[end:])
    # A word in the place of each scalar, so that what follows one directly is no comment.
    return [comment.strip() for comment in _COMMENT.findall("x".join(pieces))]


def scalar_lines(text: str) -> frozenset[int]:
    """The lines, from 0, of a text without errors whose beginning belongs to a scalar of several lines."""
    lines: set[int] = set()
    for start, stop in _scalars(text):
        first, last = text.count("\n", 0, start), text.count("\n", 0, stop)
        is_block = text[start - 1 : start] == "\n"
        lines.update(range(first, last) if is_block else range(first + 1, last + 1))
    return frozenset(lines)


def _scalars(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each scalar; a block begins after the line with its indicator, which may hold a comment."""
    next_event = masked_event_source(text)
    while (event := next_event()) is not None:
        style = getattr(event, "style", None)
        if not hasattr(event, "value"):
            continue
        start, stop = event.start_mark.index, event.end_mark.index
        if style in _BLOCKS:
            start = text.find("\n", start, stop) + 1 or stop
            # The mark lies behind the indentation of what follows.
            stop = max(text.rfind("\n", start, stop) + 1, start)
        yield start, stop
