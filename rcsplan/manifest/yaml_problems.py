"""What is wrong with YAML, in words that help: syntax, and what the core schema or rcsplan does not have."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ruamel.yaml.error import MarkedYAMLError, YAMLError

if TYPE_CHECKING:
    from rcsplan.diagnostics import Diagnostic
    from rcsplan.manifest.source import SourceText

#: What the tags of YAML's own schema begin with.
CORE = "tag:yaml.org,2002:"
#: A longer value is not repeated in a hint.
_MAX_SHOWN = 200
#: Control characters, and the separators that YAML 1.1 parsers take for line breaks although nobody sees them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_UNQUOTED_TEMPLATE = re.compile(r"(?:^|[:\-,\[{?]\s)\s*(\{\{.*)")
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


def control_character(source: SourceText) -> Diagnostic | None:
    """The first character of a text that is no text."""
    match = _CONTROL.search(source.text)
    if match is None:
        return None
    name = unicodedata.name(match[0], "control character")
    return source.problem(
        "control-character",
        "Invisible character",
        match.start(),
        detail=f"U+{ord(match[0]):04X} ({name.lower()}) stands here; it often comes along with pasted text.",
        hint="Delete it.",
    )


def syntax_problem(source: SourceText, error: YAMLError) -> Diagnostic:
    """A syntax error of the parser, with a hint for the mistakes that people make."""
    if not isinstance(error, MarkedYAMLError):
        return source.problem("yaml-syntax", "Not valid YAML", 0, detail=str(error))
    mark = error.problem_mark or error.context_mark
    offset = min(mark.index, len(source.text)) if mark else 0
    context = error.context_mark
    opened = source.place(context.index)[0] if context and context.index < offset else None
    if template := _UNQUOTED_TEMPLATE.search(source.line(offset)):
        return unquoted_template(source, offset, template[1].strip())
    detail = f"The parser {error.problem}" if str(error.problem).startswith(("found", "did")) else str(error.problem)
    if error.context:
        detail += f" {error.context}" + (f" that begins at line {opened}" if opened else "")
    return source.problem(
        "yaml-syntax", "Not valid YAML", offset, detail=f"{detail}.", hint=_hint(source, error, offset)
    )


def unquoted_template(source: SourceText, offset: int, value: str) -> Diagnostic:
    """A value with a template that lacks its quotes, so that YAML reads the braces as a mapping."""
    return source.problem(
        "unquoted-template",
        "Template is not quoted",
        offset,
        detail="Without quotes YAML reads braces as a mapping.",
        hint=f'Quote the whole value: "{value}"' if len(value) <= _MAX_SHOWN else "Quote the whole value.",
    )


def unknown_tag(source: SourceText, offset: int, tag: str) -> Diagnostic:
    """A tag that would have to be constructed into something."""
    shown = f"!!{tag.removeprefix(CORE)}" if tag.startswith(CORE) else tag
    return source.problem(
        "unknown-tag",
        "Unknown tag",
        offset,
        detail=f"The tag {shown} is none of YAML's core schema; nothing is constructed from tags here.",
        hint="Remove the tag; quote the value if it is meant as text.",
    )


def merge_key(source: SourceText, offset: int) -> Diagnostic:
    """A key `<<`, which YAML 1.2 does not have."""
    return source.problem(
        "merge-key",
        "Merge keys are not supported",
        offset,
        detail="YAML 1.2 has no merge keys.",
        hint="Put what campaigns share into defaults: of rcsplan.yaml, or into variables.",
    )


def duplicate_key(source: SourceText, key: str, *, first: int, again: int) -> tuple[Diagnostic, Diagnostic]:
    """A key that a mapping has twice, at both places."""
    line, column = source.place(first)
    summary, detail = "Key is given twice", f"{key!r} already stands at line {line}, column {column}."
    return (
        source.problem("duplicate-key", summary, again, detail=detail, hint="Keep one of the two."),
        source.problem("duplicate-key", summary, first, detail=f"{key!r} is given again below."),
    )


def alias_bomb(source: SourceText, offset: int, *, bound: int) -> Diagnostic:
    """Aliases that stand for more than any manifest can mean."""
    return source.problem(
        "alias-bomb",
        "Aliases expand too far",
        offset,
        detail=f"The aliases of this document stand for more than {bound:,} values.",
        hint="Write the values out, or make them variables.",
    )


def _hint(source: SourceText, error: MarkedYAMLError, offset: int) -> str:
    line = source.line(offset)
    _, column = source.place(offset)
    character = source.text[offset : offset + 1]
    if "{%" in line:
        return "Templates are rendered value by value, inside quotes; they cannot wrap lines of YAML."
    if match := _SURROGATES.search(line):
        pair = bytes.fromhex(match[1] + match[2]).decode("utf-16-be")
        return f"YAML writes this character as {pair} itself, or as \\U{ord(pair):08X}."
    if "\t" in line[: column + 1]:
        return "Indent with spaces; YAML allows no tabs there."
    if character and character in "@`%*&!|>":
        return f"A value that begins with {character} needs quotes."
    if "mapping values are not allowed" in str(error.problem):
        return "A value that holds a colon and a space needs quotes."
    return ""
