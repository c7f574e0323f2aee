"""Rendering of a manifest: value by value, after parsing, so that no variable can change the structure of YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from weakref import proxy

from rcsplan.manifest.jinja import Missing
from rcsplan.manifest.origin import Origin
from rcsplan.manifest.source import MAX_PROBLEMS
from rcsplan.manifest.template import Templates, UnavailableError, holds_template
from rcsplan.manifest.template_problem import TemplateProblemError
from rcsplan.manifest.validation import UNRENDERED
from rcsplan.manifest.variables import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rcsplan.diagnostics import Diagnostic, KeyPath
    from rcsplan.manifest.composition import Composed
    from rcsplan.manifest.document import Document

_REGION = re.compile(r"\{\{(?:(?!\{[{%]).)*?\}\}|\{%(?:(?!\{[{%]).)*?%\}", re.DOTALL)
_FILE = "file"
_FILE_ALONE = {_FILE}
_DELIMITER = re.compile(r"\{[{%]")


class Scope(dict[str, Any]):
    """The variables that one send of a manifest sees; the manifest's own are rendered when they are first asked for.

    `above` are those that win over them: the values of its cell and its occurrence.
    """

    def __init__(
        self, shared: Mapping[str, Any], local: Mapping[str, Any], above: Mapping[str, Any], rendering: Rendering
    ) -> None:
        super().__init__({**shared, **above})
        self._shared = shared
        self._pending = {name: value for name, value in local.items() if name not in above}
        self._active: list[str] = []
        self._failed: set[str] = set()
        self._rendering = rendering
        for name in self._pending:
            self.setdefault(name, Missing(name=name))

    def __getitem__(self, name: str) -> Any:
        if name in self._pending or name in self._failed:
            self._resolve(name)
        return super().__getitem__(name)

    def resolve_all(self) -> None:
        """Render every variable, in whatever order they need each other."""
        while self._pending:
            try:
                self._resolve(next(iter(self._pending)))
            except UnavailableError:
                continue

    def _resolve(self, name: str) -> None:
        if name in self._failed:
            raise UnavailableError
        if name in self._active:
            circle = " → ".join([*self._active[self._active.index(name) :], name])
            raise TemplateProblemError(
                "variable-cycle", "Variables refer to each other", detail=f"The circle is {circle}.", word=name
            )
        self._active.append(name)
        failures = self._rendering.failures
        value = self._rendering.value(self._pending[name], ("vars", name))
        self._active.pop()
        del self._pending[name]
        if self._rendering.failures > failures:
            self._failed.add(name)
            raise UnavailableError
        below = self._shared.get(name)
        self[name] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value


class Rendering:
    """Renders one send of a manifest and collects what goes wrong.

    `failures` counts the values that could not be rendered. `above` are the values of its cell and its occurrence;
    until both are known, `is_partial`: variables that nothing asks for may need what is not there yet.
    """

    def __init__(
        self,
        templates: Templates,
        *,
        shared: Mapping[str, Any],
        composed: Composed,
        above: Mapping[str, Any],
        is_partial: bool = False,
    ) -> None:
        self.problems: list[Diagnostic] = []
        self.failures = 0
        self.splices: dict[KeyPath, tuple[int, ...]] = {}
        self.origin = Origin(layers=composed.layers, splices=self.splices)
        self._templates = templates
        # A proxy: a circle would keep every manifest in memory, for the collector is paused while they are loaded.
        self._scope = Scope(shared, composed.variables, above, proxy(self))
        if not is_partial:
            self._scope.resolve_all()

    def value(self, node: Any, path: KeyPath) -> Any:
        """The rendered value of a node; where it fails, a mark, about which validation is silent."""
        if isinstance(node, str):
            return self._text(node, path) if holds_template(node) else node
        if isinstance(node, dict):
            if node.keys() == _FILE_ALONE and isinstance(node[_FILE], str) and path[:1] == ("spec",):
                return self._of_file(node[_FILE], path)
            return {key: self.value(child, (*path, key)) for key, child in node.items()}
        return self._list(node, path) if isinstance(node, list) else node

    def _list(self, node: list[Any], path: KeyPath) -> list[Any]:
        """The rendered entries; a template that gives a list gives its entries to the list it stands in."""
        entries: list[Any] = []
        lengths: list[int] = []
        for index, child in enumerate(node):
            value = self.value(child, (*path, index))
            spliced = isinstance(child, str) and isinstance(value, list)
            entries.extend(value if spliced else (value,))
            lengths.append(len(value) if spliced else 1)
        if len(entries) != len(node) or 0 in lengths:
            self.splices[path] = tuple(lengths)
        return entries

    def _text(self, text: str, path: KeyPath) -> Any:
        return self._tried(text, path, self._templates.render)

    def _of_file(self, name: str, path: KeyPath) -> Any:
        """The text of a file that stands in for a value as {file: NAME}."""
        return self._tried(name, (*path, _FILE), self._templates.render_file)

    def _tried(self, text: str, path: KeyPath, render: Callable[[str, Scope], Any]) -> Any:
        try:
            if len(self.problems) < MAX_PROBLEMS:
                return render(text, self._scope)
        except UnavailableError:
            pass  # reported where the variable is defined
        except TemplateProblemError as problem:
            self.problems.append(self._placed(problem, text, path))
        self.failures += 1
        return UNRENDERED

    def _placed(self, problem: TemplateProblemError, text: str, path: KeyPath) -> Diagnostic:
        document, written = self.origin.find(path)
        if problem.file is None:
            source, offset, detail = document.source, _offset_in(document, written, text, problem), problem.detail
        else:
            source, offset = problem.file, problem.file.offset_of_line(problem.line or 1)
            offset += max(problem.file.line(offset).find(problem.word), 0)
            detail = f"{problem.detail} It is rendered for {document.location(written)}."
        return source.problem(problem.code, problem.summary, offset, path=path, detail=detail, hint=problem.hint)


def _offset_in(document: Document, path: KeyPath, text: str, problem: TemplateProblemError) -> int:
    """Where in the file the expression stands that fails.

    Quoting and folding move lines and columns, but neither adds nor drops an expression: the n-th of the value is the
    n-th of its source.
    """
    start, end = document.span(path)
    regions = list(_REGION.finditer(text))
    word = re.compile(rf"(?<![\w.]){re.escape(problem.word)}(?!\w)|{re.escape(problem.word)}")
    on_line = [number for number, region in enumerate(regions) if _spans(text, region, problem.line)]
    named = [number for number in on_line if problem.word and word.search(regions[number][0])]
    delimiters = list(_DELIMITER.finditer(document.source.text, start, end))
    number = next(iter(named or on_line), 0) if problem.number is None else problem.number
    if number >= len(delimiters):
        return start
    begin = delimiters[number].start()
    found = word.search(document.source.text, begin, end) if problem.word else None
    return found.start() if found else begin


def _spans(text: str, region: re.Match[str], line: int | None) -> bool:
    if line is None:
        return True
    return text.count("\n", 0, region.start()) + 1 <= line <= text.count("\n", 0, region.end()) + 1
