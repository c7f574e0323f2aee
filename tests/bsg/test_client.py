"""What the client asks of the provider, and how it stops a campaign."""

from datetime import datetime, timedelta

import httpx
import pytest

from rcsplan.bsg.client import NotFound, ReadClient
from rcsplan.errors import NotSent, OutcomeUnknown, ProviderError, Rejected

WINDOW = (datetime(2026, 11, 1), datetime(2026, 12, 24, 12, 30))  # noqa: DTZ001 - in the account's zone, as on the wire


def campaigns(*ids, total=None, kind="rcs"):
    rows = [{"id": number, "message_type": kind} for number in ids]
    return httpx.Response(200, json={"data": rows, "meta": {"page": {"total": total}}})


def one(**fields):
    return httpx.Response(200, json={"data": {"id": 7, **fields}})


def query(request):
    return dict(request.url.params)


def test_the_reading_client_cannot_send():
    assert [name for name in ("send_groups", "stop") if hasattr(ReadClient, name)] == []


def test_campaigns_are_asked_for_as_documented(provider, connect):
    account = provider(campaigns())
    assert list(connect(account).campaigns(window=WINDOW)) == []
    assert query(account.requests[-1]) == {
        "page[offset]": "0",
        "page[limit]": "500",
        "filter[type]": "rcs",
        "sort": "id",
        "way": "desc",
        "filter[from]": "2026-11-01 00:00:00",
        "filter[to]": "2026-12-24 12:30:00",
    }


def test_campaigns_are_read_over_all_pages(provider, connect):
    account = provider(campaigns(9, 8, total=4), campaigns(8, 7, total=4), campaigns(7, 5, total=4))
    assert [found.id for found in connect(account).campaigns(window=WINDOW)] == [9, 8, 7, 5]
    assert [query(request)["page[offset]"] for request in account.requests[1:]] == ["0", "1", "2"]


def test_campaigns_end_at_the_id_that_is_known(provider, connect):
    account = provider(campaigns(9, 8, total=4), campaigns(8, 7, total=4))
    assert [found.id for found in connect(account).campaigns(window=WINDOW, down_to_id=7)] == [9, 8]


def test_campaigns_of_other_kinds_are_left_out(provider, connect):
    account = provider(campaigns(9, 8, total=2, kind="sms"))
    assert list(connect(account).campaigns(window=WINDOW)) == []


def test_campaigns_in_another_order_are_an_error(provider, connect):
    with pytest.raises(ProviderError):
        list(connect(provider(campaigns(5, 6, total=2))).campaigns(window=WINDOW))


def test_campaigns_that_cannot_all_be_read_are_an_error(provider, connect):
    with pytest.raises(ProviderError):
        list(connect(provider(campaigns(9, 8, total=4), campaigns(total=4))).campaigns(window=WINDOW))


@pytest.mark.parametrize(("ids", "newest"), [((), 0), ((9, 8), 9)])
def test_the_newest_id_is_the_highest(provider, connect, ids, newest):
    assert connect(provider(campaigns(*ids))).newest_campaign_id() == newest


def test_the_newest_id_is_looked_for_in_what_starts_later_too(provider, connect):
    logged_in = httpx.Response(200, json={"bearer": "t"}, headers={"date": "Tue, 24 Nov 2026 10:00:00 GMT"})
    account = provider(campaigns(9), logins=[logged_in])
    connect(account).newest_campaign_id()
    until = datetime.fromisoformat(query(account.requests[-1])["filter[to]"])
    # The clock runs on from the login, by less than a minute.
    assert until - timedelta(minutes=1) < datetime(2026, 12, 23, 10, 0) <= until  # noqa: DTZ001 - as on the wire


def test_all_contact_lists_are_read(provider, connect):
    pages = [{"data": [{"id": 1, "items": 5}, {"id": 2}], "total": 3}, {"data": [{"id": 2}, {"id": 3}], "total": 3}]
    account = provider(*(httpx.Response(200, json=page) for page in pages))
    assert [found.id for found in connect(account).contact_lists()] == [1, 2, 3]


