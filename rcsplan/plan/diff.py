"""The field-level difference between two request bodies, and the older one from the newer."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from rcsplan.plan.model import FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic import JsonValue


#: One step of a path: an index in brackets, or a key.
_STEP = re.compile(r"\[([0-9]{1,6})\]|([^.\[\]]+)")


def diff_payloads(before: dict[str, JsonValue], after: dict[str, JsonValue]) -> tuple[FieldChange, ...]:
    """Every field that was added, removed or changed, in the order of the new body, then what is gone."""
    return tuple(_changes(before, after, path=""))


def payload_before(after: dict[str, JsonValue], changes: Iterable[FieldChange]) -> dict[str, JsonValue]:
    """The body that a difference was taken from; a field that was null is left out, as one that was not there."""
    before = deepcopy(after)
    for change in changes:
        steps = [int(index) if index else key for index, key in _STEP.findall(change.path)]
        _put(before, steps, change.before)
    return before


def _put(container: JsonValue, steps: Sequence[str | int], value: JsonValue) -> None:
    """Put a value at a place below a container; null takes away what stands there."""
    match container, steps:
        case dict(), [str(key)] if value is None:
            container.pop(key, None)
        case dict(), [str(key)]:
            container[key] = value
        case dict(), [str(key), *rest]:
            _put(container.get(key), rest, value)
        case list(), [int(index)]:
            # Items come in their order, and are null only where the older list is the shorter one.
            container[index:] = [] if value is None else [value, *container[index + 1 :]]
        case list(), [int(index), *rest] if index < len(container):
            _put(container[index], rest, value)


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
