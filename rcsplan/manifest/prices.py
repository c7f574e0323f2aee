"""What messages cost, as a project sets it: by form, by country and by contact list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Discriminator, Field, StringConstraints, Tag

from rcsplan.campaign.prices import FORMS, Form, PriceBook, Quote
from rcsplan.diagnostics import did_you_mean
from rcsplan.manifest.quantity import Amount, ExactShare
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from rcsplan.diagnostics import KeyPath


class RcsPrices(Settings):
    """Prices of one delivered RCS message, by its form."""

    text: Amount | None = Field(None, description="Of a plain text.", examples=[0.019])
    card: Amount | None = Field(None, description="Of a single card.", examples=[0.021])
    carousel: Amount | None = Field(None, description="Of a carousel.", examples=[0.024])


def _shape(value: object) -> str:
    return "several" if isinstance(value, dict | Settings) else "one"


_Rcs = Annotated[Annotated[Amount, Tag("one")] | Annotated[RcsPrices, Tag("several")], Discriminator(_shape)]


class MarketPrices(Settings):
    """Prices of messages to one destination."""

    rcs: _Rcs | None = Field(
        None,
        description="Of one delivered RCS message: for every form, or by form.",
        examples=[{"text": 0.019, "card": 0.021, "carousel": 0.024}],
    )
    sms: Amount | None = Field(None, description="Of one part of an SMS.", examples=[0.038])
    reach: ExactShare | None = Field(
        None, description="Share of the contacts that RCS reaches; the others get the SMS.", examples=["62%"]
    )

    def quote(self, origin: str) -> Quote:
        """These prices by their place."""
        return Quote(origin=origin, rcs=dict(self._forms()), sms=self.sms, reach=self.reach)

    @property
    def has_amounts(self) -> bool:
        """Whether there is anything that needs a currency."""
        return self.sms is not None or any(True for _ in self._forms())

    def _forms(self) -> Iterator[tuple[Form, Decimal]]:
        for form in FORMS:
            amount = getattr(self.rcs, form) if isinstance(self.rcs, RcsPrices) else self.rcs
            if amount is not None:
                yield form, amount


class OwnPrices(MarketPrices):
    """Prices of messages to one contact list."""

    country: str | None = Field(None, description="The country whose prices hold where it has none.", examples=["PL"])


_Country = Annotated[str, StringConstraints(min_length=1)]
_List = Annotated[Annotated[_Country, Tag("one")] | Annotated[OwnPrices, Tag("several")], Discriminator(_shape)]


class PriceSettings(MarketPrices):
    """What messages cost."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = Field(
        None, description="Of all amounts, by its three letters.", examples=["EUR"]
    )
    countries: dict[str, MarketPrices] = Field(
        {}, description="What differs in a country, by any name for it.", examples=[{"PL": {"sms": 0.05}}]
    )
    lists: dict[str, _List] = Field(
        {},
        description="The country of a contact list, or prices of its own; by its name, or its id in quotes.",
        examples=[{"Newsletter PL": "PL", "1864275": {"sms": 0.03}}],
    )

    def overridden_by(self, other: PriceSettings | None) -> PriceSettings:
        """These prices with everything that the other ones say, countries and lists one by one.

        Of prices in another currency nothing is kept.
        """
        if other is None:
            return self
        if other.currency not in {None, self.currency} and self.currency is not None:
            return other
        changes = {key: getattr(other, key) for key in other.model_fields_set}
        for key in ("countries", "lists"):
            changes[key] = {**getattr(self, key), **getattr(other, key)}
        return self.model_copy(update=changes)

    @property
    def book(self) -> PriceBook:
        """These prices as they are looked up."""
        quotes = {name: tuple(self._quotes_of(name, entry)) for name, entry in self.lists.items()}
        return PriceBook(currency=self.currency or "", base=self.quote("prices"), lists=quotes)

    def check(self, *, at: KeyPath = ()) -> None:
        """Make sure that amounts have a currency, and that lists are in countries that are known; `at` says whose.

        Raises:
            PydanticCustomError: they have none, or are not.
        """
        if self.currency is None and any(market.has_amounts for market in self._markets()):
            detail = "Amounts without a currency say nothing."
            raise complaint(
                "missing-key",
                "Key is missing",
                detail=detail,
                hint="Write for example currency: EUR.",
                at=(*at, "prices"),
            )
        for name, entry in self.lists.items():
            country = entry if isinstance(entry, str) else entry.country
            if country is not None and country not in self.countries:
                raise complaint(
                    "wrong-value",
                    "Value is not allowed",
                    detail=f"prices.countries has no {country!r}.",
                    hint=did_you_mean(country, self.countries) or "Set its prices in prices.countries.",
                    at=(*at, "prices", "lists", name),
                )

    def _markets(self) -> Iterator[MarketPrices]:
        yield self
        yield from self.countries.values()
        yield from (entry for entry in self.lists.values() if isinstance(entry, OwnPrices))

    def _quotes_of(self, name: str, entry: str | OwnPrices) -> Iterator[Quote]:
        country = entry if isinstance(entry, str) else entry.country
        if isinstance(entry, OwnPrices):
            yield entry.quote(f"prices.lists.{name}")
        if country is not None and country in self.countries:
            yield self.countries[country].quote(f"prices.countries.{country}")
