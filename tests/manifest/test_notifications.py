"""`notifications` of a project: read, checked long before there is anything to tell, and rendered into JSON."""

from __future__ import annotations

import pytest

from rcsplan.manifest.notice import SAMPLE, render_notice
from rcsplan.manifest.template_problem import TemplateProblemError
from tests.manifest.projects import PROJECT, make_project, problems_of

HOOK = {"url": {"env": "HOOK"}}
SANDBOX = {"provider": {"type": "sandbox"}}


def problems(tmp_path, **notifications):
    return problems_of(tmp_path, {**PROJECT, "notifications": {**HOOK, **notifications}})


def test_without_a_word_nobody_is_told(tmp_path):
    assert make_project(tmp_path).environment().notifications is None


def test_an_environment_has_those_of_the_project(tmp_path):
    assert make_project(tmp_path, notifications=HOOK).environment().notifications.url.env == "HOOK"


def test_or_its_own(tmp_path):
    own = {**SANDBOX, "notifications": {"url": {"env": "OTHER"}, "on": ["unknown"]}}
    chosen = make_project(tmp_path, notifications=HOOK, environments={"sandbox": own}).environment().notifications
    assert (chosen.url.env, chosen.on) == ("OTHER", ("unknown",))


def test_all_events_are_told_where_none_is_named(tmp_path):
    chosen = make_project(tmp_path, notifications=HOOK).environment().notifications
    assert chosen.on == ("applied", "blocked", "unknown", "missed", "poor_delivery")


def test_the_share_of_poor_delivery(tmp_path):
    chosen = make_project(tmp_path, notifications={**HOOK, "poor_delivery": {"below": "95%"}}).environment()
    assert chosen.notifications.poor_delivery.below == 0.95


@pytest.mark.parametrize(
    ("notifications", "code"),
    [
        ({"url": "https://hooks.example/s3cr3t"}, "literal-secret"),
        ({"headers": {"Authorization": "Bearer s3cr3t"}}, "literal-secret"),
        ({"on": ["aplied"]}, "wrong-value"),
        ({"body": "{{ summary }}"}, "wrong-type"),
        ({"poor_delivery": {"below": "120%"}}, "wrong-share"),
        ({"body": {"text": "{{ sumary }}"}}, "undefined-variable"),
        ({"body": {"text": "{{ sends[7].address }}"}}, "undefined-variable"),
        ({"body": {"text": "share: {{ sends[0].share }}"}}, "not-text"),
        ({"body": {"text": "{{ summary"}}, "template-syntax"),
        ({"body": {"blocks": [{"text": "{{ sends[0].phone }}"}]}}, "undefined-variable"),
        ({"body": {"text": "{% include 'x.txt' %}"}}, "unknown-template"),
        ({"body": {"text": "{{ ''.__class__ }}"}}, "undefined-variable"),
    ],
)
def test_what_is_wrong_is_found_when_the_project_is_read(tmp_path, notifications, code):
    (problem,) = problems(tmp_path, **notifications)
    assert (problem.code, "s3cr3t" in f"{problem.summary}{problem.detail}{problem.hint}") == (code, False)


def test_a_template_is_pointed_at_where_it_stands(tmp_path):
    (problem,) = problems(tmp_path, body={"blocks": [{"text": "{{ sumary }}"}]})
    assert problem.location.path == ("notifications", "body", "blocks", 0, "text")


def test_without_a_body_the_notice_itself_is_sent():
    assert render_notice(None, SAMPLE) == SAMPLE.model_dump(mode="json")


def test_each_text_of_a_body_is_rendered_and_everything_else_is_kept():
    body = {"text": "{{ event }}: {{ sends | length }}", "n": "{{ sends | length }}", "list": [1, None, True, "a"]}
    assert render_notice(body, SAMPLE) == {"text": "applied: 1", "n": 1, "list": [1, None, True, "a"]}


def test_no_value_can_change_what_the_body_is_made_of():
    hostile = SAMPLE.model_copy(update={"summary": '"}, "admin": true, {"x": "\n{{ project }}'})
    assert render_notice({"text": "{{ summary }}"}, hostile) == {"text": hostile.summary}


def test_a_template_that_fails_says_so():
    with pytest.raises(TemplateProblemError):
        render_notice({"text": "{{ sends[1].address }}"}, SAMPLE)
