"""Content problems as values: what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A place inside a document: keys of mappings and indexes of sequences, from the root down.
KeyPath = tuple[str | int, ...]


class Severity(StrEnum):
    """How much a diagnostic weighs: an error stops the run, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place in a file, relative to the project folder; line and column count from 1, None where none is known.

    Where `is_file` is false, `file` names something else of which a problem is told, such as an option.
    """

    file: str
    line: int | None = None
    column: int | None = None
    path: KeyPath = ()
    is_file: bool = True

    def __str__(self) -> str:
        """`file:line:column`, as editors and terminals make clickable."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One problem of the user's content.

    `code` is stable and kebab-case; `summary` is short, fixed and free of user text; `detail` says what was wrong here
    and why; `hint` says what to do. `excerpt` is the offending line of the file, without its line break.
    """

    code: str
    summary: str
    location: Location
    severity: Severity = Severity.ERROR
    detail: str = ""
    hint: str = ""
    excerpt: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether this diagnostic stops the run."""
        return self.severity is Severity.ERROR


#: The commands that ways out and hints name, before each of which an environment may have to be chosen.
_NAMED_COMMAND = re.compile(r"\brcsplan (?=(?:apply|approve|plan|stop|test|state|import|lists|show|status)\b)")


def commands_in(text: str, environment: str) -> str:
    """A text in which every command speaks of an environment, so that it can be run as it stands.

    >>> commands_in("To stop it: rcsplan stop sale", "production")
    'To stop it: rcsplan --env production stop sale'
    """
    return _NAMED_COMMAND.sub(f"rcsplan --env {environment} ", text)


def format_key_path(path: KeyPath) -> str:
    """A key path as people write it: `spec.options.cards[0].title`.

    >>> format_key_path(("spec", "options", "cards", 0, "title"))
    'spec.options.cards[0].title'
    """
    text = ""
    for part in path:
        match part:
            case int():
                text += f"[{part}]"
            case str():
                text += f".{part}" if text else part
    return text


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """A hint that names the nearest candidate, or an empty string where none is near."""
    near = difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else ""


def in_file_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics as a reader goes through the files, each once."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.location.file, d.location.line or 0, d.location.column or 0, d.code)))
