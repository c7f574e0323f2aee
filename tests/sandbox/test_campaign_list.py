from datetime import timedelta

import pytest

START = "2026-12-05 09:00:00"


@pytest.fixture
def three(simulator):
    """Ids of three campaigns: c of today 12:00, b of 13:00, a of 14:00; b is stopped."""
    ids = []
    for sender in "cba":
        ids.append(simulator.accept(sender=sender, start_at=START))
        simulator.store.advance(timedelta(hours=1))
    simulator.stop(ids[1])
    return ids


def test_the_oldest_come_first(simulator, three):
    assert simulator.listed() == three


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"way": "desc"}, [2, 1, 0]),
        ({"sort": "sender"}, [2, 1, 0]),
        ({"sort": "sender", "way": "desc"}, [0, 1, 2]),
        ({"sort": "date", "way": "desc"}, [2, 1, 0]),
        ({"sort": "type"}, [0, 1, 2]),
        ({"sort": "status"}, [0, 2, 1]),
        ({"page_offset": 1}, [1, 2]),
        ({"page_offset": 3}, []),
        ({"filter_from": "2026-12-01 13:00:00"}, [1, 2]),
        ({"filter_from": "2026-12-01 13:00:01"}, [2]),
        ({"filter_to": "2026-12-01 13:00:00"}, [0, 1]),
        ({"filter_to": "2026-12-01T11:30:00.000000Z"}, [0, 1]),
        ({"filter_to": "2026-12-01T13:30:00.000000+0300"}, [0]),
        ({"filter_to": "2026-12-31 23:59:59"}, [0, 1, 2]),
        ({"filter_type": "sms"}, []),
        ({"filter_type": "whatsapp"}, []),
        ({"search_field": "sender", "search_value": "b"}, [1]),
        ({"filter_field": "sender", "filter_value": "b"}, [1]),
        ({"search_field": "taskname", "search_value": "2026-12-01 14:00"}, [2]),
        ({"search_field": "taskname", "search_value": "54000001"}, [1]),
    ],
)
def test_what_is_listed_in_which_order(simulator, three, query, order):
    assert simulator.listed(**query) == [three[index] for index in order]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"page[limit]": "29"}, "pagelimit"),
        ({"page[limit]": "501"}, "pagelimit"),
        ({"page[limit]": "many"}, "pagelimit"),
        ({"page[offset]": "-1"}, "pageoffset"),
        ({"way": "up"}, "way"),
        ({"sort": "name"}, "sort"),
        ({"filter[type]": "viber"}, "filtertype"),
        ({"filter[from]": "yesterday"}, "filterfrom"),
        ({"filter[to]": "2026-13-01 00:00:00"}, "filterto"),
        ({"filter[from]": "2026-08-30 00:00:00"}, "filterfrom"),
        ({"filter[to]": "2027-01-01 00:00:00"}, "filterto"),
    ],
)
def test_what_is_refused(simulator, query, key):
    reply = simulator.get("/api/campaigns", **query)
    assert (reply.status, list(reply.json["errors"])) == (422, [key])


def test_an_unknown_search_field_is_refused(simulator, three):
    query = {"filter[type]": "rcs", "search[field]": "status", "search[value]": "x"}
    assert simulator.get("/api/campaigns", **query).status == 422


def test_three_months_are_the_default_window(simulator, three):
    simulator.store.advance(timedelta(days=93))
    assert simulator.listed() == []


def test_the_page_says_how_many_there_are(simulator, three):
    reply = simulator.get("/api/campaigns", **{"filter[type]": "rcs", "page[limit]": "30", "page[offset]": "2"})
    assert reply.json["meta"] == {"page": {"total": 3, "limit": 30, "offset": 2}}


def test_the_limit_is_50_unless_said(simulator):
    assert simulator.get("/api/campaigns").json["meta"]["page"]["limit"] == 50
