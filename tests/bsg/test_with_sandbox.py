"""Client and simulator, two independent readings of one contract: inside the process, and over HTTP."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rcsplan.bsg.client import NotFound, SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.times import from_wire, to_wire
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.errors import NotSent, OutcomeUnknown, Rejected
from rcsplan.sandbox.account import Account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import ConnectionDropped, parse_fault
from rcsplan.sandbox.server import running
from rcsplan.sandbox.store import SandboxStore

KYIV = ZoneInfo("Europe/Kyiv")
SEND = "POST /api/campaigns/rcs/send-groups"


@pytest.fixture
def store(tmp_path):
    store = SandboxStore(tmp_path / "sandbox.db")
    yield store
    store.close()


def in_process(app):
    transport = InProcessTransport(app, dropped=ConnectionDropped)
    return Session(base_url="http://127.0.0.1", api_key="test_key", transport=transport)


@pytest.fixture(params=["in process", "over HTTP"])
def join(request, store, pauses):
    """Open a client to a simulator with faults, by either way."""
    with contextlib.ExitStack() as stack:

        def join_over_http(app):
            return Session(base_url=stack.enter_context(running(app)), api_key="test_key")

        open_session = {"in process": in_process, "over HTTP": join_over_http}[request.param]

        def join_with(*faults):
            session = open_session(create_app(store, faults=tuple(map(parse_fault, faults))))
            return SendClient(stack.enter_context(session), sleep=pauses.append)

        yield join_with


def body(store, **changes):
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    known = Account().lists[0].id
    return {"groups": [known], "sender": "Acme", "options": {"text": "Hi"}, "start_at": to_wire(start, KYIV), **changes}


def send(client, content):
    return client.send_groups(content, deadline_seconds=5)


def window():
    now = datetime.now(KYIV).replace(tzinfo=None)
    return now - timedelta(days=50), now + timedelta(days=29)


def test_a_campaign_lives_from_submission_to_stop(join, store):
    client = join()
    content = body(store)
    baseline = client.newest_campaign_id()
    created = send(client, content)
    assert from_wire(created.start_at, KYIV) == from_wire(content["start_at"], KYIV)
    assert client.newest_campaign_id() == created.id
    assert [found.id for found in client.campaigns(window=window(), down_to_id=baseline)] == [created.id]
    assert client.campaign(created.id).status == "scheduled"
    assert client.detail(created.id).id == created.id
    assert client.stop(created.id).status == "stopped"
    assert client.stop(created.id).status == "stopped"


def test_the_account_is_read(join, store):
    client = join()
    expected = Account()
    assert {found.name: found.contacts for found in client.contact_lists()} == {
        known.name: known.contacts for known in expected.lists
    }
    assert client.contact_list(expected.lists[0].id).name == expected.lists[0].name
    assert [found.sender for found in client.senders("sms")] == [known.sender for known in expected.senders]
    assert [found.code for found in client.tariffs()] == [known.code for known in expected.tariffs]
    assert client.balance().balance == expected.balance.amount


def test_the_simulator_and_its_clock_are_known(join, store):
    client = join()
    client.balance()
    assert client._session.is_sandbox
    assert abs(client._session.server_now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_what_is_unknown_to_the_simulator_is_not_found(join, store):
    with pytest.raises(NotFound):
        join().campaign(1)


def test_a_body_that_is_refused_names_its_field(join, store):
    with pytest.raises(Rejected) as caught:
        send(join(), body(store, options={"cards": [{"text": "x" * 1001}]}))
    assert [field.key for field in caught.value.fields] == ["optionscards0text"]


@pytest.mark.parametrize(
    ("fault", "error", "accepted"),
    [
        ("drop_request", OutcomeUnknown, 0),
        ("drop_response", OutcomeUnknown, 1),
        ("error_before", OutcomeUnknown, 0),
        ("error_after", OutcomeUnknown, 1),
        ("truncate", OutcomeUnknown, 1),
        ("garbage", OutcomeUnknown, 1),
        ("duplicate", OutcomeUnknown, 0),
        ("too_many", NotSent, 0),
    ],
)
def test_each_fault_is_told_by_what_may_have_happened(join, store, fault, error, accepted):
    with pytest.raises(error):
        send(join(f"{SEND}={fault}"), body(store))
    assert len(store.ledger()) == accepted


def test_a_refused_connection_is_not_sent(store):
    app = create_app(store, faults=(parse_fault(f"{SEND}=refuse"),))
    with in_process(app) as session, pytest.raises(NotSent):
        send(SendClient(session), body(store))
    assert store.ledger() == []


def test_a_repetition_within_the_duplicate_guard_is_evidence(join, store):
    client = join()
    content = body(store)
    send(client, content)
    with pytest.raises(OutcomeUnknown) as caught:
        send(client, content)
    assert caught.value.duplicate


@pytest.mark.parametrize("fault", ["drop_request", "error_before", "too_many", "truncate", "garbage"])
def test_reads_outlast_a_fault(join, store, fault):
    assert join(f"GET /api/accounts/balance={fault}:x2").balance().currency == "EUR"
