"""The matrix of a manifest: one send for each combination of its axes, with exclusions and additions."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema

from rcsplan.campaign.address import CELL_WORD, PART
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint
from rcsplan.manifest.variables import name_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rcsplan.diagnostics import KeyPath

#: Combinations of one manifest; more than anybody can review.
MAX_CELLS = 500

_EXCLUDE, _INCLUDE = "exclude", "include"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination: `key` is its part of the address, sorted by axis; `values` are the variables it sets."""

    key: tuple[tuple[str, str], ...] = ()
    values: Mapping[str, JsonValue] = field(default_factory=dict)


#: The one cell of a manifest without a matrix.
WHOLE = Cell()


def _check_matrix(matrix: dict[str, Any]) -> dict[str, Any]:
    axes = _axes_of(matrix)
    if not axes:
        detail = "A matrix has an axis, which is a variable with the list of its values."
        raise complaint("missing-key", "Key is missing", detail=detail, hint="For example locale: [uk, en].")
    for name, values in axes.items():
        _check_axis(name, values)
    for word in (_EXCLUDE, _INCLUDE):
        entries = matrix.get(word, [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) and entry for entry in entries):
            detail = f"{word} is a list of mappings such as {{locale: en, tier: base}}."
            raise complaint("wrong-type", "Value has the wrong type", detail=detail, at=(word,))
    for index, entry in enumerate(matrix.get(_EXCLUDE, [])):
        _check_exclusion(entry, axes, at=(_EXCLUDE, index))
    for index, entry in enumerate(matrix.get(_INCLUDE, [])):
        _check_inclusion(entry, axes, at=(_INCLUDE, index))
    count = sum(1 for _ in itertools.islice(_combinations(axes, matrix), MAX_CELLS + 1))
    if count > MAX_CELLS:
        detail = f"It has more than {MAX_CELLS} combinations."
        raise complaint("too-long", "Too many entries", detail=detail, hint="Split the campaign.")
    if not count:
        raise complaint("too-short", "Too few entries", detail="Every combination is excluded.", at=(_EXCLUDE,))
    return matrix


def _check_axis(name: str, values: object) -> None:
    if name == PART:
        detail = f"{name!r} is what the sends of a split audience are told apart by."
        raise complaint("reserved-variable", "Not a name for a variable", detail=detail, at=(name,))
    if problem := name_problem(name):
        code, detail, hint = problem
        raise complaint(code, "Not a name for a variable", detail=detail, hint=hint, at=(name,))
    if not isinstance(values, list) or not values:
        detail = f"The axis {name} is a list of its values."
        raise complaint("wrong-type", "Value has the wrong type", detail=detail, hint=f"{name}: [a, b]", at=(name,))
    seen: set[str] = set()
    for index, value in enumerate(values):
        _check_value(value, at=(name, index))
        if _word(value) in seen:
            detail = f"{_word(value)!r} stands twice; two sends would have one address."
            raise complaint("wrong-value", "Value is given twice", detail=detail, hint="Remove one.", at=(name, index))
        seen.add(_word(value))


def _check_value(value: object, *, at: KeyPath) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int) or CELL_WORD.fullmatch(str(value)) is None:
        raise complaint(
            "wrong-value",
            "Value is not allowed",
            detail="Values of an axis are part of the address: short texts of letters, digits, '.', '_' and '-', or "
            "whole numbers.",
            hint="Name the value shortly, and set what belongs to it with include, or by a variable.",
            at=at,
        )


def _check_exclusion(entry: Mapping[str, Any], axes: Mapping[str, list[Any]], *, at: KeyPath) -> None:
    for name, value in entry.items():
        _check_axis_value(name, value, axes, at=(*at, name))


def _check_inclusion(entry: Mapping[str, Any], axes: Mapping[str, list[Any]], *, at: KeyPath) -> None:
    named = {name: value for name, value in entry.items() if name in axes}
    extras = entry.keys() - axes.keys()
    for name in sorted(extras):
        if problem := name_problem(name):
            code, detail, hint = problem
            raise complaint(code, "Not a name for a variable", detail=detail, hint=hint, at=(*at, name))
    if len(named) == len(axes):
        for name, value in named.items():
            _check_value(value, at=(*at, name))
        return
    if not extras:
        missing = ", ".join(sorted(axes.keys() - named.keys()))
        detail = f"To add a combination it must name every axis; {missing} is missing."
        raise complaint("missing-key", "Key is missing", detail=detail, at=at)
    for name, value in named.items():
        _check_axis_value(name, value, axes, at=(*at, name))


def _check_axis_value(name: str, value: object, axes: Mapping[str, list[Any]], *, at: KeyPath) -> None:
    if name not in axes:
        detail = f"The matrix has no axis {name!r}; it has {', '.join(axes)}."
        raise complaint("unknown-key", "Unknown key", detail=detail, at=at)
    if _word(value) not in {_word(known) for known in axes[name]}:
        known = ", ".join(_word(one) for one in axes[name])
        raise complaint("wrong-value", "Value is not allowed", detail=f"{name} has the values {known}.", at=at)


Matrix = Annotated[
    dict[str, JsonValue],
    AfterValidator(_check_matrix),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "properties": {
                _EXCLUDE: {
                    "type": "array",
                    "items": {"type": "object", "minProperties": 1},
                    "description": "Combinations to leave out: every one that has all of these values.",
                    "examples": [[{"locale": "en", "tier": "base"}]],
                },
                _INCLUDE: {
                    "type": "array",
                    "items": {"type": "object", "minProperties": 1},
                    "description": "Further combinations, each naming every axis; or further variables for those that "
                    "have all of the values named.",
                    "examples": [[{"locale": "pl", "tier": "vip"}, {"locale": "uk", "list": "Newsletter UA"}]],
                },
            },
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                "description": "An axis: a variable, and its values. They are part of the address.",
            },
        }
    ),
]


class MatrixSettings(Settings):
    """The part of a manifest that says which combinations it is sent in; read before anything else is rendered."""

    matrix: Matrix = Field(description="One send for each combination.")

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The combinations, in order of their addresses, whatever the order in which they are written."""
        axes = _axes_of(self.matrix)
        combinations = {_key(values, axes): values for values in _combinations(axes, self.matrix)}
        return tuple(Cell(key=key, values=values) for key, values in sorted(combinations.items()))


def _combinations(axes: Mapping[str, list[Any]], matrix: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    inclusions = matrix.get(_INCLUDE, [])
    added = [entry for entry in inclusions if entry.keys() >= axes.keys()]
    exclusions = matrix.get(_EXCLUDE, [])
    products = (dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values()))
    kept = (cell for cell in products if not any(_has(cell, entry) for entry in exclusions))
    seen: set[tuple[tuple[str, str], ...]] = set()
    for cell in itertools.chain(kept, ({name: entry[name] for name in axes} for entry in added)):
        key = _key(cell, axes)
        if key not in seen:
            seen.add(key)
            extras = [entry for entry in inclusions if _has(cell, {n: v for n, v in entry.items() if n in axes})]
            # Its own values last: an addition sets variables, and never another value of an axis.
            yield {name: value for entry in extras for name, value in entry.items()} | cell


def _has(cell: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    return all(_word(cell[name]) == _word(value) for name, value in entry.items())


def _axes_of(matrix: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: values for name, values in matrix.items() if name not in {_EXCLUDE, _INCLUDE}}


def _key(values: Mapping[str, Any], axes: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, _word(values[name])) for name in axes))


def _word(value: object) -> str:
    return str(value)
