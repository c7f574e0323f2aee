"""Which pull request or merge request a CI job runs for, by the variables that its platform sets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

_REF = re.compile(r"refs/pull/([0-9]+)/(?:merge|head)")
_PART = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+"
_REPOSITORY = re.compile(f"{_PART}/{_PART}")
_PROJECT = re.compile(f"[0-9]+|{_PART}(?:/{_PART})+")


class Platform(StrEnum):
    """A kind of code host."""

    GITHUB = "github"
    GITLAB = "gitlab"


#: Where each keeps its API when no variable says so.
_API = {Platform.GITHUB: "https://api.github.com", Platform.GITLAB: "https://gitlab.com/api/v4"}

#: The variables in which each one's tokens are found, the first that is set.
TOKENS = {Platform.GITHUB: ("GITHUB_TOKEN", "GH_TOKEN"), Platform.GITLAB: ("GITLAB_TOKEN",)}


class NoPullRequest(ConfigurationError):
    """The job runs for no pull request, such as one for a push."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request or merge request; `page` is its address for people, empty where it is not known."""

    platform: Platform
    api_url: str
    repository: str
    number: int
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line says itself, which goes before what the variables say."""

    platform: str | None = None
    api_url: str | None = None
    repository: str | None = None
    number: int | None = None


def find_pull_request(variables: Mapping[str, str], event: JsonValue, wanted: Wanted) -> PullRequest:
    """The pull request of a job; `event` is the document at GITHUB_EVENT_PATH, None where there is none.

    Raises:
        NoPullRequest: the job runs for none.
        UsageError: the platform or the repository is not known, or the repository is none.
    """
    platform = _platform(variables, wanted)
    if platform is Platform.GITHUB:
        api_url, repository = variables.get("GITHUB_API_URL"), variables.get("GITHUB_REPOSITORY")
        number = wanted.number or _number_on_github(variables, event)
    else:
        api_url, repository = variables.get("CI_API_V4_URL"), variables.get("CI_PROJECT_ID")
        number = wanted.number or _whole(variables.get("CI_MERGE_REQUEST_IID", ""))
    chosen = wanted.repository or repository or ""
    if (_REPOSITORY if platform is Platform.GITHUB else _PROJECT).fullmatch(chosen) is None:
        raise UsageError(
            "The repository is not known" if not chosen else "Not the name of a repository",
            hint="Name it as OWNER/NAME; on GitLab GROUP/NAME or the project's number: rcsplan comment --repository …",
        )
    if number is None:
        raise NoPullRequest(
            "This job runs for no pull request",
            detail="None of the variables of the CI job names one.",
            hint="Name it with --number N; on jobs that also run without one, use --if-possible.",
        )
    return PullRequest(
        platform=platform,
        api_url=wanted.api_url or api_url or _API[platform],
        repository=chosen,
        number=number,
        page="" if wanted.number or wanted.repository else _page(variables, number),
    )


def _platform(variables: Mapping[str, str], wanted: Wanted) -> Platform:
    if wanted.platform:
        return Platform(wanted.platform)
    if variables.get("GITHUB_ACTIONS") == "true":
        return Platform.GITHUB
    if variables.get("GITLAB_CI") == "true":
        return Platform.GITLAB
    raise UsageError(
        "The platform is not known",
        detail="This is a job neither of GitHub Actions nor of GitLab.",
        hint="Name it with --platform github or --platform gitlab, with --repository and --number.",
    )


def _number_on_github(variables: Mapping[str, str], event: JsonValue) -> int | None:
    """The number by the event that started the workflow, else by the ref that it checks out."""
    numbers = set(_numbers_in(event))
    if len(numbers) > 1:
        listed = ", ".join(str(number) for number in sorted(numbers))
        raise NoPullRequest("The workflow runs for several pull requests", detail=listed, hint="Name one: --number N")
    ref = _REF.fullmatch(variables.get("GITHUB_REF", ""))
    return next(iter(numbers), None) or (int(ref[1]) if ref else None)


def _numbers_in(event: JsonValue) -> Iterator[int]:
    if not isinstance(event, dict):
        return
    issue, run = event.get("issue"), event.get("workflow_run")
    candidates = [event.get("pull_request")]
    if isinstance(issue, dict) and "pull_request" in issue:
        candidates.append(issue)
    requests = run.get("pull_requests") if isinstance(run, dict) else None
    candidates += requests if isinstance(requests, list) else []
    for candidate in candidates:
        number = candidate.get("number") if isinstance(candidate, dict) else None
        if isinstance(number, int):
            yield number


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _page(variables: Mapping[str, str], number: int) -> str:
    project = variables.get("CI_MERGE_REQUEST_PROJECT_URL") or variables.get("CI_PROJECT_URL")
    return f"{project}/-/merge_requests/{number}" if project else ""
