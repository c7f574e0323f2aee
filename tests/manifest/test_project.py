from __future__ import annotations

from datetime import timedelta

import pytest

from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.manifest.project import find_project
from tests.manifest.projects import PROJECT, make_project, pointed_at, problems_of

SANDBOX = {"provider": {"type": "sandbox"}}


def with_environment(**environment):
    return {**PROJECT, "environments": {"sandbox": environment}}


def with_provider(**provider):
    return with_environment(provider=provider)


def test_the_explicit_folder_is_the_project(tmp_path):
    make_project(tmp_path / "a")
    assert find_project(tmp_path, explicit=tmp_path / "a") == tmp_path / "a"


def test_the_nearest_project_above_is_the_project(tmp_path):
    make_project(tmp_path)
    make_project(tmp_path / "a")
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    assert find_project(tmp_path / "a" / "b" / "c", explicit=None) == tmp_path / "a"


def test_campaigns_is_the_project_where_none_is_above(tmp_path):
    make_project(tmp_path / "campaigns")
    assert find_project(tmp_path, explicit=None) == tmp_path / "campaigns"


@pytest.mark.parametrize("explicit", [None, "elsewhere"])
def test_without_a_project_the_way_to_one_is_said(tmp_path, explicit):
    with pytest.raises(ConfigurationError, match="No project found") as caught:
        find_project(tmp_path, explicit=explicit and tmp_path / explicit)
    assert "rcsplan init" in caught.value.hint


def test_the_only_environment_needs_no_choice(tmp_path):
    assert make_project(tmp_path).environment().name == "sandbox"


def test_the_default_environment_is_chosen_among_several(tmp_path):
    project = make_project(tmp_path, environments={"a": SANDBOX, "b": SANDBOX}, default_environment="b")
    assert (project.environment().name, project.environment("a").name) == ("b", "a")


def test_without_a_default_several_environments_need_a_choice(tmp_path):
    with pytest.raises(UsageError, match="No environment is chosen"):
        make_project(tmp_path, environments={"a": SANDBOX, "b": SANDBOX}).environment()


