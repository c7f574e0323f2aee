"""What a send costs, as expected and at worst: exact sums, and never a guess where a price is not known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.campaign.prices import Figure, Form, ListPrices

_WHOLE, _SHARE = Decimal(1), Decimal("0.0001")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The part of a send that goes to one contact list; `contacts` is None where the provider did not tell."""

    name: str
    contacts: int | None
    prices: ListPrices


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The messages of a send that have one price: how many are expected, and how many where that costs most."""

    channel: Literal["rcs", "sms"]
    messages: int
    worst_messages: int
    parts: int = 1
    price: Decimal | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a send costs; `expected` and `worst` are None where they are not known, and `unknown` says why.

    `reach` is the share of all its contacts that RCS is expected to reach; `learned` says what nobody set.
    """

    currency: str = ""
    expected: Decimal | None = None
    worst: Decimal | None = None
    reach: Decimal | None = None
    reach_origin: str = ""
    channels: tuple[Channel, ...] = ()
    learned: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What the account may still spend, credit included; None where it could not be read, for `problem`."""

    amount: Decimal | None = None
    currency: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What several sends cost together: of those whose cost is known, and how many others there are."""

    amount: Decimal = _NOTHING
    unknown: int = 0

    def plus(self, amount: Decimal | None) -> Sum:
        """The sum with one more send."""
        if amount is None:
            return replace(self, unknown=self.unknown + 1)
        return replace(self, amount=self.amount + amount)


def sum_of(amounts: Iterable[Decimal | None]) -> Sum:
    """What several sends cost together; None stands for one whose cost is not known."""
    amounts = tuple(amounts)
    known = [amount for amount in amounts if amount is not None]
    return Sum(amount=sum(known, _NOTHING), unknown=len(amounts) - len(known))


def cost_of(legs: Iterable[Leg], *, currency: str, form: Form, parts: int | None) -> Cost:
    """The cost of a send of so many SMS parts; None where it has no fallback, so that whom RCS misses costs nothing.

    Expected: the contacts that RCS reaches, at its price, and all parts of an SMS for each of the others. Worst: to
    each list whatever costs most, all messages as RCS or all as SMS.
    """
    legs = tuple(legs)
    expected = [_expected(leg, parts) for leg in legs]
    worst = [_worst(leg, parts) for leg in legs]
    reach, origin = _reach(legs)
    return Cost(
        currency=currency,
        expected=_total(expected),
        worst=_total(worst),
        reach=reach,
        reach_origin=origin,
        channels=tuple(_merged(channel for leg in legs for channel in _channels(leg, parts))),
        learned=_learned(legs, has_fallback=parts is not None),
        unknown=tuple(_unknown(legs, form=form, has_fallback=parts is not None)),
    )


def reached(contacts: int, reach: Decimal) -> int:
    """How many of the contacts RCS is expected to reach."""
    return int((contacts * reach).quantize(_WHOLE, ROUND_HALF_UP))


def _expected(leg: Leg, parts: int | None) -> Decimal | None:
    prices = leg.prices
    if leg.contacts is None or prices.rcs is None or prices.reach is None or (parts and prices.sms is None):
        return None
    by_rcs = reached(leg.contacts, prices.reach.value)
    return by_rcs * prices.rcs.value + (leg.contacts - by_rcs) * _sms_price(leg, parts)


def _worst(leg: Leg, parts: int | None) -> Decimal | None:
    if leg.contacts is None or leg.prices.rcs is None or (parts and leg.prices.sms is None):
        return None
    return leg.contacts * max(leg.prices.rcs.value, _sms_price(leg, parts))


def _sms_price(leg: Leg, parts: int | None) -> Decimal:
    """What one whole SMS costs."""
    return _NOTHING if leg.prices.sms is None else leg.prices.sms.value * (parts or 0)


def _total(amounts: list[Decimal | None]) -> Decimal | None:
    total = sum_of(amounts)
    return total.amount if amounts and not total.unknown else None


