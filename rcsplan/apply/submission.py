"""One submission: intent, POST once, outcome; and what is concluded from each fate of the POST (design section 6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rcsplan.apply.echo import echo_problem
from rcsplan.apply.events import Event, Happening
from rcsplan.apply.records import intended, refused, submitted, unknown, withdrawn
from rcsplan.errors import ConfigurationError, NotSent, OutcomeUnknown, RcsplanError, Rejected
from rcsplan.state.model import DropRecord, Intent, PutRecord, StopCause

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from rcsplan.apply.gate import Gate
    from rcsplan.apply.recorder import Recorder
    from rcsplan.bsg.client import SendClient
    from rcsplan.plan.model import Action
    from rcsplan.state.model import Change, Provenance, Record

#: Seconds before the first repetition of a submission that provably did not leave; doubled each time.
_BACKOFF_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitter:
    """Submits campaigns through one client into one state."""

    client: SendClient
    recorder: Recorder
    gate: Gate
    provenance: Provenance
    response_zone: ZoneInfo
    sleep: Callable[[float], None]
    tell: Callable[[Event], None]

    def submit(self, action: Action, *, prior: Record | None, baseline_id: int) -> Event:
        """Submit one campaign, and record what became of it before returning.

        `prior` is the newest record of the address, of this revision or of the one before.

        Raises:
            StateError: the state could not be written, or the lock was lost; nothing more may be submitted.
        """
        self._tell(action, Happening.STARTED)
        attempt = 1
        while True:
            event = self._attempt(action, prior=prior, baseline_id=baseline_id, attempt=attempt)
            if event.happening is not Happening.RETRYING:
                return event
            if attempt >= self.gate.limits.attempts:
                return replace(event, happening=Happening.FAILED)
            self.tell(event)
            self.sleep(_wait_before_next(event.error, attempt))
            attempt += 1

    def _attempt(self, action: Action, *, prior: Record | None, baseline_id: int, attempt: int) -> Event:
        objection = self.gate.objection_to_start(action.start_at, action.until)
        if objection:
            return self._event(action, Happening.NOT_STARTED, detail=objection)
        record = self._open_intent(action, prior=prior, baseline_id=baseline_id, attempt=attempt)
        objection = self._last_objection(action, record)
        if objection:
            self._withdraw(action, record, prior)
            return self._event(action, Happening.NOT_STARTED, detail=objection)
        return self._post(action, record, prior, attempt=attempt)

    def _open_intent(self, action: Action, *, prior: Record | None, baseline_id: int, attempt: int) -> Record:
        now = self.gate.real()
        intent = Intent(
            opened_at=now, not_after=now + self.gate.limits.intent_ttl, baseline_id=baseline_id, attempt=attempt
        )
        same = prior if prior is not None and prior.revision == action.revision else None
        record = intended(action, intent, prior=same, provenance=self.provenance)
        self.recorder.record(PutRecord(address=action.address, record=record))
        return record

    def _last_objection(self, action: Action, record: Record) -> str:
        """What changed while the intent was written, asked at the last moment before the POST."""
        self.recorder.check()
        if record.intent is not None and self.gate.real() >= record.intent.not_after:
            return "recording the intent took longer than it is valid"
        return self.gate.objection_to_start(action.start_at, action.until)

    def _post(self, action: Action, record: Record, prior: Record | None, *, attempt: int) -> Event:
        seconds = self.gate.limits.deadline.total_seconds()
        try:
            campaign = self.client.send_groups(action.payload or {}, deadline_seconds=seconds, attempt=attempt)
        except NotSent as error:
            self._withdraw(action, record, prior)
            return self._event(action, Happening.RETRYING, detail=error.summary, error=error)
        except (Rejected, ConfigurationError) as error:
            self._withdraw(action, record, prior, refusal=error if isinstance(error, Rejected) else None)
            return self._event(action, Happening.FAILED, detail=error.summary, error=error)
        except OutcomeUnknown as error:
            what = f"{error.summary} {error.detail}".strip()
            record = unknown(record, what, duplicate=error.duplicate, now=self.gate.real())
            self.recorder.record(PutRecord(address=action.address, record=record))
            return self._event(action, Happening.UNKNOWN, detail=error.summary, error=error)
        record = submitted(record, campaign, now=self.gate.now())
        self.recorder.record(PutRecord(address=action.address, record=record))
        problem = echo_problem(record, self.response_zone)
        if problem is not None:
            return self._event(action, Happening.SHIFTED, remote_id=campaign.id, detail=problem.summary, error=problem)
        return self._event(action, Happening.SUBMITTED, remote_id=campaign.id)

    def _withdraw(
        self, action: Action, record: Record, prior: Record | None, *, refusal: Rejected | None = None
    ) -> None:
        """Put back what was there before the intent; a refusal is remembered with what was stopped for it."""
        same = prior if prior is not None and prior.revision == record.revision else None
        remaining = withdrawn(record, same)
        changes: list[Change] = []
        if remaining is None:
            changes.append(DropRecord(address=action.address, revision=record.revision))
        else:
            changes.append(PutRecord(address=action.address, record=remaining))
        if refusal is not None and _was_stopped_for_it(prior) and prior is not None and action.digest is not None:
            problem = f"{refusal.summary} {refusal.detail}".strip()
            remembering = refused(prior, action.digest, problem, now=self.gate.now())
            changes.append(PutRecord(address=action.address, record=remembering))
        self.recorder.record(*changes)

    def _tell(self, action: Action, happening: Happening) -> None:
        self.tell(self._event(action, happening))

    def _event(
        self,
        action: Action,
        happening: Happening,
        *,
        detail: str = "",
        remote_id: int | None = None,
        error: RcsplanError | None = None,
    ) -> Event:
        return Event(
            address=action.address,
            revision=action.revision,
            happening=happening,
            detail=detail,
            remote_id=remote_id,
            error=error,
        )


def _was_stopped_for_it(prior: Record | None) -> bool:
    return prior is not None and prior.stop is not None and prior.stop.cause is StopCause.REPLACE


def _wait_before_next(error: RcsplanError | None, attempt: int) -> float:
    asked = error.retry_after if isinstance(error, NotSent) else None
    return min(asked or _BACKOFF_SECONDS * 2 ** (attempt - 1), _LONGEST_WAIT_SECONDS)
