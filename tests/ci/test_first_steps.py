"""The README's way from an empty repository to an applied merge, followed to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.backend.state_server import StateServer
from tests.ci.github_runner import GithubRunner
from tests.ci.shells import run_shell
from tests.ci.team import team_before_work
from tests.ci.test_github import on_pull_request, with_the_password
from tests.cli.repository import git
from tests.web.code_hosts import ACTIONS, GITHUB_TOKEN, GitHubApi

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("### From an empty repository to an applied merge")[2].partition("\n### ")[0]
WRITE, BEGIN, PROPOSE = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
(ENVIRONMENT,) = re.findall(r"```yaml\n(.*?)```", SECTION, re.DOTALL)


@pytest.fixture
def team(tmp_path):
    """Servers and an empty repository."""
    with team_before_work(tmp_path) as team:
        yield team


def follow(team, block):
    """Run a block of the README on the desk."""
    identity = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@acme.example"}
    committer = {"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@acme.example"}
    done = run_shell("README", ("bash", "-euc"), block, cwd=team.desk, env={**team.secrets, **identity, **committer})
    assert done.code == 0, done.out


@pytest.mark.full
def test_the_section_leads_to_an_applied_merge(team, tmp_path):
    # As `git init` begins where nobody has set another name.
    git(team.desk, "symbolic-ref", "HEAD", "refs/heads/master")
    follow(team, WRITE)
    # As a user does it, but for the account and the place of the state, which are those of this test.
    project = team.read("rcsplan.yaml").split("  # production:")[0] + ENVIRONMENT
    team.write("rcsplan.yaml", team.at_these_servers(project))
    with_the_password(team)
    follow(team, BEGIN.replace("export BSG_API_KEY=live_...\n", ""))
    with StateServer(api := GitHubApi({GITHUB_TOKEN: ACTIONS})) as server:
        runner = GithubRunner(
            remote=team.remote,
            work=tmp_path / "runs",
            secrets=team.secrets,
            variables={"GITHUB_API_URL": server.url},
            token=GITHUB_TOKEN,
        )
        begun = runner.run("push", git(team.remote, "rev-parse", "main"))
        follow(team, PROPOSE)
        proposed = on_pull_request(runner, git(team.desk, "rev-parse", "HEAD"))
        merged = runner.run("push", team.merge("welcome"))
    assert (begun.results, proposed.results) == (
        {"merged": "success"},
        {"check": "success", "plan": "success"},
    ), begun.out + proposed.out
    assert ["welcome" in body for body in api.bodies()] == [True]
    assert (merged.results, len(team.ledger())) == ({"merged": "success", "apply": "success"}, 1), merged.out
