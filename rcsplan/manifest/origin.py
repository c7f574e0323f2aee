"""Where a value of a rendered manifest comes from: the manifest itself or the project's defaults, before splicing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rcsplan.diagnostics import Diagnostic, KeyPath
    from rcsplan.manifest.document import Document
    from rcsplan.manifest.validation import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The documents that a manifest was made of.

    `splices` says, for each list into which a template put several entries, how many entries each of its own became.
    """

    manifest: Document
    project: Document
    splices: Mapping[KeyPath, tuple[int, ...]] = field(default_factory=dict)

    def find(self, path: KeyPath) -> tuple[Document, KeyPath]:
        """The document and the path in it from which the rendered value at a path comes."""
        written = self._before_splicing(path)
        if written[:1] == ("spec",):
            default = ("defaults", *written[1:])
            known = len(self.manifest.known_part(written))
            if len(self.project.known_part(default)) > max(known, 1):
                return self.project, default
        return self.manifest, written

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
