"""Source texts: what stands in a file, and diagnostics that point into it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rcsplan.diagnostics import Diagnostic, KeyPath, Location, Severity

_LINE_BREAK = re.compile(r"\r\n?|\n")
#: What looks like an API key, or stands where one would, is never shown, whatever else is wrong with its line.
_SECRET = re.compile(r"""\b(live|test)_[0-9A-Za-z]{12,}|(?<=api_key)(["']?\s*:\s*)[^\s{][^\s,}]*""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """The text of a file; `name` is its path in the project."""

    name: str
    text: str

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at an offset."""
        line, start = 1, 0
        for match in _LINE_BREAK.finditer(self.text, 0, min(offset, len(self.text))):
            line, start = line + 1, match.end()
        return line, offset - start + 1

    def offset_of_line(self, number: int) -> int:
        """The offset at which a line, from 1, begins; that of the last line where there are fewer."""
        start = 0
        for line, match in enumerate(_LINE_BREAK.finditer(self.text), start=2):
            if line > number:
                break
            start = match.end()
        return start

    def excerpt(self, offset: int) -> str:
        """The line around an offset, without its break, and with API keys blotted out."""
        _, column = self.place(offset)
        start = offset - column + 1
        end = _LINE_BREAK.search(self.text, start)
        line = self.text[start : end.start() if end else len(self.text)]
        return _SECRET.sub(lambda secret: (secret[1] or secret[2]).ljust(len(secret[0]), "*"), line)

    def location(self, offset: int, path: KeyPath = ()) -> Location:
        """The place of an offset, with the path in the document that it belongs to."""
        line, column = self.place(offset)
        return Location(file=self.name, line=line, column=column, path=path)

    def problem(
        self,
        code: str,
        summary: str,
        offset: int,
        *,
        path: KeyPath = (),
        severity: Severity = Severity.ERROR,
        detail: str = "",
        hint: str = "",
    ) -> Diagnostic:
        """A diagnostic at an offset, with its line as excerpt."""
        return Diagnostic(
            code=code,
            summary=summary,
            location=self.location(offset, path),
            severity=severity,
            detail=detail,
            hint=hint,
            excerpt=self.excerpt(offset),
        )
