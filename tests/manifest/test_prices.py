"""Prices as a project sets them: exact, with their currency, and overridden by an environment."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.manifest.projects import PROJECT, make_project, problems_of

SANDBOX = {"provider": {"type": "sandbox"}}
PRICES = {"currency": "EUR", "rcs": {"text": 0.019, "card": 0.021}, "sms": "0.038", "reach": "62%"}
ABROAD = {**PRICES, "countries": {"PL": {"sms": 0.05}}, "lists": {"Kvitka PL": "PL", "7": {"sms": 0.03}}}


def book_of(folder, prices, own=None):
    """The prices of an environment, with what it says itself."""
    environment = SANDBOX if own is None else {**SANDBOX, "prices": own}
    return make_project(folder, prices=prices, environments={"a": environment}).environment("a").prices.book


def problem_of(folder, prices):
    """Place and code of what is wrong."""
    (problem,) = problems_of(folder, {**PROJECT, "prices": prices})
    return problem.location.path, problem.code


def test_prices_are_read(tmp_path):
    book = book_of(tmp_path, PRICES)
    assert (book.currency, book.base.rcs, book.base.sms, book.base.reach) == (
        "EUR",
        {"text": Decimal("0.019"), "card": Decimal("0.021")},
        Decimal("0.038"),
        Decimal("0.62"),
    )


@pytest.mark.parametrize("written", ["0.1", '"0.1"', "1e-1", ".1"])
def test_an_amount_is_exactly_what_is_written(tmp_path, written):
    text = (
        "apiVersion: rcsplan/v1\nkind: Project\nmetadata: {name: acme}\n"
        f"environments: {{a: {{provider: {{type: sandbox}}}}}}\nprices: {{currency: EUR, sms: {written}}}\n"
    )
    assert make_project(tmp_path, files={"rcsplan.yaml": text}).environment().prices.sms == Decimal("0.1")


@pytest.mark.parametrize(("written", "share"), [("62.37%", "0.6237"), (0.6237, "0.6237"), ("0%", "0"), (1, "1")])
def test_a_reach_is_exactly_what_is_written(tmp_path, written, share):
    assert book_of(tmp_path, {"reach": written}).base.reach == Decimal(share)


def test_one_number_is_the_price_of_every_form(tmp_path):
    book = book_of(tmp_path, {"currency": "EUR", "rcs": 0.02})
    assert book.base.rcs == dict.fromkeys(("text", "card", "carousel"), Decimal("0.02"))


@pytest.mark.parametrize(
    ("name", "prices"), [("Kvitka PL", [("0.05", "prices.countries.PL")]), ("7", [("0.03", "prices.lists.7")])]
)
def test_a_list_is_in_a_country_or_has_its_own(tmp_path, name, prices):
    quotes = book_of(tmp_path, ABROAD).lists[name]
    assert [(str(quote.sms), quote.origin) for quote in quotes] == prices


def test_an_environment_overrides_what_it_says_and_keeps_the_rest(tmp_path):
    book = book_of(tmp_path, ABROAD, {"reach": "70%", "lists": {"8": {"sms": 0.04}}})
    assert (book.base.reach, book.base.sms, sorted(book.lists)) == (
        Decimal("0.7"),
        Decimal("0.038"),
        ["7", "8", "Kvitka PL"],
    )


def test_of_prices_in_another_currency_nothing_is_kept(tmp_path):
    book = book_of(tmp_path, ABROAD, {"currency": "UAH", "sms": 1.7})
    assert (book.currency, book.base.sms, book.base.rcs, book.lists) == ("UAH", Decimal("1.7"), {}, {})


def test_without_prices_there_is_an_empty_book(tmp_path):
    assert book_of(tmp_path, None).currency == ""


@pytest.mark.parametrize(
    ("prices", "path", "code"),
    [
        ({"sms": 0.038}, ("prices",), "missing-key"),
        ({"countries": {"PL": {"rcs": 0.1}}}, ("prices",), "missing-key"),
        ({"lists": {"7": {"sms": 0.1}}}, ("prices",), "missing-key"),
        ({"currency": "eur"}, ("prices", "currency"), "wrong-value"),
        ({"currency": "EUR", "sms": -0.1}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "sms": "0.038 EUR"}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "sms": "0,038"}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "sms": "NaN"}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "sms": "1e400"}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "sms": True}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "sms": [1]}, ("prices", "sms"), "wrong-amount"),
        ({"currency": "EUR", "rcs": {"crad": 0.1}}, ("prices", "rcs", "crad"), "unknown-key"),
        ({"reach": "162%"}, ("prices", "reach"), "wrong-share"),
        ({"lists": {"Kvitka PL": "PL"}}, ("prices", "lists", "Kvitka PL"), "wrong-value"),
        ({"lists": {"7": {"country": "PL"}}}, ("prices", "lists", "7"), "wrong-value"),
    ],
)
def test_what_says_no_price_is_told_at_its_place(tmp_path, prices, path, code):
    assert problem_of(tmp_path, prices) == (path, code)


def test_it_is_told_in_the_environment_that_says_it(tmp_path):
    environments = {"a": {**SANDBOX, "prices": {"sms": 0.1}}}
    (problem,) = problems_of(tmp_path, {**PROJECT, "environments": environments})
    assert problem.location.path == ("environments", "a", "prices")


def test_a_country_that_is_misspelt_gets_a_suggestion(tmp_path):
    prices = {"countries": {"Poland": {"reach": "50%"}}, "lists": {"7": "Polnad"}}
    (problem,) = problems_of(tmp_path, {**PROJECT, "prices": prices})
    assert problem.hint == "Did you mean 'Poland'?"


@pytest.mark.parametrize(
    ("prices", "balance", "asked"),
    [
        (PRICES, {}, True), (PRICES, {"severity": "off"}, False), ({"reach": 1}, {}, False), (None, {}, False),
        (None, {"severity": "warn"}, True), (None, {"severity": "deny"}, True),
    ],
)  # fmt: skip
def test_the_balance_is_asked_for_where_it_can_be_compared_or_is_demanded(tmp_path, prices, balance, asked):
    project = make_project(tmp_path, prices=prices, policy={"rules": {"balance": balance}})
    assert project.environment().asks_for_balance is asked
