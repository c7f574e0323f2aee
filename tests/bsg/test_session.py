"""Login, refresh, the provider's clock, and secrets that stay secret."""

import logging
import threading
import traceback
from datetime import UTC, datetime

import httpx
import pytest

from rcsplan.bsg.session import Session
from rcsplan.errors import ConfigurationError, NotSent, OutcomeUnknown, RcsplanError, Rejected

KEY = "live_0123456789abcdefghij"
LOGIN = "POST /api/auth/login"
REFRESH = "POST /api/auth/refresh"
BALANCE = "GET /api/accounts/balance"
SEND = "POST /api/campaigns/rcs/send-groups"


def balance():
    return httpx.Response(200, json={"data": {"balance": 5, "credit": 0, "currency": "EUR"}})


def accepted():
    return httpx.Response(200, json={"data": {"id": 54000001}})


class Clock:
    def __init__(self):
        self.now = 50_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def open_session(clock):
    """Open a session with a provider in memory."""
    return lambda provider: Session(
        base_url="https://one-api.test", api_key=KEY, transport=httpx.MockTransport(provider), monotonic=clock
    )


def test_the_first_request_logs_in_and_the_next_ones_do_not(provider, open_session):
    account = provider(balance(), balance())
    with open_session(account) as session:
        session.get("/api/accounts/balance")
        session.get("/api/accounts/balance")
    assert account.lines == [LOGIN, BALANCE, BALANCE]


def test_the_key_goes_to_the_login_alone_and_the_token_to_all_else(provider, open_session):
    account = provider(balance())
    with open_session(account) as session:
        session.get("/api/accounts/balance")
    login, read = account.requests
    assert login.content == b'{"api_key":"%s"}' % KEY.encode()
    assert "authorization" not in login.headers
    assert read.headers["authorization"] == f"Bearer {account.tokens[0]}"


def test_requests_say_who_sends_them(provider, open_session):
    account = provider()
    with open_session(account) as session:
        session.log_in()
    assert account.requests[0].headers["user-agent"].startswith("rcsplan/")


def test_the_query_is_percent_encoded(provider, open_session):
    account = provider(balance())
    with open_session(account) as session:
        session.get("/api/campaigns", (("filter[from]", "2026-12-01 10:00:00"),))
    assert account.requests[-1].url.raw_path == b"/api/campaigns?filter%5Bfrom%5D=2026-12-01%2010%3A00%3A00"


@pytest.mark.parametrize(("age", "asked"), [(799.0, [LOGIN, BALANCE, BALANCE]), (800.0, [LOGIN, BALANCE, REFRESH])])
def test_a_token_is_refreshed_at_four_fifths_of_its_life(provider, open_session, clock, age, asked):
    account = provider(balance(), balance())
    with open_session(account) as session:
        session.get("/api/accounts/balance")
        clock.now += age
        session.get("/api/accounts/balance")
    assert account.lines[:3] == asked


def test_the_refresh_carries_the_old_token_and_the_rest_the_new_one(provider, open_session, clock):
    account = provider(balance())
    with open_session(account) as session:
        session.log_in()
        clock.now += 900
        session.get("/api/accounts/balance")
    old, new = account.tokens
    assert [request.headers.get("authorization") for request in account.requests] == [
        None,
        f"Bearer {old}",
        f"Bearer {new}",
    ]


@pytest.mark.parametrize("refusal", [httpx.Response(401), httpx.Response(500), httpx.ReadTimeout("slow")], ids=repr)
def test_a_refresh_that_fails_becomes_a_login(provider, open_session, clock, refusal):
    account = provider(balance())
    with open_session(account) as session:
        session.log_in()
        clock.now += 900
        account.logins.append(refusal)
        session.get("/api/accounts/balance")
    assert account.lines == [LOGIN, REFRESH, LOGIN, BALANCE]


def test_a_401_logs_in_again_once_and_repeats_a_read(provider, connect):
    account = provider(httpx.Response(401), balance())
    assert connect(account).balance().balance == 5
    assert account.lines == [LOGIN, BALANCE, LOGIN, BALANCE]


def test_a_401_logs_in_again_once_and_repeats_a_post(provider, connect):
    account = provider(httpx.Response(401), accepted())
    assert connect(account).send_groups({}, deadline_seconds=5).id == 54000001
    assert account.lines == [LOGIN, SEND, LOGIN, SEND]


def test_a_second_401_to_a_post_is_not_sent(provider, connect):
    account = provider(httpx.Response(401), httpx.Response(401))
    with pytest.raises(NotSent):
        connect(account).send_groups({}, deadline_seconds=5)
    assert account.lines == [LOGIN, SEND, LOGIN, SEND]


def test_a_login_that_fails_after_a_401_leaves_the_post_not_sent(provider, connect):
    account = provider(httpx.Response(401))
    client = connect(account)
    client._session.log_in()
    account.logins.append(httpx.ReadTimeout("slow"))
    with pytest.raises(NotSent):
        client.send_groups({}, deadline_seconds=5)


def test_a_connection_that_fails_after_a_401_leaves_the_post_not_sent(provider, connect):
    with pytest.raises(NotSent):
        connect(provider(httpx.Response(401), httpx.ConnectError("refused"))).send_groups({}, deadline_seconds=5)


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout("slow"), httpx.ReadError("reset"), httpx.Response(500)], ids=repr
)
def test_a_login_that_fails_leaves_the_post_not_sent(provider, connect, failure):
    account = provider(logins=[failure])
    with pytest.raises(NotSent):
        connect(account).send_groups({}, deadline_seconds=5)
    assert account.lines == [LOGIN]


