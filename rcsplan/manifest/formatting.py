"""Canonical formatting of YAML: the same data, comments, anchors and quotes, laid out in one way.

ruamel.yaml writes the text anew; what it loses or leaves is mended here, and whatever the result changes beyond layout
means that the file is left as it is.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rcsplan.manifest.source import SourceText
from rcsplan.manifest.tokens import comments_of, scalar_lines
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.diagnostics import Diagnostic

#: Lines are never folded: where a text breaks is up to its author.
_WIDTH = 1_000_000
_COMMENT_LINE = re.compile(r"[ \t]*#")
_BLANK_RUN = 2
#: All that YAML takes for room between words; other spaces of Unicode are text.
_BLANK = " \t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """A text in its canonical form; or as it was, with the reason for which it was left so."""

    text: str
    left_because: str = ""
    problems: tuple[Diagnostic, ...] = ()


def format_text(source: SourceText) -> Formatted:
    """The canonical form of a YAML text, which formatting again does not change."""
    documents, problems = parse_documents(source)
    if problems:
        return Formatted(text=source.text, left_because="it has errors", problems=problems)
    try:
        once = _laid_out(source.text)
        twice = _laid_out(once)
    except (YAMLError, ValueError, TypeError, AttributeError, RecursionError, NotImplementedError, AssertionError):
        return Formatted(text=source.text, left_because="it cannot be written anew")
    if once != twice:
        return Formatted(text=source.text, left_because="it has no stable form")
    change = _change(source, SourceText(name=source.name, text=once), [document.tree for document in documents])
    return Formatted(text=source.text if change else once, left_because=change)


def _change(before: SourceText, after: SourceText, trees: list[object]) -> str:
    """What formatting would change beyond layout, an empty text where it would not."""
    documents, problems = parse_documents(after)
    if problems or not _same([document.tree for document in documents], trees):
        return "its data would change"
    if comments_of(before.text) != comments_of(after.text):
        return "a comment would be lost or moved"
    return ""


def _same(one: object, other: object) -> bool:
    """Whether two values are equal, types and the order of keys included."""
    if type(one) is not type(other):
        return False
    match one, other:
        case dict(), dict():
            same_keys = list(one) == list(other)
            return same_keys and all(_same(value, other[key]) for key, value in one.items())
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
        case _:
            return one == other


def _laid_out(text: str) -> str:
    if not text.strip():
        return ""
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yaml.explicit_start = bool(re.match(r"\s*---", text))
        yaml.dump_all(yaml.load_all(text.replace("\r\n", "\n")), stream)
    return _tidied(stream.getvalue())


def _tidied(text: str) -> str:
    """The text with comments in line with what they stand above, and one blank line where there were several."""
    lines = text.removesuffix("...\n").split("\n")
    held = scalar_lines(text)
    tidy = [line if number in held else line.rstrip(_BLANK) for number, line in enumerate(lines)]
    return "\n".join(_without_blank_runs(_indented(tidy, held), held)).strip("\n") + "\n"


def _indented(lines: list[str], held: frozenset[int]) -> list[str]:
    """Comments that have a line of their own, indented as what follows.

    Those that were deeper end a block: that of the mapping with their indentation, or of the innermost one.
    """
    result = list(lines)
    above = _indents(lines, held)
    below = _indents(lines[::-1], frozenset(len(lines) - 1 - number for number in held))[::-1]
    for number, line in enumerate(lines):
        if number in held or not _COMMENT_LINE.match(line):
            continue
        own = len(line) - len(line.lstrip(_BLANK))
        next_indent, open_blocks = below[number][-1], above[number]
        indent = next_indent
        if own > next_indent and open_blocks[-1] > next_indent:
            indent = own if own in open_blocks else open_blocks[-1]
        result[number] = " " * indent + line.strip(_BLANK)
    return result


def _indents(lines: list[str], held: frozenset[int]) -> list[tuple[int, ...]]:
    """For each line the indentations of the blocks that are open before it, the innermost last.

    Lines that are blank, comments, or part of a text begin no block.
    """
    indents = []
    blocks: tuple[int, ...] = (0,)
    for number, line in enumerate(lines):
        indents.append(blocks)
        if line.strip(_BLANK) and number not in held and not _COMMENT_LINE.match(line):
            own = len(line) - len(line.lstrip(_BLANK))
            blocks = (*(block for block in blocks if block < own), own)
    return indents


def _without_blank_runs(lines: list[str], held: frozenset[int]) -> Iterator[str]:
    blank = 0
    for number, line in enumerate(lines):
        blank = 0 if line.strip(_BLANK) or number in held else blank + 1
        if blank < _BLANK_RUN:
            yield line
