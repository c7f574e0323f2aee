"""`run --once`: one round, its exit code and its document."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from rcsplan.backend.local import LocalStore
from tests.cli.repository import begin_repository, commit_all, git
from tests.cli.running import ROOT, lock_info

SCHEMA = json.loads((ROOT / "schemas/round.schema.json").read_text("utf-8"))


def once(project, *arguments):
    """A round, and its document, which keeps its schema."""
    done = project.run("run", "--once", "--format", "json", *arguments)
    assert list(Draft202012Validator(SCHEMA).iter_errors(done.json)) == []
    return done.code, done.json


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--once", "--every", "5m"),
        ("--every", "0s"),
        ("--every", "soon"),
        ("--once", "--listen", "127.0.0.1:0"),
        ("--every", "5m", "--format", "json"),
        ("--every", "5m", "--listen", "nowhere:99999"),
        ("--every", "5m", "--listen", "port"),
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_wrong_usage(project, arguments):
    refused = project.run("run", *arguments)
    assert (refused.code, refused.out) == (64, "")


def test_a_place_that_is_taken_is_the_users_to_mend(project):
    refused = project.run("run", "--every", "5m", "--listen", "203.0.113.7:80")
    assert refused.first == (1, "Error: Nobody can listen on 203.0.113.7:80")


def test_a_round_applies_without_asking(project):
    code, document = once(project)
    assert (code, document["result"], document["counts"], len(project.ledger())) == (0, "done", {"submitted": 4}, 4)


def test_a_second_round_does_nothing_and_says_what_it_waits_for(project):
    once(project)
    code, document = once(project)
    assert (code, document["counts"], [wait["kind"] for wait in document["waits_for"]]) == (0, {}, ["due"])
    assert document["next_due"] == document["waits_for"][0]["until"]


def test_as_text_it_reads_like_an_apply(project):
    done = project.run("run", "--once")
    assert (done.code, "4 to submit" in done.out, "Applied: 4 submitted." in done.out) == (0, True, True)


def test_blocked_sends_are_passed_over_and_named(project):
    project.advance("10d")
    code, document = once(project)
    assert (code, document["result"], {one["reason"] for one in document["blocked"]}) == (4, "blocked", {"missed"})


def test_manifests_with_errors_end_the_round_with_their_lines(project):
    project.write("broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    done = project.run("run", "--once", "--format", "json")
    assert (done.code, done.json["result"], "broken.yaml:1" in done.err) == (1, "invalid", True)


def test_an_empty_checkout_stops_nothing(applied):
    for path in applied.folder.glob("*/*.yaml"):
        if path.parent.name not in {"vars", "sandbox", "calendars"}:
            path.unlink()
    code, document = once(applied)
    assert (code, document["result"], document["guards"][0]["code"]) == (4, "refused", "mass_stop")
    assert {entry["status"] for entry in applied.ledger()} == {"scheduled"}


def test_a_locked_state_is_said(project):
    once(project)
    with LocalStore(project.folder / ".rcsplan/sandbox.state.json").lock(lock_info("apply"), timeout=0):
        code, document = once(project)
    assert (code, document["result"], document["error"]["kind"]) == (6, "locked", "StateLocked")


def test_with_json_logs_every_line_is_an_event_of_this_version(project):
    lines = [json.loads(line) for line in project.run("--log-format", "json", "run", "--once").err.splitlines()]
    assert {line["v"] for line in lines} == {1}
    assert [lines[0]["event"], lines[-1]["event"]] == ["apply.planned", "run.round"]


@pytest.fixture
def suspended(project):
    """The example project, suspended until a day of December."""
    text = project.read("rcsplan.yaml")
    project.write("rcsplan.yaml", text + '\nsuspend: {reason: "Stock-taking.", until: "2026-12-03 09:00"}\n')
    return project


SENTENCE = "Stock-taking. `run` does nothing until Thu 3 Dec 2026 09:00 Europe/Kyiv."


def test_a_suspended_project_is_left_alone_and_says_so(suspended):
    done = suspended.run("run", "--once")
    assert (done.code, done.out, suspended.ledger()) == (0, f"Suspended: {SENTENCE}\n", [])


def test_a_plan_shows_the_suspension_and_an_apply_goes_on(suspended):
    text = suspended.run("plan").out
    assert "Suspended: Stock-taking." in text
    assert suspended.plan()["suspension"] == {"reason": "Stock-taking.", "until": "2026-12-03T07:00:00Z"}
    assert (suspended.apply().code, len(suspended.ledger())) == (0, 4)


def test_past_its_end_a_suspension_is_none(suspended):
    suspended.advance("49h")
    assert (once(suspended)[1]["suspension"], suspended.plan()["suspension"]) == (None, None)


@pytest.fixture
def cloned(project, tmp_path):
    """The example project as a checkout of a remote, and the desk of somebody who merges there."""
    project.write(".gitignore", ".rcsplan/\n")
    begin_repository(project.folder)
    git(tmp_path, "clone", "--quiet", "--bare", str(project.folder), "remote.git")
    git(project.folder, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(project.folder, "fetch", "--quiet")
    git(project.folder, "branch", "--quiet", "--set-upstream-to", "origin/main")
    git(tmp_path, "clone", "--quiet", "remote.git", "desk")
    return project


def merge(project, name="acme/winter-sale-en.yaml"):
    """Somebody removes a manifest, and merges that."""
    desk = project.folder.parent / "desk"
    (desk / name).unlink()
    commit_all(desk, "Remove")
    git(desk, "push", "--quiet")


def test_git_pull_brings_what_was_merged(cloned):
    merge(cloned)
    code, document = once(cloned, "--git-pull")
    assert (code, document["counts"]) == (0, {"submitted": 3})
    assert document["plan"]["source"] == {
        "commit": git(cloned.folder.parent / "desk", "rev-parse", "HEAD"),
        "dirty": False,
    }


def test_git_pull_with_nothing_new_applies(cloned):
    assert once(cloned, "--git-pull")[1]["counts"] == {"submitted": 4}


def dirty(project):
    project.write("note.txt", "not committed")


def dirty_where_git_shall_not_say_so(project):
    git(project.folder, "config", "status.showUntrackedFiles", "no")
    dirty(project)


def detached(project):
    git(project.folder, "checkout", "--quiet", "--detach")


def ahead(project):
    project.write("note.txt", "committed, not pushed")
    commit_all(project.folder, "Local")


def diverged(project):
    ahead(project)
    merge(project)


def without_upstream(project):
    git(project.folder, "branch", "--unset-upstream")


def without_remote(project):
    git(project.folder, "remote", "set-url", "origin", "https://user:secret-token@127.0.0.1:9/nowhere.git")


def whose_branch_is_gone(project):
    git(project.folder.parent / "remote.git", "branch", "--quiet", "--move", "main", "trunk")


@pytest.mark.parametrize(
    "spoil",
    [
        dirty,
        dirty_where_git_shall_not_say_so,
        detached,
        ahead,
        diverged,
        without_upstream,
        without_remote,
        whose_branch_is_gone,
    ],
)
def test_a_checkout_that_cannot_follow_submits_nothing(cloned, spoil):
    spoil(cloned)
    done = cloned.run("run", "--once", "--git-pull", "--format", "json")
    assert (done.code, done.json["result"], cloned.ledger()) == (1, "stale", [])
    assert ("Traceback" in done.err, "secret-token" in done.out + done.err) == (False, False)


def test_a_hold_in_a_checkout_is_told_as_what_it_is(cloned):
    cloned.write("HOLD", "black Friday")
    code, document = once(cloned, "--git-pull")
    assert (code, document["result"], document["error"]["summary"]) == (
        4,
        "refused",
        "Nothing may be applied: the project is on hold: black Friday",
    )


def test_a_project_outside_git_cannot_be_pulled(project):
    done = project.run("run", "--once", "--git-pull")
    assert done.first == (1, "Error: The project is in no git checkout")
