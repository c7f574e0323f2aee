"""Documents of a YAML file: plain data, and the place of every key and value at the price of one number each."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import Diagnostic, KeyPath, Location, Severity

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator

    from rcsplan.manifest.source import SourceText


class Document:
    """One document of a file.

    `offsets` holds where each key and value begins, in reading order. A path finds its number by a walk through `tree`,
    which keeps that order; the walk goes only as far as it is asked to. An alias counts as one node, whatever it stands
    for: `aliases` names those numbers.
    """

    __slots__ = ("_known", "_walk", "aliases", "index", "offsets", "source", "tree")

    def __init__(
        self, *, source: SourceText, index: int, tree: Any, offsets: array[int], aliases: frozenset[int]
    ) -> None:
        self.source = source
        self.index = index
        self.tree = tree
        self.offsets = offsets
        self.aliases = aliases
        self._known: dict[KeyPath, tuple[int, int]] = {}
        self._walk = _numbered(tree, (), None, count(), aliases)

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
        if path not in self._known:
            self._walk_to(path)
        while path not in self._known:
            path = path[:-1]
        return *self._known[path], path

    def _walk_to(self, path: KeyPath) -> None:
        for found, number, key in self._walk:
            self._known[found] = number, key
            if found == path:
                return


def _numbered(
    node: Any, path: KeyPath, key: int | None, numbers: Iterator[int], aliases: frozenset[int]
) -> Iterator[tuple[KeyPath, int, int]]:
    """Every path below a node in reading order, with the numbers of its value and of its key (its own without one)."""
    number = next(numbers)
    yield path, number, number if key is None else key
    if number in aliases:
        return
    if isinstance(node, dict):
        for name, child in node.items():
            yield from _numbered(child, (*path, name), next(numbers), numbers, aliases)
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _numbered(child, (*path, index), None, numbers, aliases)
