"""A month of a team on GitHub, by the clock of the simulator: late and reverted merges, races, outages, absences.

Every send that should have gone out was submitted once and before its time, every other one never; the runs say why.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from tests.backend.state_server import StateServer
from tests.ci.github_runner import GithubRunner
from tests.ci.team import campaign
from tests.ci.test_github import with_the_password
from tests.cli.repository import git
from tests.web.code_hosts import ACTIONS, GITHUB_TOKEN, GitHubApi

pytestmark = pytest.mark.full

FRIDAYS = campaign("fridays", "15:00", text="Friday", audience="VIP").replace(
    'at: "15:00"', 'rrule: FREQ=WEEKLY;BYDAY=FR\n  at: "15:00"\n  from: "2026-12-04"\n  until: "2027-01-29"'
)


class Month:
    """The month as it passes: what the team does, what the runner runs, and what the runs say."""

    def __init__(self, team, runner):
        self.team = team
        self.runner = runner
        self.day = date(2026, 12, 1)
        self.said = []

    def at(self, clock):
        """Let it be a time of the day; the provider's clock never goes back."""
        self.team.set_clock(f"{self.day} {clock}")

    def write(self, name, text):
        """A manifest on a branch of its own, pushed."""
        self.team.branch(f"{name}-{self.day}")
        self.team.write(f"{name}.yaml", text)
        self.team.push(name)
        return f"{name}-{self.day}"

    def merged(self, branch):
        """Merge a branch and run the workflow of the merge."""
        return self.pushed(self.team.merge(branch))

    def pushed(self, commit, **options):
        """Run the workflow of a commit of the default branch."""
        return self._told(self.runner.run("push", commit, **options))

    def ends(self, *, with_daily_run=True):
        """The daily run, and then the next day begins; what the runs say of it."""
        self.at("23:30")
        run = (
            self._told(self.runner.run("schedule", git(self.team.remote, "rev-parse", "main")))
            if with_daily_run
            else None
        )
        self.day += timedelta(days=1)
        return run

    def until(self, day):
        """Days on which nobody does anything."""
        runs = []
        while self.day < date.fromisoformat(day):
            runs.append(self.ends())
        return runs

    def _told(self, run):
        self.said.append(run.out)
        return run


@pytest.fixture
def month(on_github, tmp_path):
    """The first of December, nine in the morning."""
    with_the_password(on_github)
    on_github.push("The state's password")
    with StateServer(GitHubApi({GITHUB_TOKEN: ACTIONS})) as server:
        yield Month(
            on_github,
            GithubRunner(
                remote=on_github.remote,
                work=tmp_path / "runs",
                secrets=on_github.secrets,
                variables={"GITHUB_API_URL": server.url},
                token=GITHUB_TOKEN,
            ),
        )


