"""Diagnostics and errors as text: where, what is wrong, the line with a caret, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.diagnostics import Severity, format_key_path
from rcsplan.output.moments import count
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.diagnostics import Diagnostic
    from rcsplan.errors import RcsplanError
    from rcsplan.output.terminal import Style

_WIDEST_EXCERPT = 110
_TAB = " "


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
    """An operational error: summary, detail, and what to do, a command to copy alone on its line."""
    lines = [f"{style.bad('Error:')} {style.bold(visible(error.summary))}"]
    lines += [f"  {visible(line)}" for line in error.detail.splitlines()]
    lines += [f"  {visible(line)}" for line in error.hint.splitlines()]
    return "\n".join(lines) + "\n"


def _lines(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    paint = {Severity.ERROR: style.bad, Severity.WARNING: style.changed, Severity.NOTE: style.dim}[diagnostic.severity]
    place = visible(str(diagnostic.location))
    yield f"{paint(diagnostic.severity)}: {place}: {style.bold(visible(diagnostic.summary))} [{diagnostic.code}]"
    yield from _excerpt(diagnostic, style)
    if diagnostic.location.path:
        yield f"  at {visible(format_key_path(diagnostic.location.path))}"
    for text in (diagnostic.detail, diagnostic.hint):
        yield from (f"  {visible(line)}" for line in text.splitlines())


def _excerpt(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    """The offending line with a caret; a long one is cut around the column."""
    line, column = diagnostic.location.line, diagnostic.location.column
    if diagnostic.excerpt is None or line is None:
        return
    text = diagnostic.excerpt.replace("\t", _TAB)
    start = max(0, (column or 1) - 1 - _WIDEST_EXCERPT // 2) if len(text) > _WIDEST_EXCERPT else 0
    before = ("…" if start else "") + visible(text[start : (column or 1) - 1])
    after = visible(text[max((column or 1) - 1, start) : start + _WIDEST_EXCERPT])
    margin = f"{line:>5} | "
    yield f"{style.dim(margin)}{before}{after}{'…' if len(text) > start + _WIDEST_EXCERPT else ''}"
    if column is not None:
        yield f"{style.dim(' ' * (len(margin) - 2) + '| ')}{' ' * len(before)}{style.bad('^')}"
