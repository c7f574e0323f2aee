"""The pipeline of `init --ci gitlab`: every script run for real, from a merge request to a job that is run again."""

from __future__ import annotations

import pytest

from tests.backend.state_server import StateServer
from tests.ci.gitlab_runner import GitlabRunner
from tests.ci.team import campaign
from tests.web.code_hosts import BOT, GITLAB_TOKEN, GitLabApi

SALE = campaign("sale", "2026-12-04 10:00")


@pytest.fixture
def gitlab():
    """The platform's API."""
    return GitLabApi({GITLAB_TOKEN: BOT})


@pytest.fixture
def runner(on_gitlab, gitlab, tmp_path):
    """A runner of the repository's pipeline."""
    with StateServer(gitlab) as server:
        variables = {**on_gitlab.secrets, "GITLAB_TOKEN": GITLAB_TOKEN, "CI_API_V4_URL": f"{server.url}/api/v4"}
        yield GitlabRunner(
            remote=on_gitlab.remote, work=tmp_path / "runs", variables={**variables, "CI_PROJECT_ID": "5"}
        )


def propose(team, name, text):
    """A branch with a manifest, pushed; its commit."""
    team.branch(name)
    team.write(f"{name}.yaml", text)
    return team.push(name)


def on_merge_request(runner, commit, *, source="5"):
    return runner.run(
        commit,
        CI_PIPELINE_SOURCE="merge_request_event",
        CI_MERGE_REQUEST_IID="12",
        CI_MERGE_REQUEST_PROJECT_ID="5",
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID=source,
    )


def on_main(runner, commit, **options):
    return runner.run(commit, CI_PIPELINE_SOURCE="push", CI_COMMIT_BRANCH="main", **options)


@pytest.mark.full
def test_a_merge_request_is_checked_planned_and_commented_on(on_gitlab, runner, gitlab):
    run = on_merge_request(runner, propose(on_gitlab, "sale", SALE))
    assert run.results == {"rcsplan-check": "success", "rcsplan-plan": "success"}, run.out
    assert [body.splitlines()[0] for body in gitlab.bodies()] == ["<!-- rcsplan:shop:production -->"]
    assert on_gitlab.ledger() == []


@pytest.mark.full
def test_a_fork_is_checked_without_any_secret_and_not_planned(on_gitlab, runner, gitlab):
    runner.variables = {}
    run = on_merge_request(runner, propose(on_gitlab, "sale", SALE), source="9")
    assert (run.results, gitlab.bodies()) == ({"rcsplan-check": "success"}, [])


@pytest.mark.full
def test_what_is_blocked_fails_the_plan_and_is_commented_on(on_gitlab, runner, gitlab):
    run = on_merge_request(runner, propose(on_gitlab, "late", campaign("late", "2026-11-30 10:00")))
    assert run.results == {"rcsplan-check": "success", "rcsplan-plan": "failure"}, run.out
    assert ["missed" in body for body in gitlab.bodies()] == [True]


@pytest.mark.full
def test_a_merge_is_planned_and_exactly_that_is_applied(on_gitlab, runner):
    propose(on_gitlab, "sale", SALE)
    run = on_main(runner, on_gitlab.merge("sale"))
    assert run.results == {"rcsplan-merged": "success", "rcsplan-apply": "success"}, run.out
    assert (run.jobs["rcsplan-merged"].outputs["RCSPLAN_RESULT_CHANGES"], on_gitlab.live()) == (
        "1",
        [("2026-12-04 10:00", "Hello")],
    )


@pytest.mark.full
def test_a_job_that_is_run_again_does_nothing_and_succeeds(on_gitlab, runner):
    propose(on_gitlab, "sale", SALE)
    commit = on_gitlab.merge("sale")
    run = on_main(runner, commit)
    again = on_main(runner, commit, only="rcsplan-apply", before=run)
    assert (again.jobs["rcsplan-apply"].result, len(on_gitlab.ledger())) == ("success", 1), again.out


@pytest.mark.full
def test_the_daily_schedule_opens_the_horizon(on_gitlab, runner):
    propose(on_gitlab, "spring", campaign("spring", "2027-01-15 10:00"))
    commit = on_gitlab.merge("spring")
    on_main(runner, commit)
    on_gitlab.advance("20d")
    run = runner.run(commit, CI_PIPELINE_SOURCE="schedule", CI_COMMIT_BRANCH="main")
    assert (run.results, on_gitlab.live()) == ({"rcsplan-due": "success"}, [("2027-01-15 10:00", "Hello")]), run.out


@pytest.mark.full
def test_no_script_tells_a_secret(on_gitlab, runner, gitlab):
    commit = propose(on_gitlab, "sale", SALE)
    runs = [on_merge_request(runner, commit), on_main(runner, on_gitlab.merge("sale"))]
    told = "".join([*(run.out for run in runs), *gitlab.bodies()])
    assert [secret for secret in (*on_gitlab.secrets.values(), GITLAB_TOKEN) if secret in told] == []
