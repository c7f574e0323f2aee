"""The provider's own SDK, unmodified, drives the simulator over HTTP: an independent witness of the contract."""

from datetime import datetime

import bsg_api
import pytest
from bsg_api.models import LoginRequest, SendRcsCampaignGroups

from rcsplan.sandbox.account import parse_account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.server import running

BODY = {
    "groups": [1864275],
    "sender": "Acme",
    "start_at": "2026-12-05T09:00:37",
    "options": {
        "cards": [
            {
                "title": "One",
                "text": "First",
                "suggestions": [{"type": "link", "text": "Open", "url": "https://a.example"}],
            },
            {"text": "Second", "suggestions": [{"type": "call", "text": "Call", "phone": "380440000000"}]},
        ]
    },
    "alternative_channel": {"sms": {"sender": "ACME", "text": "Hi", "validity": 24}},
}


@pytest.fixture
def sdk(store):
    """The SDK's client, logged in."""
    with running(create_app(store)) as base_url:
        configuration = bsg_api.Configuration(host=base_url)
        with bsg_api.ApiClient(configuration) as client:
            login = bsg_api.AuthApi(client).login(LoginRequest(api_key="live_0123456789"))
            configuration.access_token = login.bearer
            yield client
            client.rest_client.pool_manager.clear()


def create(sdk, **fields):
    body = SendRcsCampaignGroups.from_dict(BODY | fields)
    return bsg_api.CampaignRCSApi(sdk).rcs_send_groups(body).data


def test_it_refreshes_its_token(sdk):
    assert bsg_api.AuthApi(sdk).refresh_token().bearer.count(".") == 2


def test_it_lists_contact_lists(sdk):
    lists = bsg_api.ContactListApi(sdk).contact_lists()
    assert [entry.name for entry in lists.data] == ["Newsletter UA", "Newsletter EN", "VIP", "Test phones"]


def test_it_reads_a_contact_list(sdk):
    assert bsg_api.ContactListApi(sdk).contact_list(1864280).data.items == 85


def test_it_searches_contact_lists(sdk):
    found = bsg_api.ContactListApi(sdk).contact_list_search(
        search_field=bsg_api.ContactGroupSearchField.NAME,
        search_operator=bsg_api.SearchOperator.LIKE,
        search_value="letter",
    )
    assert ([entry.id for entry in found.data], found.meta.page.total) == ([1864275, 1864276], 2)


def test_it_creates_a_campaign(sdk):
    created = create(sdk)
    assert (created.id, created.status, created.start_at) == (
        54_000_000,
        "creation",
        datetime.fromisoformat("2026-12-05T09:00:37"),
    )


def test_what_it_sent_stands_in_the_ledger(sdk, store):
    create(sdk)
    assert store.ledger()[0]["payload"]["options"] == BODY["options"]


def test_it_reads_a_campaign(sdk):
    id_ = create(sdk).id
    assert bsg_api.CampaignApi(sdk).campaign(id_).data.status == "scheduled"


def test_it_reads_the_detail_of_a_campaign_with_fallback(sdk):
    id_ = create(sdk).id
    detail = bsg_api.CampaignApi(sdk).campaign_details(id_).data
    assert (detail.total_phones, detail.alternative_channels.sms.statistics.sent) == (1240, 0)


@pytest.mark.parametrize("reading", ["object", "null"])
def test_it_reads_the_detail_of_a_campaign_without_fallback(sdk, store, reading):
    store.seed(parse_account({"readings": {"unused_alternative_channels": reading}}))
    id_ = create(sdk, alternative_channel=None).id
    assert bsg_api.CampaignApi(sdk).campaign_details(id_).data.total_phones == 1240


def test_it_lists_campaigns(sdk):
    id_ = create(sdk).id
    listing = bsg_api.CampaignApi(sdk).campaigns(
        filter_type="rcs",
        way=bsg_api.SortWay.DESC,
        filter_from=datetime.fromisoformat("2026-11-01T00:00:00"),
        filter_to=datetime.fromisoformat("2026-12-05T00:00:00"),
        page_limit=30,
    )
    assert ([entry.id for entry in listing.data], listing.meta.page.total) == ([id_], 1)


def test_it_stops_a_campaign(sdk):
    id_ = create(sdk).id
    assert bsg_api.CampaignApi(sdk).campaign_stop(id_).data.status == "stopped"


def test_it_understands_a_refused_stop(sdk):
    id_ = create(sdk).id
    api = bsg_api.CampaignApi(sdk)
    api.campaign_stop(id_)
    with pytest.raises(bsg_api.ApiException) as raised:
        api.campaign_stop(id_)
    assert (raised.value.status, raised.value.data.message) == (422, "Invalid campaign status")


def test_it_understands_the_duplicate_guard(sdk):
    create(sdk)
    with pytest.raises(bsg_api.ApiException) as raised:
        create(sdk)
    assert raised.value.status == 429


def test_it_reads_senders_balance_and_tariffs(sdk):
    senders = bsg_api.SendersApi(sdk).senders(type="sms")
    balance = bsg_api.BalanceApi(sdk).account_balance()
    tariffs = bsg_api.BalanceApi(sdk).account_tariffs()
    assert (senders.data[0].sender, balance.data.balance, tariffs.data[0].code) == ("ACME", 5000.0, 0)
