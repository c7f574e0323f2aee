"""One stop: recorded before it is asked for, repeated until its outcome is known, checked to have sent nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.apply.records import observed, stopped, stopping
from rcsplan.errors import NotSent, OutcomeUnknown, ProviderError, RcsplanError
from rcsplan.state.model import PutRecord

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.apply.gate import Gate
    from rcsplan.apply.recorder import Recorder
    from rcsplan.bsg.client import SendClient
    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.plan.steps import StopCampaign
    from rcsplan.state.model import Record

_BACKOFF_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopper:
    """Stops campaigns through one client, into one state."""

    client: SendClient
    recorder: Recorder
    gate: Gate
    sleep: Callable[[float], None]
    tell: Callable[[Event], None]

    def stop(self, step: StopCampaign, record: Record) -> Event:
        """Stop one campaign, and record what became of it before returning.

        Raises:
            StateError: the state could not be written, or the lock was lost.
        """
        self.tell(self._event(step, Happening.STARTED))
        objection = self.gate.objection_to_stop(step.start_at, despite_margin=step.despite_margin)
        if objection:
            return self._event(step, Happening.NOT_STARTED, detail=objection)
        record = stopping(record, step.cause, now=self.gate.now())
        self.recorder.record(PutRecord(address=step.address, record=record))
        self.recorder.check()
        try:
            campaign = self._stop_and_confirm(step.remote_id)
        except OutcomeUnknown as error:
            return self._event(step, Happening.UNKNOWN, detail=error.summary, error=error)
        except RcsplanError as error:
            return self._event(step, Happening.FAILED, detail=error.summary, error=error)
        return self._conclude(step, record, campaign)

    def _conclude(self, step: StopCampaign, record: Record, campaign: CampaignInfo) -> Event:
        now = self.gate.now()
        record = observed(record, campaign, now=now)
        if campaign.status != "stopped":
            self.recorder.record(PutRecord(address=step.address, record=record))
            detail = f"campaign {step.remote_id} did not stop: its status is {campaign.status!r}"
            return self._event(step, Happening.FAILED, detail=detail)
        self.recorder.record(
            PutRecord(address=step.address, record=stopped(record, archives=step.archives, now=now)),
        )
        if campaign.sent and not step.despite_margin:
            detail = f"campaign {step.remote_id} had sent {campaign.sent} messages when it stopped"
            return self._event(step, Happening.FAILED, detail=detail)
        return self._event(step, Happening.STOPPED)

    def _stop_and_confirm(self, remote_id: int) -> CampaignInfo:
        """Ask for the stop until its outcome is known, for a stop may be repeated, then read the campaign again."""
        for attempt in range(self.gate.limits.attempts):
            try:
                self.client.stop(remote_id)
            except (NotSent, OutcomeUnknown):
                if attempt + 1 == self.gate.limits.attempts:
                    raise
                self.sleep(_BACKOFF_SECONDS * 2**attempt)
            else:
                break
        try:
            return self.client.campaign(remote_id)
        except ProviderError as error:
            raise OutcomeUnknown(
                f"Whether campaign {remote_id} stopped before anything was sent could not be read", detail=error.detail
            ) from error

    def _event(
        self, step: StopCampaign, happening: Happening, *, detail: str = "", error: RcsplanError | None = None
    ) -> Event:
        return Event(
            address=step.address,
            revision=step.revision,
            happening=happening,
            detail=detail,
            remote_id=step.remote_id,
            error=error,
        )
