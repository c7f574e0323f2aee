"""What became of a POST, over real sockets: each row of the table of design section 6."""

import json

import pytest

from rcsplan.bsg.bearer import Bearer
from rcsplan.errors import NotSent, OutcomeUnknown, Rejected

BODY = {"groups": [101], "sender": "DemoAgent", "options": {"text": "Hi"}}


def http(status, body="", *headers):
    text = "\r\n".join([f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body.encode())}", *headers, "", body])
    return text.encode()


ACCEPTED = http(200, json.dumps({"data": {"id": 54000001, "status": "creation"}}))
HALF = ACCEPTED[:-12]
UNENDED = ACCEPTED.replace(b"Content-Length: ", b"X-Length: ")


def send(client, *, deadline_seconds=5.0, attempt=1):
    return client.send_groups(BODY, deadline_seconds=deadline_seconds, attempt=attempt)


def test_an_answer_with_an_id_is_an_acceptance(raw_server, dial):
    server = raw_server((ACCEPTED, "keep"))
    assert send(dial(server.url)).id == 54000001


@pytest.mark.parametrize(
    ("sent", "ending"),
    [
        pytest.param(b"", "close", id="closed without an answer"),
        pytest.param(b"", "reset", id="reset without an answer"),
        pytest.param(HALF, "close", id="half a body, closed"),
        pytest.param(HALF, "reset", id="half a body, reset"),
        pytest.param(UNENDED[:-12], "close", id="half a body of unknown length"),
        pytest.param(b"HTTP/1.1 20", "close", id="half a status line"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", "close", id="not HTTP"),
        pytest.param(http(200, "{}", "Content-Encoding: gzip"), "keep", id="not in the encoding it names"),
        pytest.param(http(200, "<html>welcome</html>"), "keep", id="HTML"),
        pytest.param(http(200), "keep", id="empty"),
        pytest.param(http(200, "null"), "keep", id="null"),
        pytest.param(http(200, '{"id": 54000001}'), "keep", id="without data"),
        pytest.param(http(200, '{"data": []}'), "keep", id="data is a list"),
        pytest.param(http(200, '{"data": {"status": "creation"}}'), "keep", id="without id"),
        pytest.param(http(200, '{"data": {"id": true}}'), "keep", id="id is no number"),
        pytest.param(http(200, '{"data": {"id": 0}}'), "keep", id="id is zero"),
        pytest.param(http(201), "keep", id="201 without JSON"),
        pytest.param(http(204), "keep", id="204"),
        pytest.param(http(302, "", "Location: https://elsewhere.test/"), "keep", id="redirect"),
        pytest.param(http(302, "", "Location: http://[broken"), "keep", id="redirect to an invalid URL"),
        pytest.param(http(307, "", "Location: /api/campaigns/rcs/send-groups"), "keep", id="redirect that repeats"),
        pytest.param(http(304), "keep", id="304"),
        pytest.param(http(408), "keep", id="408"),
        pytest.param(http(409), "keep", id="409"),
        pytest.param(http(425), "keep", id="425"),
        pytest.param(http(429, '{"message": "Too many DUPLICATE request detected"}'), "keep", id="duplicate"),
        pytest.param(http(500), "keep", id="500"),
        pytest.param(http(502, "<html>Bad Gateway</html>"), "keep", id="502"),
        pytest.param(http(503, "", "Retry-After: 5"), "keep", id="503"),
        pytest.param(http(504), "keep", id="504"),
        pytest.param(http(599), "keep", id="599"),
        pytest.param(http(777), "keep", id="unlisted"),
    ],
)
def test_an_answer_that_does_not_settle_it_leaves_the_outcome_unknown(raw_server, dial, sent, ending):
    server = raw_server((sent, ending))
    with pytest.raises(OutcomeUnknown):
        send(dial(server.url))


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 410, 413, 422, 431, 451])
def test_a_client_error_is_a_refusal(raw_server, dial, status):
    server = raw_server((http(status, '{"message": "no"}'), "keep"))
    with pytest.raises(Rejected) as caught:
        send(dial(server.url))
    assert (caught.value.status, caught.value.detail) == (status, "no")


def test_too_many_requests_on_a_first_attempt_is_not_sent(raw_server, dial):
    server = raw_server((http(429, '{"message": "Slow down"}', "Retry-After: 7"), "keep"))
    with pytest.raises(NotSent) as caught:
        send(dial(server.url))
    assert caught.value.retry_after == 7.0


def test_too_many_requests_on_a_repetition_is_unknown(raw_server, dial):
    server = raw_server((http(429, '{"message": "Slow down"}'), "keep"))
    with pytest.raises(OutcomeUnknown) as caught:
        send(dial(server.url), attempt=2)
    assert not caught.value.duplicate


def test_a_429_that_speaks_of_duplicates_says_so(raw_server, dial):
    server = raw_server((http(429, '{"message": "Too many duplicate request detected"}'), "keep"))
    with pytest.raises(OutcomeUnknown) as caught:
        send(dial(server.url))
    assert caught.value.duplicate


def test_a_refused_connection_is_not_sent(raw_server, dial):
    server = raw_server()
    client = dial(server.url)
    client._session.log_in()
    server.refuse()
    with pytest.raises(NotSent):
        send(client)


def test_a_provider_that_never_answers_is_unknown_at_the_deadline(raw_server, dial):
    server = raw_server((b"", "wait"))
    with pytest.raises(OutcomeUnknown) as caught:
        send(dial(server.url), deadline_seconds=0.3)
    assert "Timeout" in caught.value.detail


