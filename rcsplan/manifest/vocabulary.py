"""The keys that a model knows, read from its JSON Schema, so that a wrong key can be answered with the right one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import KeyPath, did_you_mean, format_key_path

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_HOMES = 4


class Vocabulary:
    """Which keys may stand where."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema

    def hint(self, path: KeyPath) -> str:
        """What the unknown key at a path was probably meant to be, or where it belongs."""
        key = str(path[-1])
        siblings = {name for node in self._nodes_at(path[:-1]) for name in node.get("properties", {})}
        homes = sorted({format_key_path(home).replace("[0]", "[]") for home in self._homes(key)})
        if near := did_you_mean(key, siblings):
            return near
        if 0 < len(homes) <= _MAX_HOMES:
            return f"It belongs at {' or '.join(homes)}."
        return f"Known here: {', '.join(sorted(siblings))}." if siblings else ""

    def _nodes_at(self, path: KeyPath) -> list[dict[str, Any]]:
        nodes = self._alternatives(self._schema)
        for part in path:
            nodes = [inner for node in nodes for inner in self._step(node, part)]
        return nodes

    def _step(self, node: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
        if isinstance(part, int):
            inner = node.get("items")
        else:
            patterns = iter(node.get("patternProperties", {}).values())
            inner = node.get("properties", {}).get(part) or node.get("additionalProperties") or next(patterns, None)
        return self._alternatives(inner) if isinstance(inner, dict) else []

    def _alternatives(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """The node itself, or all that it may be, with references followed."""
        if "$ref" in node:
            return self._alternatives(self._schema["$defs"][node["$ref"].rpartition("/")[2]])
        branches = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
        return [inner for branch in branches for inner in self._alternatives(branch)] if branches else [node]

    def _homes(self, key: str) -> Iterator[KeyPath]:
        yield from (path for path in self._paths(self._schema, ()) if path[-1] == key)

    def _paths(self, node: dict[str, Any], path: KeyPath) -> Iterator[KeyPath]:
        for inner in self._alternatives(node):
            for key, child in inner.get("properties", {}).items():
                yield (*path, key)
                yield from self._paths(child, (*path, key))
            if isinstance(inner.get("items"), dict):
                yield from self._paths(inner["items"], (*path, 0))
