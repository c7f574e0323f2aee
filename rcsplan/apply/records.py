"""Records as they stand before, during and after a submission or a stop; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.message import WIRE_TIME
from rcsplan.state.model import (
    GONE,
    Intent,
    ListSnapshot,
    Record,
    Refusal,
    RemoteStatus,
    Stop,
    StopCause,
    Submission,
    Superseded,
)

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from rcsplan.bsg.wire import CampaignInfo
    from rcsplan.plan.model import Action
    from rcsplan.state.model import Provenance


def intended(action: Action, intent: Intent, *, prior: Record | None, provenance: Provenance) -> Record:
    """The record of a submission that is about to happen; `prior` is the record of the same revision, if any."""
    if action.digest is None or action.content_digest is None or action.source_digest is None:
        raise ValueError(f"{action.address} is to be submitted, but its plan holds no digest")
    return Record(
        revision=action.revision,
        digest=action.digest,
        content_digest=action.content_digest,
        source_digest=action.source_digest,
        sender=action.sender,
        start_at=action.start_at,
        wire_start_at=action.wire_start_at,
        declared_start=action.declared_start,
        timezone=action.timezone,
        validity_hours=action.validity_hours,
        payload=action.payload,
        lists=tuple(
            ListSnapshot(id=entry.id, name=entry.name, contacts=entry.contacts) for entry in action.audience.lists
        ),
        intent=intent,
        superseded=_superseded(prior) if prior else (),
        watched=prior.watched if prior else (),
        # A version that was restored must not be replaced by the refused one again.
        refusal=prior.refusal if prior is not None and prior.digest == action.digest else None,
        provenance=provenance,
    )


def submitted(record: Record, campaign: CampaignInfo, *, now: datetime) -> Record:
    """The record of a submission that the provider accepted."""
    price = campaign.calculated_price
    return record.model_copy(
        update={
            "intent": None,
            "remote_id": campaign.id,
            "remote": remote_status(campaign, now=now),
            "price": str(price) if price is not None else None,
            "currency": campaign.currency or None,
            "delivery": None,
            "submitted_at": now,
        }
    )


def unknown(record: Record, problem: str, *, duplicate: bool, now: datetime) -> Record:
    """The record of a submission of which nobody can say whether it was accepted."""
    if record.intent is None:
        return record
    update = {"unknown_since": now, "problem": problem, "duplicate": duplicate}
    return record.model_copy(update={"intent": record.intent.model_copy(update=update)})


def withdrawn(record: Record, prior: Record | None) -> Record | None:
    """The record of a submission that provably did not happen: what was there before it.

    None where there was nothing, and nothing else is left to remember.
    """
    if prior is not None:
        return prior
    return record.model_copy(update={"intent": None}) if record.superseded or record.watched else None


def refused(record: Record, digest: str, problem: str, *, now: datetime) -> Record:
    """The record of a campaign that was stopped for a new version, which the provider then refused."""
    return record.model_copy(update={"refusal": Refusal(digest=digest, problem=problem, at=now)})


def adopted(record: Record, campaign: CampaignInfo, evidence: str, *, now: datetime) -> Record:
    """The record of a submission whose answer was lost, and whose campaign was found."""
    found = submitted(record, campaign, now=now)
    # Where a submission was repeated, nobody can tell which of the two this is: the other may still arrive.
    watched = _given_up(record) if record.watched else ()
    # The price is told in the answer to a create alone (bsg-api.md section 3.6): a later 0 means nothing.
    unpriced = {"price": None, "currency": None}
    return found.model_copy(update={"evidence": evidence, **unpriced, "late_id": None, "watched": watched})


def never_arrived(record: Record) -> Record:
    """The record of a submission that did not arrive: it may be repeated, and the lost one stays watched."""
    if record.intent is None:
        return record
    return record.model_copy(update={"intent": None, "watched": _given_up(record)})


def as_posted(record: Record, intent: Intent) -> Record:
    """The record with what was posted under an intent: by now it may hold a later version of the message."""
    return record if intent.submission is None else record.model_copy(update=dict(intent.submission))


def version_of(record: Record, *, sender: str, start_at: datetime | None) -> Record:
    """The record with the version that a campaign is of: what arrives late may be an earlier one."""
    versions = (as_posted(record, intent) for intent in record.watched)
    return next((one for one in versions if (one.sender, one.start_at) == (sender, start_at)), record)


def disputed(record: Record, candidates: tuple[int, ...], why: str, *, now: datetime) -> Record:
    """The record of a submission of which only a person can tell what became of it."""
    if record.intent is None:
        return record
    known = record.intent
    if (known.candidates, known.dispute) == (candidates, why):
        return record
    update = {"candidates": candidates, "dispute": why, "looked_at": now}
    return record.model_copy(update={"intent": known.model_copy(update=update)})


def stopping(record: Record, cause: StopCause, *, now: datetime, not_after: datetime) -> Record:
    """The record of a campaign that is about to be stopped by us; `not_after` is by the clock of intents."""
    return record.model_copy(update={"stop": Stop(cause=cause, opened_at=now, not_after=not_after)})


def judging_stop(record: Record, *, looked_at: datetime, in_flight: timedelta) -> Record:
    """The record when a stop of ours, whose answer was lost, is seen to have happened, or can no longer happen.

    It may take effect for as long as a request is `in_flight` after the last moment at which it was asked for. One
    that did not happen is forgotten: the next one, by somebody else, must not pass for ours.
    """
    stop = record.stop
    if stop is None or stop.not_after is None or record.remote is None or record.remote.status == GONE:
        return record
    if record.remote.status == "stopped":
        return stopped(record, archives=False, now=record.remote.observed_at)
    return record if looked_at <= stop.not_after + in_flight else record.model_copy(update={"stop": None})


def observed(record: Record, campaign: CampaignInfo, *, now: datetime) -> Record:
    """The record with what the provider just told; the same record where that is nothing new."""
    status = remote_status(campaign, now=now)
    known = record.remote
    if known is not None and known.model_copy(update={"observed_at": now}) == status:
        return record
    return record.model_copy(update={"remote": status})


def stopped(record: Record, *, archives: bool, now: datetime) -> Record:
    """The record of a campaign whose stop by us is confirmed."""
    stop = record.stop or Stop(cause=StopCause.REMOVE, opened_at=now)
    return record.model_copy(
        update={
            "stop": stop.model_copy(update={"confirmed_at": now, "not_after": None}),
            "archived_at": now if archives else record.archived_at,
        }
    )


def remote_status(campaign: CampaignInfo, *, now: datetime) -> RemoteStatus:
    """What the provider told of a campaign, as the state keeps it."""
    return RemoteStatus(
        status=campaign.status,
        sent=campaign.sent,
        delivered=campaign.delivered,
        start_at=campaign.start_at.strftime(WIRE_TIME) if campaign.start_at else None,
        observed_at=now,
    )


def superseded_by(record: Record, now: datetime) -> tuple[Superseded, ...]:
    """The earlier campaigns of a record which another takes the place of, its own included."""
    if record.remote_id is None:
        return record.superseded
    return (*record.superseded, _past(record, record.remote_id, stopped_at=now))


def _given_up(record: Record) -> tuple[Intent, ...]:
    """What is watched, the open intent included."""
    if record.intent is None:
        return record.watched
    posted = Submission.model_validate(record, from_attributes=True)
    return (*record.watched, record.intent.model_copy(update={"submission": posted}))


def _superseded(prior: Record) -> tuple[Superseded, ...]:
    if prior.remote_id is None or prior.remote is None:
        return prior.superseded
    confirmed = prior.stop.confirmed_at if prior.stop else None
    last = _past(prior, prior.remote_id, stopped_at=confirmed or prior.remote.observed_at)
    return (*prior.superseded, last)


def _past(record: Record, remote_id: int, *, stopped_at: datetime) -> Superseded:
    return Superseded(
        remote_id=remote_id,
        digest=record.digest,
        stopped_at=stopped_at,
        submitted_at=record.submitted_at,
        provenance=record.provenance,
    )
