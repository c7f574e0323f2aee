"""Outcomes that the store did not confirm: as text, and whether what the state says now lets them be recorded."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rcsplan.errors import StateVersionUnsupported
from rcsplan.state.journal import format_line, parse_lines
from rcsplan.state.model import Change, DropRecord, PutRecord, Record, first_complaint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rcsplan.state.sends import State


class Unconfirmed(BaseModel):
    """An outcome that may not have reached the store, with the record as it stood before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lineage: str
    serial: int
    change: Annotated[PutRecord | DropRecord, Field(discriminator="kind")]
    before: Record | None

    @property
    def address(self) -> str:
        """The address that it is about."""
        return self.change.address

    @property
    def after(self) -> Record | None:
        """The record as it should stand, None where there should be none."""
        return self.change.record if isinstance(self.change, PutRecord) else None

    @property
    def revision(self) -> int:
        """The revision that it is about."""
        return self.change.record.revision if isinstance(self.change, PutRecord) else self.change.revision


class Fate(StrEnum):
    """What becomes of an outcome when it is looked at again."""

    RECORD = "record"  #: the state still waits for it
    KNOWN = "known"  #: the state says the same, or knows more
    CONFLICT = "conflict"  #: meanwhile the record was settled in another way


def unconfirmed(state: State, changes: Iterable[Change]) -> tuple[Unconfirmed, ...]:
    """The outcomes among changes that a store did not confirm; `state` is as it was before them.

    An intent that was not confirmed was not carried out either, and everything else is found out again by planning.
    """
    return tuple(
        Unconfirmed(
            lineage=state.lineage,
            serial=state.serial,
            change=change,
            before=state.records_of(change.address).revisions.get(_revision_of(change)),
        )
        for change in changes
        if isinstance(change, PutRecord | DropRecord) and _is_outcome(change)
    )


def format_unconfirmed(entries: Iterable[Unconfirmed]) -> str:
    """The entries as lines of a journal."""
    return "".join(format_line(entry.model_dump_json()) for entry in entries)


def parse_unconfirmed(text: str, *, name: str) -> tuple[Unconfirmed, ...]:
    """The entries of a text, oldest first.

    Raises:
        StateDamaged: a line before the last is damaged.
        StateVersionUnsupported: a newer rcsplan wrote a line.
    """
    try:
        return tuple(Unconfirmed.model_validate_json(body) for body in parse_lines(text, name=name))
    except ValidationError as error:
        raise StateVersionUnsupported(
            f"What {name} holds is not known to this rcsplan",
            detail=f"Its lines are whole, so a newer rcsplan wrote it. {first_complaint(error)}",
            hint="Recover with the newer one.",
        ) from None


def fate_of(entry: Unconfirmed, state: State) -> Fate:
    """Whether an outcome is still to be recorded, is known already, or contradicts what the state says now."""
    present = state.records_of(entry.address).revisions.get(entry.revision)
    if present == entry.after:
        return Fate.KNOWN
    if present == entry.before or _still_waits(present, entry):
        return Fate.RECORD
    return Fate.KNOWN if _says_no_less(present, entry.after) else Fate.CONFLICT


def _still_waits(present: Record | None, entry: Unconfirmed) -> bool:
    """Whether the same submission is still open, or the same campaign not known to be stopped by us.

    Whatever else was noted of it meanwhile: that the account was searched for it, or that it was seen stopped.
    """
    before, after = entry.before, entry.after
    if present is None or before is None:
        return False
    if before.intent is not None:
        return present.intent is not None and present.intent.opened_at == before.intent.opened_at
    return (
        present.intent is None
        and present.remote_id == before.remote_id
        and _is_stopped_by_us(after)
        and not _is_stopped_by_us(present)
    )


def _says_no_less(present: Record | None, after: Record | None) -> bool:
    """Whether the state knows the same campaign, and its stop; or knows what became of what was only unknown.

    What another version took the place of was stopped before, with nothing sent.
    """
    if present is None or after is None:
        return False
    if after.remote_id in {superseded.remote_id for superseded in present.superseded}:
        return True
    if present.intent is not None:
        return False
    if after.intent is not None:
        return True
    stop_is_known = after.stop is None or _is_stopped_by_us(present)
    return after.remote_id is not None and present.remote_id == after.remote_id and stop_is_known


def _is_stopped_by_us(record: Record | None) -> bool:
    return record is not None and record.stop is not None and record.stop.confirmed_at is not None


def _is_outcome(change: PutRecord | DropRecord) -> bool:
    if isinstance(change, DropRecord):
        return True
    record = change.record
    if record.intent is not None:
        return record.intent.unknown_since is not None
    return record.stop is None or _is_stopped_by_us(record)


def _revision_of(change: PutRecord | DropRecord) -> int:
    return change.record.revision if isinstance(change, PutRecord) else change.revision
