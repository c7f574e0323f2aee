"""The event stream of `--log-format json`: one object a line, with a version and stable names."""

from __future__ import annotations

from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.output.terminal import format_json

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import JsonValue

    from rcsplan.operations.apply import Applied
    from rcsplan.plan.model import Plan

STREAM_VERSION = 1


class Name(StrEnum):
    """What a line speaks of, beside what happens to sends: `apply.` and the name of the happening."""

    ERROR = "error"
    DIAGNOSTICS = "diagnostics"
    INTERRUPTED = "interrupted"
    APPLY_PLANNED = "apply.planned"
    APPLY_HEARTBEAT = "apply.heartbeat"
    APPLY_FINISHED = "apply.finished"
    RUN_LISTENING = "run.listening"
    RUN_PULLED = "run.pulled"
    RUN_ROUND = "run.round"
    RUN_WAITING = "run.waiting"
    NOTIFICATION_FAILED = "notification_failed"


#: Every name that a line can have.
NAMES = (*Name, *(f"apply.{happening}" for happening in Happening))


def format_line(name: str, at: datetime, **fields: JsonValue) -> str:
    """One line of the stream, without its line break; `at` is the local clock."""
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return format_json({"v": STREAM_VERSION, "event": name, "at": stamp, **fields}, indent=None)


def format_event_json(event: Event, at: datetime) -> str:
    """What happened to one address, as a line of the stream."""
    return format_line(
        f"apply.{event.happening}",
        at,
        address=event.address,
        revision=event.revision,
        remote_id=event.remote_id,
        detail=event.detail,
    )


def format_planned(plan: Plan, at: datetime) -> str:
    """What is about to be applied, as a line of the stream."""
    return format_line(
        Name.APPLY_PLANNED,
        at,
        plan=plan.id,
        checksum=plan.checksum,
        environment=plan.environment,
        reaches_people=plan.reaches_people,
        summary=dict(plan.summary),
        next_due=plan.next_due.isoformat() if plan.next_due is not None else None,
    )


def format_finished(applied: Applied, exit_code: int, at: datetime) -> str:
    """What an apply came to, as a line of the stream."""
    counts: dict[str, JsonValue] = {kind.value: number for kind, number in sorted(applied.counts.items()) if number}
    blocked = [action.address for action in applied.plan.blocked]
    return format_line(
        Name.APPLY_FINISHED,
        at,
        plan=applied.plan.id,
        exit_code=int(exit_code),
        counts=counts,
        blocked=[*blocked],
        unknown=[*sorted(applied.unknown)],
    )
