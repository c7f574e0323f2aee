"""Each switch of the readings, on each side."""

import pytest
from pydantic import ValidationError

from rcsplan.sandbox.readings import Readings

LINK = {"text": "Open", "url": "https://example.com/1"}
SMS = {"sms": {"sender": "ACME", "text": "Hi"}}
CREATED = "2026-12-01 12:00:00"


def cards(count):
    return {"options": {"cards": [{"text": str(index)} for index in range(count)]}}


def buttons(*buttons):
    return {"options": {"cards": [{"text": "Hi", "suggestions": list(buttons)}]}}


def sms_text(text):
    return {"alternative_channel": {"sms": {"sender": "ACME", "text": text}}}


@pytest.mark.parametrize(
    ("readings", "fields", "status"),
    [
        ({"card_limit": 10}, cards(10), 200),
        ({"card_limit": 5}, cards(5), 200),
        ({"card_limit": 5}, cards(6), 422),
        ({"button_limit": 4}, buttons(*[LINK] * 4), 200),
        ({"button_limit": 2}, buttons(*[LINK] * 2), 200),
        ({"button_limit": 2}, buttons(*[LINK] * 3), 422),
        ({"suggestion_type": "optional"}, buttons(LINK), 200),
        ({"suggestion_type": "optional"}, buttons(LINK | {"type": "link"}), 200),
        ({"suggestion_type": "required"}, buttons(LINK), 422),
        ({"suggestion_type": "required"}, buttons(LINK | {"type": "link"}), 200),
        ({"suggestion_type": "refused"}, buttons(LINK), 200),
        ({"suggestion_type": "refused"}, buttons(LINK | {"type": "link"}), 422),
        ({"ucs2_limit": 335}, sms_text("ї" * 336), 422),
        ({"ucs2_limit": 355}, sms_text("ї" * 355), 200),
        ({"ucs2_limit": 355}, sms_text("ї" * 356), 422),
        ({"tariff_code": "integer"}, {"tariff_code": 1}, 200),
        ({"tariff_code": "integer"}, {"tariff_code": "1"}, 422),
        ({"tariff_code": "string"}, {"tariff_code": "1"}, 200),
        ({"tariff_code": "string"}, {"tariff_code": 1}, 422),
        ({"unknown_fields": "ignored"}, {"validity_seconds": 3600}, 200),
        ({"unknown_fields": "refused"}, {"validity_seconds": 3600}, 422),
        ({"unknown_fields": "refused"}, {"validity": 24}, 200),
    ],
)
def test_what_is_accepted(simulator, readings, fields, status):
    simulator.seed(readings=readings)
    assert simulator.submit(**fields).status == status


@pytest.mark.parametrize(("oversize", "contacts"), [("truncated", 5000), ("accepted", 6000)])
def test_what_becomes_of_too_large_an_audience(simulator, oversize, contacts):
    simulator.seed(lists=[{"id": 1, "name": "Large", "contacts": 6000}], readings={"oversize": oversize})
    id_ = simulator.accept(groups=[1])
    assert simulator.detail(id_)["total_phones"] == contacts


@pytest.mark.parametrize(("reading", "status"), [("paused", 200), ("refused", 422)])
def test_what_becomes_of_a_price_above_the_funds(simulator, reading, status):
    simulator.seed(balance={"amount": 1}, readings={"insufficient_funds": reading})
    assert simulator.submit().status == status


@pytest.mark.parametrize(
    ("readings", "echoed"),
    [
        ({}, "2026-12-05 09:00:37"),
        ({"start_seconds": "dropped"}, "2026-12-05 09:00:00"),
        ({"response_timezone": "UTC"}, "2026-12-05 07:00:37"),
        ({"start_timezone": "UTC"}, "2026-12-05 11:00:37"),
        ({"start_timezone": "UTC", "response_timezone": "UTC"}, "2026-12-05 09:00:37"),
        ({"created_at_timezone": "UTC"}, "2026-12-05 09:00:37"),
    ],
)
def test_how_the_start_is_read_and_echoed(simulator, readings, echoed):
    simulator.seed(readings=readings)
    assert simulator.submit(start_at="2026-12-05 09:00:37").data["start_at"] == echoed


@pytest.mark.parametrize(
    ("readings", "shown"),
    [
        ({}, "2026-12-01 12:00:00"),
        ({"response_timezone": "UTC"}, "2026-12-01 10:00:00"),
        ({"response_timezone": "UTC", "created_at_timezone": "Europe/Kyiv"}, "2026-12-01 12:00:00"),
    ],
)
def test_in_which_zone_creation_is_shown_and_named(simulator, readings, shown):
    simulator.seed(readings=readings)
    data = simulator.submit().data
    assert (data["created_at"], data["name"]) == (shown, f"RCS api campaign / {shown}")


