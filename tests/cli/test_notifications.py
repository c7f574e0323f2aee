"""Notifications of an apply: after everything is recorded, and whatever becomes of them, the apply is what it was."""

from __future__ import annotations

import json

import pytest

from tests.web.webhooks import Webhook

PLAIN = "\nnotifications: {url: {env: HOOK}}\n"


@pytest.fixture
def webhook(monkeypatch):
    with Webhook() as webhook:
        monkeypatch.setenv("HOOK", webhook.url)
        yield webhook


@pytest.fixture
def told(project, webhook):
    """The example project, whose runs tell a webhook."""
    project.write("rcsplan.yaml", project.read("rcsplan.yaml") + PLAIN)
    return project


def test_an_apply_is_told(told, webhook):
    assert told.apply().code == 0
    (notice,) = webhook.told
    assert (notice["version"], notice["event"], notice["project"], notice["environment"], notice["summary"]) == (
        1,
        "applied",
        "two-brands",
        "sandbox",
        "Applied: 4 submitted.",
    )


def test_an_apply_that_does_nothing_is_not_told(told, webhook):
    told.apply()
    webhook.told.clear()
    told.apply()
    assert webhook.told == []


def test_a_plan_tells_nobody(told, webhook):
    told.run("plan")
    assert webhook.told == []


def test_a_saved_plan_is_told(told, webhook, tmp_path):
    told.run("plan", "-o", str(tmp_path / "plan.json"))
    told.apply(str(tmp_path / "plan.json"))
    assert webhook.events == ["applied"]


def test_only_what_is_asked_for_is_told(told, webhook):
    told.edit("rcsplan.yaml", "{url: {env: HOOK}}", "{url: {env: HOOK}, on: [unknown]}")
    told.apply()
    assert webhook.told == []


def miss(project):
    """Let the starts of all sends pass before anything is applied."""
    project.advance("30d")


def test_what_holds_up_an_apply_is_told_once(told, webhook):
    miss(told)
    results = [told.apply().code for _ in range(3)]
    assert (results, webhook.events) == ([4, 4, 4], ["missed"])


def test_what_could_not_be_told_is_told_the_next_time(told, webhook):
    miss(told)
    webhook.server.fail("teapot", "POST")
    told.apply()
    told.apply()
    assert webhook.events == ["missed"]


def test_a_body_of_the_project_is_sent_in_its_place(told, webhook):
    body = 'body: {text: "{{ project }}: {{ summary }}", mrkdwn: false}'
    told.edit("rcsplan.yaml", "{env: HOOK}}", "{env: HOOK}, " + body + "}")
    told.apply()
    assert webhook.told == [{"text": "two-brands: Applied: 4 submitted.", "mrkdwn": False}]


def test_headers_come_from_where_the_project_says(told, webhook, monkeypatch):
    monkeypatch.setenv("HOOK_TOKEN", "Bearer s3cr3ttoken")
    told.edit("rcsplan.yaml", "{url: {env: HOOK}}", "{url: {env: HOOK}, headers: {Authorization: {env: HOOK_TOKEN}}}")
    result = told.apply()
    assert webhook.server.last("POST")["HTTP_AUTHORIZATION"] == "Bearer s3cr3ttoken"
    assert "s3cr3t" not in result.out + result.err


@pytest.mark.parametrize("fault", ["error_before", "drop_request", "redirect", "teapot"])
def test_a_webhook_that_fails_is_a_warning_and_no_more(told, webhook, fault):
    webhook.server.fail(fault, "POST", times=9)
    result = told.apply()
    assert (result.code, result.err.count("Warning: The webhook at 127.0.0.1 "), len(told.ledger())) == (0, 1, 4)
    assert "s3cr3t" not in result.out + result.err


def test_a_webhook_that_fails_leaves_the_exit_code_of_a_blocked_apply(told, webhook):
    miss(told)
    webhook.server.fail("teapot", "POST", times=9)
    assert told.apply().code == 4


def test_a_failure_is_an_event_of_the_log(told, webhook):
    webhook.server.fail("teapot", "POST")
    result = told.run("--log-format", "json", "apply", "--auto-approve")
    last = json.loads(result.err.splitlines()[-1])
    assert (last["event"], last["detail"]) == ("notification_failed", "It answered with status 418.")


def test_a_missing_address_is_a_warning_and_no_more(told, webhook, monkeypatch):
    monkeypatch.delenv("HOOK")
    result = told.apply()
    assert (result.code, "HOOK is not set" in result.err) == (0, True)


def test_an_apply_that_the_state_refuses_tells_nothing(told, webhook):
    told.write("acme/broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    assert told.apply().code == 1
    assert webhook.told == []
