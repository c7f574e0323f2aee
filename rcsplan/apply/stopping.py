"""One stop: recorded before it is asked for, repeated until its outcome is known, checked to have sent nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.apply.records import observed, stopped, stopping
from rcsplan.errors import NotSent, OutcomeUnknown, ProviderError, RcsplanError, Rejected
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
        objection = self._objection(step)
        if objection:
            return self._event(step, Happening.NOT_STARTED, detail=objection)
        announced = self._announce(step, record)
        objection = self._last_objection(step, announced)
        if objection:
            self._take_back(step, record)
            return self._event(step, Happening.NOT_STARTED, detail=objection)
        try:
            announced = self._ask(step, announced)
            campaign = self._confirm(step)
        except OutcomeUnknown as error:
            return self._event(step, Happening.UNKNOWN, detail=error.summary, error=error)
        except RcsplanError as error:
            self._take_back(step, record)
            return self._event(step, Happening.FAILED, detail=error.summary, error=error)
        return self._conclude(step, announced, campaign)

    def _announce(self, step: StopCampaign, record: Record) -> Record:
        """Record that the stop is about to be asked for, and until when."""
        not_after = self.gate.real() + self.gate.limits.intent_ttl
        announced = stopping(record, step.cause, now=self.gate.now(), not_after=not_after)
        self.recorder.record(PutRecord(address=step.address, record=announced))
        return announced

    def _last_objection(self, step: StopCampaign, announced: Record) -> str:
        """What changed while the stop was recorded, asked at the last moment before it leaves."""
        self.recorder.check()
        not_after = announced.stop.not_after if announced.stop else None
        if not_after is not None and self.gate.real() >= not_after:
            return "recording the stop took longer than it is valid"
        return self._objection(step)

    def _objection(self, step: StopCampaign) -> str:
        return self.gate.objection_to_stop(
            step.start_at, successor_start_at=step.successor_start_at, despite_margin=step.despite_margin
        )

    def _take_back(self, step: StopCampaign, record: Record) -> None:
        """Forget a stop that provably did not happen, or the next one, by somebody else, would pass for ours."""
        self.recorder.record(PutRecord(address=step.address, record=record))

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

    def _confirm(self, step: StopCampaign) -> CampaignInfo:
        try:
            return self.client.campaign(step.remote_id)
        except ProviderError as error:
            raise OutcomeUnknown(
                f"Whether campaign {step.remote_id} stopped before anything was sent could not be read",
                detail=error.detail,
            ) from error

    def _ask(self, step: StopCampaign, announced: Record) -> Record:
        """Ask for the stop until its outcome is known: a stop may be repeated. Returns the record as last announced.

        Raises:
            OutcomeUnknown: it may have been executed, if not at the last attempt then at one before.
            RcsplanError: it was not executed.
        """
        doubt: OutcomeUnknown | None = None
        for attempt in range(self.gate.limits.attempts):
            try:
                self.client.stop(step.remote_id)
            except (NotSent, OutcomeUnknown) as error:
                doubt = error if isinstance(error, OutcomeUnknown) else doubt
                if attempt + 1 == self.gate.limits.attempts or self._objection(step):
                    raise doubt or error from None
                self.sleep(_BACKOFF_SECONDS * 2**attempt)
                announced = self._announce(step, announced)
                if self._last_objection(step, announced):
                    raise doubt or error from None
            except RcsplanError as error:
                # A refusal says that it was not stopped; any other error leaves open what an earlier attempt did.
                if doubt is None or isinstance(error, Rejected):
                    raise
                raise doubt from None
            else:
                break
        return announced

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
