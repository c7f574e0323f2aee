"""What becomes of an accepted campaign: status, statistics and timestamps as a function of the time alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

#: Messages that the simulated platform hands over per second.
HAND_OVER_RATE = 20
#: From hand-over to the delivery report, or to the report that the phone has no RCS.
REPORT_DELAY = timedelta(seconds=30)
#: From hand-over to the first reader, and how long the readers take.
READ_DELAY = timedelta(minutes=5)
READ_SPREAD = timedelta(hours=1)


class Status(StrEnum):
    """The status of a campaign, as on the wire (bsg-api.md section 4.1)."""

    CREATION = "creation"
    MODERATION = "moderation"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    SPAM = "spam"


#: Where a stop is allowed (bsg-api.md section 4.1, the rule of the newest schema).
STOPPABLE = frozenset({Status.SCHEDULED, Status.SENDING, Status.PAUSED, Status.MODERATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An accepted submission with all that decides its fate; instants are aware, prices in millionths.

    `contacts` is the audience frozen at creation, `funded` how many of them the account could pay for, `review` how
    long moderation takes (None: there is none), and `spam` whether it ends in a refusal.
    """

    id: int
    sender: str
    created_at: datetime
    start_at: datetime
    validity: timedelta
    fallback: bool
    contacts: int
    funded: int
    price: int
    sms_price: int
    review: timedelta | None = None
    spam: bool = False
    stopped_at: datetime | None = None

    @property
    def reviewed_at(self) -> datetime:
        """When moderation has come to its end."""
        return self.created_at + (self.review or timedelta())

    @property
    def begins_at(self) -> datetime:
        """When the first message leaves."""
        return max(self.start_at, self.reviewed_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Messages of one channel per status (bsg-api.md section 2.1, detail); each message counts once."""

    moderation: int = 0
    scheduled: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    expired: int = 0
    undelivered: int = 0
    not_rcs_user: int = 0

    @property
    def handed_over(self) -> int:
        """The cumulative `sent` of a campaign (bsg-api.md section 2.1, info)."""
        return self.sent + self.delivered + self.read + self.expired + self.undelivered

    @property
    def arrived(self) -> int:
        """Messages that reached a phone, read or not: what is charged."""
        return self.delivered + self.read


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign is at one instant."""

    status: Status
    real_start_at: datetime | None
    finished_at: datetime | None
    rcs: Counters
    sms: Counters

    def charge(self, campaign: Campaign) -> int:
        """What the deliveries so far cost, in millionths (bsg-api.md section 4.3)."""
        return self.rcs.arrived * campaign.price + self.sms.arrived * campaign.sms_price


def progress(campaign: Campaign, now: datetime) -> Progress:
    """The status, statistics and timestamps of a campaign at an instant.

    Reviewed first where moderation asks for it, then scheduled, sending, and done when every message has its final
    status; paused once the funds are used up; a stop freezes everything. Numbers depend on the campaign's id alone.
    """
    course = _course(campaign)
    moment = now if campaign.stopped_at is None else campaign.stopped_at
    begun = moment >= campaign.begins_at and not campaign.spam
    status = _status(campaign, course, now)
    return Progress(
        status=status,
        real_start_at=campaign.begins_at if begun else None,
        finished_at=_finished_at(campaign, course, status),
        rcs=course.rcs(moment) if begun else _waiting(campaign, moment),
        sms=course.sms(moment) if begun and campaign.fallback else Counters(),
    )


def _status(campaign: Campaign, course: _Course, now: datetime) -> Status:
    if campaign.stopped_at is not None:
        return Status.STOPPED
    if campaign.review is not None and now < campaign.reviewed_at:
        return Status.MODERATION
    if campaign.spam:
        return Status.SPAM
    if now < campaign.begins_at:
        return Status.SCHEDULED
    if course.recipients < campaign.contacts and now >= course.all_handed_over_at:
        return Status.PAUSED
    return Status.SENDING if now < course.ends_at else Status.DONE


def _finished_at(campaign: Campaign, course: _Course, status: Status) -> datetime | None:
    match status:
        case Status.STOPPED:
            return campaign.stopped_at
        case Status.SPAM:
            return campaign.reviewed_at
        case Status.DONE:
            return course.ends_at
        case _:
            return None


def _waiting(campaign: Campaign, moment: datetime) -> Counters:
    in_review = campaign.review is not None and (campaign.spam or moment < campaign.reviewed_at)
    return Counters(moderation=campaign.contacts) if in_review else Counters(scheduled=campaign.contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """The way of a campaign's messages: even hand-over, then each group of recipients answers after its own delay."""

    campaign: Campaign
    recipients: int
    without_rcs: int
    out_of_reach: int
    readers: int

    @property
    def span(self) -> timedelta:
        return timedelta(seconds=self.recipients / HAND_OVER_RATE)

    @property
    def all_handed_over_at(self) -> datetime:
        return self.campaign.begins_at + self.span

    @property
    def ends_at(self) -> datetime:
        if not self.recipients:
            return self.campaign.begins_at
        last_report = self.campaign.validity if self.out_of_reach else REPORT_DELAY
        falls_back = self.campaign.fallback and (self.out_of_reach or self.without_rcs)
        return self.all_handed_over_at + last_report + (REPORT_DELAY if falls_back else timedelta())

    def rcs(self, moment: datetime) -> Counters:
        handed_over = self._spread(self.recipients, moment, after=timedelta())
        reached = self.recipients - self.without_rcs - self.out_of_reach
        arrived = self._spread(reached, moment, after=REPORT_DELAY)
        read = self._spread(self.readers, moment, after=READ_DELAY, longer=READ_SPREAD)
        without_rcs, expired = self._lost(moment)
        return Counters(
            scheduled=self.campaign.contacts - handed_over,
            sent=handed_over - arrived - without_rcs - expired,
            delivered=arrived - read,
            read=read,
            expired=expired,
            not_rcs_user=without_rcs,
        )

    def sms(self, moment: datetime) -> Counters:
        """The fallback: at once where the phone has no RCS, after the validity where nobody was reached."""
        left = sum(self._lost(moment))
        reported = sum(self._lost(moment - REPORT_DELAY))
        undelivered = reported // 20
        return Counters(sent=left - reported, delivered=reported - undelivered, undelivered=undelivered)

    def _lost(self, moment: datetime) -> tuple[int, int]:
        return (
            self._spread(self.without_rcs, moment, after=REPORT_DELAY),
            self._spread(self.out_of_reach, moment, after=self.campaign.validity),
        )

    def _spread(self, total: int, moment: datetime, *, after: timedelta, longer: timedelta = timedelta()) -> int:
        """How many of `total` it has happened to, if it begins `after` the start and keeps pace with the hand-over."""
        elapsed = moment - self.campaign.begins_at - after
        span = self.span + longer
        if elapsed < timedelta():
            return 0
        return total if elapsed >= span else int(total * (elapsed / span))


def _course(campaign: Campaign) -> _Course:
    recipients = min(campaign.contacts, campaign.funded)
    seed = hashlib.sha256(str(campaign.id).encode()).digest()
    without_rcs = round(recipients * (0.05 + 0.10 * seed[0] / 255))
    out_of_reach = round(recipients * (0.02 + 0.04 * seed[1] / 255))
    reached = recipients - without_rcs - out_of_reach
    return _Course(
        campaign=campaign,
        recipients=recipients,
        without_rcs=without_rcs,
        out_of_reach=out_of_reach,
        readers=round(reached * (0.4 + 0.3 * seed[2] / 255)),
    )