def test_a_login_that_is_throttled_says_for_how_long(provider, connect):
    with pytest.raises(NotSent) as caught:
        connect(provider(logins=[httpx.Response(429, headers={"retry-after": "9"})])).send_groups(
            {}, deadline_seconds=5
        )
    assert caught.value.retry_after == 9.0


@pytest.mark.parametrize("body", ["", "<html>", "{}", '{"bearer": ""}', '{"bearer": "two words"}'])
def test_a_login_without_a_token_is_not_sent(provider, connect, body):
    with pytest.raises(NotSent):
        connect(provider(logins=[httpx.Response(200, text=body)])).send_groups({}, deadline_seconds=5)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422])
def test_a_key_that_is_refused_is_a_matter_of_configuration(provider, connect, pauses, status):
    account = provider(logins=[httpx.Response(status, json={"code": status, "message": "Invalid credentials."})])
    with pytest.raises(ConfigurationError) as caught:
        connect(account).balance()
    assert caught.value.detail == f"Status {status}. Invalid credentials."
    assert pauses == []


def test_an_empty_key_is_refused():
    with pytest.raises(ConfigurationError):
        Session(base_url="https://one-api.test", api_key="")


def test_settings_of_the_system_that_are_not_usable_are_named_and_not_shown(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:hidden@proxy.test")
    with pytest.raises(ConfigurationError) as caught:
        Session(base_url="https://one-api.test", api_key=KEY)
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


def test_a_proxy_is_never_used_for_this_machine(monkeypatch, raw_server, dial):
    body = b'{"data": {"balance": 5}}'
    server = raw_server((b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body), "keep"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert dial(server.url).balance().balance == 5


def test_threads_share_one_login(provider, connect):
    account = provider(*[balance() for _ in range(8)])
    client = connect(account)
    threads = [threading.Thread(target=client.balance) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert account.lines.count(LOGIN) == 1


def test_the_providers_clock_is_unknown_before_an_answer(provider, open_session):
    with open_session(provider()) as session:
        assert session.server_now() is None


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_the_providers_clock_runs_on_from_its_last_answer(provider, open_session, clock, zone):
    dated = httpx.Response(200, headers={"date": f"Tue, 24 Nov 2026 10:00:00 {zone}"})
    with open_session(provider(dated)) as session:
        session.get("/api/accounts/balance")
        clock.now += 90
        assert session.server_now() == datetime(2026, 11, 24, 10, 1, 30, tzinfo=UTC)


def test_a_date_that_is_none_leaves_the_clock_as_it_is(provider, open_session):
    dated = httpx.Response(200, headers={"date": "Tue, 24 Nov 2026 10:00:00 GMT"})
    with open_session(provider(dated, httpx.Response(200, headers={"date": "teatime"}))) as session:
        session.get("/api/accounts/balance")
        session.get("/api/accounts/balance")
        assert session.server_now() == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("server", "is_sandbox"), [("rcsplan-sandbox/0.1", True), ("nginx", False)])
def test_the_simulator_is_known_by_its_server_header(provider, open_session, server, is_sandbox):
    with open_session(provider(httpx.Response(200, headers={"server": server}))) as session:
        session.get("/api/accounts/balance")
        assert session.is_sandbox is is_sandbox


@pytest.mark.parametrize(
    "answer",
    [
        lambda echo: httpx.Response(422, json={"message": echo, "errors": {echo: [echo]}}),
        lambda echo: httpx.Response(500, text=echo),
        lambda echo: httpx.Response(200, text=echo),
        httpx.ReadError,
        httpx.ConnectError,
    ],
    ids=["refusal", "server error", "garbage", "after sending", "before sending"],
)
def test_an_error_never_holds_key_or_token(provider, connect, answer):
    account = provider()
    client = connect(account)
    client._session.log_in()
    account.answers.append(answer(f"you sent {KEY} and {account.tokens[0]}"))
    with pytest.raises((Rejected, NotSent, OutcomeUnknown)) as caught:
        client.send_groups({}, deadline_seconds=5)
    shown = f"{caught.value!r} {vars(caught.value)}"
    assert [secret for secret in (KEY, account.tokens[0]) if secret in shown] == []


def test_a_login_error_never_holds_the_key(provider, connect):
    with pytest.raises(RcsplanError) as caught:
        connect(provider(logins=[httpx.Response(401, text=f"bad key {KEY}")])).balance()
    assert KEY not in f"{caught.value!r} {vars(caught.value)}"


def test_reprs_and_logs_never_hold_key_or_token(raw_server, dial, caplog):
    caplog.set_level(logging.DEBUG)
    server = raw_server((b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "keep"))
    client = dial(server.url)
    with pytest.raises(RcsplanError):
        client.balance()
    session = client._session
    shown = f"{caplog.text} {session!r} {session._bearer!r} {vars(session)!r}"
    assert session._bearer.token not in caplog.text
    assert KEY not in caplog.text
    assert session._bearer.token not in shown.replace(caplog.text, "")


def test_a_read_that_comes_a_byte_at_a_time_fails_at_its_deadline(raw_server, dial):
    server = raw_server((b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b" " * 900, "drip"))
    session = dial(server.url, read_deadline=1.5)._session
    session.log_in()
    with pytest.raises(httpx.ReadTimeout, match=r"no complete answer within 1\.5 seconds"):
        session.get("/api/groups")
    assert server.connections == 1
