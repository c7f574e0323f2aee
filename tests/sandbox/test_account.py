from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.sandbox.account import DEFAULT_ACCOUNT, load_account, parse_account

SEED = """\
timezone: Europe/Kyiv
balance: {amount: 5000, credit: 0, currency: EUR}
lists: [{id: 1864275, name: Newsletter UA, contacts: 1240, default: false}]
agents: [Acme]
senders: [{sender: ACME, type: sms, status: active}]
tariffs: [{code: 0, name: Base, is_active: true, is_default: true}]
clock: 2026-11-30T09:00:00+02:00
readings: {card_limit: 5}
"""


@pytest.fixture
def seed_file(tmp_path):
    return tmp_path / "account.yaml"


def test_the_documented_seed_loads(seed_file):
    seed_file.write_text(SEED, encoding="utf-8")
    account = load_account(seed_file)
    assert (account.lists[0].contacts, account.agents, account.readings.card_limit) == (1240, ("Acme",), 5)


def test_what_is_left_out_is_ready_made():
    assert parse_account({}) == DEFAULT_ACCOUNT


def test_the_ready_made_account_accepts_any_agent():
    assert DEFAULT_ACCOUNT.agents is None


def test_an_account_survives_its_storage():
    account = parse_account({"clock": "2026-12-01 10:00:00", "balance": {"amount": "0.000001"}})
    assert type(account).model_validate_json(account.model_dump_json()) == account


@pytest.mark.parametrize(
    ("clock", "instant"),
    [
        ("2026-12-01T10:00:00", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2026-12-01T10:00:00Z", datetime(2026, 12, 1, 10, 0, tzinfo=UTC)),
        ("2026-12-01 10:00:00+05:00", datetime(2026, 12, 1, 5, 0, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_clock_without_offset_is_in_the_zone_of_the_account(clock, instant):
    assert parse_account({"clock": clock}).first_clock == instant


def test_money_is_exact():
    assert parse_account({"prices": {"text": 0.1}}).prices.text == Decimal("0.1")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "Input should be a valid dictionary or instance of Account"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"lists": [{"id": 1, "contacts": 2}]}, "lists[0].name: Field required"),
        ({"balance": {"currency": "euro"}}, "balance.currency: String should match pattern '^[A-Z]{3}$'"),
        (
            {"timezone": "Europe/Kiew"},
            "timezone: Value error, 'Europe/Kiew' is not a time zone, expected a name such as Europe/Kyiv",
        ),
        (
            {"timezone": "../etc"},
            "timezone: Value error, '../etc' is not a time zone, expected a name such as Europe/Kyiv",
        ),
        (
            {"lists": [{"id": 1, "name": "A", "contacts": 2}, {"id": 1, "name": "B", "contacts": 2}]},
            "Value error, lists: the id 1 is given more than once",
        ),
    ],
)
def test_wrong_data_is_explained(data, complaint):
    with pytest.raises(ConfigurationError) as raised:
        parse_account(data)
    assert raised.value.detail == complaint


@pytest.mark.parametrize("text", ["lists: [", "clock: 2026-13-45", "a: 1\na: 2", "\t- x"])
def test_a_file_that_is_no_yaml_is_an_error_of_configuration(seed_file, text):
    seed_file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"account\.yaml is not YAML"):
        load_account(seed_file)


def test_a_missing_file_is_an_error_of_configuration(seed_file):
    with pytest.raises(ConfigurationError, match=r"account\.yaml cannot be read"):
        load_account(seed_file)
