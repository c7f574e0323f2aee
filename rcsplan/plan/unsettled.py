"""Blocks of addresses whose submission has an outcome that is not known, or that came to light late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.plan.model import Reason
from rcsplan.plan.verdict import Verdict, blocked, clock

if TYPE_CHECKING:
    from rcsplan.state.model import Record


def unsettled(record: Record) -> Verdict:
    """The verdict on an address of which a submission has an outcome that is not known."""
    if record.intent is not None and record.intent.dispute:
        seen = ", ".join(str(candidate) for candidate in record.intent.candidates)
        which = f" Candidates: {seen}." if seen else ""
        detail = f"What became of the submission cannot be told: {record.intent.dispute}.{which}"
        return blocked(Reason.AMBIGUOUS, detail, prior=record, way_out=which_of(record.intent.candidates))
    opened = record.intent.opened_at if record.intent else None
    when = f" of {clock(opened)}" if opened else ""
    problem = f" {record.intent.problem}" if record.intent and record.intent.problem else ""
    return blocked(
        Reason.UNKNOWN_OUTCOME,
        f"Whether the submission{when} reached the provider is not known.{problem}",
        prior=record,
    )


def arrived_late(record: Record) -> Verdict:
    """The verdict on an address whose first submission arrived after the second was made."""
    what = f"A submission that had seemed lost arrived after all, as campaign {record.late_id}."
    late = () if record.late_id is None else (record.late_id,)
    return blocked(Reason.AMBIGUOUS, what, prior=record, way_out=which_of(late))


def open_question(record: Record) -> Verdict | None:
    """The verdict on a record of which only a person, or a later look, can tell what became of it."""
    if record.intent is not None:
        return unsettled(record)
    return None if record.late_id is None else arrived_late(record)


def which_of(candidates: tuple[int, ...]) -> str:
    """The ways out where one of some campaigns may be the send; the usual ones where none was seen."""
    if not candidates:
        return ""
    each = [f"If it is campaign {one}: rcsplan state resolve ADDRESS --remote-id {one}" for one in candidates]
    return "\n".join([*each, "If it is none of these: rcsplan state resolve ADDRESS --not-sent"])
