"""One submission: intent, POST once, outcome; and what is concluded from each fate of the POST (design section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.apply.records import intended, submitted, unknown, withdrawn
from rcsplan.errors import ConfigurationError, NotSent, OutcomeUnknown, RcsplanError, Rejected
from rcsplan.state.model import DropRecord, Intent, PutRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.apply.gate import Gate
    from rcsplan.apply.recorder import Recorder
    from rcsplan.bsg.client import SendClient
    from rcsplan.plan.model import Action
    from rcsplan.state.model import Provenance, Record

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
    sleep: Callable[[float], None]
    tell: Callable[[Event], None]

    def submit(self, action: Action, *, prior: Record | None, baseline_id: int) -> Event:
        """Submit one campaign, and record what became of it before returning.

        Raises:
            StateError: the state could not be written, or the lock was lost; nothing more may be submitted.
        """
        self._tell(action, Happening.STARTED)
        for attempt in range(1, self.gate.limits.attempts + 1):
            event = self._attempt(action, prior=prior, baseline_id=baseline_id, attempt=attempt)
            if event.happening is not Happening.RETRYING:
                return event
            self.tell(event)
            self.sleep(_wait_before_next(event.error, attempt))
        return self._event(action, Happening.FAILED, detail="the provider could not be reached", error=event.error)

    def _attempt(self, action: Action, *, prior: Record | None, baseline_id: int, attempt: int) -> Event:
        objection = self.gate.objection_to_start(action.start_at, action.until)
        if objection:
            return self._event(action, Happening.NOT_STARTED, detail=objection)
        record = self._open_intent(action, prior=prior, baseline_id=baseline_id, attempt=attempt)
        objection = self._last_objection(action, record)
        if objection:
            self._withdraw(action, record)
            return self._event(action, Happening.NOT_STARTED, detail=objection)
        return self._post(action, record, attempt=attempt)

    def _open_intent(self, action: Action, *, prior: Record | None, baseline_id: int, attempt: int) -> Record:
        now = self.gate.now()
        intent = Intent(
            opened_at=now, not_after=now + self.gate.limits.intent_ttl, baseline_id=baseline_id, attempt=attempt
        )
        record = intended(action, intent, prior=prior, provenance=self.provenance)
        self.recorder.record(PutRecord(address=action.address, record=record))
        return record

    def _last_objection(self, action: Action, record: Record) -> str:
        """What changed while the intent was written, asked at the last moment before the POST."""
        self.recorder.check()
        if record.intent is not None and self.gate.now() > record.intent.not_after:
            return "recording the intent took longer than it is valid"
        return self.gate.objection_to_start(action.start_at, action.until)

    def _post(self, action: Action, record: Record, *, attempt: int) -> Event:
        seconds = self.gate.limits.deadline.total_seconds()
        try:
            campaign = self.client.send_groups(action.payload or {}, deadline_seconds=seconds, attempt=attempt)
        except NotSent as error:
            self._withdraw(action, record)
            return self._event(action, Happening.RETRYING, detail=error.summary, error=error)
        except (Rejected, ConfigurationError) as error:
            self._withdraw(action, record)
            return self._event(action, Happening.FAILED, detail=error.summary, error=error)
        except OutcomeUnknown as error:
            problem = f"{error.summary} {error.detail}".strip()
            record = unknown(record, problem, now=self.gate.now())
            self.recorder.record(PutRecord(address=action.address, record=record))
            return self._event(action, Happening.UNKNOWN, detail=error.summary, error=error)
        record = submitted(record, campaign, now=self.gate.now())
        self.recorder.record(PutRecord(address=action.address, record=record))
        return self._event(action, Happening.SUBMITTED, remote_id=campaign.id)

    def _withdraw(self, action: Action, record: Record) -> None:
        remaining = withdrawn(record)
        if remaining is None:
            self.recorder.record(DropRecord(address=action.address, revision=record.revision))
        else:
            self.recorder.record(PutRecord(address=action.address, record=remaining))

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


def _wait_before_next(error: RcsplanError | None, attempt: int) -> float:
    asked = error.retry_after if isinstance(error, NotSent) else None
    return min(asked or _BACKOFF_SECONDS * 2 ** (attempt - 1), _LONGEST_WAIT_SECONDS)
