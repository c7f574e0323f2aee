"""Where a value of a rendered manifest comes from: the manifest itself, or one of the layers below it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rcsplan.diagnostics import Diagnostic, KeyPath
    from rcsplan.manifest.document import Document
    from rcsplan.manifest.validation import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A document of which a manifest is made; `places` says where in it each part of a manifest stands.

    Without places it is the manifest itself, in which every part stands where it is.
    """

    document: Document
    places: Mapping[str, KeyPath] | None = None

    def path_of(self, path: KeyPath) -> KeyPath | None:
        """The path in this document for one of the manifest, None where it has no such part."""
        if self.places is None:
            return path
        base = self.places.get(str(path[0])) if path else None
        return None if base is None else (*base, *path[1:])

    def depth(self, path: KeyPath) -> int:
        """How many parts of a path of the manifest this document has."""
        own = self.path_of(path)
        if own is None:
            return 0
        return max(len(self.document.known_part(own)) - (len(own) - len(path)), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The layers that a manifest was made of, the one that wins over all others first.

    `splices` says, for each list into which a template put several entries, how many entries each of its own became.
    """

    layers: tuple[Layer, ...]
    splices: Mapping[KeyPath, tuple[int, ...]] = field(default_factory=dict)

    def find(self, path: KeyPath) -> tuple[Document, KeyPath]:
        """The document and the path in it from which the rendered value at a path comes.

        It is the layer that knows most of the path, and of several the one that wins: what a layer sets to something
        else than a mapping, no layer below adds to.
        """
        written = self._before_splicing(path)
        owner = max(self.layers, key=lambda layer: layer.depth(written))
        # A part that no layer has is missing in the manifest.
        layer = owner if owner.depth(written) > 1 else self._manifest
        return layer.document, layer.path_of(written) or ()

    @property
    def _manifest(self) -> Layer:
        return next(layer for layer in self.layers if layer.places is None)

    def place(self, finding: Finding) -> Diagnostic:
        """A finding about the rendered manifest at its place in the file."""
        document, path = self.find(finding.path)
        return finding.placed_in(document, path)

    def _before_splicing(self, path: KeyPath) -> KeyPath:
        written: KeyPath = ()
        for part in path:
            lengths = self.splices.get(written) if isinstance(part, int) else None
            if lengths is None or not isinstance(part, int):
                written = (*written, part)
                continue
            entry = _entry_of(part, lengths)
            written = (*written, entry)
            if entry < len(lengths) and lengths[entry] != 1:
                return written
        return written


def _entry_of(index: int, lengths: tuple[int, ...]) -> int:
    for entry, length in enumerate(lengths):
        if index < length:
            return entry
        index -= length
    return len(lengths)
