"""Which pull request a CI job runs for, by the variables of its platform."""

from __future__ import annotations

import pytest

from rcsplan.errors import UsageError
from rcsplan.web.pull_request import NoPullRequest, Platform, PullRequest, Wanted, find_pull_request

ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_API_URL": "https://ghe.example/api/v3",
    "GITHUB_REPOSITORY": "acme/crm",
    "GITHUB_REF": "refs/heads/main",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "https://git.example/api/v4",
    "CI_PROJECT_ID": "5",
    "CI_MERGE_REQUEST_IID": "12",
    "CI_PROJECT_URL": "https://git.example/acme/crm",
}


def number(variables, event=None, **wanted):
    return find_pull_request(variables, event, Wanted(**wanted)).number


def test_a_job_of_github_says_all_of_it():
    event = {"pull_request": {"number": 12}}
    assert find_pull_request(ACTIONS, event, Wanted()) == PullRequest(
        platform=Platform.GITHUB, api_url="https://ghe.example/api/v3", repository="acme/crm", number=12
    )


def test_a_job_of_gitlab_says_all_of_it():
    assert find_pull_request(GITLAB, None, Wanted()) == PullRequest(
        platform=Platform.GITLAB,
        api_url="https://git.example/api/v4",
        repository="5",
        number=12,
        page="https://git.example/acme/crm/-/merge_requests/12",
    )


@pytest.mark.parametrize(
    "event",
    [
        {"pull_request": {"number": 12}},
        {"issue": {"number": 12, "pull_request": {"url": "…"}}},
        {"workflow_run": {"pull_requests": [{"number": 12}]}},
        {"pull_request": {"number": 12}, "workflow_run": {"pull_requests": [{"number": 12}]}},
    ],
)
def test_events_of_github_that_are_about_a_pull_request(event):
    assert number(ACTIONS, event) == 12


def test_the_ref_of_a_pull_request_is_enough():
    assert number({**ACTIONS, "GITHUB_REF": "refs/pull/12/merge"}) == 12


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        {"ref": "refs/heads/main"},
        {"issue": {"number": 12}},
        {"workflow_run": {"pull_requests": []}},
        {"workflow_run": {"pull_requests": [{"number": 12}, {"number": 13}]}},
        {"pull_request": {"number": "12"}},
        {"pull_request": 12},
    ],
)
def test_events_that_are_about_none_or_several_name_none(event):
    with pytest.raises(NoPullRequest):
        number(ACTIONS, event)


@pytest.mark.parametrize("iid", ["", "x", "٣"])
def test_a_pipeline_of_a_branch_has_no_merge_request(iid):
    with pytest.raises(NoPullRequest):
        number({**GITLAB, "CI_MERGE_REQUEST_IID": iid})


def test_what_the_command_line_says_goes_before():
    wanted = Wanted(platform="gitlab", api_url="https://other.example/api/v4", repository="acme/web", number=7)
    assert find_pull_request(ACTIONS, None, wanted) == PullRequest(
        platform=Platform.GITLAB, api_url="https://other.example/api/v4", repository="acme/web", number=7
    )


@pytest.mark.parametrize(
    ("platform", "url"), [("github", "https://api.github.com"), ("gitlab", "https://gitlab.com/api/v4")]
)
def test_outside_of_ci_the_public_hosts_are_meant(platform, url):
    assert find_pull_request({}, None, Wanted(platform=platform, repository="acme/crm", number=1)).api_url == url


def test_outside_of_ci_the_platform_must_be_named():
    with pytest.raises(UsageError, match="platform is not known"):
        number({}, repository="acme/crm", number=1)


@pytest.mark.parametrize(
    "repository", ["", "acme", "acme/crm/x", "acme/..", "../user", "acme/.", "acme/crm?x", "acme/c r m"]
)
def test_what_is_no_repository_of_github_is_refused(repository):
    with pytest.raises(UsageError):
        number({**ACTIONS, "GITHUB_REPOSITORY": ""}, repository=repository, number=1)
