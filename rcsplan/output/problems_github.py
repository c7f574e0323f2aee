"""Diagnostics as workflow commands of GitHub Actions, which show them in the changes of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.diagnostics import Severity
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.diagnostics import Diagnostic, Location

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}

#: A percent sign first, or it would escape the escapes. In the value of a property the separators are escaped too.
_IN_MESSAGE = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_IN_PROPERTY = (*_IN_MESSAGE, (":", "%3A"), (",", "%2C"))


def format_diagnostics_github(diagnostics: Iterable[Diagnostic], *, prefix: str) -> str:
    """A command a line; `prefix` leads from the root of the repository to the project, with a slash at its end."""
    return "".join(f"{_command(diagnostic, prefix)}\n" for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic, prefix: str) -> str:
    title = f"{diagnostic.summary} [{diagnostic.code}]"
    properties = [*_place(diagnostic.location, prefix), ("title", visible(title))]
    written = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in properties)
    return f"::{_COMMANDS[diagnostic.severity]} {written}::{_escaped(_message(diagnostic), _IN_MESSAGE)}"


def _place(location: Location, prefix: str) -> Iterator[tuple[str, str]]:
    if not location.is_file:
        return
    yield "file", visible(location.file if location.file.startswith("/") else f"{prefix}{location.file}")
    if location.line is not None:
        yield "line", str(location.line)
    if location.column is not None:
        yield "col", str(location.column)


def _message(diagnostic: Diagnostic) -> str:
    """Detail and hint, each line of them harmless; the summary where there is neither, for a message must not be empty.

    A problem that is in no file says where it is.
    """
    where = "" if diagnostic.location.is_file else f"{diagnostic.location}: "
    lines = [*diagnostic.detail.splitlines(), *diagnostic.hint.splitlines()] or [f"{diagnostic.summary}."]
    return "\n".join(visible(line) for line in [f"{where}{lines[0]}", *lines[1:]])


def _escaped(text: str, escapes: tuple[tuple[str, str], ...]) -> str:
    for character, escape in escapes:
        text = text.replace(character, escape)
    return text
