"""The objects that one state is made of: the document, the journal beside it, and the history that never changes."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rcsplan.backend.object_bucket import Overtaken
from rcsplan.backend.object_journal import Journal, parse_journal_object
from rcsplan.errors import StateDamaged
from rcsplan.state.journal import parse_journal
from rcsplan.state.model import Segment
from rcsplan.state.split import History, format_segment, parse_segment
from rcsplan.state.text import parse_split

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rcsplan.backend.object_bucket import Bucket, Version
    from rcsplan.state.model import Change
    from rcsplan.state.sends import State
    from rcsplan.state.split import SplitState

#: History is text that repeats itself: packed it is a small part of its size, and cheap to read.
_LEVEL = 6

_RECOVERY = "Restore its newest version (buckets with versioning keep them), then plan again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A state as it was read: with its history, and the changes that were recorded and not saved."""

    state: State
    history: History
    unsaved: tuple[Change, ...]


class Place:
    """Where the objects of a state are: `key` is the document's, the others' are made of it."""

    def __init__(self, bucket: Bucket, key: str) -> None:
        self.bucket = bucket
        self.document = key
        self.journal = f"{key}.journal"

    def name(self, key: str) -> str:
        """An object's address for people."""
        return f"{self.bucket.location}/{key}"

    def hurried(self) -> Place:
        """The same place, whose store is asked once and not again."""
        return Place(self.bucket.hurried(), self.document)

    def read_journal(self) -> tuple[Journal | None, Version | None]:
        """The journal and which contents it is of, None where there is none.

        Raises:
            StateError: it cannot be read, or is damaged.
        """
        kept = self.bucket.get(self.journal)
        if kept is None:
            return None, None
        return parse_journal_object(kept.data, name=self.name(self.journal)), kept.version

    def read_document(self) -> tuple[SplitState | None, Version | None]:
        """The document and which contents it is of, None where there is none.

        Raises:
            StateError: it cannot be read, or is damaged.
        """
        kept = self.bucket.get(self.document)
        if kept is None:
            return None, None
        text = kept.data.decode(errors="replace")
        return parse_split(text, name=self.name(self.document), recovery=_RECOVERY), kept.version

    def read(self) -> Found | None:
        """The state as last recorded, None where there is none.

        Raises:
            StateError: there is one that cannot be read.
        """
        # The journal first: a document that is read after it is never older than what it extends.
        journal, _ = self.read_journal()
        document, _ = self.read_document()
        if journal is None and document is not None:
            # Perhaps both were begun between the two questions.
            journal, _ = self.read_journal()
            document, _ = self.read_document()
        return self.find(journal, document)

    def find(self, journal: Journal | None, document: SplitState | None) -> Found | None:
        """The state that journal and document tell of together; the journal was read first.

        Raises:
            StateError: they do not belong together, or a part of the history is missing or damaged.
        """
        if document is None:
            if journal is not None and journal.lineage:
                raise self._document_gone(journal)
            return None
        if journal is None:
            raise self.journal_gone()
        state = document.state
        if journal.lineage and journal.lineage != state.lineage:
            raise self._exchanged("It is another state than the journal beside it belongs to.")
        if journal.lineage and journal.serial > state.serial:
            raise self._exchanged(f"It has serial {state.serial}, and serial {journal.serial} was saved since.")
        history = History.read(document.segments, self._fetch_segment)
        whole = history.whole(document)
        entries = "".join(map(self._fetch, journal.pieces)) + journal.entries
        return Found(state=whole, history=history, unsaved=parse_journal(entries, whole, name=self.name(self.journal)))

    def keep(self, text: str) -> str:
        """Put a text into the history and return its name there, which is its checksum.

        Raises:
            StateUnwritable: the store did not confirm the write.
        """
        data = zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)
        digest = hashlib.sha256(data).hexdigest()
        try:
            self.bucket.put(self._history_key(digest), data, replaces=None)
        except Overtaken:
            raise _altered(self.name(self._history_key(digest))) from None
        return digest

    def keep_segment(self, entries: Mapping[str, Any]) -> Segment:
        """Put entries into the history as a segment.

        Raises:
            StateUnwritable: the store did not confirm the write.
        """
        return Segment(sha256=self.keep(format_segment(entries)), sends=len(entries))

    def journal_gone(self) -> StateDamaged:
        """The error for a document without the journal that is always beside it."""
        return StateDamaged(
            f"{self.name(self.journal)} is gone",
            detail="It tells what was submitted since the state beside it was saved, and locks it.",
            hint=f"{_RECOVERY} If there is none: compare the account with the last state known, and begin a new "
            "journal: rcsplan state unlock",
        )

    def _fetch(self, digest: str) -> str:
        key = self._history_key(digest)
        kept = self.bucket.get(key)
        if kept is None:
            raise StateDamaged(
                f"{self.name(key)} is missing",
                detail="The state keeps a part of its history there; without it that would be submitted again.",
                hint="Restore the object; nothing but its contents will do.",
            )
        if hashlib.sha256(kept.data).hexdigest() != digest:
            raise _altered(self.name(key))
        return zlib.decompress(kept.data).decode(errors="replace")

    def _fetch_segment(self, segment: Segment) -> dict[str, Any]:
        return parse_segment(self._fetch(segment.sha256), name=self.name(self._history_key(segment.sha256)))

    def _history_key(self, digest: str) -> str:
        return f"{self.document}.history/{digest}"

    def _document_gone(self, journal: Journal) -> StateDamaged:
        return StateDamaged(
            f"{self.name(self.document)} is gone",
            detail=f"The journal beside it belongs to its serial {journal.serial}. Without it all that was submitted "
            "would be forgotten, and made again.",
            hint=f"{_RECOVERY} If nothing of it matters any more, remove {self.name(self.journal)} too.",
        )

    def _exchanged(self, detail: str) -> StateDamaged:
        return StateDamaged(
            f"{self.name(self.document)} is not the state that was saved last",
            detail=f"{detail} What was submitted since could be submitted again.",
            hint=f"{_RECOVERY} To go on from this one all the same, remove {self.name(self.journal)}, begin a new one "
            "with `rcsplan state unlock`, and compare the account with `rcsplan state list` before anything else.",
        )


def _altered(name: str) -> StateDamaged:
    return StateDamaged(
        f"{name} was changed outside rcsplan",
        detail="Its contents do not match the checksum that is its name.",
        hint=_RECOVERY,
    )
