"""Diagnostics and errors as text: where, what is wrong, the line with a caret, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.diagnostics import Severity, format_key_path
from rcsplan.output.moments import count
from rcsplan.output.plan_send import command_lines
from rcsplan.output.terminal import beginning, ending, hanging, visible, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.diagnostics import Diagnostic
    from rcsplan.errors import RcsplanError
    from rcsplan.output.terminal import Style

_MARGIN = 2
_TAB = " "
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def format_diagnostics(diagnostics: Iterable[Diagnostic], style: Style) -> str:
    """All diagnostics, a blank line between them."""
    return "\n".join("\n".join(_lines(diagnostic, style)) + "\n" for diagnostic in diagnostics)


def format_tally(diagnostics: Iterable[Diagnostic], *, files: int) -> str:
    """How many problems there are, as the last line of a validation."""
    found = list(diagnostics)
    errors = sum(1 for diagnostic in found if diagnostic.severity is Severity.ERROR)
    warnings = sum(1 for diagnostic in found if diagnostic.severity is Severity.WARNING)
    checked = f"{count(files, 'campaign')} checked"
    if not errors and not warnings:
        return f"{checked}, no problems found."
    return f"{checked}: {count(errors, 'error')}, {count(warnings, 'warning')}."


def format_error(error: RcsplanError, style: Style) -> str:
    """An operational error: summary, detail, and what to do, a command to copy alone on its line.

    The summary is one line at any width: it is short but for a path in it, and is what people search logs for.
    """
    lines = [f"{style.bad('Error:')} {style.bold(visible(error.summary))}"]
    lines += told(error.detail, style)
    lines += told(error.hint, style)
    return "\n".join(lines) + "\n"


def told(text: str, style: Style, *, margin: int = _MARGIN) -> Iterator[str]:
    """What an error says in detail, or what to do, its lines indented; a command to copy stands whole on its line."""
    for line in text.splitlines():
        words = line.lstrip(" ")
        indent = margin + len(line) - len(words)
        yield from command_lines(visible(words), style.prose, lead=" " * indent, margin=indent)


def _lines(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    paint = {Severity.ERROR: style.bad, Severity.WARNING: style.changed, Severity.NOTE: style.dim}[diagnostic.severity]
    place = visible(str(diagnostic.location))
    yield from _first_lines(
        f"{paint(diagnostic.severity)}: {place}:",
        f"{style.bold(visible(diagnostic.summary))} [{diagnostic.code}]",
        style,
    )
    yield from _excerpt(diagnostic, style)
    if diagnostic.location.path:
        yield from hanging("  at ", visible(format_key_path(diagnostic.location.path)), style.prose, margin=_MARGIN + 3)
    for text in (diagnostic.detail, diagnostic.hint):
        yield from told(text, style)


def _first_lines(place: str, what: str, style: Style) -> list[str]:
    """Place and problem on one line, as editors read it; where that is too narrow, the place stays whole."""
    whole = f"{place} {what}"
    return [whole] if width_of(whole) <= style.width else [place, *hanging("  ", what, style.width, margin=_MARGIN)]


def _excerpt(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    """The offending line with a caret below its column; a long one is cut around it."""
    line, column = diagnostic.location.line, diagnostic.location.column
    if diagnostic.excerpt is None or line is None:
        return
    text = diagnostic.excerpt.replace("\t", _TAB)
    margin = f"{line:>5} | "
    place = (column or 1) - 1
    before, after = _cut(visible(text[:place]), visible(text[place:]), style.prose - len(margin) - 1)
    yield f"{style.dim(margin)}{before}{after}".rstrip()
    if column is not None:
        yield f"{style.dim(' ' * (len(margin) - 2) + '| ')}{' ' * width_of(before)}{style.bad('^')}"


def _cut(before: str, after: str, room: int) -> tuple[str, str]:
    """What stands before and after the column, in so many columns together; a third is left to what is before."""
    if width_of(before) + width_of(after) <= room:
        return before, after
    left = max(room // 3, room - width_of(after))
    if width_of(before) > left:
        before = _ELLIPSIS + ending(before, left - 1)
    left = room - width_of(before)
    return before, after if width_of(after) <= left else beginning(after, left - 1) + _ELLIPSIS