def test_senders_are_asked_for_by_channel(provider, connect):
    account = provider(httpx.Response(200, json={"data": [{"sender": "ACME", "status": "active"}], "total": 1}))
    assert [found.sender for found in connect(account).senders("sms")] == ["ACME"]
    assert query(account.requests[-1]) == {"type": "sms"}


def test_tariffs_are_read(provider, connect):
    account = provider(httpx.Response(200, json={"data": [{"id": 1, "code": 0, "name": "Base"}], "total": 1}))
    assert [found.name for found in connect(account).tariffs()] == ["Base"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("campaign", "GET /api/campaigns/7"),
        ("detail", "GET /api/campaigns/7/detail"),
        ("contact_list", "GET /api/groups/7"),
    ],
)
def test_a_single_thing_is_read_by_its_id(provider, connect, method, path):
    account = provider(one())
    assert getattr(connect(account), method)(7).id == 7
    assert account.lines[-1] == path


@pytest.mark.parametrize("status", [404, 422])
@pytest.mark.parametrize("method", ["campaign", "detail", "contact_list"])
def test_a_single_thing_that_is_unknown_is_not_found(provider, connect, method, status):
    with pytest.raises(NotFound) as caught:
        getattr(connect(provider(httpx.Response(status, json={"message": "No"}))), method)(7)
    assert caught.value.status == status


def test_a_single_thing_that_is_refused_is_not_taken_for_unknown(provider, connect):
    with pytest.raises(ProviderError) as caught:
        connect(provider(httpx.Response(403))).campaign(7)
    assert type(caught.value) is ProviderError


def test_a_campaign_is_submitted_as_it_was_given(provider, connect):
    account = provider(one(status="creation"))
    assert connect(account).send_groups({"groups": [101], "sender": "Їжа"}, deadline_seconds=5).status == "creation"
    assert account.requests[-1].content.decode() == '{"groups":[101],"sender":"Їжа"}'


def test_a_stop_answers_the_stopped_campaign(provider, connect):
    account = provider(one(status="stopped"))
    assert connect(account).stop(7).status == "stopped"
    assert account.lines[-1] == "PATCH /api/campaigns/7/stop"


def test_a_stop_falls_back_to_put_where_patch_is_not_allowed(provider, connect):
    account = provider(httpx.Response(405), one(status="stopped"))
    assert connect(account).stop(7).status == "stopped"
    assert account.lines[-2:] == ["PATCH /api/campaigns/7/stop", "PUT /api/campaigns/7/stop"]


def test_a_stop_uses_put_alone_where_that_is_configured(provider, connect):
    account = provider(httpx.Response(405))
    with pytest.raises(Rejected):
        connect(account, stop_method="PUT").stop(7)
    assert account.lines[-1] == "PUT /api/campaigns/7/stop"


def test_a_stop_of_a_stopped_campaign_is_a_success(provider, connect):
    account = provider(httpx.Response(422, json={"message": "Wrong status"}), one(status="stopped"))
    assert connect(account).stop(7).status == "stopped"


@pytest.mark.parametrize("now", [one(status="done"), one(status="creation"), httpx.Response(404)], ids=repr)
def test_a_stop_that_is_refused_of_any_other_campaign_is_rejected(provider, connect, now):
    with pytest.raises(Rejected) as caught:
        connect(provider(httpx.Response(422, json={"message": "Wrong status"}), now)).stop(7)
    assert (caught.value.status, caught.value.detail) == (422, "Wrong status")


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_stop_that_is_refused_otherwise_is_rejected(provider, connect, status):
    with pytest.raises(Rejected):
        connect(provider(httpx.Response(status))).stop(7)


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout("slow"), httpx.ReadError("reset"), httpx.Response(500)], ids=repr
)
def test_a_stop_whose_answer_is_lost_is_unknown(provider, connect, failure):
    account = provider(failure)
    with pytest.raises(OutcomeUnknown):
        connect(account).stop(7)
    assert account.lines.count("PATCH /api/campaigns/7/stop") == 1


def test_a_stop_that_never_left_is_not_sent(provider, connect):
    with pytest.raises(NotSent):
        connect(provider(httpx.ConnectError("refused"))).stop(7)
