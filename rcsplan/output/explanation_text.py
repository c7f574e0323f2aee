"""Explanations as text and as JSON: each value, the line that wrote it, and the variables that went into it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rcsplan.output.terminal import format_json, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.manifest.explanation import ValueOrigin, VariableOrigin
    from rcsplan.operations.explain import Explanation
    from rcsplan.output.terminal import Style

_WIDTH = 100


def format_explanation(explanation: Explanation, style: Style) -> str:
    """The explanation for people."""
    blocks = ["\n".join(_lines(value, style)) for value in explanation.values]
    return "\n".join([style.bold(visible(explanation.address)), *blocks])


def format_explanation_json(explanation: Explanation) -> str:
    """The explanation as one JSON document."""
    values = [{"path": value.name, "value": value.value, **_origin(value)} for value in explanation.values]
    document = {"address": explanation.address, "values": values}
    return format_json(document)


def _lines(value: ValueOrigin, style: Style) -> Iterator[str]:
    shown = shortened(json.dumps(value.value, ensure_ascii=False), _WIDTH)
    yield f"  {style.bold(visible(value.name))}: {shown}"
    yield f"    {_where(value)}{_through(value)}"
    for need in value.needs:
        yield from _variable(need, depth=3)


def _variable(variable: VariableOrigin, *, depth: int) -> Iterator[str]:
    yield f"{'  ' * depth}{visible(variable.name)} ← {_where(variable)}{_through(variable)}"
    for need in variable.needs:
        yield from _variable(need, depth=depth + 1)


def _where(origin: ValueOrigin | VariableOrigin) -> str:
    return visible(str(origin.place)) if origin.place is not None else visible(origin.kind)


def _through(origin: ValueOrigin | VariableOrigin) -> str:
    return f"  {shortened(origin.written, _WIDTH)}" if origin.written else ""


def _origin(origin: ValueOrigin | VariableOrigin) -> dict[str, object]:
    place = origin.place
    return {
        "kind": origin.kind,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "written": origin.written,
        "variables": [{"name": need.name, **_origin(need)} for need in origin.needs],
    }
