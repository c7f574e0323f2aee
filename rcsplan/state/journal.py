"""The journal as text: one line a batch of changes, each with its checksum, the lineage and the serial it extends."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from rcsplan.errors import StateDamaged, StateVersionUnsupported
from rcsplan.state.model import Change, first_complaint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rcsplan.state.sends import State


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    lineage: str
    serial: int
    changes: tuple[Change, ...]


def format_entry(state: State, changes: Sequence[Change]) -> str:
    """One line that adds the changes to the state's lineage and serial."""
    entry = _Entry(lineage=state.lineage, serial=state.serial, changes=tuple(changes))
    return format_line(entry.model_dump_json())


def format_line(body: str) -> str:
    """A line that carries the checksum of its body, which holds no line break."""
    return f"{_checksum(body)} {body}\n"


def body_of(line: str) -> str | None:
    """What a line says, None where it is torn or damaged."""
    checksum, _, body = line.rstrip("\n").partition(" ")
    return body if line.endswith("\n") and checksum == _checksum(body) else None


def parse_journal(text: str, state: State, *, name: str) -> tuple[Change, ...]:
    """The changes that a journal adds to a state, oldest first.

    Entries of another lineage or an earlier serial were folded in, or belong to a state that is gone: they add nothing.
    A torn last line was never confirmed to anybody and adds nothing either.

    Raises:
        StateDamaged: a line before the last is damaged, or the state is older than what the journal extends.
        StateVersionUnsupported: a newer rcsplan wrote a line.
    """
    changes: list[Change] = []
    for number, body in enumerate(parse_lines(text, name=name), start=1):
        entry = _parse_body(body, place=f"line {number} of {name}")
        if entry.lineage == state.lineage and entry.serial > state.serial:
            raise _state_too_old(entry, state, name=name)
        if (entry.lineage, entry.serial) == (state.lineage, state.serial):
            changes.extend(entry.changes)
    return tuple(changes)


def parse_lines(text: str, *, name: str) -> Iterator[str]:
    """The texts of whole lines; a torn last one is left out.

    Raises:
        StateDamaged: a line before the last is damaged.
    """
    lines = _lines(text)
    for number, line in enumerate(lines, start=1):
        body = body_of(line)
        if body is not None:
            yield body
        elif number < len(lines):
            raise StateDamaged(
                f"{name} is damaged in line {number}",
                detail="Lines after it are whole, so this is no interrupted write: what was recorded there is lost.",
                hint="Compare the account with `rcsplan state list`, restore the file from a backup, then plan again.",
            )


def _lines(text: str) -> list[str]:
    # Not splitlines: a message may hold other characters that Python takes for line breaks.
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _parse_body(body: str, *, place: str) -> _Entry:
    try:
        return _Entry.model_validate_json(body)
    except ValidationError as error:
        raise StateVersionUnsupported(
            f"What {place} records is not known to this rcsplan",
            detail=f"The line is whole, so a newer rcsplan wrote it. {first_complaint(error)}",
            hint="Upgrade rcsplan here, or use the newer one.",
        ) from None


def _state_too_old(entry: _Entry, state: State, *, name: str) -> StateDamaged:
    return StateDamaged(
        f"{name} is newer than the state beside it",
        detail=f"It extends serial {entry.serial}, and the state has serial {state.serial}: an older file was put in "
        "its place. What was submitted in between could be submitted again.",
        hint="Put the newest state file back, then plan again.",
    )


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:16]
