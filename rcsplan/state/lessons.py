"""What earlier sends teach of prices and of reach: what the provider charged for them, and whom RCS reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cached_property
from typing import TYPE_CHECKING

from rcsplan.campaign.message import sms_of
from rcsplan.campaign.prices import Figure, ListPrices, form_of
from rcsplan.campaign.sms import segmented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rcsplan.campaign.prices import Form
    from rcsplan.state.model import Delivery, Record
    from rcsplan.state.sends import State

#: How far back is looked: prices of last year are not those of today.
_BACK = timedelta(days=180)
#: How many of the last sends are looked at, comparable or not.
_MOST = 500
#: How many of the last comparable sends are taken together.
_LAST = 5
_SIXTH, _FOURTH = Decimal("0.000001"), Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """A send that was charged, or of which it is known whom it reached; pairs are an amount and for how many."""

    at: datetime
    lists: frozenset[int]
    currency: str
    form: Form | None = None
    rcs: tuple[Decimal, int] | None = None
    sms: tuple[Decimal, int] | None = None
    reach: tuple[Decimal, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Lessons:
    """The lessons of a state; it is read when the first one is asked for.

    `currency` is the only one that counts; where it is empty, the one that all were charged in.
    """

    state: State
    now: datetime
    wanted_currency: str = ""

    @property
    def currency(self) -> str:
        """The currency of the learned prices, empty where none was learned, or several were."""
        return self.wanted_currency or (self.currencies[0] if len(self.currencies) == 1 else "")

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Every currency in which sends were charged."""
        return tuple(sorted({lesson.currency for lesson in self._all if lesson.currency}))

    def prices_of(self, list_id: int, form: Form) -> ListPrices:
        """What was learned of messages of a form to a contact list."""
        known = self._learned.get((list_id, form))
        if known is None:
            known = self._learned[list_id, form] = ListPrices(
                rcs=self._figure(list_id, _SIXTH, lambda one: one.rcs if self._counts(one, form) else None),
                sms=self._figure(list_id, _SIXTH, lambda one: one.sms if self._counts(one) else None),
                reach=self._figure(list_id, _FOURTH, lambda one: one.reach),
            )
        return known

    @cached_property
    def _learned(self) -> dict[tuple[int, Form], ListPrices]:
        return {}

    @cached_property
    def _all(self) -> tuple[_Lesson, ...]:
        """Every lesson, the latest first."""
        return tuple(sorted(_lessons(self.state, self.now), key=lambda lesson: lesson.at, reverse=True))

    def _counts(self, lesson: _Lesson, form: Form | None = None) -> bool:
        return lesson.currency == self.currency != "" and form in {None, lesson.form}

    def _figure(
        self, list_id: int, step: Decimal, pair_of: Callable[[_Lesson], tuple[Decimal, int] | None]
    ) -> Figure | None:
        """The average of the last sends to this list alone, else of those to it and others, else of any."""
        pairs = [(lesson, pair) for lesson in self._all if (pair := pair_of(lesson)) is not None]
        tiers = (
            ([pair for lesson, pair in pairs if lesson.lists == {list_id}], ""),
            ([pair for lesson, pair in pairs if list_id in lesson.lists], ""),
            ([pair for _, pair in pairs], " to other lists"),
        )
        found, whom = next(((tier, whom) for tier, whom in tiers if tier), ([], ""))
        if not found:
            return None
        last = found[:_LAST]
        amount, number = sum((amount for amount, _ in last), Decimal(0)), sum(number for _, number in last)
        sends = "1 send" if len(last) == 1 else f"{len(last)} sends"
        return Figure(
            value=(amount / number).quantize(step, ROUND_HALF_UP).normalize(),
            origin=f"learned from {sends}{whom}",
            is_learned=True,
        )


def arrived(counters: Mapping[str, int]) -> int:
    """How many messages reached a phone, read or not: what is charged (bsg-api.md section 4.3)."""
    return sum(count for status, count in counters.items() if status.lower() in {"delivered", "read"})


def amount_of(text: str | None) -> Decimal | None:
    """A price as the state holds it; None where it tells none, which a zero does as well (bsg-api.md section 2.1)."""
    try:
        amount = Decimal(text or "0")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount > 0 else None


def _lessons(state: State, now: datetime) -> Iterator[_Lesson]:
    for _, entry in state.sends.charged_since(now - _BACK, most=_MOST):
        for record in entry.revisions.values():
            at = record.start_at or record.submitted_at
            if record.remote_id is not None and at is not None:
                yield _lesson(record, at)


def _lesson(record: Record, at: datetime) -> _Lesson:
    delivery = record.delivery
    calculated, charged = amount_of(record.price), amount_of(delivery.price) if delivery else None
    rcs = (calculated, record.contacts) if calculated is not None and _all_counted(record) else None
    if delivery is not None and charged is not None and not arrived(delivery.sms) and arrived(delivery.rcs):
        rcs = charged, arrived(delivery.rcs)
    return _Lesson(
        at=at,
        lists=frozenset(entry.id for entry in record.lists),
        currency=(delivery.currency if delivery is not None and charged is not None else "") or record.currency or "",
        form=form_of(record.payload) if record.payload is not None else None,
        rcs=rcs,
        sms=_sms(record, delivery, rcs, charged),
        reach=_reach(delivery),
    )


def _all_counted(record: Record) -> bool:
    return record.contacts > 0 and all(entry.contacts is not None for entry in record.lists)


def _sms(
    record: Record, delivery: Delivery | None, rcs: tuple[Decimal, int] | None, charged: Decimal | None
) -> tuple[Decimal, int] | None:
    """What the parts of the SMS cost: what was charged beyond the RCS messages that arrived."""
    sms = sms_of(record.payload or {})
    if delivery is None or rcs is None or charged is None or sms is None:
        return None
    parts = arrived(delivery.sms) * segmented(str(sms.get("text", ""))).parts
    amount = charged - arrived(delivery.rcs) * rcs[0] / rcs[1]
    return (amount, parts) if parts and amount > 0 else None


def _reach(delivery: Delivery | None) -> tuple[Decimal, int] | None:
    phones = 0 if delivery is None else delivery.phones or sum(delivery.rcs.values())
    return (Decimal(min(arrived(delivery.rcs), phones)), phones) if delivery is not None and phones else None
