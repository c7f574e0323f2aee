"""The tables of design section 5: from one address's wish, records and the clock to a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, assert_never

from rcsplan.campaign.message import WIRE_TIME
from rcsplan.campaign.schedule import Instant, Scheduled, horizon, opens_on, wall_time_of
from rcsplan.plan.model import ActionKind, Reason
from rcsplan.plan.verdict import Verdict, blocked, nothing
from rcsplan.state.model import StopCause
from rcsplan.state.phase import DRIFTED, Phase, phase_of

if TYPE_CHECKING:
    from rcsplan.campaign.model import Send
    from rcsplan.plan.facts import Facts, Rules
    from rcsplan.state.model import Record, SendEntry

_STAYS_STOPPED = "It was stopped by command, and stays so until metadata.revision rises."


def wire_start(send: Send, facts: Facts) -> str | None:
    """The start as it goes over the wire, in account time; None for an instant campaign."""
    if isinstance(send.schedule, Instant):
        return None
    return wall_time_of(send.schedule.start, facts.zone).strftime(WIRE_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges one address after the other by the same facts and rules."""

    facts: Facts
    rules: Rules

    def of_removed(self, entry: SendEntry) -> Verdict | None:
        """The verdict on an address that no manifest declares any more; None where nothing is left to do."""
        record = _latest(entry)
        if record is None or record.archived_at is not None:
            return None
        phase = phase_of(record)
        if phase is Phase.UNKNOWN:
            return _unknown(record)
        if phase is Phase.WAITING:
            return self._stop(record, archives=True)
        notes = ("It is sending now and goes on.",) if phase is Phase.BEGUN else ()
        return Verdict(action=ActionKind.ARCHIVE, prior=record, notes=notes)

    def of_desired(self, send: Send, entry: SendEntry) -> Verdict:
        """The verdict on an address that a manifest declares."""
        unknown = next((record for record in entry.revisions.values() if phase_of(record) is Phase.UNKNOWN), None)
        if unknown is not None:
            return _unknown(unknown)
        record = _latest(entry)
        if record is None:
            return self._open(send)
        if send.revision < record.revision:
            return blocked(
                Reason.ALREADY_SENT,
                f"Revision {record.revision} was submitted before, so revision {send.revision} is in the past. "
                f"To send again, raise it to {record.revision + 1}.",
                prior=record,
            )
        return self._against(send, record)

    def _against(self, send: Send, record: Record) -> Verdict:
        raised = send.revision > record.revision
        match phase_of(record):
            case Phase.WAITING:
                return self._revise(send, record) if raised or self._differs(send, record) else nothing(record)
            case Phase.ENDED if raised:
                return self._open(send, prior=record)
            case Phase.BEGUN | Phase.ENDED:
                return _settled(send, record)
            case Phase.WITHDRAWN:
                stays = _is_commanded(record) and not raised
                return nothing(record, _STAYS_STOPPED) if stays else self._open(send, prior=record)
            case Phase.STOPPED_OUTSIDE | Phase.REFUSED | Phase.VANISHED as phase:
                return self._open(send, prior=record) if raised else self._drifted(record, phase)
            case Phase.UNKNOWN:  # pragma: no cover  judged before
                return _unknown(record)
            case phase:
                assert_never(phase)

    def _open(self, send: Send, *, prior: Record | None = None) -> Verdict:
        """The verdict on a submission that nothing stands in the way of but its time."""
        match send.schedule:
            case Instant(until=until):
                return self._open_instant(until, prior)
            case Scheduled(start=start):
                return self._open_scheduled(start, prior)
            case schedule:
                assert_never(schedule)

    def _open_instant(self, until: datetime, prior: Record | None) -> Verdict:
        if not self.rules.instant_allowed:
            detail = f"Instant campaigns are not allowed in environment {self.rules.environment}."
            return blocked(Reason.POLICY, detail, prior=prior)
        if self.facts.now > until:
            return blocked(Reason.MISSED, f"It was to be sent before {_clock(until)}, which has passed.", prior=prior)
        return Verdict(action=ActionKind.SUBMIT, prior=prior)

    def _open_scheduled(self, start: datetime, prior: Record | None) -> Verdict:
        left = start - self.facts.now
        if left <= timedelta(0):
            detail = f"Its start, {_clock(start)}, passed without a submission. Late never means now."
            return blocked(Reason.MISSED, detail, prior=prior)
        if left < self.rules.min_lead:
            detail = f"Its start, {_clock(start)}, is less than {_minutes(self.rules.min_lead)} away."
            return blocked(Reason.MISSED, detail, prior=prior)
        if start > horizon(self.facts.now, self.facts.zone):
            return Verdict(action=ActionKind.DEFER, prior=prior, opens_on=opens_on(start, self.facts.zone))
        return Verdict(action=ActionKind.SUBMIT, prior=prior)

    def _revise(self, send: Send, record: Record) -> Verdict:
        """The verdict on a scheduled campaign whose new version differs."""
        too_late = self._stop_too_late(record)
        if too_late is not None:
            return too_late
        opening = self._open(send, prior=record)
        match opening.action:
            case ActionKind.DEFER:
                note = (
                    f"The new start is beyond the provider's horizon; it can be submitted from {opening.opens_on} on."
                )
                return Verdict(action=ActionKind.STOP, prior=record, notes=(note,), opens_on=opening.opens_on)
            case ActionKind.SUBMIT if self._leaves_room(send):
                return Verdict(action=ActionKind.REPLACE, prior=record)
            case ActionKind.SUBMIT:
                room = self.rules.stop_margin + self.rules.min_lead
                detail = (
                    f"Its new start is less than {_minutes(room)} away: no room to stop the old and submit the new."
                )
                return blocked(Reason.TOO_LATE, detail, prior=record)
            case _:
                return opening

    def _stop(self, record: Record, *, archives: bool) -> Verdict:
        return self._stop_too_late(record) or Verdict(action=ActionKind.STOP, prior=record, archives=archives)

    def _stop_too_late(self, record: Record) -> Verdict | None:
        if record.start_at is None or record.start_at - self.facts.now >= self.rules.stop_margin:
            return None
        detail = (
            f"The campaign at the provider starts {_clock(record.start_at)}, less than "
            f"{_minutes(self.rules.stop_margin)} from now: a stop could come after the first message."
        )
        return blocked(Reason.TOO_LATE, detail, prior=record)

    def _leaves_room(self, send: Send) -> bool:
        if isinstance(send.schedule, Instant):
            return True
        return send.schedule.start - self.facts.now >= self.rules.stop_margin + self.rules.min_lead

    def _differs(self, send: Send, record: Record) -> bool:
        return send.digest != record.digest or wire_start(send, self.facts) != record.wire_start_at

    def _drifted(self, record: Record, phase: Phase) -> Verdict:
        what = drift_sentence(record, phase)
        if record.start_at is not None and record.start_at <= self.facts.now:
            return nothing(record, f"{what} Its time has passed.")
        return blocked(Reason.DRIFT, what, prior=record)


