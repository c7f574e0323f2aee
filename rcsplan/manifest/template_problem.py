"""What is wrong with a template: every exception of Jinja as a problem with a code, a place and a hint."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from rcsplan.diagnostics import Diagnostic, did_you_mean
from rcsplan.manifest.bounds import OutOfBoundsError
from rcsplan.manifest.jinja import NotTextError, TemplateEnvironment, UndefinedVariableError, describe
from rcsplan.manifest.template_files import ProjectTemplates, UnreadableTemplateError

if TYPE_CHECKING:
    from types import TracebackType

    from rcsplan.manifest.source import SourceText

_MAX_CANDIDATES = 1000
_FAILED = ("template-error", "Template fails")
_WORDS = (
    (OutOfBoundsError, ("template-out-of-bounds", "Template does too much")),
    (NotTextError, ("not-text", "Expression is no text")),
)


class TemplateProblemError(Exception):
    """What is wrong with a template: at a word, on a line (None: unknown), in a file of `templates/` or in a value.

    `number` counts the expressions of the value up to the one that fails, where that is known.
    """

    def __init__(
        self,
        code: str,
        summary: str,
        *,
        detail: str,
        hint: str = "",
        line: int | None = None,
        word: str = "",
        file: SourceText | None = None,
    ) -> None:
        super().__init__(summary)
        self.code = code
        self.summary = summary
        self.detail = detail
        self.hint = hint
        self.line = line
        self.word = word
        self.file = file
        self.number: int | None = None


def explain(
    error: Exception, scope: dict[str, Any], *, environment: TemplateEnvironment, files: ProjectTemplates
) -> TemplateProblemError:
    """What went wrong in a template, in the words of an author and at its place."""
    line, file = _place(error, files)
    if isinstance(error, UndefinedVariableError):
        return _undefined(error, scope, line=line, file=file)
    if isinstance(error, UnreadableTemplateError):
        return _unreadable(error.diagnostic, line=line)
    if isinstance(error, TemplateNotFound):
        hint = did_you_mean(str(error.name), files.names())
        detail = f"There is no {error.name} in the templates folder."
        return TemplateProblemError(
            "unknown-template",
            "Unknown template",
            detail=detail,
            hint=hint,
            line=line,
            word=str(error.name),
            file=file,
        )
    if isinstance(error, TemplateSyntaxError):
        return _syntax(error, environment, line=line, file=file)
    code, summary = next((words for kind, words in _WORDS if isinstance(error, kind)), _FAILED)
    return TemplateProblemError(code, summary, detail=_sentence(error), line=line, file=file)


def _syntax(
    error: TemplateSyntaxError, environment: TemplateEnvironment, *, line: int, file: SourceText | None
) -> TemplateProblemError:
    message = error.message or ""
    name = re.search(r"No (filter|test) named '([^']*)'", message)
    got = re.search(r"got '(\w+)'|unknown tag '(\w+)'", message)
    word = name[2] if name else next(filter(None, got.groups()), "") if got else ""
    known = environment.filters if name and name[1] == "filter" else environment.tests
    return TemplateProblemError(
        "unknown-filter" if name else "template-syntax",
        "Unknown filter" if name else "Not a valid template",
        detail=_sentence(error),
        hint=did_you_mean(word, (candidate for candidate in known if " " not in candidate)) if name else "",
        line=line,
        word=word,
        file=file,
    )


def _place(error: Exception, files: ProjectTemplates) -> tuple[int, SourceText | None]:
    """The line where a template failed, and its file where it is one: the innermost of the templates involved."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno, files.sources.get(error.name or "")
    line, file = 1, None
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line, file = template.get_corresponding_lineno(trace.tb_lineno), files.sources.get(template.name or "")
        trace = trace.tb_next
    return line, file


def _undefined(
    error: UndefinedVariableError, scope: dict[str, Any], *, line: int, file: SourceText | None
) -> TemplateProblemError:
    known = error.owner if isinstance(error.owner, dict) else scope
    # Of a list it is a number.
    name = str(error.name)
    of = " in this mapping" if isinstance(error.owner, dict) else ""
    if error.owner is not missing and not isinstance(error.owner, dict):
        of, known = f" of {describe(error.owner)}", {}
    return TemplateProblemError(
        "undefined-variable",
        "Unknown variable",
        detail=f"{error.name!r} is not defined{of}.",
        hint=did_you_mean(name, (one for one in islice(known, _MAX_CANDIDATES) if isinstance(one, str))),
        line=line,
        word=name,
        file=file,
    )


def _unreadable(diagnostic: Diagnostic, *, line: int) -> TemplateProblemError:
    detail = f"{diagnostic.location}: {diagnostic.detail}"
    return TemplateProblemError(diagnostic.code, diagnostic.summary, detail=detail, hint=diagnostic.hint, line=line)


def _sentence(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "It is nested too deeply, or calls itself without end."
    if isinstance(error, SecurityError | UndefinedError):
        return "It uses something that templates may not use."
    text = str(error).strip() or type(error).__name__
    return text[:1].upper() + text[1:].rstrip(".") + "."
