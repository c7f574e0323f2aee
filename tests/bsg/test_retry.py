"""Which reads are repeated, how often, and after which pauses."""

import httpx
import pytest

from rcsplan.bsg.retry import Transient
from rcsplan.errors import NotSent, ProviderError
from rcsplan.web.backoff import Backoff, parse_retry_after

BALANCE = httpx.Response(200, json={"data": {"balance": 5, "credit": 0, "currency": "EUR"}})

PASSING = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("closed"),
    httpx.DecodingError("gzip"),
    httpx.Response(408),
    httpx.Response(429),
    httpx.Response(500),
    httpx.Response(503),
    httpx.Response(200, text="<html>"),
    httpx.Response(200, json={"data": []}),
]


@pytest.mark.parametrize("failure", PASSING, ids=repr)
def test_a_read_that_fails_in_passing_is_repeated(provider, connect, pauses, failure):
    assert connect(provider(failure, BALANCE)).balance().balance == 5
    assert pauses == [0.5]


@pytest.mark.parametrize("failure", PASSING, ids=repr)
def test_a_read_that_goes_on_failing_is_an_error(provider, connect, pauses, failure):
    with pytest.raises(ProviderError):
        connect(provider(*[failure] * 5)).balance()
    assert pauses == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 405, 410, 422])
def test_a_read_that_is_refused_is_not_repeated(provider, connect, pauses, status):
    with pytest.raises(ProviderError) as caught:
        connect(provider(httpx.Response(status, headers={"location": "https://elsewhere.test"}))).balance()
    assert (caught.value.status, pauses) == (status, [])


def test_a_pause_that_the_provider_asks_for_is_kept(provider, connect, pauses):
    connect(provider(httpx.Response(429, headers={"retry-after": "7"}), BALANCE)).balance()
    assert pauses == [7.0]


def test_a_pause_beyond_all_patience_is_an_error_at_once(provider, connect, pauses):
    with pytest.raises(Transient) as caught:
        connect(provider(httpx.Response(503, headers={"retry-after": "3600"}))).balance()
    assert (caught.value.retry_after, pauses) == (3600.0, [])


def test_a_login_that_fails_in_passing_is_repeated_for_a_read(provider, connect, pauses):
    broken = provider(BALANCE, logins=[httpx.ConnectError("refused"), httpx.Response(502)])
    assert connect(broken).balance().balance == 5
    assert pauses == [0.5, 1.0]


def test_a_login_that_goes_on_failing_is_an_error(provider, connect, pauses):
    with pytest.raises(NotSent):
        connect(provider(logins=[httpx.ReadTimeout("slow")] * 5)).balance()
    assert len(pauses) == 4


@pytest.mark.parametrize(
    ("attempt", "retry_after", "jitter", "pause"),
    [
        (1, None, 0.0, 0.5),
        (1, None, 1.0, 0.25),
        (2, None, 0.0, 1.0),
        (9, None, 0.0, 10.0),
        (1, 3.0, 0.0, 3.0),
        (1, 3.0, 1.0, 3.3),
        (1, 0.0, 0.0, 0.0),
        (1, 60.0, 0.0, 60.0),
        (1, 60.1, 0.0, None),
        (10, None, 0.0, None),
    ],
)
def test_pauses_double_up_to_a_bound(attempt, retry_after, jitter, pause):
    assert Backoff(attempts=10).pause(attempt, retry_after=retry_after, jitter=jitter) == pytest.approx(pause)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT", "date": "Tue, 24 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 09:00:00 GMT", "date": "Tue, 24 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT"}, None),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:30 -0000", "date": "Tue, 24 Nov 2026 10:00:00 GMT"}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers, seconds):
    assert parse_retry_after(headers) == seconds
