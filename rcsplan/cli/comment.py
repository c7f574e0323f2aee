"""`comment`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.cli.files import read_json, read_plan
from rcsplan.cli.options import format_option
from rcsplan.cli.surroundings import environment_variables
from rcsplan.errors import ConfigurationError, ExitCode
from rcsplan.operations.comment import Outcome, post_comment
from rcsplan.output.plan_markdown import format_plan_markdown, plan_marker
from rcsplan.output.terminal import format_json, visible
from rcsplan.web.address import parse_base_url
from rcsplan.web.code_host import NotPermitted
from rcsplan.web.exchange import Exchange
from rcsplan.web.github import HEADERS, GitHub
from rcsplan.web.gitlab import GitLab
from rcsplan.web.pull_request import TOKENS, NoPullRequest, Platform, Wanted, find_pull_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rcsplan.operations.comment import Posted
    from rcsplan.plan.model import Plan
    from rcsplan.web.code_host import CodeHost
    from rcsplan.web.pull_request import PullRequest

_SENTENCES = {
    Outcome.CREATED: "Comment posted.",
    Outcome.UPDATED: "Comment updated.",
    Outcome.UNCHANGED: "The comment says this already.",
}

_NAMES = {Platform.GITHUB: "GitHub", Platform.GITLAB: "GitLab"}
_TOKEN_HINTS = {
    Platform.GITHUB: "Give the step `env: {GITHUB_TOKEN: ${{ github.token }}}` and the job `permissions: "
    "{pull-requests: write}`.",
    Platform.GITLAB: "Set GITLAB_TOKEN, a masked variable, to a project access token with the scope `api`; the job's "
    "CI_JOB_TOKEN cannot write notes.",
}


class _NoToken(ConfigurationError):
    """No variable holds a token."""


@click.command()
@click.option("--plan", "file", metavar="FILE", required=True, help="A plan saved by `plan -o FILE`.")
@format_option("text", "json")
@click.option("--platform", type=click.Choice(["github", "gitlab"]), help="Where; known in their CI jobs.")
@click.option("--repository", metavar="NAME", help="OWNER/NAME; on GitLab also the project's number.")
@click.option("--number", type=click.IntRange(1), help="Of the pull request or merge request.")
@click.option("--api-url", metavar="URL", help="Where the API is; known in CI jobs.")
@click.option("--token-env", metavar="NAME", help="Variable with the token; GITHUB_TOKEN, GH_TOKEN or GITLAB_TOKEN.")
@click.option("--if-possible", is_flag=True, help="Exit 0 without a pull request, a token or its permission.")
def comment(
    *,
    file: str,
    output_format: str,
    platform: str | None,
    repository: str | None,
    number: int | None,
    api_url: str | None,
    token_env: str | None,
    if_possible: bool,
) -> int:
    """Post a saved plan as a comment on its pull request, or update the one that is there.

    GitHub and GitLab, also self-hosted. Where, for which pull request and by which token is taken from the variables
    of the CI job.
    """
    saved = read_plan(Path(file))
    wanted = Wanted(platform=platform, api_url=api_url, repository=repository, number=number)
    variables = environment_variables()
    try:
        posted = _post(saved, variables, wanted, token_env)
    except (NoPullRequest, NotPermitted, _NoToken) as obstacle:
        if not if_possible:
            raise
        _tell(f"Not commented: {obstacle.summary}", {"outcome": "skipped", "why": obstacle.summary}, output_format)
        return ExitCode.OK
    retired = f" {posted.retired} older ones now point to it." if posted.retired else ""
    facts = {"outcome": posted.outcome.value, "url": posted.url, "retired": posted.retired}
    _tell(f"{_SENTENCES[posted.outcome]}{retired} {posted.url}".rstrip(), facts, output_format)
    return ExitCode.OK


def _post(saved: Plan, variables: Mapping[str, str], wanted: Wanted, token_env: str | None) -> Posted:
    from time import sleep

    path = variables.get("GITHUB_EVENT_PATH")
    event = read_json(Path(path)) if path and wanted.number is None else None
    request = find_pull_request(variables, event, wanted)
    token = _token(variables, request.platform, token_env)
    body, marker = format_plan_markdown(saved), plan_marker(saved.project, saved.environment)
    with _exchange(request, token) as exchange:
        return post_comment(_code_host(request, exchange), body, marker=marker, sleep=sleep)


def _token(variables: Mapping[str, str], platform: Platform, token_env: str | None) -> str:
    names = (token_env,) if token_env else TOKENS[platform]
    token = next((value for name in names if (value := variables.get(name, "").strip())), "")
    if not token:
        raise _NoToken(
            f"There is no token for {_NAMES[platform]}",
            detail=f"Not set: {', '.join(names)}.",
            hint=_TOKEN_HINTS[platform],
        )
    return token


def _exchange(request: PullRequest, token: str) -> Exchange:
    base = parse_base_url(request.api_url, what=f"address of the API of {_NAMES[request.platform]}")
    headers = {"Authorization": f"Bearer {token}", **(HEADERS if request.platform is Platform.GITHUB else {})}
    return Exchange(base, headers=headers, secrets=(token,), host=_NAMES[request.platform])


def _code_host(request: PullRequest, exchange: Exchange) -> CodeHost:
    if request.platform is Platform.GITHUB:
        return GitHub(exchange, repository=request.repository, number=request.number)
    return GitLab(exchange, project=request.repository, number=request.number, page=request.page)


def _tell(sentence: str, facts: Mapping[str, object], output_format: str) -> None:
    click.echo(format_json(facts, indent=None) if output_format == "json" else visible(sentence))
