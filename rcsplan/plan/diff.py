"""The field-level difference between two request bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.plan.model import FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import JsonValue


def diff_payloads(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> tuple[FieldChange, ...]:
    """Every field that was added, removed or changed, in the order of the new body, then what is gone."""
    return tuple(_changes(before, after, path=""))


def _changes(before: JsonValue, after: JsonValue, *, path: str) -> Iterator[FieldChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (*after, *(key for key in before if key not in after)):
            yield from _changes(before.get(key), after.get(key), path=f"{path}.{key}" if path else key)
        return
    if _are_blocks(before, after):
        old, new = _as_list(before), _as_list(after)
        for index in range(max(len(old), len(new))):
            yield from _changes(_at(old, index), _at(new, index), path=f"{path}[{index}]")
        return
    if before != after:
        yield FieldChange(path=path, before=before, after=after)


def _are_blocks(before: JsonValue, after: JsonValue) -> bool:
    """Whether both are lists of blocks, cards for example; lists of plain values differ as a whole."""
    both = (*_as_list(before), *_as_list(after))
    return isinstance(before, list) and isinstance(after, list) and any(isinstance(item, dict) for item in both)


def _as_list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _at(values: list[JsonValue], index: int) -> JsonValue:
    return values[index] if index < len(values) else None
