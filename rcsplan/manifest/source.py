"""Source texts: what stands in a file, and diagnostics that point into it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from rcsplan.diagnostics import Diagnostic, KeyPath, Location, Severity

_LINE_BREAK = re.compile(r"\r\n?|\n")
#: What looks like an API key, or stands where one would, is never shown, whatever else is wrong with its line.
_SECRET = re.compile(
    r"""
    \b(live|test)_[0-9A-Za-z]{12,}
    | ((?i:api_key|password|private_key|authorization|cookie|token|secret)["']?\s*:\s*)
      (?:"[^"]*"|'[^']*'|[^\s{"'][^,}]*)
    | (://[^\s/@:]*:)[^\s@]+(?=@)
    | (password=)[^\s&"',}]+
    """,
    re.VERBOSE,
)

#: More problems than this of one document are not looked for: nobody reads them, and a generated file has a million.
MAX_PROBLEMS = 100
#: A longer line is not shown.
_MAX_EXCERPT = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """The text of a file; `name` is its path in the project."""

    name: str
    text: str

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of the character at an offset."""
        starts = _line_starts(self.text)
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def offset_of_line(self, number: int) -> int:
        """The offset at which a line, from 1, begins; that of the last line where there are fewer."""
        starts = _line_starts(self.text)
        return starts[min(number, len(starts)) - 1]

    def line(self, offset: int) -> str:
        """The line around an offset, without its break."""
        number, _ = self.place(offset)
        start = self.offset_of_line(number)
        end = _LINE_BREAK.search(self.text, start)
        return self.text[start : end.start() if end else len(self.text)]

    def excerpt(self, offset: int) -> str | None:
        """The line around an offset as it is shown: with secrets blotted out; None where it is too long for that."""
        line = self.line(offset)
        if len(line) > _MAX_EXCERPT:
            return None
        return _SECRET.sub(lambda secret: secret[secret.lastindex or 0].ljust(len(secret[0]), "*"), line)

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


@lru_cache(maxsize=2)
def _line_starts(text: str) -> list[int]:
    """Where the lines of a text begin; the problems of one file come one after another."""
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]