def drift_sentence(record: Record, phase: Phase) -> str:
    """What happened to a campaign outside rcsplan, as a sentence."""
    match phase:
        case Phase.STOPPED_OUTSIDE:
            return f"Campaign {record.remote_id} was stopped outside rcsplan."
        case Phase.REFUSED:
            return f"Moderation refused campaign {record.remote_id}."
        case _:
            return f"The provider no longer knows campaign {record.remote_id}."


def is_drift(record: Record) -> bool:
    """Whether the record's campaign was changed by somebody other than rcsplan."""
    return phase_of(record) in DRIFTED


def _latest(entry: SendEntry) -> Record | None:
    return entry.newest


def _is_commanded(record: Record) -> bool:
    """Whether a person stopped it by command: that outlasts what the manifests say (design section 6)."""
    return record.stop is not None and record.stop.cause is StopCause.COMMAND


def _unknown(record: Record) -> Verdict:
    opened = record.intent.opened_at if record.intent else None
    when = f" of {_clock(opened)}" if opened else ""
    problem = f" {record.intent.problem}" if record.intent and record.intent.problem else ""
    return blocked(
        Reason.UNKNOWN_OUTCOME,
        f"Whether the submission{when} reached the provider is not known.{problem}",
        prior=record,
    )


def _settled(send: Send, record: Record) -> Verdict:
    """The verdict on a campaign that has begun: what was sent cannot change."""
    if send.revision > record.revision:
        detail = f"Revision {record.revision} is being sent now; the next can follow when it has ended."
        return blocked(Reason.TOO_LATE, detail, prior=record)
    if send.digest == record.digest:
        return nothing(record)
    if send.source_digest == record.source_digest:
        return nothing(record, "Variables, templates or defaults changed after it was sent; what was sent stays.")
    return blocked(Reason.ALREADY_SENT, "The manifest changed after the campaign began.", prior=record)


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _minutes(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:g} min"
