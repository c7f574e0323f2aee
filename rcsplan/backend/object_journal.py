"""The object beside a state that says who holds it and what was recorded since it was saved; all else hangs from it.

Every change of holder and every record is one conditional write of this object. So whoever takes or breaks the lock
makes the next write of the former holder fail: there is no moment in which two could record.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rcsplan.backend.protocol import LockInfo
from rcsplan.errors import StateDamaged, StateVersionUnsupported
from rcsplan.state.journal import body_of, format_line
from rcsplan.state.model import first_complaint

if TYPE_CHECKING:
    from rcsplan.state.sends import State

_VERSION = re.compile(r'\{"format_version":([0-9]{1,9})\b')
_KNOWN_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """Who holds the state, which state it is that the entries extend, and the entries.

    `lineage` is empty while there is no state yet. `entries` follow those in `pieces`, which were moved into objects
    of their own so that recording stays small; each is named by its checksum. `unsettled` says that the last holder
    did not end in peace: a write of its own may still arrive.
    """

    lineage: str = ""
    serial: int = 0
    holder: LockInfo | None = None
    unsettled: bool = False
    pieces: tuple[str, ...] = ()
    entries: str = ""

    def held_by(self, info: LockInfo) -> Journal:
        """As it is once somebody holds it."""
        return replace(self, holder=info)

    def freed(self, *, unsettled: bool) -> Journal:
        """As it is once nobody holds it."""
        return replace(self, holder=None, unsettled=unsettled)

    def of(self, state: State) -> Journal:
        """As it is once the state is saved: it extends that, by nothing yet."""
        return replace(self, lineage=state.lineage, serial=state.serial, unsettled=False, pieces=(), entries="")


class _Holder(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    who: str
    operation: str
    created: datetime
    version: str


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: Literal[1] = 1
    lineage: str
    serial: int = Field(ge=0)
    holder: _Holder | None
    unsettled: bool
    pieces: tuple[str, ...]
    mark: str
    entries_sha256: str


def format_journal(journal: Journal) -> bytes:
    """The contents of the object, under a mark that no version before it had."""
    header = _Header(
        lineage=journal.lineage,
        serial=journal.serial,
        holder=_Holder(**asdict(journal.holder)) if journal.holder is not None else None,
        unsettled=journal.unsettled,
        pieces=journal.pieces,
        mark=uuid.uuid4().hex,
        entries_sha256=_sha256(journal.entries),
    )
    return (format_line(header.model_dump_json()) + journal.entries).encode("utf-8", "surrogatepass")


def parse_journal_object(data: bytes, *, name: str) -> Journal:
    """Read the object; `name` says in errors where it is.

    Raises:
        StateDamaged: it is not as rcsplan wrote it.
        StateVersionUnsupported: a newer rcsplan wrote it.
    """
    text = data.decode(errors="replace")
    line, line_break, entries = text.partition("\n")
    body = body_of(line + line_break)
    if body is None:
        raise _damaged(name, "Its first line does not match the checksum that it carries.")
    version = _VERSION.match(body)
    if version is not None and int(version[1]) > _KNOWN_VERSION:
        raise StateVersionUnsupported(
            f"{name} has format version {version[1]}; this rcsplan knows {_KNOWN_VERSION}",
            detail="A newer rcsplan wrote it.",
            hint="Upgrade rcsplan here, or use the newer one.",
        )
    try:
        header = _Header.model_validate_json(body)
    except ValidationError as error:
        raise _damaged(name, first_complaint(error)) from None
    if _sha256(entries) != header.entries_sha256:
        raise _damaged(name, "Its entries do not match the checksum that it carries.")
    return Journal(
        lineage=header.lineage,
        serial=header.serial,
        holder=LockInfo(**header.holder.model_dump()) if header.holder is not None else None,
        unsettled=header.unsettled,
        pieces=header.pieces,
        entries=entries,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _damaged(name: str, detail: str) -> StateDamaged:
    return StateDamaged(
        f"{name} was changed outside rcsplan",
        detail=detail,
        hint="It tells of submissions. Restore its newest version, then plan again.",
    )
