"""What messages cost: prices by form, country and contact list, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from rcsplan.campaign.message import cards_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from pydantic import JsonValue

#: What an RCS message is priced by, beside its destination (bsg-api.md section 4.3).
Form = Literal["text", "card", "carousel"]
FORMS: tuple[Form, ...] = get_args(Form)


def form_of(body: Mapping[str, JsonValue]) -> Form:
    """The form of a message."""
    cards = cards_of(body)
    if not cards:
        return "text"
    return "card" if len(cards) == 1 else "carousel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A price or a share, and where it comes from, for people."""

    value: Decimal
    origin: str
    is_learned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPrices:
    """What is known of messages to one contact list; None where nothing is.

    `rcs` is of one delivered message of the form in question, `sms` of one part; `reach` is the share of the contacts
    that RCS reaches.
    """

    rcs: Figure | None = None
    sms: Figure | None = None
    reach: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The prices that are set at one place, which `origin` names."""

    origin: str
    rcs: Mapping[Form, Decimal] = field(default_factory=dict)
    sms: Decimal | None = None
    reach: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBook:
    """The prices that a project sets.

    `currency` is that of all of them, empty where none is said. `lists` has by the id or the name of a list what holds
    for it before the `base`: its own prices, then those of its country.
    """

    currency: str = ""
    base: Quote = Quote(origin="prices")
    lists: Mapping[str, tuple[Quote, ...]] = field(default_factory=dict)

    def prices_of(self, list_id: int, name: str, form: Form) -> ListPrices:
        """What is set for messages of a form to a contact list."""
        own = self.lists.get(str(list_id)) or self.lists.get(name) or ()
        quotes = (*own, self.base)
        return ListPrices(
            rcs=_first((quote, "rcs", quote.rcs.get(form)) for quote in quotes),
            sms=_first((quote, "sms", quote.sms) for quote in quotes),
            reach=_first((quote, "reach", quote.reach) for quote in quotes),
        )


def _first(found: Iterator[tuple[Quote, str, Decimal | None]]) -> Figure | None:
    figures = (Figure(value=value, origin=f"{quote.origin}.{key}") for quote, key, value in found if value is not None)
    return next(figures, None)
