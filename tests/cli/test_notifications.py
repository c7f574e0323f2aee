"""Notifications of an apply: after everything is recorded, and whatever becomes of them, the apply is what it was."""

from __future__ import annotations

import json

import pytest

PLAIN = "\nnotifications: {url: {env: HOOK}}\n"


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
    (failure,) = [line for line in map(json.loads, result.err.splitlines()) if line["event"] == "notification_failed"]
    assert (failure["v"], failure["detail"]) == (1, "It answered with status 418.")


def test_a_missing_address_is_a_warning_and_no_more(told, webhook, monkeypatch):
    monkeypatch.delenv("HOOK")
    result = told.apply()
    assert (result.code, "HOOK is not set" in result.err) == (0, True)


def test_an_apply_that_the_state_refuses_tells_nothing(told, webhook):
    told.write("acme/broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    assert told.apply().code == 1
    assert webhook.told == []


def round_of(project):
    return project.run("run", "--once")


def test_a_round_is_told_as_an_apply_is(told, webhook):
    assert round_of(told).code == 0
    assert [notice["summary"] for notice in webhook.told] == ["Applied: 4 submitted."]


def test_rounds_of_several_processes_tell_what_holds_them_up_once(told, webhook):
    miss(told)
    results = [round_of(told).code for _ in range(3)]
    assert (results, webhook.events) == ([4, 4, 4], ["applied", "missed"])


def test_what_an_apply_told_a_round_does_not_tell_again(told, webhook):
    miss(told)
    told.apply()
    round_of(told)
    assert webhook.events == ["missed", "applied"]


def test_an_answer_that_was_lost_is_told_once_under_whatever_name(told, webhook):
    told.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/*=garbage:x1", "list_lag:600"]',
    )
    results = [told.run("run", "--once", "--settle-timeout", "0s").code for _ in range(3)]
    assert (results, webhook.events.count("unknown")) == ([3, 3, 3], 1)


def empty(project):
    for path in project.folder.glob("*/*.yaml"):
        if path.parent.name not in {"vars", "sandbox", "calendars"}:
            path.unlink()


def test_a_round_that_is_refused_as_a_whole_tells_what_it_would_stop_once(told, webhook):
    told.apply()
    empty(told)
    webhook.told.clear()
    results = [round_of(told).code for _ in range(2)]
    assert (results, [notice["counts"] for notice in webhook.told]) == ([4, 4], [{"mass_stop": 4}])


def test_a_round_of_a_suspended_project_tells_nobody(told, webhook):
    told.write("rcsplan.yaml", told.read("rcsplan.yaml") + "suspend: {reason: Stock-taking.}\n")
    assert (round_of(told).code, webhook.told) == (0, [])


def test_a_suspension_makes_nobody_forget_what_was_told(told, webhook):
    miss(told)
    round_of(told)
    text = told.read("rcsplan.yaml")
    told.write("rcsplan.yaml", text + "suspend: {reason: Stock-taking.}\n")
    round_of(told)
    told.write("rcsplan.yaml", text)
    round_of(told)
    assert webhook.events == ["applied", "missed"]


def test_a_round_that_fails_to_tell_exits_as_it_went(told, webhook):
    webhook.server.fail("teapot", "POST", times=9)
    done = told.run("run", "--once", "--format", "json")
    assert (done.code, done.json["result"], done.err.count("Warning: The webhook")) == (0, "done", 1)


def test_what_was_told_but_cannot_be_noted_is_a_warning(told, webhook):
    miss(told)
    (told.folder / ".rcsplan/sandbox.told").mkdir(parents=True)
    assert "Warning: What the webhook was told could not be noted" in round_of(told).err
