"""The forms in which answers come, as far as they are documented, contradictions included."""

from datetime import datetime
from decimal import Decimal

import pytest

from rcsplan.bsg.wire import (
    Balance,
    CampaignDetail,
    CampaignInfo,
    ContactList,
    Sender,
    Tariff,
    parse_document,
    parse_one,
    parse_page,
)

INFO = {
    "id": 54000001,
    "name": "RCS api campaign / 2026-11-24 12:00:00",
    "sender": "DemoAgent",
    "status": "creation",
    "message_type": "rcs",
    "start_at": "2026-12-01 10:00:37",
    "real_start_at": None,
    "finished_at": None,
    "created_at": "2026-11-24 12:00:00",
    "statistics": {"delivered": 3, "sent": 5},
    "calculated_price": 12.5,
    "currency": "EUR",
    "alternative_channels": None,
}
DETAIL = {
    "id": 54000001,
    "type": "rcs",
    "status": "done",
    "started_at": "2026-12-01 10:00:37",
    "actual_start_at": "2026-12-01 10:00:40",
    "statistics": {"delivered": 3, "not_rcs_user": 1},
    "alternative_channels": {"sms": {"statistics": {"delivered": 1}}},
    "total_messages": 5,
    "total_phones": 4,
    "total_price": "0.16",
    "currency": "EUR",
}


def info(**changes):
    return parse_one(CampaignInfo, {"data": {**INFO, **changes}})


def detail(**changes):
    return parse_one(CampaignDetail, {"data": {**DETAIL, **changes}})


def test_a_campaign_is_read_as_documented():
    assert info().model_dump() == {
        "id": 54000001,
        "name": "RCS api campaign / 2026-11-24 12:00:00",
        "sender": "DemoAgent",
        "status": "creation",
        "message_type": "rcs",
        "start_at": datetime(2026, 12, 1, 10, 0, 37),  # noqa: DTZ001 - as on the wire
        "real_start_at": None,
        "finished_at": None,
        "created_at": datetime(2026, 11, 24, 12, 0),  # noqa: DTZ001 - as on the wire
        "delivered": 3,
        "sent": 5,
        "calculated_price": Decimal("12.5"),
        "currency": "EUR",
    }


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"id": "54000001"}, "id", 54000001),
        ({"id": 2**40}, "id", 2**40),
        ({"status": "hibernating"}, "status", "hibernating"),
        ({"status": None}, "status", ""),
        ({"message_type": "telepathy"}, "message_type", "telepathy"),
        ({"start_at": ""}, "start_at", None),
        ({"start_at": "0000-00-00 00:00:00"}, "start_at", None),
        ({"start_at": 1764583237}, "start_at", None),
        ({"start_at": "2026-12-01T10:00:37+02:00"}, "start_at", datetime(2026, 12, 1, 10, 0, 37)),  # noqa: DTZ001
        ({"statistics": []}, "sent", 0),
        ({"statistics": None}, "delivered", 0),
        ({"statistics": {"sent": "5"}}, "sent", 5),
        ({"statistics": {"sent": None}}, "sent", 0),
        ({"statistics": {"sent": True}}, "sent", 0),
        ({"calculated_price": None}, "calculated_price", None),
        ({"calculated_price": "12.50"}, "calculated_price", Decimal("12.50")),
        ({"calculated_price": 0}, "calculated_price", Decimal(0)),
        ({"calculated_price": "free"}, "calculated_price", None),
        ({"calculated_price": "NaN"}, "calculated_price", None),
        ({"calculated_price": True}, "calculated_price", None),
        ({"currency": None}, "currency", ""),
        ({"alternative_channels": []}, "id", 54000001),
        ({"something": {"new": 1}}, "id", 54000001),
    ],
)
def test_a_campaign_is_read_in_every_other_form(changes, field, value):
    assert getattr(info(**changes), field) == value


def test_an_id_is_all_that_an_accepted_campaign_needs():
    assert parse_one(CampaignInfo, {"data": {"id": 7}}) == CampaignInfo(id=7)