@pytest.mark.parametrize("status", ["creation", "done"])
def test_the_status_that_a_create_answers(simulator, status):
    simulator.seed(readings={"create_status": status})
    data = simulator.submit(start_at="2026-12-05 09:00:00").data
    assert (data["status"], simulator.info(data["id"])["status"]) == (status, "scheduled")


@pytest.mark.parametrize(
    ("shape", "errors"),
    [
        ("map", {"validity": ["The validity must be between 1 and 72."]}),
        ("list", ["The validity must be between 1 and 72."]),
        ("empty", []),
    ],
)
def test_the_shape_of_errors(simulator, shape, errors):
    simulator.seed(readings={"errors": shape})
    reply = simulator.submit(validity=0)
    assert reply.json == {"message": "The given data was invalid.", "errors": errors}


@pytest.mark.parametrize("path", ["/api/campaigns/1", "/api/campaigns/1/detail", "/api/groups/1"])
@pytest.mark.parametrize("status", [404, 422])
def test_the_answer_to_an_unknown_id(simulator, path, status):
    simulator.seed(readings={"unknown_id_status": status})
    assert simulator.get(path).status == status


@pytest.mark.parametrize(
    ("reading", "method", "status"),
    [
        ("PATCH", "PATCH", 200),
        ("PATCH", "PUT", 405),
        ("PUT", "PUT", 200),
        ("PUT", "PATCH", 405),
        ("both", "PATCH", 200),
        ("both", "PUT", 200),
    ],
)
def test_the_method_of_a_stop(simulator, reading, method, status):
    simulator.seed(readings={"stop_method": reading})
    id_ = simulator.accept(start_at="2026-12-05 09:00:00")
    assert simulator.call(method, f"/api/campaigns/{id_}/stop").status == status


@pytest.mark.parametrize(
    ("reading", "until", "found"),
    [
        ("creation", CREATED, 1),
        ("creation", "2026-12-01 11:59:59", 0),
        ("start", CREATED, 0),
        ("start", "2026-12-05 09:00:00", 1),
    ],
)
def test_the_date_on_which_the_list_filters(simulator, reading, until, found):
    simulator.seed(readings={"list_filter": reading})
    simulator.accept(start_at="2026-12-05 09:00:00")
    assert len(simulator.listed(filter_to=until)) == found


@pytest.mark.parametrize(("reading", "found"), [("sms", 0), ("all", 1)])
def test_what_the_list_shows_without_a_type(simulator, reading, found):
    simulator.seed(readings={"list_default_type": reading})
    simulator.accept()
    assert len(simulator.get("/api/campaigns").data) == found


@pytest.mark.parametrize(("reading", "shown"), [("list", []), ("object", {}), ("null", None)])
def test_alternative_channels_of_a_campaign_without_fallback(simulator, reading, shown):
    simulator.seed(readings={"unused_alternative_channels": reading})
    assert simulator.detail(simulator.accept())["alternative_channels"] == shown


@pytest.mark.parametrize("key", ["statistics", "statistic"])
def test_the_key_of_the_fallback_statistics(simulator, key):
    simulator.seed(readings={"sms_statistics_key": key})
    id_ = simulator.accept(alternative_channel=SMS)
    assert list(simulator.detail(id_)["alternative_channels"]["sms"]) == [key]


@pytest.mark.parametrize(("reading", "kind"), [("null", type(None)), ("object", dict)])
def test_alternative_channels_outside_the_detail(simulator, reading, kind):
    simulator.seed(readings={"info_alternative_channels": reading})
    id_ = simulator.accept(alternative_channel=SMS)
    assert type(simulator.info(id_)["alternative_channels"]) is kind


@pytest.mark.parametrize(
    ("reading", "keys"),
    [("started_at", ["started_at", "actual_start_at"]), ("start_at", ["start_at", "real_start_at"])],
)
def test_the_names_of_the_start_in_the_detail(simulator, reading, keys):
    simulator.seed(readings={"detail_start_keys": reading})
    assert [key for key in simulator.detail(simulator.accept()) if "start" in key] == keys


@pytest.mark.parametrize(("reading", "price"), [("string", "0.00"), ("number", 0.0)])
def test_the_type_of_the_total_price(simulator, reading, price):
    simulator.seed(readings={"total_price": reading})
    assert simulator.detail(simulator.accept())["total_price"] == price


@pytest.mark.parametrize(("reading", "kind"), [("boolean", bool), ("integer", int)])
def test_the_type_of_a_lists_default(simulator, reading, kind):
    simulator.seed(readings={"group_default": reading})
    assert type(simulator.get("/api/groups").data[0]["default"]) is kind


def test_the_default_readings_are_frozen():
    with pytest.raises(ValidationError):
        Readings().card_limit = 5


@pytest.mark.parametrize("wrong", [{"card_limit": 7}, {"no_such": 1}, {"response_timezone": "Mars/Olympus"}])
def test_an_impossible_reading_is_refused(wrong):
    with pytest.raises(ValidationError):
        Readings.model_validate(wrong)