def test_an_unknown_environment_gets_a_suggestion(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        make_project(tmp_path).environment("sandbx")
    assert caught.value.hint == "Did you mean 'sandbox'?"


def test_the_state_path_holds_the_environment(tmp_path):
    environment = make_project(tmp_path).environment()
    assert environment.path_of(environment.state.path) == tmp_path / ".rcsplan/sandbox.state.json"


def test_the_state_of_the_environment_wins(tmp_path):
    project = make_project(
        tmp_path,
        state={"backend": "local", "path": "all.json"},
        environments={"a": {**SANDBOX, "state": {"path": "{{environment}}/own.json"}}, "b": SANDBOX},
    )
    assert [project.environment(name).state.path for name in "ab"] == ["a/own.json", "all.json"]


def test_the_rules_of_the_environment_win_key_by_key(tmp_path):
    hours = {"from": "21:00", "until": "09:00"}
    project = make_project(
        tmp_path,
        policy={"instant": "allow", "rules": {"quiet-hours": hours, "residue": {"severity": "deny"}}},
        environments={"a": {**SANDBOX, "policy": {"rules": {"quiet-hours": {"severity": "warn"}}}}},
    )
    policy = project.environment().policy
    assert policy.severities == {"quiet-hours": "warn", "residue": "deny", "instant": "off"}
    assert (policy.rules.quiet_hours.begins, policy.rules.quiet_hours.until) == ("21:00", "09:00")


def test_the_policy_of_the_environment_wins_key_by_key(tmp_path):
    project = make_project(
        tmp_path,
        policy={"stop_margin": "10m", "max_stop": "50%"},
        environments={"a": {**SANDBOX, "policy": {"max_stop": 0.1}}},
    )
    policy = project.environment().policy
    assert (policy.stop_margin, policy.max_stop, policy.min_lead) == (timedelta(minutes=10), 0.1, timedelta(minutes=2))


def test_variable_files_are_those_of_the_project_folder(tmp_path):
    project = make_project(tmp_path, environments={"a": {**SANDBOX, "vars": ["vars/a.yaml"]}})
    assert project.environment().vars_files == (tmp_path / "vars/a.yaml",)


def test_a_provider_that_sends_to_people_is_read(tmp_path):
    bsg = {"type": "bsg", "api_key": {"env": "BSG_API_KEY"}, "timezone": "Europe/Kyiv", "settle": "2m"}
    provider = make_project(tmp_path, environments={"p": {"provider": bsg}}).environment().provider
    assert (provider.base_url, provider.api_key.env, provider.settle, provider.max_cards) == (
        "https://one-api.bsg.world",
        "BSG_API_KEY",
        timedelta(minutes=2),
        5,
    )


RULES = ("policy", "rules")


def with_rule(rule, settings):
    """A project whose policy sets one rule."""
    return {**PROJECT, "policy": {"rules": {rule: settings}}}


BSG = {"type": "bsg", "api_key": {"env": "KEY"}, "timezone": "Europe/Kyiv"}


@pytest.mark.parametrize(
    ("project", "code", "path"),
    [
        ({**PROJECT, "environment": {}}, "unknown-key", ("environment",)),
        ({**PROJECT, "kind": "Projct"}, "wrong-value", ("kind",)),
        ({**PROJECT, "apiVersion": "rcsplan/v2"}, "wrong-value", ("apiVersion",)),
        ({**PROJECT, "metadata": {"name": "Acme CRM"}}, "wrong-name", ("metadata", "name")),
        ({**PROJECT, "metadata": {}}, "missing-key", ("metadata", "name")),
        ({**PROJECT, "environments": {}}, "too-short", ("environments",)),
        ({**PROJECT, "default_environment": "sandbx"}, "unknown-environment", ("default_environment",)),
        ({**PROJECT, "environments": {"Prod": SANDBOX}}, "wrong-name", ("environments", "Prod")),
        ({**PROJECT, "policy": {"min_lead": "1m"}}, "out-of-range", ("policy", "min_lead")),
        ({**PROJECT, "policy": {"stop_margin": "5"}}, "wrong-duration", ("policy", "stop_margin")),
        ({**PROJECT, "policy": {"max_stop": "101%"}}, "wrong-share", ("policy", "max_stop")),
        ({**PROJECT, "policy": {"instant": "maybe"}}, "wrong-value", ("policy", "instant")),
        (with_rule("quiet-hours", {"from": "9pm", "until": "09:00"}), "wrong-time", (*RULES, "quiet-hours", "from")),
        (with_rule("quiet-hours", {"from": "21:00"}), "missing-key", (*RULES, "quiet-hours")),
        (with_rule("weekdays", {"allowed": ["sunday"]}), "wrong-value", (*RULES, "weekdays", "allowed", 0)),
        (with_rule("weekdays", {"allowed": []}), "too-short", (*RULES, "weekdays", "allowed")),
        (with_rule("quiet-hour", {}), "unknown-key", (*RULES, "quiet-hour")),
        (with_rule("residue", {"severity": "error"}), "wrong-value", (*RULES, "residue", "severity")),
        (with_rule("fatigue", {"max": 0}), "out-of-range", (*RULES, "fatigue", "max")),
        (with_environment(**SANDBOX, vars="vars.yaml"), "wrong-type", ("environments", "sandbox", "vars")),
        (
            with_environment(**SANDBOX, vars=["../a.yaml"]),
            "path-leaves-project",
            ("environments", "sandbox", "vars", 0),
        ),
        (with_environment(**SANDBOX, hold=""), "too-short", ("environments", "sandbox", "hold")),
        (
            with_environment(**SANDBOX, state={"backend": "s4"}),
            "wrong-value",
            ("environments", "sandbox", "state", "backend"),
        ),
        (with_provider(type="bgs"), "wrong-value", ("environments", "sandbox", "provider", "type")),
        (with_provider(typ="bsg"), "missing-key", ("environments", "sandbox", "provider")),
        (
            with_provider(type="sandbox", max_cards=11),
            "out-of-range",
            ("environments", "sandbox", "provider", "max_cards"),
        ),
        (
            with_provider(type="sandbox", max_cards="5"),
            "wrong-type",
            ("environments", "sandbox", "provider", "max_cards"),
        ),
        (
            with_provider(type="sandbox", timezone="Europe/Kiyv"),
            "unknown-timezone",
            ("environments", "sandbox", "provider", "timezone"),
        ),
        (
            with_provider(type="bsg", api_key={"env": "K"}),
            "missing-key",
            ("environments", "sandbox", "provider", "timezone"),
        ),
        (
            with_provider(**{**BSG, "api_key": "s3cret"}),
            "literal-secret",
            ("environments", "sandbox", "provider", "api_key"),
        ),
        (with_provider(**{**BSG, "api_key": {}}), "wrong-value", ("environments", "sandbox", "provider", "api_key")),
        (
            with_provider(**BSG, base_url="http://one-api.bsg.world"),
            "insecure-url",
            ("environments", "sandbox", "provider", "base_url"),
        ),
        (with_provider(**BSG, base_url="one-api"), "wrong-url", ("environments", "sandbox", "provider", "base_url")),
    ],
)
def test_what_is_wrong_with_a_project_is_said_at_its_path(tmp_path, project, code, path):
    (problem,) = problems_of(tmp_path, project)
    assert (problem.code, problem.location.path) == (code, path)


def test_http_reaches_loopback(tmp_path):
    project = make_project(tmp_path, environments={"p": {"provider": {**BSG, "base_url": "http://127.0.0.1:8080/"}}})
    assert project.environment().provider.base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize("key", ["live_abcdefghijklmnop", "s3cret"])
def test_a_literal_key_is_shown_nowhere(tmp_path, key):
    text = f"{{provider: {{type: bsg, timezone: Europe/Kyiv, api_key: {key}, oops: 1}}}}"
    found = problems_of(
        tmp_path, f"apiVersion: rcsplan/v1\nkind: Project\nmetadata: {{name: a}}\nenvironments:\n  p: {text}\n"
    )
    assert [problem.code for problem in found] == ["literal-secret", "unknown-key"]
    assert key not in str(found)


def test_every_problem_is_reported_with_its_line_and_a_caret(tmp_path):
    head = "apiVersion: rcsplan/v1\nkind: Project\nmetadata: {name: x}\n"
    text = f"{head}environmnts: {{}}\nenvironments:\n  a: {{provider: {{type: sandbox, max_card: 3}}}}\n"
    found = problems_of(tmp_path, text)
    assert sorted((pointed_at(problem)[:8], problem.hint) for problem in found) == [
        ("environm", "Did you mean 'environments'?"),
        ("max_card", "Did you mean 'max_cards'?"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "wrong-document"),
        ("a: 1\n---\nb: 1\n", "wrong-document"),
        ("- a\n", "wrong-type"),
        ("a: [", "yaml-syntax"),
        (b"a: \xe9", "not-utf-8"),
    ],
)
def test_what_is_no_project_at_all_is_an_error_too(tmp_path, content, code):
    assert problems_of(tmp_path, content)[0].code == code
