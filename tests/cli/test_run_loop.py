"""`run --every`: a loop as a real process, which goes on through whatever happens and ends cleanly."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.repository import begin_repository, commit_all, git
from tests.cli.running import COMMAND, Project, surroundings
from tests.web.webhooks import Webhook


class Running:
    """A loop as a process, read event by event."""

    def __init__(self, process):
        self.process = process

    def next(self, name):
        """The next event of a name; what comes before it is passed over."""
        for line in self.process.stderr:
            event = json.loads(line)
            if event["event"] == name:
                return event
        raise AssertionError(f"the loop ended with {self.process.wait()} before any {name}")

    def round(self, result):
        """The next round that comes to a result."""
        while True:
            done = self.next("run.round")
            if done["result"] == result:
                return done

    def end(self, number=signal.SIGTERM):
        """The exit code after a signal, and the events until then."""
        self.process.send_signal(number)
        events = [json.loads(line)["event"] for line in self.process.stderr]
        return self.process.wait(), events


@contextmanager
def looping(project, *arguments, every="1s", env=None):
    """A loop on a project while the block runs."""
    command = [*COMMAND, "--project", project.folder, "--log-format", "json", "run", "--every", every, *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=surroundings(env)
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_sleeping_loop_ends_at_once(project, number, code):
    with looping(project, every="1h") as loop:
        loop.next("run.waiting")
        assert loop.end(number) == (code, ["interrupted"])


def test_what_is_in_flight_is_drained_and_nothing_new_starts(project):
    project.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/send-groups=slow:1"]',
    )
    with looping(project, "--parallelism", "1") as loop:
        loop.next("apply.started")
        # Until it is posted it is not in flight; a slow machine may not get that far, and then nothing is accepted.
        time.sleep(0.5)
        code, events = loop.end()
    submitted = [event for event in events if event == "apply.submitted"]
    assert (code, len(submitted) <= 1, len(project.ledger())) == (143, True, len(submitted))


@pytest.mark.full
def test_a_loop_that_waits_for_a_lost_answer_does_not_wait_when_it_is_asked_to_end(project):
    project.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/*=garbage:x1", "list_lag:600"]',
    )
    with looping(project, every="1h") as loop:
        loop.next("apply.unknown")
        code, events = loop.end()
    assert (code, events[0]) == (143, "interrupted")
    assert project.apply("--settle-timeout", "0s").code == 3


@pytest.mark.full
def test_a_loop_tells_a_cause_once_also_after_it_began_anew(project):
    project.write("rcsplan.yaml", project.read("rcsplan.yaml") + "\nnotifications: {url: {env: HOOK}}\n")
    project.advance("30d")
    with Webhook() as webhook:
        for _ in range(2):
            with looping(project, env={"HOOK": webhook.url}) as loop:
                loop.round("blocked")
                loop.round("blocked")
                loop.round("blocked")
    assert webhook.events.count("missed") == 1


@pytest.mark.full
def test_a_loop_that_can_keep_no_file_tells_a_cause_once(project):
    project.write("rcsplan.yaml", project.read("rcsplan.yaml") + "\nnotifications: {url: {env: HOOK}}\n")
    project.advance("30d")
    (project.folder / ".rcsplan/sandbox.told").mkdir(parents=True)
    with Webhook() as webhook, looping(project, env={"HOOK": webhook.url}) as loop:
        assert "could not be noted" in loop.next("notification_failed")["summary"]
        loop.round("blocked")
        loop.round("blocked")
    assert webhook.events.count("missed") == 1


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_health_and_metrics_are_served(project):
    with looping(project, "--listen", "127.0.0.1:0", every="1h") as loop:
        url = loop.next("run.listening")["url"]
        loop.next("run.waiting")
        answers = [get(url + path) for path in ("/healthz", "/readyz", "/nothing")]
        status, metrics = get(url + "/metrics")
    assert answers == [(200, "alive\n"), (200, "ready\n"), (404, "/healthz, /readyz and /metrics\n")]
    assert status == 200
    assert {'rcsplan_rounds_total{result="done"} 1.0', 'rcsplan_happenings_total{kind="submitted"} 4.0'} <= set(
        metrics.splitlines()
    )


def test_a_loop_that_sees_nothing_is_alive_and_not_ready(project):
    project.write("broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    with looping(project, "--listen", "127.0.0.1:0", every="1h") as loop:
        url = loop.next("run.listening")["url"]
        loop.next("run.waiting")
        assert [get(url + path)[0] for path in ("/healthz", "/readyz")] == [200, 503]


@pytest.mark.full
def test_the_loop_follows_what_is_merged(project, tmp_path):
    project.write(".gitignore", ".rcsplan/\n")
    begin_repository(project.folder)
    git(tmp_path, "clone", "--quiet", "--bare", str(project.folder), "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "desk")
    git(project.folder, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(project.folder, "fetch", "--quiet")
    git(project.folder, "branch", "--quiet", "--set-upstream-to", "origin/main")
    with looping(project, "--git-pull") as loop:
        loop.round("done")
        (tmp_path / "desk/acme/winter-sale-en.yaml").unlink()
        commit_all(tmp_path / "desk", "Remove")
        git(tmp_path / "desk", "push", "--quiet")
        loop.next("apply.stopped")
        loop.end()
    assert sorted(entry["status"] for entry in project.ledger()) == [*["scheduled"] * 3, "stopped"]


@pytest.mark.full
def test_two_loops_on_one_state_send_each_once(project):
    with looping(project) as first, looping(project) as second:
        first.round("done")
        second.round("done")
    assert len(project.ledger()) == 4


PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {{name: live}}
environments:
  production:
    provider: {{type: bsg, base_url: {url}, api_key: {{env: LOOP_KEY}}, timezone: Europe/Kyiv}}
"""

CAMPAIGN = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: hello, new: true}}
spec: {{groups: [{{name: VIP}}], sender: Acme, start_at: "{start}", options: {{text: Hello}}}}
"""


@contextmanager
def provider(database, port="0"):
    """A served simulator while the block runs, which then dies; yields its base URL."""
    with subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", port, "--db", database], stdout=subprocess.PIPE, env=surroundings()
    ) as server:
        try:
            yield server.stdout.readline().decode().strip()
        finally:
            server.kill()


@pytest.mark.full
def test_an_outage_of_the_provider_is_outlived(tmp_path, capsys):
    database, live = str(tmp_path / "sandbox.db"), Project(tmp_path / "live", capsys)
    start = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12)
    with provider(database) as url:
        pass
    live.write("rcsplan.yaml", PROJECT.format(url=url))
    live.write("hello.yaml", CAMPAIGN.format(start=f"{start:%Y-%m-%d %H:%M:%S}"))
    with looping(live, env={"LOOP_KEY": "test_of_a_loop"}) as loop:
        loop.round("unavailable")
        with provider(database, port=url.rpartition(":")[2]):
            assert loop.round("done")["counts"] == {"submitted": 1}
        loop.round("unavailable")
        assert loop.end()[0] == 143
    assert len(live.run("sandbox", "ledger", "--db", database, "--format", "json").json) == 1
