"""What became of the messages of a campaign, as counts that can be added up; and from when on they are final."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.message import sms_of
from rcsplan.campaign.model import DEFAULT_VALIDITY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from rcsplan.state.model import Delivery, Record

#: How long after the end of a campaign its numbers may still change: reports come late, and messages are read later.
LATE_REPORTS = timedelta(hours=24)

#: Statuses of messages (bsg-api.md section 4.2) in which they are with the provider or the operator, and may arrive.
_UNDER_WAY = frozenset({"accepted", "sending", "sent", "unknown"})
_ARRIVED = frozenset({"delivered", "read"})
_FAILED = frozenset({"expired", "failed", "undelivered", "not_rcs_user", "not_service_user", "not_viber_user"})

#: Failures that are known before anything is handed over.
_UNSENDABLE = frozenset({"not_rcs_user", "not_service_user", "not_viber_user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Messages of both channels. What was read was also delivered; what was delivered or failed was also sent.

    A phone without RCS counts as failed and not as sent: nothing was handed over for it.
    """

    rcs_sent: int = 0
    rcs_delivered: int = 0
    rcs_read: int = 0
    rcs_failed: int = 0
    sms_sent: int = 0
    sms_delivered: int = 0
    sms_failed: int = 0

    def __add__(self, other: Counts) -> Counts:
        names = [field.name for field in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


def counts_of(delivery: Delivery) -> Counts:
    """The counts of a campaign. The provider counts each message under its last status alone (bsg-api.md 2.1)."""
    rcs, sms = delivery.rcs, delivery.sms
    handed_over = _UNDER_WAY | _ARRIVED | _FAILED - _UNSENDABLE
    return Counts(
        rcs_sent=_sum(rcs, handed_over),
        rcs_delivered=_sum(rcs, _ARRIVED),
        rcs_read=rcs.get("read", 0),
        rcs_failed=_sum(rcs, _FAILED),
        sms_sent=_sum(sms, handed_over),
        sms_delivered=_sum(sms, _ARRIVED),
        sms_failed=_sum(sms, _FAILED),
    )


def numbers_are_final(record: Record, *, now: datetime) -> bool:
    """Whether the numbers of a campaign that has ended change no more.

    They do not once a day has passed since its end. That is when it was first seen ended, or when the validity of its
    RCS messages and of the SMS that follow them has run out, whichever was earlier: who looks days later need not wait.
    """
    began = record.start_at or record.submitted_at
    ends = [] if began is None else [began + timedelta(hours=record.validity_hours) + _sms_validity(record)]
    ends += [] if record.remote is None else [record.remote.observed_at]
    return bool(ends) and min(ends) + LATE_REPORTS <= now


def _sms_validity(record: Record) -> timedelta:
    """How long the SMS fallback is tried; the longest possible, which is the default, where it is not known."""
    sms = {} if record.payload is None else sms_of(record.payload)
    if sms is None:
        return timedelta()
    seconds, hours = sms.get("validity_seconds"), sms.get("validity")
    if isinstance(seconds, int):
        return timedelta(seconds=seconds)
    return timedelta(hours=hours if isinstance(hours, int) else DEFAULT_VALIDITY)


def _sum(counters: Mapping[str, int], statuses: frozenset[str]) -> int:
    return sum(number for status, number in counters.items() if status in statuses)