def test_a_month(month):  # noqa: PLR0915 - one story
    team = month.team
    # A campaign, a series and one beyond the horizon.
    assert month.merged(month.write("welcome", campaign("welcome", "2026-12-04 10:00"))).results["apply"] == "success"
    month.merged(month.write("fridays", FRIDAYS))
    spring = month.merged(month.write("spring", campaign("spring", "2027-01-12 10:00", text="Spring")))
    assert (spring.results, "spring" in spring.out) == ({"merged": "success"}, True)
    month.until("2026-12-08")

    # Merged two hours after it should have started.
    month.at("12:00")
    late = month.merged(month.write("flash", campaign("flash", "2026-12-08 10:00", text="Flash")))
    assert (late.results, "missed" in late.out) == ({"merged": "failure"}, True)
    # While it stands there, the daily run says so each day, and goes on with the rest.
    assert [run.results for run in month.until("2026-12-09")] == [{"due": "failure"}]
    month.at("09:00")
    month.pushed(team.revert(git(team.remote, "rev-parse", "main")))

    # Merged, submitted, and taken back.
    month.merged(month.write("oops", campaign("oops", "2026-12-20 10:00", text="Oops")))
    assert ("2026-12-20 10:00", "Oops") in team.live()
    reverted = month.pushed(team.revert(git(team.remote, "rev-parse", "main")))
    assert (reverted.results["apply"], ("2026-12-20 10:00", "Oops") in team.live()) == ("success", False)
    month.until("2026-12-11")

    # Two pipelines that race each other, past every concurrency group.
    month.at("09:00")
    first = team.merge(month.write("coats", campaign("coats", "2026-12-15 10:00", text="Coats")))
    second = team.merge(month.write("boots", campaign("boots", "2026-12-15 11:00", text="Boots")))
    with ThreadPoolExecutor(2) as racing:
        list(racing.map(month.pushed, (first, second)))
    month.pushed(second)
    assert [start for start, text in team.live() if text in {"Coats", "Boots"}] == [
        "2026-12-15 10:00",
        "2026-12-15 11:00",
    ]
    month.until("2026-12-14")

    # A job that is cancelled in the middle of its apply, and run again.
    month.at("09:00")
    before = team.provider.accepted()
    team.branch("many")
    for number in range(6):
        team.write(f"many-{number}.yaml", campaign(f"many-{number}", f"2026-12-18 1{number}:00", text=f"Part {number}"))
    team.push("Many")
    commit = team.merge("many")
    run = month.pushed(commit, only="merged")
    team.provider.end()
    team.provider.begin("POST /api/campaigns/rcs/send-groups=slow:2")
    month.runner.is_cancelled = lambda: team.provider.accepted() > before
    cancelled = month.pushed(commit, only="apply", before=run)
    month.runner.is_cancelled = None
    assert (cancelled.jobs["apply"].result, team.provider.accepted() - before < 6) == ("failure", True), cancelled.out
    team.provider.end()
    team.provider.begin()
    assert month.pushed(commit).results == {"merged": "success", "apply": "success"}
    assert [text for _, text in team.live() if text.startswith("Part")] == [f"Part {number}" for number in range(6)]

    # The state's server is away for a day, the provider for another.
    team.store.fail("error_before", "*", times=1000)
    assert month.ends().results == {"due": "failure"}
    team.store.heal()
    team.provider.end()
    assert month.runner.run("schedule", git(team.remote, "rev-parse", "main")).results == {"due": "failure"}
    team.provider.begin()
    month.until("2026-12-20")

    # No runner for four days, in which something was merged for the second of them.
    month.at("09:00")
    waiting = team.merge(month.write("gifts", campaign("gifts", "2026-12-21 10:00", text="Gifts")))
    for _ in range(4):
        month.ends(with_daily_run=False)
    month.at("10:00")
    back = month.pushed(waiting)
    assert (back.results, "missed" in back.out) == ({"merged": "failure"}, True)
    month.pushed(team.revert(waiting))
    assert [run.results for run in month.until("2027-01-05")] == [{"due": "success"}] * 12

    expected = {
        ("2026-12-04 10:00", "Hello"): 1,
        ("2027-01-12 10:00", "Spring"): 1,
        ("2026-12-15 10:00", "Coats"): 1,
        ("2026-12-15 11:00", "Boots"): 1,
        **{(f"2026-12-18 1{number}:00", f"Part {number}"): 1 for number in range(6)},
        # Every Friday whose thirtieth day before has come.
        **{(f"{date(2026, 12, 4) + timedelta(weeks=week)} 15:00", "Friday"): 1 for week in range(9)},
    }
    live = team.live()
    assert {send: live.count(send) for send in live} == expected
    assert [row["id"] for row in team.ledger() if row["received_at"][:16] > row["payload"]["start_at"][:16]] == []
    assert [text for text in ("Flash", "Gifts") if any(text in str(row["payload"]) for row in team.ledger())] == []
    told = "".join(month.said)
    assert [name for name in ("flash", "gifts", "oops", "spring", "coats") if name not in told] == []
