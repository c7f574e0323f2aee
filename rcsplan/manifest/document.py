"""Documents of a YAML file: plain data, and the place of every key and value at the price of one number each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import Diagnostic, KeyPath, Location, Severity

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from rcsplan.manifest.source import SourceText


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document of a file.

    `offsets` holds where each key and value begins, in reading order; a path finds its number by walking `tree`, which
    keeps that order. An alias counts as one node, whatever it stands for: `aliases` names those numbers.
    """

    source: SourceText
    index: int
    tree: Any
    offsets: array[int]
    aliases: frozenset[int]

    def offset(self, path: KeyPath, *, on_key: bool = False) -> int:
        """Where the value (or the key) at a path begins; of its nearest known parent where there is none."""
        number, key, _ = self._find(path)
        return self.offsets[key if on_key else number]

    def span(self, path: KeyPath) -> tuple[int, int]:
        """Where the scalar at a path begins, and where the next node begins."""
        number, _, _ = self._find(path)
        last = number + 1 == len(self.offsets)
        return self.offsets[number], len(self.source.text) if last else self.offsets[number + 1]

    def location(self, path: KeyPath, *, on_key: bool = False) -> Location:
        """The place of the value (or the key) at a path; of its nearest known parent where there is none."""
        return self.source.location(self.offset(path, on_key=on_key), path)

    def known_part(self, path: KeyPath) -> KeyPath:
        """As much of a path as the document has."""
        return self._find(path)[2]

    def problem(
        self,
        code: str,
        summary: str,
        path: KeyPath,
        *,
        on_key: bool = False,
        severity: Severity = Severity.ERROR,
        detail: str = "",
        hint: str = "",
    ) -> Diagnostic:
        """A diagnostic at the value (or the key) of a path."""
        offset = self.offset(path, on_key=on_key)
        return self.source.problem(code, summary, offset, path=path, severity=severity, detail=detail, hint=hint)

    def _find(self, path: KeyPath) -> tuple[int, int, KeyPath]:
        """The numbers of the value and of its key, and the part of the path that was found."""
        node, number, key = self.tree, 0, 0
        for depth, part in enumerate(path):
            found = next((child for child in self._children(node, number) if child[0] == part), None)
            if found is None:
                return number, key, path[:depth]
            _, node, number, key = found
        return number, key, path

    def _children(self, node: Any, number: int) -> Iterator[tuple[str | int, Any, int, int]]:
        """Of each child of a container: its key, its value, and the numbers of value and key."""
        if number in self.aliases:
            return
        keyed = isinstance(node, dict)
        entries = node.items() if keyed else enumerate(node) if isinstance(node, list) else ()
        position = number + 1
        for key, value in entries:
            at = position + 1 if keyed else position
            yield key, value, at, position
            position = at + self._size(value, at)

    def _size(self, node: Any, number: int) -> int:
        """How many numbers a node takes in reading order."""
        if number in self.aliases or not isinstance(node, dict | list):
            return 1
        size = 1
        for _, child, at, _ in self._children(node, number):
            size = at + self._size(child, at) - number
        return size
