"""Jinja as manifests may use it: sandboxed, strict, bounded, and the same on every run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from rcsplan.manifest.bounds import Budget, bounded_range, check_operation
from rcsplan.manifest.filters import FILTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import BaseLoader
    from jinja2.runtime import Context

# Names that no template can spell, for the filters that the bounds put into it.
_LOOP = "loop bound"
_CONCATENATION = "size bound"
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        {
            "capitalize",
            "count",
            "endswith",
            "find",
            "isdigit",
            "lower",
            "lstrip",
            "removeprefix",
            "removesuffix",
            "rstrip",
            "split",
            "startswith",
            "strip",
            "title",
            "upper",
        }
    ),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
}
_DATA = (str, int, float, bool, list, tuple, dict, type(None))


class UndefinedVariableError(UndefinedError):
    """A name that is not known: of a variable, or of a key in `owner`."""

    def __init__(self, message: str | None = None, *, name: str, owner: Any) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner


class NotTextError(Exception):
    """An expression inside a text whose value is no text."""


class Missing(StrictUndefined):
    """An undefined value that says its name when it is used."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None) -> None:
        del exc
        super().__init__(hint, obj, name, partial(UndefinedVariableError, name=name or "", owner=obj))  # type: ignore[arg-type]  # jinja2 calls what it declares as a class


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """The environment that every template of a project is compiled in."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader,
            undefined=Missing,
            finalize=self.write,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
        )
        self.budget = Budget()
        self.filters = {**FILTERS, _LOOP: self.budget.counted, _CONCATENATION: self.concatenate}
        self.globals = {"range": bounded_range, "dict": dict, "namespace": self.globals["namespace"]}

    def write(self, value: Any) -> str:
        """A value on its way into a text.

        Raises:
            NotTextError: it is no text, and Python's way to print it means nothing to a recipient.
        """
        if isinstance(value, Missing):
            str(value)  # raises
        if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
            raise NotTextError(f"A text needs text or a number here, not {describe(value)}.")
        text = str(value)
        self.budget.write(len(text))
        return text

    def concatenate(self, pieces: Iterable[Any]) -> str:
        """Values joined to one text, which is what `~` does."""
        return "".join(self.write(piece) for piece in pieces)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute; of a mapping its key first, so that data may use the names of methods."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Of data only the methods that neither change it nor blow it up."""
        if isinstance(obj, _DATA):
            return any(isinstance(obj, kind) and attr in names for kind, names in _METHODS.items())
        return super().is_safe_attribute(obj, attr, value)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls, counted."""
        self.budget.step()
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Compute what a template computes, within bounds."""
        check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def _load_template(self, name: str, globals: Any) -> Any:  # noqa: A002  # named so in jinja2
        self.budget.step()
        return super()._load_template(name, globals)

    def wrap_str_format(self, value: Any) -> None:
        """No `format` of texts: its widths are boundless."""

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002  # the signature is jinja2's
    ) -> str:
        return super()._generate(_Bounding().visit(source), name, filename, defer_init)


class _Bounding(NodeTransformer):
    """Puts the bounds into a template: on every loop, and on every concatenation."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # named after the node, as visitors are
        self.generic_visit(node)
        if node.recursive:
            raise TemplateSyntaxError("recursive loops are not supported", node.lineno)
        literal = sum(len(data.data) for data in node.find_all(nodes.TemplateData))
        arguments: list[nodes.Expr] = [nodes.Const(literal, lineno=node.lineno)]
        node.iter = nodes.Filter(node.iter, _LOOP, arguments, [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # as above
        self.generic_visit(node)
        pieces = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(pieces, _CONCATENATION, [], [], None, None, lineno=node.lineno)


def describe(value: Any) -> str:
    """What kind of thing a value is, in the words of an author."""
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = (
        (str, "a text"),
        (int | float, "a number"),
        (type(None), "nothing (null)"),
        (list | tuple, "a list"),
        (dict, "a mapping"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a function or another object")
