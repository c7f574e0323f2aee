"""Templates inside values: compiled once for each distinct text, rendered to plain data."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Template, TemplateNotFound, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.utils import missing

from rcsplan.diagnostics import Diagnostic, did_you_mean
from rcsplan.manifest.bounds import OutOfBoundsError
from rcsplan.manifest.jinja import Missing, NotTextError, TemplateEnvironment, UndefinedVariableError, describe
from rcsplan.manifest.template_files import ProjectTemplates, UnreadableTemplateError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from rcsplan.manifest.source import SourceText

_RESULT = "result"
_ALONE = len(("", "{{ … }}", ""))
#: An expression without braces and escapes inside, whose end is beyond doubt.
_EXPRESSION = re.compile(r"""(\{\{(?![-+{%#])(?:[^{}"'\\]|"[^"{}\\]*"|'[^'{}\\]*')*(?<![-+])\}\})""")
_FAILURES = (
    TemplateError,
    NotTextError,
    OutOfBoundsError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NameError,
    RecursionError,
    TypeError,
    ValueError,
)
_FAILED = ("template-error", "Template fails")
_WORDS = (
    (OutOfBoundsError, ("template-out-of-bounds", "Template does too much")),
    (NotTextError, ("not-text", "Expression is no text")),
)


class UnavailableError(Exception):
    """A variable that could not be rendered; why is reported where it is defined."""


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


@dataclass(frozen=True, slots=True)
class _Compiled:
    template: Template
    native: bool


def holds_template(text: str) -> bool:
    """Whether a text is to be rendered."""
    return "{" in text and ("{{" in text or "{%" in text or "{#" in text)


class Templates:
    """The templates of a project, with whatever was compiled of them."""

    def __init__(self, folder: Path) -> None:
        self._files = ProjectTemplates(folder)
        self._environment = TemplateEnvironment(self._files)
        self._compiled: dict[str, _Compiled] = {}
        self._nesting = 0

    @property
    def globals(self) -> dict[str, Any]:
        """The functions that every template knows."""
        return self._environment.globals

    def render(self, text: str, scope: dict[str, Any]) -> Any:
        """The value of a text: of any type where the text is exactly one expression, else a text.

        Raises:
            TemplateProblemError: it is no template, or does not render to plain data.
            UnavailableError: it needs a variable that could not be rendered itself.
        """
        if not self._nesting:
            self._environment.budget.reset()
        self._nesting += 1
        try:
            pieces = _pieces_of(text)
            return self._joined(pieces, scope) if pieces else self._value(text, scope)
        finally:
            self._nesting -= 1

    def _joined(self, pieces: list[str], scope: dict[str, Any]) -> str:
        """Literal texts and expressions in turn, as one text; each distinct expression is compiled once."""
        texts = list(pieces)
        for number in range(1, len(pieces), 2):
            try:
                texts[number] = self._text(pieces[number], scope)
            except TemplateProblemError as problem:
                problem.number = number // 2
                raise
        return "".join(texts)

    def _text(self, text: str, scope: dict[str, Any]) -> str:
        value = self._value(text, scope)
        if value.__class__ is str:
            return value
        try:
            return self._environment.write(value)
        except NotTextError as error:
            raise self._explain(error, scope) from None

    def _value(self, text: str, scope: dict[str, Any]) -> Any:
        try:
            compiled = self._compiled.get(text) or self._compile(text)
            return _evaluate(compiled, scope)
        except _FAILURES as error:
            raise self._explain(error, scope) from None

    def _compile(self, text: str) -> _Compiled:
        tree = self._environment.parse(text)
        expression = _only_expression(tree)
        if expression is not None:
            target = nodes.Name(_RESULT, "store", lineno=expression.lineno)
            tree = nodes.Template([nodes.Assign(target, expression, lineno=expression.lineno)], lineno=1)
        code = self._environment.compile(tree)
        template = Template.from_code(self._environment, code, self._environment.globals)
        compiled = self._compiled[text] = _Compiled(template, expression is not None)
        return compiled

    def _explain(self, error: Exception, scope: dict[str, Any]) -> TemplateProblemError:
        line, file = _place(error, self._files)
        if isinstance(error, UndefinedVariableError):
            return _undefined(error, scope, line=line, file=file)
        if isinstance(error, UnreadableTemplateError):
            return _unreadable(error.diagnostic, line=line)
        if isinstance(error, TemplateNotFound):
            hint = did_you_mean(str(error.name), self._files.names())
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
            return self._syntax(error, line=line, file=file)
        code, summary = next((words for kind, words in _WORDS if isinstance(error, kind)), _FAILED)
        return TemplateProblemError(code, summary, detail=_sentence(error), line=line, file=file)

    def _syntax(self, error: TemplateSyntaxError, *, line: int, file: SourceText | None) -> TemplateProblemError:
        message = error.message or ""
        name = re.search(r"No (filter|test) named '([^']*)'", message)
        got = re.search(r"got '(\w+)'|unknown tag '(\w+)'", message)
        word = name[2] if name else next(filter(None, got.groups()), "") if got else ""
        known = self._environment.filters if name and name[1] == "filter" else self._environment.tests
        return TemplateProblemError(
            "unknown-filter" if name else "template-syntax",
            "Unknown filter" if name else "Not a valid template",
            detail=_sentence(error),
            hint=did_you_mean(word, (candidate for candidate in known if " " not in candidate)) if name else "",
            line=line,
            word=word,
            file=file,
        )


def _pieces_of(text: str) -> list[str] | None:
    """Literal texts and plain expressions in turn, None where the text is one expression or more than that."""
    pieces = _EXPRESSION.split(text)
    literals = pieces[::2]
    if len(pieces) == 1 or (len(pieces) == _ALONE and not any(literals)):
        return None
    if any("{{" in literal or "{%" in literal or "{#" in literal or literal.endswith("{") for literal in literals):
        return None
    return pieces


def _only_expression(tree: nodes.Template) -> nodes.Expr | None:
    match tree.body:
        case [nodes.Output(nodes=[nodes.Expr() as expression])] if not isinstance(expression, nodes.TemplateData):
            return expression
        case _:
            return None


def _evaluate(compiled: _Compiled, scope: dict[str, Any]) -> Any:
    context = compiled.template.new_context(scope, shared=True)
    pieces = compiled.template.root_render_func(context)
    if not compiled.native:
        return "".join(pieces)
    for _ in pieces:
        pass  # an assignment writes nothing; running it is what sets the result
    return plain_data(context.vars[_RESULT])


def plain_data(value: Any) -> Any:
    """A copy of the value that shares nothing with the variables.

    Raises:
        NotTextError: it holds something that is no data.
        UndefinedVariableError: it holds something undefined.
    """
    kind = value.__class__
    if kind in {str, int, bool} or value is None:
        return value
    if isinstance(value, Missing):
        str(value)  # raises
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple | range):
        return [plain_data(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: plain_data(item) for key, item in value.items()}
    if isinstance(value, str):
        return str(value)
    hint = " End the expression with | list." if hasattr(value, "__next__") else ""
    raise NotTextError(f"The expression must give data, not {describe(value)}.{hint}")


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
    of = " in this mapping" if isinstance(error.owner, dict) else ""
    if error.owner is not missing and not isinstance(error.owner, dict):
        of, known = f" of {describe(error.owner)}", {}
    return TemplateProblemError(
        "undefined-variable",
        "Unknown variable",
        detail=f"{error.name!r} is not defined{of}.",
        hint=did_you_mean(error.name, [name for name in known if isinstance(name, str)]),
        line=line,
        word=error.name,
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
