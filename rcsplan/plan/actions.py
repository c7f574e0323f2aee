"""Actions: verdicts written out as the plan document shows them and apply carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.message import wire_payload
from rcsplan.campaign.schedule import Instant
from rcsplan.plan.decide import wire_start
from rcsplan.plan.diff import diff_payloads
from rcsplan.plan.model import Action, ActionKind, Audience, Place, PlannedList, PlannedWaiver, Prior
from rcsplan.plan.verdict import ways_out_of

if TYPE_CHECKING:
    from datetime import date

    from pydantic import JsonValue

    from rcsplan.campaign.model import Send
    from rcsplan.plan.audience import Resolution
    from rcsplan.plan.facts import Facts
    from rcsplan.plan.model import FieldChange
    from rcsplan.plan.verdict import Verdict
    from rcsplan.state.model import Record, SendEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A desired send with all that was found out about it."""

    send: Send
    entry: SendEntry
    resolution: Resolution
    verdict: Verdict
    moved_from: str | None


def action_of_wish(wish: Wish, facts: Facts) -> Action:
    """The action for an address that a manifest declares."""
    if wish.verdict.restores and wish.verdict.prior is not None:
        return action_of_record(str(wish.send.address), wish.verdict, wish.verdict.prior)
    send, verdict, audience = wish.send, wish.verdict, wish.resolution.audience
    wire = wire_start(send, facts)
    payload = wire_payload(send.body, list_ids=(entry.id for entry in audience.lists), start_at=wire)
    start = None if isinstance(send.schedule, Instant) else send.schedule.start
    first, today = start or facts.now, facts.now.astimezone(facts.zone).date()
    return Action(
        address=str(send.address),
        revision=send.revision,
        action=verdict.action,
        reason=verdict.reason,
        detail=verdict.detail,
        way_out=ways_out_of(verdict, str(send.address)),
        notes=(*send.notes, *verdict.notes, *_audience_notes(wish), *_ended_waivers(wish, today)),
        sender=send.sender,
        digest=send.digest,
        content_digest=send.content_digest,
        source_digest=send.source_digest,
        payload=payload,
        prior=_prior(verdict.prior) if verdict.prior else None,
        diff=_diff(verdict, payload),
        start_at=start,
        wire_start_at=wire,
        until=send.schedule.until if isinstance(send.schedule, Instant) else None,
        declared_start=send.schedule.declared,
        timezone=send.schedule.zone,
        validity_hours=int(send.validity.total_seconds() // 3600),
        fallback_at=first + send.validity if send.has_sms_fallback else None,
        opens_on=verdict.opens_on,
        audience=audience,
        waivers=tuple(
            PlannedWaiver(rule=waiver.rule, reason=waiver.reason, owner=waiver.owner, until=waiver.until)
            for waiver in send.waivers
            if waiver.holds_on(today)
        ),
        timezones=send.timezones,
        moved_from=wish.moved_from,
        rule=send.rule,
        place=Place(file=send.location.file, line=send.location.line),
    )


def action_of_record(address: str, verdict: Verdict, record: Record) -> Action:
    """The action for a version that only the state still knows: removed, or stopped and to be restored."""
    return Action(
        address=address,
        revision=record.revision,
        action=verdict.action,
        reason=verdict.reason,
        detail=verdict.detail,
        way_out=ways_out_of(verdict, address),
        notes=verdict.notes,
        sender=record.sender,
        digest=record.digest,
        content_digest=record.content_digest,
        source_digest=record.source_digest,
        payload=record.payload if verdict.restores else None,
        prior=_prior(record),
        start_at=record.start_at,
        wire_start_at=record.wire_start_at,
        declared_start=record.declared_start,
        timezone=record.timezone,
        validity_hours=record.validity_hours,
        audience=Audience(lists=_lists(record), contacts=record.contacts),
        archives=verdict.archives,
        despite_margin=verdict.despite_margin,
    )


def _audience_notes(wish: Wish) -> tuple[str, ...]:
    """What is wrong with the lists of a deferred send: it may be mended before the send opens."""
    block = wish.resolution.block
    deferred = wish.verdict.action is ActionKind.DEFER
    return (block.detail,) if deferred and block is not None else ()


def _ended_waivers(wish: Wish, today: date) -> tuple[str, ...]:
    """That a waiver no longer holds, where the rule that it lifts is still asked."""
    if not wish.verdict.sends and wish.verdict.action is not ActionKind.DEFER:
        return ()
    return tuple(
        f"Its waiver of {waiver.rule} by {waiver.owner} ended on {waiver.until}, and lifts nothing any more."
        for waiver in wish.send.waivers
        if not waiver.holds_on(today)
    )


def _diff(verdict: Verdict, payload: dict[str, JsonValue]) -> tuple[FieldChange, ...]:
    prior = verdict.prior
    if prior is None or prior.payload is None or verdict.action is ActionKind.NONE:
        return ()
    return diff_payloads(prior.payload, payload)


def _prior(record: Record) -> Prior:
    return Prior(
        revision=record.revision,
        digest=record.digest,
        remote_id=record.remote_id,
        status=record.remote.status if record.remote else None,
        wire_start_at=record.wire_start_at,
        start_at=record.start_at,
        lists=_lists(record),
    )


def _lists(record: Record) -> tuple[PlannedList, ...]:
    return tuple(PlannedList(id=entry.id, name=entry.name, contacts=entry.contacts) for entry in record.lists)
