"""A round of `run` as JSON, in the shape of `schemas/round.schema.json`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from rcsplan.errors import RcsplanError
from rcsplan.operations.run import Result
from rcsplan.operations.waits import WaitKind
from rcsplan.plan.model import Guard, PlannedSource, Reason, Suspension

if TYPE_CHECKING:
    from rcsplan.operations.run import Round


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BlockedSend(_Document):
    """A send that needs a person."""

    address: str
    reason: Reason | None
    detail: str
    way_out: str


class RoundPlan(_Document):
    """The plan of a round, and the text that it came from."""

    id: str
    checksum: str
    source: PlannedSource


class RoundError(_Document):
    """What ended a round; `kind` is the name of the error."""

    kind: str
    summary: str
    detail: str = ""
    hint: str = ""


class WaitedFor(_Document):
    """What the next round waits for."""

    kind: WaitKind
    until: datetime | None = Field(default=None, description="By the account's clock.")
    seconds: float | None = Field(default=None, description="How long that is.")
    addresses: tuple[str, ...] = ()


class RoundDocument(_Document):
    """What one round saw and did."""

    format_version: int = 1
    environment: str = ""
    result: Result
    exit_code: int
    counts: dict[str, int] = Field(description="How often each thing happened: submitted, stopped, unknown, …")
    blocked: tuple[BlockedSend, ...] = ()
    unknown: tuple[str, ...] = Field(default=(), description="Addresses whose outcome is not known.")
    passed_over: tuple[str, ...] = Field(default=(), description="Not tried again: the provider refused them before.")
    guards: tuple[Guard, ...] = Field(default=(), description="What stands against the plan as a whole.")
    next_due: datetime | None = Field(default=None, description="When the next deferred send opens.")
    suspension: Suspension | None = None
    waits_for: tuple[WaitedFor, ...] = ()
    plan: RoundPlan | None = Field(default=None, description="Null where the round did not come to one.")
    error: RoundError | None = Field(default=None, description="What ended the round before it was carried out.")


def round_document(done: Round) -> RoundDocument:
    """A round as a document."""
    plan = done.plan
    return RoundDocument(
        environment=done.environment,
        result=done.result,
        exit_code=int(done.exit_code),
        counts={happening.value: number for happening, number in sorted(done.counts.items()) if number},
        blocked=tuple(
            BlockedSend(address=one.address, reason=one.reason, detail=one.detail, way_out=one.way_out)
            for one in (plan.blocked if plan is not None else ())
        ),
        unknown=done.unknown,
        passed_over=done.passed_over,
        guards=plan.guards if plan is not None else (),
        next_due=plan.next_due if plan is not None else None,
        suspension=done.suspension,
        waits_for=tuple(
            WaitedFor(
                kind=wait.kind,
                until=wait.until,
                seconds=wait.after / timedelta(seconds=1) if wait.after is not None else None,
                addresses=wait.addresses,
            )
            for wait in done.waits
        ),
        plan=RoundPlan(id=plan.id, checksum=plan.checksum, source=plan.source) if plan is not None else None,
        error=_error(done.error),
    )


def _error(error: RcsplanError | OSError | None) -> RoundError | None:
    match error:
        case None:
            return None
        case RcsplanError():
            return RoundError(kind=type(error).__name__, summary=error.summary, detail=error.detail, hint=error.hint)
        case OSError():
            return RoundError(kind=type(error).__name__, summary=error.strerror or "", detail=str(error.filename or ""))
