"""The tables of design section 5: from one address's wish, records and the clock to a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from rcsplan.campaign.message import WIRE_TIME
from rcsplan.campaign.schedule import Instant, Scheduled, horizon, opens_on, wall_time_of
from rcsplan.plan.drift import drifted
from rcsplan.plan.model import ActionKind, Reason
from rcsplan.plan.unsettled import arrived_late, unsettled
from rcsplan.plan.verdict import Verdict, blocked, clock, nothing
from rcsplan.state.model import StopCause
from rcsplan.state.phase import REACHED_PEOPLE, Phase, phase_of

if TYPE_CHECKING:
    from rcsplan.campaign.model import Send
    from rcsplan.plan.facts import Facts, Rules
    from rcsplan.state.model import Record, SendEntry

_STAYS_STOPPED = "It was stopped by command, and stays so until metadata.revision rises."

#: After so many refusals as a duplicate, without a copy to be seen, only a person goes on.
_DUPLICATES_BEFORE_GUARD = 2

_STOP_WHAT_IS_REMOVED = (
    "Put the manifest back, or wait until it has begun: then it is only archived.\n"
    "To stop it all the same: rcsplan apply --allow-stop-sending"
)

_STOP_COPY = "To stop all the same whatever of it is known to be live: rcsplan stop ADDRESS"

_PUT_TO_REST = "It was missed and put to rest; raise metadata.revision to send it after all."


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
        before_all = self._before_all(entry)
        if before_all is not None:
            return before_all
        record = entry.newest
        if record is None or record.archived_at is not None:
            return None
        phase = phase_of(record)
        if phase is Phase.WAITING or (phase is Phase.BEGUN and self.rules.allow_stop_sending):
            return self._stop_removed(record)
        notes = ("It is sending now and goes on.",) if phase is Phase.BEGUN else ()
        return Verdict(action=ActionKind.ARCHIVE, prior=record, notes=notes)

    def of_desired(self, send: Send, entry: SendEntry) -> Verdict:
        """The verdict on an address that a manifest declares."""
        before_all = self._before_all(entry)
        if before_all is not None:
            return before_all
        record = entry.newest
        if record is None or send.revision in entry.skipped:
            return nothing(record, _PUT_TO_REST) if send.revision in entry.skipped else self._open(send)
        if str(send.address) in self.rules.restore and _can_be_restored(record):
            return self._restore(record)
        return self._against(send, record) if send.revision >= record.revision else _in_the_past(send, record)

    def _before_all(self, entry: SendEntry) -> Verdict | None:
        """The verdict on an address of which something is to be settled first, whatever is declared of it."""
        unknown = _unknown_of(entry)
        if unknown is not None:
            return unsettled(unknown)
        leftover = _leftover(entry)
        if leftover is not None:
            return self._stop_leftover(leftover)
        late = _late_of(entry)
        return None if late is None else self._late(late)

    def _against(self, send: Send, record: Record) -> Verdict:
        raised = send.revision > record.revision
        match phase_of(record):
            case Phase.WAITING:
                return self._against_waiting(send, record, raised=raised)
            case Phase.ENDED if raised:
                return self._open(send, prior=record)
            case Phase.BEGUN | Phase.ENDED:
                return _settled(send, record)
            case Phase.WITHDRAWN:
                return self._again(send, record, raised=raised)
            case Phase.STOPPED_OUTSIDE | Phase.REFUSED | Phase.VANISHED:
                return self._open(send, prior=record) if raised else drifted(send, record, self.facts.now)
            case Phase.UNKNOWN:  # pragma: no cover  judged before
                return unsettled(record)
            case phase:
                assert_never(phase)

    def _against_waiting(self, send: Send, record: Record, *, raised: bool) -> Verdict:
        if _is_refused(send, record):
            return _refused_before(record, way_out="Mend the manifest, or take it back to what is scheduled.")
        return self._revise(send, record) if raised or self._differs(send, record) else nothing(record)

    def _again(self, send: Send, record: Record, *, raised: bool) -> Verdict:
        """The verdict on an address of which nothing was sent."""
        if _is_commanded(record) and not raised:
            return nothing(record, _STAYS_STOPPED)
        opening = self._open(send, prior=record)
        if not opening.sends:
            # Whatever else speaks against it: what is too late is at rest as soon as somebody says so.
            return opening
        if _is_refused(send, record):
            return _refused_before(record)
        same = not raised and not self._differs(send, record)
        if same and sum(intent.duplicate for intent in record.watched) >= _DUPLICATES_BEFORE_GUARD:
            return blocked(Reason.DUPLICATE_GUARD, "The provider refused it twice as a duplicate.", prior=record)
        repeats = bool(record.watched) and record.remote_id is None and not raised
        return replace(opening, action=ActionKind.RESUBMIT) if repeats else opening

    def _late(self, record: Record) -> Verdict:
        """The verdict on an address whose first submission arrived after the second was made."""
        late = arrived_late(record)
        if phase_of(record) is Phase.WAITING:
            return self._stop_copy(record, f"{late.detail} The newer copy has to be stopped.")
        if phase_of(record) in REACHED_PEOPLE:
            way_out = f"To stop the late one before it starts: rcsplan stop ADDRESS\n{late.way_out}"
            return replace(late, detail=f"{late.detail} The newer copy has begun.", way_out=way_out)
        return late

    def _stop_leftover(self, record: Record) -> Verdict:
        """The verdict on an address of which an earlier revision, given up for lost, arrived after all."""
        note = f"Revision {record.revision} had seemed lost and arrived after all, as campaign {record.remote_id}."
        return self._stop_copy(record, note)

    def _stop_copy(self, record: Record, note: str) -> Verdict:
        """The verdict on one of two copies, of which the other stays."""
        too_late = self._stop_too_late(record, way_out=_STOP_COPY)
        return replace(too_late or Verdict(action=ActionKind.STOP, prior=record), notes=(note,))

    def _restore(self, record: Record) -> Verdict:
        """The verdict on a version that shall come back after its successor was refused."""
        if record.start_at is not None and record.start_at - self.facts.now < self.rules.min_lead:
            what = f"The stopped version was to start {clock(record.start_at)}: it is too late to bring it back."
            return blocked(Reason.REPLACE_REFUSED, what, prior=record, way_out="Mend the manifest, or remove it.")
        detail = "The stopped version comes back, because its successor was refused."
        return Verdict(action=ActionKind.RESUBMIT, detail=detail, prior=record, restores=True)

    def _open(self, send: Send, *, prior: Record | None = None) -> Verdict:
        """The verdict on a submission that nothing stands in the way of but its time."""
        match send.schedule:
            case Instant():
                return self._open_instant(send.schedule, prior)
            case Scheduled():
                return self._open_scheduled(send.schedule, prior)
            case schedule:
                assert_never(schedule)

    def _open_instant(self, schedule: Instant, prior: Record | None) -> Verdict:
        if self.facts.now > schedule.until:
            detail = f"It was to be sent before {schedule.spoken}, which has passed."
            return blocked(Reason.MISSED, detail, prior=prior)
        return Verdict(action=ActionKind.SUBMIT, prior=prior)

    def _open_scheduled(self, schedule: Scheduled, prior: Record | None) -> Verdict:
        start = schedule.start
        left = start - self.facts.now
        if left <= timedelta(0):
            detail = f"Its start, {schedule.spoken}, passed without a submission. Late never means now."
            return blocked(Reason.MISSED, detail, prior=prior)
        if left < self.rules.min_lead:
            detail = f"Its start, {schedule.spoken}, is less than {_minutes(self.rules.min_lead)} away."
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
                return blocked(
                    Reason.TOO_LATE, detail, prior=record, way_out="Give it a later time, or revert the change."
                )
            case _:
                return opening

    def _stop_removed(self, record: Record) -> Verdict:
        despite = self.rules.allow_stop_sending
        too_late = None if despite else self._stop_too_late(record, way_out=_STOP_WHAT_IS_REMOVED)
        return too_late or Verdict(action=ActionKind.STOP, prior=record, archives=True, despite_margin=despite)

    def _stop_too_late(self, record: Record, *, way_out: str = "") -> Verdict | None:
        if record.start_at is None or record.start_at - self.facts.now >= self.rules.stop_margin:
            return None
        detail = (
            f"The campaign at the provider starts {clock(record.start_at)}, less than "
            f"{_minutes(self.rules.stop_margin)} from now: a stop could come after the first message."
        )
        return blocked(Reason.TOO_LATE, detail, prior=record, way_out=way_out)

    def _leaves_room(self, send: Send) -> bool:
        if isinstance(send.schedule, Instant):
            return True
        return send.schedule.start - self.facts.now >= self.rules.stop_margin + self.rules.min_lead

    def _differs(self, send: Send, record: Record) -> bool:
        return send.digest != record.digest or wire_start(send, self.facts) != record.wire_start_at


def _unknown_of(entry: SendEntry) -> Record | None:
    return next((record for record in entry.in_order if phase_of(record) is Phase.UNKNOWN), None)


def _late_of(entry: SendEntry) -> Record | None:
    return next((record for record in entry.in_order if record.late_id is not None), None)


def _leftover(entry: SendEntry) -> Record | None:
    """An earlier revision that is scheduled beside a later one, because it had seemed lost when that was submitted."""
    earlier = (record for record in entry.in_order if record is not entry.newest and record.watched)
    return next((record for record in earlier if phase_of(record) is Phase.WAITING), None)


def _is_refused(send: Send, record: Record) -> bool:
    return record.refusal is not None and record.refusal.digest == send.digest


def _refused_before(record: Record, *, way_out: str = "") -> Verdict:
    problem = record.refusal.problem if record.refusal else ""
    detail = f"The provider refused this version: {problem}"
    return blocked(Reason.REPLACE_REFUSED, detail, prior=record, way_out=way_out)


def _can_be_restored(record: Record) -> bool:
    """Whether it was stopped for a version that was then refused, and nothing else has happened since."""
    return record.refusal is not None and record.payload is not None and phase_of(record) is Phase.WITHDRAWN


def _is_commanded(record: Record) -> bool:
    """Whether a person stopped it by command: that outlasts what the manifests say (design section 6)."""
    return record.stop is not None and record.stop.cause is StopCause.COMMAND


def _in_the_past(send: Send, record: Record) -> Verdict:
    detail = (
        f"Revision {record.revision} was submitted before, so revision {send.revision} is in the past. "
        f"To send again, raise it to {record.revision + 1}."
    )
    return blocked(Reason.ALREADY_SENT, detail, prior=record)


def _settled(send: Send, record: Record) -> Verdict:
    """The verdict on a campaign that has begun: what was sent cannot change."""
    if send.revision > record.revision:
        detail = f"Revision {record.revision} is being sent now; the next can follow when it has ended."
        way_out = "Wait until it has ended, or take the raise back.\nTo end it now: rcsplan stop ADDRESS"
        return blocked(Reason.TOO_LATE, detail, prior=record, way_out=way_out)
    if send.digest == record.digest:
        return nothing(record)
    if send.source_digest == record.source_digest:
        return nothing(record, "Variables, templates or defaults changed after it was sent; what was sent stays.")
    return blocked(Reason.ALREADY_SENT, "The manifest changed after the campaign began.", prior=record)


def _minutes(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes:g} min"
