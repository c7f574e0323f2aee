"""`status`: how far each send is, and what became of its messages so far; nothing is locked and nothing saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from rcsplan.campaign.address import is_named
from rcsplan.campaign.message import sms_of
from rcsplan.campaign.sms import segmented
from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import UsageError
from rcsplan.operations.deliveries import read_delivery
from rcsplan.operations.hold import hold_of
from rcsplan.operations.observe import BACK, observe_account, refresh
from rcsplan.operations.states import check_belongs, first_state, load_state
from rcsplan.state.changes import make_changes
from rcsplan.state.delivery import Counts, counts_of, numbers_are_final
from rcsplan.state.phase import LIVE, Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.bsg.client import ReadClient
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Suspension
    from rcsplan.state.model import Delivery, Record
    from rcsplan.state.sends import State

#: What ended longer ago than this is only shown where it is asked for.
RECENT = timedelta(days=7)

#: A larger part of the audience that was not, or was unexpectedly, addressed is worth a look.
DRIFT_LIMIT = 0.02

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendStatus:
    """One submission: its record as refreshed, and the numbers of its messages, final or as they are now."""

    address: str
    record: Record
    delivery: Delivery | None = None
    is_final: bool = False

    @property
    def phase(self) -> Phase:
        """In which phase of its life it is."""
        return phase_of(self.record)

    @property
    def campaign(self) -> str:
        """The campaign that declares it."""
        return self.address.partition("@")[0].partition("[")[0]

    @property
    def began(self) -> datetime | None:
        """When it starts or started; an instant one starts when it is submitted."""
        record = self.record
        opened = record.intent.opened_at if record.intent is not None else None
        return record.start_at or record.submitted_at or opened

    @property
    def planned(self) -> int | None:
        """Contacts in its lists when it was submitted; None where the provider did not tell of each list."""
        lists = self.record.lists
        return self.record.contacts if lists and all(entry.contacts is not None for entry in lists) else None

    @property
    def phones(self) -> int | None:
        """Phones that the campaign is addressed to, as far as the provider tells."""
        return self.delivery.phones if self.delivery is not None else None

    @property
    def drift(self) -> float | None:
        """How far the phones are from the planned contacts: -0.05 where 5 % are missing."""
        if self.planned is None or self.phones is None or (self.planned == 0 and self.phones == 0):
            return None
        return (self.phones - self.planned) / self.planned if self.planned else 1.0

    @property
    def is_adrift(self) -> bool:
        """Whether the audience is another one than was planned, beyond what overlaps and stop lists explain."""
        return self.drift is not None and abs(self.drift) > DRIFT_LIMIT

    @property
    def counts(self) -> Counts | None:
        """Its messages; None while the provider tells of none."""
        if self.delivery is None or not (self.delivery.rcs or self.delivery.sms):
            return None
        return counts_of(self.delivery)

    @property
    def price(self) -> Decimal | None:
        """What it cost so far."""
        if self.delivery is None or self.delivery.price is None:
            return None
        try:
            return Decimal(self.delivery.price)
        except InvalidOperation:
            return None

    @property
    def currency(self) -> str:
        """The currency of its price."""
        return self.delivery.currency if self.delivery is not None else ""

    @property
    def sms_parts(self) -> int | None:
        """Of how many parts each SMS is; None without a fallback, and where its text is no longer kept."""
        sms = sms_of(self.record.payload or {})
        text = sms.get("text") if sms is not None else None
        return segmented(text).parts if isinstance(text, str) and text else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The sends of an environment at one moment, in order of their start.

    `suspension` is why `run` does nothing, `hold` why nothing may be applied; the latter is empty where it may.
    """

    environment: str
    zone: str
    reaches_people: bool
    looked_at: datetime
    sends: tuple[SendStatus, ...]
    suspension: Suspension | None = None
    hold: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether nothing of all this goes on."""
        return not any(send.phase in LIVE for send in self.sends)


def status(target: Target, addresses: tuple[str, ...] = (), *, before: Status | None = None) -> Status:
    """What is live or has ended in the last week; or all of some addresses, series or campaigns.

    `before` is an earlier look: what had ended then is not read again.

    Raises:
        UsageError: an address of which the state has no record.
        ProviderError: the account could not be read.
        StateError: the state cannot be used.
    """
    state = load_state(target) or first_state(target)
    check_belongs(state, target)
    check_recorded(state, addresses)
    with target.provider.reader() as client:
        seen = observe_account(client, target)
        make_changes(state, refresh(client, state, seen, in_flight=target.in_flight))
        now = seen.facts.now
        chosen = (one for one in _chosen(state, addresses, now) if addresses or _is_of_now(one, now))
        sends = with_numbers(client, chosen, now=now, before=before)
    return Status(
        environment=target.environment.name,
        zone=str(target.zone),
        reaches_people=target.provider.reaches_people,
        looked_at=now,
        sends=sends,
        suspension=target.rules.suspension_at(now),
        hold=hold_of(target.environment),
    )


def check_recorded(state: State, addresses: Iterable[str]) -> None:
    """Make sure that the state has a record of everything that is asked for.

    Raises:
        UsageError: it has not.
    """
    for wanted in addresses:
        if not any(is_named(address, wanted) for address in state.sends):
            known = {name for address in state.sends for name in (address, address.partition("[")[0].partition("@")[0])}
            raise UsageError(
                f"Nothing was submitted under {wanted!r}",
                hint=did_you_mean(wanted, known) or "What is declared and not submitted: rcsplan plan",
            )


def with_numbers(
    client: ReadClient, sends: Iterable[SendStatus], *, now: datetime, before: Status | None = None
) -> tuple[SendStatus, ...]:
    """The sends in order of their start, with the numbers of those that have begun.

    Raises:
        ProviderError: they could not be read.
    """
    known = {} if before is None else {one.record.remote_id: one.delivery for one in before.sends if not _goes_on(one)}
    numbered = (_numbered(client, send, known.get(send.record.remote_id), now=now) for send in sends)
    return tuple(sorted(numbered, key=lambda one: (one.began or _BEFORE_ALL, one.address, one.record.revision)))


def _numbered(client: ReadClient, send: SendStatus, known: Delivery | None, *, now: datetime) -> SendStatus:
    record, remote_id = send.record, send.record.remote_id
    if record.delivery is not None:
        return SendStatus(address=send.address, record=record, delivery=record.delivery, is_final=True)
    if remote_id is None or send.phase not in {Phase.BEGUN, Phase.ENDED}:
        return send
    fresh = known or read_delivery(client, remote_id, now=now)
    is_final = send.phase is Phase.ENDED and numbers_are_final(record, now=now)
    return SendStatus(address=send.address, record=record, delivery=fresh, is_final=is_final)


def _goes_on(send: SendStatus) -> bool:
    return send.phase in LIVE


def _chosen(state: State, addresses: tuple[str, ...], now: datetime) -> Iterator[SendStatus]:
    if addresses:
        named = (address for address in state.sends if any(is_named(address, wanted) for wanted in addresses))
        entries = ((address, state.sends[address]) for address in named)
    else:
        entries = (
            entry for source in (state.sends.current(), state.sends.archived_since(now - BACK)) for entry in source
        )
    for address, entry in entries:
        for record in entry.revisions.values():
            yield SendStatus(address=address, record=record)


def _is_of_now(send: SendStatus, now: datetime) -> bool:
    """Whether it is live, or was until lately; what was withdrawn with nothing sent never was."""
    if send.phase in LIVE:
        return True
    if send.phase is Phase.WITHDRAWN or send.began is None:
        return False
    return send.began + timedelta(hours=send.record.validity_hours) >= now - RECENT
