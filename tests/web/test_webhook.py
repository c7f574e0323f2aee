"""Documents delivered to a webhook: retried, bounded, and its address in no text."""

from __future__ import annotations

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.web.exchange import HostSilent
from rcsplan.web.webhook import WebhookRefused, deliver
from tests.web.webhooks import PATH, Webhook

TOKEN = "s3cr3ttoken"


@pytest.fixture
def webhook():
    with Webhook() as webhook:
        yield webhook


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def send(webhook, pauses):
    def send(*documents, url=None, headers=None, seconds=10.0):
        deliver(
            documents,
            url=url or webhook.url,
            headers={"Authorization": f"Bearer {TOKEN}"} if headers is None else headers,
            seconds=seconds,
            sleep=pauses.append,
        )

    return send


def test_each_document_is_delivered_once(webhook, send):
    send({"event": "applied"}, {"event": "unknown"})
    assert webhook.events == ["applied", "unknown"]


def test_the_headers_of_the_project_are_sent(webhook, send):
    send({"event": "applied"})
    assert webhook.server.last("POST")["HTTP_AUTHORIZATION"] == f"Bearer {TOKEN}"


def test_the_query_of_the_address_is_kept(webhook, send):
    send({"event": "applied"}, url=f"{webhook.url}?key=abc")
    assert webhook.server.last("POST")["QUERY_STRING"] == "key=abc"


@pytest.mark.parametrize("fault", ["error_before", "drop_request"])
def test_what_may_pass_is_tried_three_times(webhook, send, pauses, fault):
    webhook.server.fail(fault, "POST", times=2)
    send({"event": "applied"})
    assert (webhook.events, len(pauses)) == (["applied"], 2)


def test_a_webhook_that_asks_for_more_patience_than_there_is_is_given_up(webhook, send, pauses):
    webhook.server.fail("too_many", "POST")
    with pytest.raises(HostSilent):
        send({"event": "applied"})
    assert pauses == []


def test_a_webhook_that_stays_down_is_given_up(webhook, send):
    webhook.server.fail("error_before", "POST", times=9)
    with pytest.raises(HostSilent):
        send({"event": "applied"}, {"event": "unknown"})
    assert len(webhook.server.requests) == 3


def test_a_webhook_that_never_answers_is_given_up_in_time(webhook, send):
    webhook.server.fail("silent", "POST", times=9)
    with pytest.raises(HostSilent):
        send({"event": "applied"}, {"event": "unknown"}, seconds=0.3)
    assert len(webhook.server.requests) == 1


def test_a_redirect_is_a_refusal_and_not_followed(webhook, send):
    webhook.server.fail("redirect", "POST")
    with pytest.raises(WebhookRefused):
        send({"event": "applied"})
    assert len(webhook.server.requests) == 1


@pytest.mark.parametrize("fault", ["error_before", "drop_request", "redirect", "teapot"])
def test_no_text_holds_the_address_or_a_header(webhook, send, caplog, fault):
    caplog.set_level("DEBUG")
    webhook.server.fail(fault, "POST", times=9)
    with pytest.raises((HostSilent, WebhookRefused)) as caught:
        send({"event": "applied"})
    error = caught.value
    text = f"{error!r}{error.detail}{error.hint}{error.__cause__}{caplog.text}"
    assert [secret for secret in (PATH, "s3cr3t", TOKEN) if secret in text] == []


def test_a_delivery_that_succeeds_logs_no_address_either(webhook, send, caplog):
    caplog.set_level("DEBUG")
    send({"event": "applied"})
    assert "s3cr3t" not in caplog.text


def test_an_address_that_is_not_there_is_not_quoted(webhook, send):
    with pytest.raises(WebhookRefused) as caught:
        send({"event": "applied"}, url=f"{webhook.url}x")
    assert caught.value.detail == "It answered with status 404."


@pytest.mark.parametrize(
    "url", ["http://hooks.example/s3cr3t", "ftp://hooks.example/s3cr3t", "s3cr3t", "https://u:s3cr3t@h"]
)
def test_an_address_that_is_not_safe_is_refused_without_being_quoted(send, url):
    with pytest.raises(ConfigurationError) as caught:
        send({"event": "applied"}, url=url)
    assert "s3cr3t" not in f"{caught.value}{caught.value.detail}{caught.value.hint}"
