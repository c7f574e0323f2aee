"""The workflow of `init --ci github`: every shell step run for real, from a pull request to a job that is run again."""

from __future__ import annotations

import json

import pytest

from tests.backend.state_server import StateServer
from tests.ci.github_runner import GithubRunner
from tests.ci.team import campaign
from tests.web.code_hosts import ACTIONS, GITHUB_TOKEN, GitHubApi

SALE = campaign("sale", "2026-12-04 10:00")


@pytest.fixture
def github():
    """The platform's API."""
    return GitHubApi({GITHUB_TOKEN: ACTIONS})


def with_the_password(team):
    """Let the workflow hand on the state's password, as the README tells people to do."""
    workflow, key = ".github/workflows/rcsplan.yml", "BSG_API_KEY: ${{ secrets.BSG_API_KEY }}"
    text = (team.desk / workflow).read_text("utf-8")
    team.write(workflow, text.replace(key, f"{key}\n      STATE_PASSWORD: ${{{{ secrets.STATE_PASSWORD }}}}"))


@pytest.fixture
def runner(on_github, github, tmp_path):
    """A runner of the repository's workflow; the state's password is a secret as well."""
    with_the_password(on_github)
    on_github.push("The state's password")
    with StateServer(github) as server:
        yield GithubRunner(
            remote=on_github.remote,
            work=tmp_path / "runs",
            secrets=on_github.secrets,
            variables={"GITHUB_API_URL": server.url},
            token=GITHUB_TOKEN,
        )


def pull_request(runner, *, fork=False):
    """What the platform tells of a pull request."""
    return {"pull_request": {"number": 12, "head": {"repo": {"full_name": "eve/crm" if fork else runner.repository}}}}


def propose(team, name, text):
    """A branch with a manifest, pushed; its commit."""
    team.branch(name)
    team.write(f"{name}.yaml", text)
    return team.push(name)


def on_pull_request(runner, commit, *, fork=False):
    payload = pull_request(runner, fork=fork)
    return runner.run("pull_request", commit, payload=payload, ref="refs/pull/12/merge")


@pytest.mark.full
def test_a_pull_request_is_checked_planned_and_commented_on(on_github, runner, github):
    run = on_pull_request(runner, propose(on_github, "sale", SALE))
    assert run.results == {"check": "success", "plan": "success"}, run.out
    assert [body.splitlines()[0] for body in github.bodies()] == ["<!-- rcsplan:shop:production -->"]
    assert on_github.ledger() == []


@pytest.mark.full
def test_a_second_push_updates_the_comment_in_place(on_github, runner, github):
    on_pull_request(runner, propose(on_github, "sale", SALE))
    on_github.write("sale.yaml", SALE.replace("Hello", "Good morning"))
    on_pull_request(runner, on_github.push("Better"))
    assert ["Good morning" in body for body in github.bodies()] == [True]


@pytest.mark.full
def test_a_fork_is_checked_without_any_secret_and_not_planned(on_github, runner, github):
    runner.secrets = {}
    run = on_pull_request(runner, propose(on_github, "sale", SALE), fork=True)
    assert (run.results, github.bodies()) == ({"check": "success"}, [])


@pytest.mark.full
def test_what_is_blocked_fails_the_check_and_is_commented_on_and_marked(on_github, runner, github):
    run = on_pull_request(runner, propose(on_github, "late", campaign("late", "2026-11-30 10:00")))
    assert run.results == {"check": "success", "plan": "failure"}, run.out
    assert ("missed" in github.bodies()[0], "::error file=late.yaml,line=" in run.out) == (True, True)


@pytest.mark.full
def test_a_merge_is_planned_and_exactly_that_is_applied(on_github, runner):
    propose(on_github, "sale", SALE)
    run = runner.run("push", on_github.merge("sale"))
    assert run.results == {"merged": "success", "apply": "success"}, run.out
    assert on_github.live() == [("2026-12-04 10:00", "Hello")]


def test_a_job_that_is_run_again_does_nothing_and_succeeds(on_github, runner):
    propose(on_github, "sale", SALE)
    commit = on_github.merge("sale")
    run = runner.run("push", commit)
    again = runner.run("push", commit, only="apply", before=run)
    assert (again.jobs["apply"].result, len(on_github.ledger())) == ("success", 1), again.out


@pytest.mark.full
def test_a_run_that_is_repeated_whole_skips_the_apply(on_github, runner):
    propose(on_github, "sale", SALE)
    commit = on_github.merge("sale")
    runner.run("push", commit)
    again = runner.run("push", commit)
    assert (again.results, len(on_github.ledger())) == ({"merged": "success"}, 1)


@pytest.mark.full
def test_a_plan_that_another_merge_overtook_is_not_applied(on_github, runner):
    propose(on_github, "sale", SALE)
    first = runner.run("push", on_github.merge("sale"), only="merged")
    on_github.write("sale.yaml", SALE.replace("Hello", "Good morning"))
    later = runner.run("push", on_github.push("Better"))
    assert later.results == {"merged": "success", "apply": "success"}, later.out
    overtaken = runner.run("push", "main", only="apply", before=first)
    assert (overtaken.jobs["apply"].result, on_github.live()) == ("success", [("2026-12-04 10:00", "Good morning")])


@pytest.mark.full
def test_the_daily_run_opens_the_horizon(on_github, runner):
    propose(on_github, "spring", campaign("spring", "2027-01-15 10:00"))
    commit = on_github.merge("spring")
    assert runner.run("push", commit).results == {"merged": "success"}
    on_github.advance("20d")
    run = runner.run("schedule", commit)
    assert (run.results, on_github.live()) == ({"due": "success"}, [("2027-01-15 10:00", "Hello")]), run.out


@pytest.mark.full
def test_no_step_tells_a_secret(on_github, runner, github):
    commit = propose(on_github, "sale", SALE)
    runs = [on_pull_request(runner, commit), runner.run("push", on_github.merge("sale"))]
    told = "".join([*(run.out for run in runs), *(text for run in runs for text in run.summaries), *github.bodies()])
    secrets = (*on_github.secrets.values(), runner.token)
    assert [secret for secret in secrets if secret in told] == []
    assert json.dumps(on_github.ledger()) != "[]"
