"""A provider inside this process, and its ways to drop a connection."""

import httpx
import pytest

from rcsplan.bsg.transport import InProcessTransport


class Dropped(Exception):
    def __init__(self, stage):
        super().__init__(stage)
        self.stage = stage


def call(app, **options):
    transport = InProcessTransport(app, dropped=Dropped, **options)
    with httpx.Client(transport=transport, timeout=5.0) as client:
        return client.post("http://127.0.0.1/api/x?a=b%20c", json={"n": 1})


def answering(body, *headers):
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json"), *headers])
        return body(environ)

    return app


def dropping(stage):
    def app(environ, start_response):
        raise Dropped(stage)

    return app


def dropping_midway(environ):
    yield b"{"
    raise Dropped("response")


def test_a_request_and_its_answer_pass_through():
    echo = answering(lambda environ: [environ["QUERY_STRING"].encode(), b" ", environ["wsgi.input"].read()])
    assert call(echo).text == 'a=b%20c {"n":1}'


def test_headers_pass_through():
    assert call(answering(lambda _: [], ("Date", "Tue, 24 Nov 2026 10:00:00 GMT"))).headers["date"].startswith("Tue")


@pytest.mark.parametrize(
    ("stage", "failure"),
    [
        ("connect", httpx.ConnectError),
        ("request", httpx.ReadError),
        ("response", httpx.RemoteProtocolError),
        ("anything else", httpx.ReadError),
    ],
)
def test_a_dropped_connection_fails_as_a_network_would(stage, failure):
    with pytest.raises(failure):
        call(dropping(stage))


def test_a_connection_that_is_dropped_within_the_answer_fails_as_a_network_would():
    with pytest.raises(httpx.RemoteProtocolError):
        call(answering(dropping_midway))


def test_half_a_body_fails_as_a_network_would():
    with pytest.raises(httpx.RemoteProtocolError):
        call(answering(lambda _: [b"half"], ("Content-Length", "8")))


def test_a_whole_body_is_an_answer():
    assert call(answering(lambda _: [b"wh", b"ole"], ("Content-Length", "5"))).text == "whole"


def test_an_answer_that_comes_too_late_is_a_timeout():
    asked_at_and_answered_at = iter((100.0, 105.1))
    with pytest.raises(httpx.ReadTimeout):
        call(answering(lambda _: [b"late"]), monotonic=lambda: next(asked_at_and_answered_at))


def test_an_answer_that_comes_in_time_is_one():
    asked_at_and_answered_at = iter((100.0, 104.9))
    assert call(answering(lambda _: [b"due"]), monotonic=lambda: next(asked_at_and_answered_at)).text == "due"


def test_any_other_exception_of_the_application_is_its_own():
    def broken(environ, start_response):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        call(broken)