def test_the_deadline_cuts_off_an_answer_that_comes_a_byte_at_a_time(raw_server, dial):
    server = raw_server((ACCEPTED * 20, "drip"))
    with pytest.raises(OutcomeUnknown) as caught:
        send(dial(server.url), deadline_seconds=0.3)
    assert caught.value.detail == "ReadTimeout: no complete answer within 0.3 seconds"


def logged_in(client):
    client._session._bearer = Bearer(token="known")
    return client


def test_a_provider_that_stops_reading_is_unknown_at_the_deadline(raw_server, dial):
    """More is to be written than the buffers between the two hold, and nobody reads."""
    client = logged_in(dial(raw_server(manners="deaf").url))
    body = {**BODY, "options": {"text": "x" * 16_000_000}}
    with pytest.raises(OutcomeUnknown) as caught:
        client.send_groups(body, deadline_seconds=2.0)
    assert "Timeout" in caught.value.detail


def test_a_connection_that_is_reset_before_the_request_is_not_sent_or_unknown(raw_server, dial):
    """It depends on whether the reset comes before or after the connection was found to be good."""
    with pytest.raises((NotSent, OutcomeUnknown)):
        send(logged_in(dial(raw_server(manners="absent").url)))


def test_a_connection_that_is_reset_in_the_middle_of_the_request_is_unknown(raw_server, dial):
    client = logged_in(dial(raw_server(manners="rude").url))
    with pytest.raises(OutcomeUnknown):
        client.send_groups({**BODY, "options": {"text": "x" * 16_000_000}}, deadline_seconds=5)


def test_a_401_during_a_run_logs_in_again_once_and_repeats_the_post(raw_server, dial):
    server = raw_server((http(401), "keep"), (ACCEPTED, "keep"))
    assert send(logged_in(dial(server.url))).id == 54000001
    assert [line.split()[1] for line in server.received] == [
        "/api/campaigns/rcs/send-groups",
        "/api/auth/login",
        "/api/campaigns/rcs/send-groups",
    ]


def test_a_second_401_is_not_sent(raw_server, dial):
    server = raw_server((http(401), "keep"), (http(401), "keep"))
    with pytest.raises(NotSent):
        send(logged_in(dial(server.url)))
    assert len(server.received) == 3


@pytest.mark.parametrize(
    ("errors", "fields"),
    [
        ("[]", ()),
        ('["groups: is wrong", "sender: is wrong"]', (("", "groups: is wrong"), ("", "sender: is wrong"))),
        (
            '{"optionscards0text": ["too long", "too loud"]}',
            (("optionscards0text", "too long"), ("optionscards0text", "too loud")),
        ),
    ],
    ids=["a rule", "a list", "a map"],
)
def test_a_422_is_a_refusal_in_each_of_its_forms(raw_server, dial, errors, fields):
    server = raw_server((http(422, f'{{"message": "No", "errors": {errors}}}'), "keep"))
    with pytest.raises(Rejected) as caught:
        send(dial(server.url))
    assert (caught.value.detail, tuple((found.key, found.message) for found in caught.value.fields)) == ("No", fields)


def test_nothing_is_sent_after_the_deadline(raw_server, dial):
    server = raw_server()
    with pytest.raises(NotSent):
        send(dial(server.url), deadline_seconds=0.0)
    assert server.received == []


def test_tls_to_a_port_that_does_not_speak_it_is_not_sent(raw_server, dial):
    server = raw_server(greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(NotSent):
        send(dial(server.url.replace("http:", "https:")))


def test_a_name_that_does_not_resolve_is_not_sent(dial):
    with pytest.raises(NotSent):
        send(dial("https://nonexistent.invalid"))


def test_a_post_goes_out_exactly_once(raw_server, dial):
    server = raw_server((b"", "reset"), (ACCEPTED, "keep"))
    with pytest.raises(OutcomeUnknown):
        send(dial(server.url))
    assert server.received.count("POST /api/campaigns/rcs/send-groups HTTP/1.1") == 1


def test_every_post_gets_a_connection_of_its_own(raw_server, dial):
    """A kept-alive one that the server has closed meanwhile would make the outcome unknown for nothing."""
    server = raw_server((ACCEPTED, "keep"), (ACCEPTED, "keep"))
    client = dial(server.url)
    send(client)
    send(client)
    assert server.connections == 3


def test_a_post_is_not_hurt_by_a_kept_connection_that_the_server_closed(raw_server, dial):
    server = raw_server((http(200, '{"data": {"balance": 1}}'), "close"), (ACCEPTED, "keep"))
    client = dial(server.url)
    client.balance()
    assert send(client).id == 54000001


@pytest.mark.parametrize(
    "step",
    [
        pytest.param((http(502), "close"), id="the proxy cannot reach the provider"),
        pytest.param((http(407), "close"), id="the proxy wants a password"),
        pytest.param((b"HTTP/1.1 200 OK\r\n\r\nno TLS", "close"), id="no TLS behind the proxy"),
    ],
)
def test_a_proxy_that_does_not_get_through_is_not_sent(raw_server, dial, monkeypatch, step):
    proxy = raw_server(step)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(NotSent):
        send(logged_in(dial("https://one-api.test")))
    assert proxy.received == ["CONNECT one-api.test:443 HTTP/1.1"]
