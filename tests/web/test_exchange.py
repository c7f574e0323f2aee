"""JSON requests to one host: what is repeated, what is bounded, and that no secret is in any text."""

from __future__ import annotations

import threading

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.web.address import parse_base_url
from rcsplan.web.backoff import Backoff
from rcsplan.web.exchange import Exchange, HostSilent
from tests.backend.state_server import StateServer

SECRET = "s3cr3t-0123456789"


class Echo:
    """Answers with the path that was asked for, or with a body that has no end."""

    def __init__(self):
        self.body = None

    def __call__(self, environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        return [self.body or f'"{environ["PATH_INFO"]}?{environ["QUERY_STRING"]}"'.encode()]


@pytest.fixture
def echo():
    return Echo()


@pytest.fixture
def server(echo):
    with StateServer(echo) as server:
        yield server


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def connect(server, pauses):
    def connect(url=None, *, seconds=30.0, headers=None):
        return Exchange(
            parse_base_url(url or server.url),
            headers=headers or {"Authorization": f"Bearer {SECRET}"},
            secrets=(SECRET,),
            host="Host",
            seconds=seconds,
            backoff=Backoff(attempts=3),
            sleep=pauses.append,
        )

    return connect


def test_paths_lie_below_the_base(server, connect):
    with connect(f"{server.url}/api/v3/") as exchange:
        assert exchange.ask("GET", "/user", query=(("page", "2"),)).json == "/api/v3/user?page=2"


@pytest.mark.parametrize("fault", ["error_before", "drop_request", "drop_answer", "error_after", "truncate"])
def test_what_is_harmless_is_repeated(server, connect, pauses, fault):
    server.fail(fault, "PUT", times=2)
    with connect() as exchange:
        assert exchange.ask("PUT", "/a", body={}).status == 200
    assert len(pauses) == 2


@pytest.mark.parametrize("fault", ["error_before", "drop_request", "drop_answer", "error_after", "truncate"])
def test_what_is_not_is_asked_once(server, connect, fault):
    server.fail(fault, "POST")
    with connect() as exchange, pytest.raises(HostSilent) as caught:
        exchange.ask("POST", "/a", body={}, repeatable=False)
    assert (caught.value.arrived, server.methods()) == (True, ["POST"])


def test_what_was_turned_away_is_repeated_whatever_it_is(server, connect, pauses):
    server.fail("too_many", "POST")
    with connect() as exchange:
        assert exchange.ask("POST", "/a", body={}, repeatable=False).status == 200
    assert len(pauses) == 1


def test_what_could_not_be_reached_has_not_arrived(connect):
    with connect("http://127.0.0.1:9") as exchange, pytest.raises(HostSilent) as caught:
        exchange.ask("POST", "/a", body={}, repeatable=False)
    assert not caught.value.arrived


def test_a_host_that_asks_for_more_patience_than_there_is_is_not_waited_for(server, connect, pauses):
    server.fail("too_many", "GET")
    with connect(seconds=5) as exchange, pytest.raises(HostSilent) as caught:
        exchange.ask("GET", "/a")
    assert (pauses, "wait for 7 seconds" in caught.value.detail) == ([], True)


def test_a_host_that_says_nothing_is_given_up(server, connect):
    server.fail("silent", "GET", times=9)
    with connect(seconds=0.2) as exchange, pytest.raises(HostSilent, match="did not answer"):
        exchange.ask("GET", "/a")


def test_redirects_are_answers_and_not_followed(server, connect):
    server.fail("redirect", "GET")
    with connect() as exchange:
        assert exchange.ask("GET", "/a").status == 302
    assert len(server.requests) == 1


def test_an_answer_without_an_end_is_refused(echo, connect):
    echo.body = b"x" * (65 * 1024 * 1024)
    with connect() as exchange, pytest.raises(HostSilent):
        exchange.ask("GET", "/a", repeatable=False)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_nothing(echo, connect, body):
    echo.body = body or b" "
    with connect() as exchange:
        assert exchange.ask("GET", "/a").json is None


@pytest.mark.parametrize("fault", ["error_before", "drop_answer", "silent"])
def test_no_error_holds_a_secret(server, connect, fault, caplog):
    caplog.set_level("DEBUG")
    server.fail(fault, "GET", times=9)
    with connect(seconds=0.5) as exchange, pytest.raises(HostSilent) as caught:
        exchange.ask("GET", "/a")
    error = caught.value
    assert SECRET not in f"{error!r}{error.detail}{error.hint}{error.__cause__}{exchange!r}{caplog.text}"


@pytest.mark.parametrize("value", [f"{SECRET}\nX: y", f"{SECRET}\r", f"{SECRET}é"])
def test_a_token_that_no_header_can_hold_is_an_error_that_does_not_show_it(connect, value):
    with pytest.raises(ConfigurationError) as caught:
        connect(headers={"Authorization": value})
    assert SECRET not in f"{caught.value}{caught.value.detail}"


def test_an_answer_that_drips_is_given_up_at_the_deadline(connect):
    ended = threading.Event()

    def drip(environ, start_response):
        start_response("200 OK", [("Content-Length", "10")])
        ended.wait(5)
        return [b"x"]

    with StateServer(drip) as slow, connect(slow.url, seconds=0.2) as exchange, pytest.raises(HostSilent):
        exchange.ask("GET", "/a")
    ended.set()
