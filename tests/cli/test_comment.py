"""`comment` as a CI job runs it: everything by the variables of the platform, and the token in no output."""

from __future__ import annotations

import json

import pytest

from tests.backend.state_server import StateServer
from tests.web.code_hosts import (
    ACTIONS,
    BOT,
    GITHUB_TOKEN,
    GITLAB_TOKEN,
    Account,
    EnterpriseApi,
    GitLabApi,
)

MARKER = "<!-- rcsplan:two-brands:sandbox -->"
READER = Account("github-actions[bot]", kind="Bot", is_app=True, writes=False)


@pytest.fixture
def plan(project, tmp_path):
    """A saved plan of the example project."""
    path = tmp_path / "plan.json"
    project.run("plan", "-o", str(path))
    return str(path)


@pytest.fixture
def job(monkeypatch):
    """Sets the variables of a job; those of this machine's own CI are no part of it."""
    for name in ("GITHUB_ACTIONS", "GITHUB_EVENT_PATH", "GITLAB_CI", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return lambda variables: [monkeypatch.setenv(name, value) for name, value in variables.items()]


@pytest.fixture
def github(job, tmp_path):
    """A job of GitHub Actions for pull request 12, on an Enterprise Server."""
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 12}}')
    api = EnterpriseApi({GITHUB_TOKEN: ACTIONS})
    with StateServer(api) as server:
        job(
            {
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": f"{server.url}/api/v3",
                "GITHUB_REPOSITORY": "acme/crm",
                "GITHUB_EVENT_PATH": str(event),
                "GITHUB_TOKEN": GITHUB_TOKEN,
            }
        )
        yield api


@pytest.fixture
def gitlab(job):
    """A job of a merge request pipeline of GitLab."""
    api = GitLabApi({GITLAB_TOKEN: BOT})
    with StateServer(api) as server:
        job(
            {
                "GITLAB_CI": "true",
                "CI_API_V4_URL": f"{server.url}/api/v4",
                "CI_PROJECT_ID": "5",
                "CI_PROJECT_URL": "https://git.example/acme/crm",
                "CI_MERGE_REQUEST_IID": "12",
                "GITLAB_TOKEN": GITLAB_TOKEN,
            }
        )
        yield api


def test_a_job_of_github_comments_once(project, plan, github):
    results = [project.run("comment", "--plan", plan) for _ in range(2)]
    assert [(result.code, result.out.partition(".")[0]) for result in results] == [
        (0, "Comment posted"),
        (0, "The comment says this already"),
    ]
    assert [body.partition("\n")[0] for body in github.bodies()] == [MARKER]


def test_a_job_of_gitlab_comments_once(project, plan, gitlab):
    result = project.run("comment", "--plan", plan)
    assert result.out == "Comment posted. https://git.example/acme/crm/-/merge_requests/12#note_1001\n"
    assert [body.partition("\n")[0] for body in gitlab.bodies()] == [MARKER]


def test_the_result_as_json(project, plan, github):
    assert project.run("comment", "--plan", plan, "--format", "json").json == {
        "outcome": "created",
        "url": "https://github.com/acme/crm/pull/12#issuecomment-1001",
        "retired": 0,
    }


def test_a_job_for_a_push_has_nothing_to_comment_on(project, plan, github, tmp_path):
    (tmp_path / "event.json").write_text('{"ref": "refs/heads/main"}')
    result = project.run("comment", "--plan", plan)
    assert result.first == (1, "Error: This job runs for no pull request")
    assert project.run("comment", "--plan", plan, "--if-possible").first == (0, "")


def test_a_job_without_a_token_is_told_how_to_give_one(project, plan, github, monkeypatch):
    monkeypatch.delenv("GITHUB_TOKEN")
    result = project.run("comment", "--plan", plan)
    assert result.first == (1, "Error: There is no token for GitHub")
    assert "pull-requests: write" in result.said
    assert project.run("comment", "--plan", plan, "--if-possible").code == 0


def test_a_fork_whose_token_only_reads_is_told_so(project, plan, github):
    github.tokens[GITHUB_TOKEN] = READER
    result = project.run("comment", "--plan", plan)
    assert result.first == (1, "Error: The token may not comment on acme/crm#12")
    assert "pull-requests: write" in result.said
    skipped = project.run("comment", "--plan", plan, "--if-possible", "--format", "json")
    assert (skipped.code, skipped.json["outcome"]) == (0, "skipped")


def test_what_is_wrong_is_an_error_also_where_a_comment_is_only_wished_for(project, plan, github, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "wrong")
    assert project.run("comment", "--plan", plan, "--if-possible").first == (1, "Error: GitHub does not take the token")


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("sayings", ["hello", f"no {GITHUB_TOKEN}"])
def test_the_token_is_in_no_output(project, plan, github, log_format, sayings):
    github.route = lambda _: ("400 Bad Request", [], json.dumps({"message": sayings}).encode())
    result = project.run("-v", "--log-format", log_format, "comment", "--plan", plan)
    assert (result.code, GITHUB_TOKEN in result.out + result.err) == (1, False)


def test_a_token_of_another_variable(project, plan, github, monkeypatch):
    monkeypatch.setenv("COMMENT_TOKEN", GITHUB_TOKEN)
    monkeypatch.delenv("GITHUB_TOKEN")
    assert project.run("comment", "--plan", plan, "--token-env", "COMMENT_TOKEN").code == 0


def test_a_token_does_not_cross_the_network_in_the_clear(project, plan, github):
    result = project.run("comment", "--plan", plan, "--api-url", "http://github.example")
    assert result.first == (1, "Error: The address of the API of GitHub is not usable")


def test_an_event_that_is_no_json_is_an_error(project, plan, github, tmp_path):
    (tmp_path / "event.json").write_text("{")
    assert project.run("comment", "--plan", plan).code == 1


def test_what_is_no_plan_is_not_posted(project, github, tmp_path):
    (tmp_path / "plan.json").write_text("{}")
    assert project.run("comment", "--plan", str(tmp_path / "plan.json")).code == 5
    assert github.bodies() == []
