"""Templates inside values: compiled once for each distinct text, rendered to plain data."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Template, meta, nodes
from jinja2.exceptions import TemplateError

from rcsplan.diagnostics import Diagnostic
from rcsplan.manifest.bounds import MAX_SIZE, OutOfBoundsError
from rcsplan.manifest.jinja import Missing, NotTextError, TemplateEnvironment, describe
from rcsplan.manifest.template_files import ProjectTemplates, ProjectTexts
from rcsplan.manifest.template_problem import TemplateProblemError, explain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jinja2.runtime import Context

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


class UnavailableError(Exception):
    """A variable that could not be rendered; why is reported where it is defined."""


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
        self._texts = ProjectTexts(folder)
        self._environment = TemplateEnvironment(self._files)
        self._compiled: dict[str, _Compiled] = {}
        self._context: Context | None = None
        self._nesting = 0

    @property
    def globals(self) -> dict[str, Any]:
        """The functions that every template knows."""
        return self._environment.globals

    def paths_in(self, text: str) -> frozenset[tuple[str, ...]]:
        """The variables that a text needs, each with the keys that are written out after it: ("offer", "url")."""
        tree = self._environment.parse(text)
        names = meta.find_undeclared_variables(tree) - self.globals.keys()
        return frozenset(path for path in _paths_in(tree) if path[0] in names)

    def render(self, text: str, scope: dict[str, Any]) -> Any:
        """The value of a text: of any type where the text is exactly one expression, else a text.

        Raises:
            TemplateProblemError: it is no template, or does not render to plain data.
            UnavailableError: it needs a variable that could not be rendered itself.
        """
        if len(text) > MAX_SIZE:
            detail = f"A templated text may have {MAX_SIZE:,} characters; this one has {len(text):,}."
            raise TemplateProblemError("template-out-of-bounds", "Template does too much", detail=detail)
        if not self._nesting:
            self._environment.budget.reset()
        self._nesting += 1
        try:
            pieces = _pieces_of(text)
            return self._joined(pieces, scope) if pieces else self._value(text, scope)
        finally:
            self._nesting -= 1

    def render_file(self, path: str, scope: dict[str, Any]) -> Any:
        """The value of the text of a file of the project.

        Raises:
            TemplateProblemError: the file cannot be read, or as `render`.
            UnavailableError: as `render`.
        """
        source = self._file(path)
        try:
            return self.render(source.text, scope) if holds_template(source.text) else source.text
        except TemplateProblemError as problem:
            if problem.file is None:
                problem.file, problem.line = source, _line_in(source, problem)
            raise

    def text_of_file(self, path: str) -> str:
        """The text of a file of the project as it is written.

        Raises:
            TemplateProblemError: the file cannot be read.
        """
        return self._file(path).text

    def _file(self, path: str) -> SourceText:
        source = self._texts.find(path)
        if isinstance(source, Diagnostic):
            detail = f"{path}: {source.summary}. {source.detail}".rstrip()
            raise TemplateProblemError(source.code, "Text cannot be read", detail=detail)
        return source

    def _joined(self, pieces: list[str], scope: dict[str, Any]) -> str:
        """Literal texts and expressions in turn, as one text; each distinct expression is compiled once."""
        texts = list(pieces)
        for number in range(1, len(pieces), 2):
            try:
                texts[number] = self._piece(pieces[number], scope)
            except TemplateProblemError as problem:
                problem.number = number // 2
                raise
        return "".join(texts)

    def _piece(self, text: str, scope: dict[str, Any]) -> str:
        value = self._value(text, scope)
        if value.__class__ is str:
            return value
        try:
            return self._environment.write(value)
        except NotTextError as error:
            raise self._explained(error, scope) from None

    def _value(self, text: str, scope: dict[str, Any]) -> Any:
        try:
            compiled = self._compiled.get(text) or self._compile(text)
            return self._result(compiled.template, scope) if compiled.native else _text(compiled.template, scope)
        except _FAILURES as error:
            raise self._explained(error, scope) from None

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

    def _result(self, template: Template, scope: dict[str, Any]) -> Any:
        """The value of an expression; the expressions of one scope share a context, which costs as much as they do."""
        context = self._context
        if context is None or context.parent is not scope:
            context = self._context = template.new_context(scope, shared=True)
        for _ in template.root_render_func(context):
            pass  # an assignment writes nothing; running it is what sets the result
        return plain_data(context.vars.pop(_RESULT))

    def _explained(self, error: Exception, scope: dict[str, Any]) -> TemplateProblemError:
        return explain(error, scope, environment=self._environment, files=self._files)


def _line_in(source: SourceText, problem: TemplateProblemError) -> int | None:
    """The line of a file on which an expression fails; of a plain one only its number among the others is known."""
    if problem.number is None:
        return problem.line
    start = 0
    for _ in range(problem.number + 1):
        start = source.text.index("{{", start) + 1
    return source.place(start)[0] + (problem.line or 1) - 1


def _pieces_of(text: str) -> list[str] | None:
    """Literal texts and plain expressions in turn, None where the text is one expression or more than that."""
    pieces = _EXPRESSION.split(text)
    literals = pieces[::2]
    if len(pieces) == 1 or (len(pieces) == _ALONE and not any(literals)):
        return None
    if any("{{" in literal or "{%" in literal or "{#" in literal or literal.endswith("{") for literal in literals):
        return None
    return pieces


def _paths_in(node: nodes.Node) -> Iterator[tuple[str, ...]]:
    """The names below a node, each with the constant keys that follow it."""
    path = _path_of(node)
    if path is not None:
        yield path
        return
    for child in node.iter_child_nodes():
        yield from _paths_in(child)


def _path_of(node: nodes.Node) -> tuple[str, ...] | None:
    match node:
        case nodes.Name(name=str() as name, ctx="load"):
            return (name,)
        case nodes.Getattr(node=inner, attr=str() as key):
            pass
        case nodes.Getitem(node=inner, arg=nodes.Const(value=str() as key)):
            pass
        case _:
            return None
    above = _path_of(inner)
    return None if above is None else (*above, key)


def _only_expression(tree: nodes.Template) -> nodes.Expr | None:
    match tree.body:
        case [nodes.Output(nodes=[nodes.Expr() as expression])] if not isinstance(expression, nodes.TemplateData):
            return expression
        case _:
            return None


def _text(template: Template, scope: dict[str, Any]) -> str:
    return "".join(template.root_render_func(template.new_context(scope, shared=True)))


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