def _reach(legs: tuple[Leg, ...]) -> tuple[Decimal | None, str]:
    known = [(leg.contacts, leg.prices.reach) for leg in legs if leg.contacts is not None and leg.prices.reach]
    if not known or len(known) < len(legs):
        return None, ""
    origin = ", ".join(dict.fromkeys(reach.origin for _, reach in known))
    shares = {reach.value for _, reach in known}
    contacts = sum(contacts for contacts, _ in known)
    if len(shares) == 1 or not contacts:
        return known[0][1].value, origin
    share = sum((contacts * reach.value for contacts, reach in known), _NOTHING) / contacts
    return share.quantize(_SHARE, ROUND_HALF_UP), origin


def _channels(leg: Leg, parts: int | None) -> Iterator[Channel]:
    """The messages to one list; none where nobody can tell how many there are."""
    contacts, prices = leg.contacts, leg.prices
    if contacts is None or prices.reach is None:
        return
    by_rcs = reached(contacts, prices.reach.value)
    rcs_is_dearest = prices.rcs is not None and _sms_price(leg, parts) <= prices.rcs.value
    worst = contacts if parts is None or rcs_is_dearest else 0
    yield _channel("rcs", prices.rcs, messages=by_rcs, worst_messages=worst)
    if parts is not None:
        rest = contacts - by_rcs
        yield _channel("sms", prices.sms, messages=rest, worst_messages=contacts - worst, parts=parts)


def _channel(
    channel: Literal["rcs", "sms"], price: Figure | None, *, messages: int, worst_messages: int, parts: int = 1
) -> Channel:
    value, origin = (None, "") if price is None else (price.value, price.origin)
    return Channel(
        channel=channel, messages=messages, worst_messages=worst_messages, parts=parts, price=value, origin=origin
    )


def _merged(channels: Iterable[Channel]) -> list[Channel]:
    """The channels of all lists: RCS first, those of one price and origin as one."""
    merged: dict[tuple[str, Decimal | None, str], Channel] = {}
    for channel in channels:
        key = (channel.channel, channel.price, channel.origin)
        before = merged.get(key)
        merged[key] = (
            channel
            if before is None
            else replace(
                before,
                messages=before.messages + channel.messages,
                worst_messages=before.worst_messages + channel.worst_messages,
            )
        )
    return sorted(merged.values(), key=lambda channel: channel.channel)


def _learned(legs: tuple[Leg, ...], *, has_fallback: bool) -> str:
    """Which prices, and whether the reach, come from what was charged before; those of one origin together."""
    figures = [("RCS price", leg.prices.rcs) for leg in legs]
    figures += [("SMS price", leg.prices.sms) for leg in legs if has_fallback]
    figures += [("reach", leg.prices.reach) for leg in legs]
    whats: dict[str, dict[str, None]] = {}
    for what, figure in figures:
        if figure is not None and figure.is_learned:
            whats.setdefault(figure.origin, {})[what] = None
    return ", ".join(f"{' and '.join(names)} {origin}" for origin, names in whats.items())


def _unknown(legs: tuple[Leg, ...], *, form: Form, has_fallback: bool) -> Iterator[str]:
    """What nobody knows, and the setting that would tell it; lists are named where it is known for others."""
    for leg in legs:
        if leg.contacts is None:
            yield f"How many contacts {leg.name!r} holds is not known."
    for what, setting, lacking in (
        (f"The price of an RCS {form}", f"prices.rcs.{form}", [leg for leg in legs if leg.prices.rcs is None]),
        ("The price of an SMS part", "prices.sms", [leg for leg in legs if has_fallback and leg.prices.sms is None]),
        ("The share that RCS reaches", "prices.reach", [leg for leg in legs if leg.prices.reach is None]),
    ):
        if lacking:
            names = ", ".join(repr(leg.name) for leg in lacking)
            whom = f" of {names}" if len(lacking) < len(legs) else ""
            yield f"{what}{whom} is not known: set {setting}."