@pytest.mark.parametrize(
    "document",
    [None, [], {}, "x", {"id": 7}, {"data": None}, {"data": []}, {"data": {}}]
    + [{"data": {"id": number}} for number in (None, "", "x", True, 0, -1, 1.5, [7])],
)
def test_an_answer_without_an_id_is_no_campaign(document):
    with pytest.raises(ValueError, match=r".+"):
        parse_one(CampaignInfo, document)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({}, "message_type", "rcs"),
        ({}, "start_at", datetime(2026, 12, 1, 10, 0, 37)),  # noqa: DTZ001
        ({}, "real_start_at", datetime(2026, 12, 1, 10, 0, 40)),  # noqa: DTZ001
        ({}, "statistics", {"delivered": 3, "not_rcs_user": 1}),
        ({}, "sms_statistics", {"delivered": 1}),
        ({}, "total_phones", 4),
        ({}, "total_price", Decimal("0.16")),
        ({"total_price": 0.16}, "total_price", Decimal("0.16")),
        ({"total_price": None}, "total_price", None),
        ({"total_phones": "4"}, "total_phones", 4),
        ({"total_phones": None}, "total_phones", None),
        ({"statistics": []}, "statistics", {}),
        ({"statistics": {"new_counter": 2, "odd": "many"}}, "statistics", {"new_counter": 2}),
        ({"alternative_channels": []}, "sms_statistics", {}),
        ({"alternative_channels": None}, "sms_statistics", {}),
        ({"alternative_channels": {"sms": {"statistic": {"sent": 2}}}}, "sms_statistics", {"sent": 2}),
        ({"alternative_channels": {"viber": {}}}, "sms_statistics", {}),
    ],
)
def test_a_detail_is_read_in_every_form(changes, field, value):
    assert getattr(detail(**changes), field) == value


def test_a_detail_is_read_with_the_older_names_of_its_times():
    older = {"id": 7, "start_at": "2026-12-01 10:00:37", "real_start_at": None}
    assert parse_one(CampaignDetail, {"data": older}).start_at == datetime(2026, 12, 1, 10, 0, 37)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("changes", "contacts", "default"),
    [
        ({"items": 1240, "default": False}, 1240, False),
        ({"items": "1240", "default": 0}, 1240, False),
        ({"default": 1}, None, True),
        ({"items": None, "default": None}, None, False),
        ({"items": 0, "default": "1"}, 0, True),
        ({"items": 7, "is_default": True}, 7, True),
    ],
)
def test_a_contact_list_is_read_in_every_form(changes, contacts, default):
    found = parse_one(ContactList, {"data": {"id": 101, "name": "VIP", **changes}})
    assert (found.contacts, found.default) == (contacts, default)


@pytest.mark.parametrize(
    ("data", "spendable"),
    [
        ({"balance": -50.25, "credit": 125, "currency": "EUR"}, Decimal("74.75")),
        ({"balance": "10.10", "credit": "0"}, Decimal("10.10")),
        ({"balance": 10, "credit": None}, Decimal(10)),
    ],
)
def test_balance_and_credit_can_be_spent(data, spendable):
    assert parse_one(Balance, {"data": data}).spendable == spendable


def test_a_balance_without_an_amount_is_none():
    with pytest.raises(ValueError, match="balance"):
        parse_one(Balance, {"data": {"currency": "EUR"}})


def test_a_sender_and_a_tariff_are_read():
    assert parse_page(Sender, {"data": [{"sender": "ACME", "status": "active", "country": None}]}).rows == (
        Sender(sender="ACME", status="active"),
    )
    assert parse_page(Tariff, {"data": [{"id": 1, "code": "9", "name": "RCS", "is_active": 1}]}).rows == (
        Tariff(id=1, code=9, name="RCS", is_active=True),
    )


@pytest.mark.parametrize(
    ("extra", "total"),
    [
        ({"meta": {"page": {"total": 8, "limit": 500, "offset": 0}}}, 8),
        ({"total": 8}, 8),
        ({"total": "8", "meta": []}, 8),
        ({"meta": {"page": {}}}, None),
        ({}, None),
    ],
)
def test_a_page_tells_its_total_in_every_form(extra, total):
    assert parse_page(CampaignInfo, {"data": [], **extra}).total == total


@pytest.mark.parametrize("document", [None, [], {"data": None}, {"data": {}}, {"data": [{"name": "no id"}]}])
def test_what_is_no_list_is_no_page(document):
    with pytest.raises(ValueError, match=r".+"):
        parse_page(CampaignInfo, document)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data": {"id": 5', b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_an_error(body):
    with pytest.raises(ValueError, match=r".+"):
        parse_document(body)


@pytest.mark.parametrize("number", [-1, 10**15, "9" * 16, "9" * 6000, True])
def test_a_count_that_no_account_has_says_nothing(number):
    detail = CampaignDetail.model_validate({"id": 1, "total_phones": number, "statistics": {"delivered": number}})
    assert (detail.total_phones, detail.statistics) == (None, {})


@pytest.mark.parametrize("amount", [10**15, "1e400000", "-1e400000"])
def test_an_amount_that_no_account_has_says_nothing(amount):
    assert CampaignDetail.model_validate({"id": 1, "total_price": amount}).total_price is None


@pytest.mark.parametrize("amount", [10**15, "9e999999", "-9e999999", "9" * 5000])
def test_a_balance_that_no_account_has_cannot_be_read(amount):
    with pytest.raises(ValueError, match="balance"):
        Balance.model_validate({"balance": amount, "credit": amount})
