from __future__ import annotations

from decimal import Decimal

import pytest

from rcsplan.campaign.prices import Figure, PriceBook, Quote, form_of

BASE = Quote(origin="prices", rcs={"text": Decimal("0.019")}, sms=Decimal("0.038"), reach=Decimal("0.62"))
POLAND = Quote(origin="prices.countries.PL", sms=Decimal("0.05"))
OWN = Quote(origin="prices.lists.7", sms=Decimal("0.03"))
BOOK = PriceBook(currency="EUR", base=BASE, lists={"Kvitka PL": (POLAND,), "7": (OWN, POLAND)})


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ({"text": "Hi"}, "text"),
        ({"cards": [{"text": "Hi"}]}, "card"),
        ({"cards": [{"text": "Hi"}, {"text": "Ho"}]}, "carousel"),
    ],
)
def test_a_message_has_one_of_three_forms(options, form):
    assert form_of({"options": options}) == form


@pytest.mark.parametrize(
    ("list_id", "name", "price", "origin"),
    [
        (1, "Newsletter", "0.038", "prices.sms"),
        (1, "Kvitka PL", "0.05", "prices.countries.PL.sms"),
        (7, "Kvitka PL", "0.03", "prices.lists.7.sms"),
    ],
)
def test_a_list_has_its_own_prices_before_those_of_its_country_before_those_of_all(list_id, name, price, origin):
    assert BOOK.prices_of(list_id, name, "text").sms == Figure(value=Decimal(price), origin=origin)


def test_what_a_country_does_not_say_holds_from_above():
    assert BOOK.prices_of(1, "Kvitka PL", "text").reach == Figure(value=Decimal("0.62"), origin="prices.reach")


def test_a_form_without_a_price_has_none():
    assert BOOK.prices_of(1, "Newsletter", "card").rcs is None


def test_nothing_that_is_not_set_is_known():
    found = PriceBook().prices_of(1, "Newsletter", "text")
    assert (found.rcs, found.sms, found.reach) == (None, None, None)
