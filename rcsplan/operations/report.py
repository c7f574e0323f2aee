"""`report`: what came of the sends of some time: who was reached by which channel, at what price, and who sent it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from rcsplan.campaign.address import is_named
from rcsplan.errors import UsageError
from rcsplan.operations.observe import observe_account, refresh
from rcsplan.operations.states import check_belongs, first_state, load_state
from rcsplan.operations.status import SendStatus, check_recorded, with_numbers
from rcsplan.state.changes import make_changes
from rcsplan.state.delivery import Counts
from rcsplan.state.phase import REACHED_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from rcsplan.operations.target import Target
    from rcsplan.state.sends import State

#: How many days a report covers where neither time nor sends are named, today included.
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What sends cost in one currency; sums of different currencies are never made."""

    amount: Decimal
    currency: str
    phones: int | None

    @property
    def per_phone(self) -> Decimal | None:
        """What each phone that was addressed cost."""
        return self.amount / self.phones if self.phones else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """By which channel phones were reached, in percent of all that were addressed.

    The provider counts an SMS as one, however many parts it has; what more it counts is not made up for.
    """

    rcs: float
    read: float
    sms: float
    nobody: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Several sends taken together, as far as their numbers are known."""

    sends: tuple[SendStatus, ...]

    @property
    def planned(self) -> int | None:
        """Contacts that were planned; None where those of a send are not known."""
        known = [send.planned for send in self.sends]
        return sum(number or 0 for number in known) if known and None not in known else None

    @property
    def phones(self) -> int | None:
        """Phones that were addressed; None where those of a send are not known."""
        known = [send.phones for send in self.sends]
        return sum(number or 0 for number in known) if known and None not in known else None

    @property
    def counts(self) -> Counts:
        """All messages that are known of."""
        return sum((send.counts for send in self.sends if send.counts is not None), start=Counts())

    @property
    def split(self) -> Split | None:
        """The split of the channels; None while it cannot be told."""
        return split_of(self.phones, self.counts if any(send.counts for send in self.sends) else None)

    @property
    def prices(self) -> tuple[Price, ...]:
        """What they cost, one sum a currency."""
        by_currency: defaultdict[str, list[SendStatus]] = defaultdict(list)
        for send in self.sends:
            if send.price is not None:
                by_currency[send.currency].append(send)
        return tuple(_price(currency, sends) for currency, sends in sorted(by_currency.items()))

    @property
    def adrift(self) -> int:
        """How many sends had another audience than was planned."""
        return sum(send.is_adrift for send in self.sends)

    @property
    def is_final(self) -> bool:
        """Whether none of the numbers changes any more."""
        return all(send.is_final for send in self.sends)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignReport:
    """The sends of one campaign, and what they came to."""

    name: str
    sum: Sum


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of the sends of an environment; `since` and `until` are dates in `zone`, both included."""

    environment: str
    zone: str
    reaches_people: bool
    looked_at: datetime
    since: date | None
    until: date | None
    campaigns: tuple[CampaignReport, ...]

    @property
    def total(self) -> Sum:
        """All sends together."""
        return Sum(sends=tuple(send for campaign in self.campaigns for send in campaign.sum.sends))


def report(
    target: Target, wanted: tuple[str, ...] = (), *, since: date | None = None, until: date | None = None
) -> Report:
    """What came of the sends that began from one date to another; of the last 30 days where nothing is named.

    Raises:
        UsageError: the dates are the wrong way round, or an address of which the state has no record.
        ProviderError: the account could not be read.
        StateError: the state cannot be used.
    """
    if since is not None and until is not None and until < since:
        raise UsageError(f"The report would end on {until}, before it begins on {since}")
    state = load_state(target) or first_state(target)
    check_belongs(state, target)
    check_recorded(state, wanted)
    with target.provider.reader() as client:
        seen = observe_account(client, target)
        make_changes(state, refresh(client, state, seen, in_flight=target.in_flight))
        now = seen.facts.now
        if since is None and not wanted:
            since = (until or now.astimezone(target.zone).date()) - timedelta(days=USUAL_DAYS - 1)
        chosen = (
            one for one in _chosen(state, wanted, since, target.zone) if _is_within(one, since, until, target.zone, now)
        )
        sends = with_numbers(client, chosen, now=now)
    return Report(
        environment=target.environment.name,
        zone=str(target.zone),
        reaches_people=target.provider.reaches_people,
        looked_at=now,
        since=since,
        until=until,
        campaigns=_by_campaign(sends),
    )


def split_of(phones: int | None, counts: Counts | None) -> Split | None:
    """By which channel so many phones were reached; None where it cannot be told."""
    if not phones or counts is None:
        return None
    reached = counts.rcs_delivered + counts.sms_delivered
    return Split(
        rcs=100 * counts.rcs_delivered / phones,
        read=100 * counts.rcs_read / phones,
        sms=100 * counts.sms_delivered / phones,
        nobody=100 * max(0, phones - reached) / phones,
    )


def _price(currency: str, sends: list[SendStatus]) -> Price:
    phones = Sum(sends=tuple(sends)).phones
    return Price(amount=sum((send.price or Decimal(0) for send in sends), Decimal(0)), currency=currency, phones=phones)


def _by_campaign(sends: Iterable[SendStatus]) -> tuple[CampaignReport, ...]:
    grouped: defaultdict[str, list[SendStatus]] = defaultdict(list)
    for send in sends:
        grouped[send.campaign].append(send)
    return tuple(CampaignReport(name=name, sum=Sum(sends=tuple(of_it))) for name, of_it in grouped.items())


def _chosen(state: State, wanted: tuple[str, ...], since: date | None, zone: ZoneInfo) -> Iterator[SendStatus]:
    # A state of years is not read whole for the report of a month.
    entries = (
        state.sends.items() if since is None else state.sends.starting_since(datetime.combine(since, time.min, zone))
    )
    for address, entry in entries:
        if wanted and not any(is_named(address, one) for one in wanted):
            continue
        for record in entry.revisions.values():
            yield SendStatus(address=address, record=record)


def _is_within(send: SendStatus, since: date | None, until: date | None, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a send began in that time, and somebody may have got it."""
    remote = send.record.remote
    if send.began is None or send.began > now:
        return False
    if send.phase not in REACHED_PEOPLE and (remote is None or remote.sent == 0):
        return False
    day = send.began.astimezone(zone).date()
    return (since is None or since <= day) and (until is None or day <= until)
