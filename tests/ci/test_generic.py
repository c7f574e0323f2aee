"""The script of `init --ci generic`, step by step, from a proposed change to the daily run."""

from __future__ import annotations

import uuid

import pytest

from tests.ci.shells import run_shell
from tests.ci.team import campaign
from tests.cli.repository import git


@pytest.fixture
def step(by_script, tmp_path):
    """Runs a step of the script in a fresh clone of a commit."""

    def run(name, commit, *, secrets=True):
        folder = tmp_path / uuid.uuid4().hex[:8]
        git(tmp_path, "clone", "--quiet", str(by_script.remote), folder.name)
        git(folder, "checkout", "--quiet", commit)
        done = run_shell(name, (".ci/rcsplan.sh",), name, cwd=folder, env=by_script.secrets if secrets else {})
        return done, folder

    return run


@pytest.mark.full
def test_from_a_proposed_change_to_an_applied_merge(by_script, step):
    by_script.branch("sale")
    by_script.write("sale.yaml", campaign("sale", "2026-12-04 10:00"))
    proposed = by_script.push("A sale")
    assert step("check", proposed, secrets=False)[0].code == 0
    planned, folder = step("plan", proposed)
    assert (planned.code, "sale" in (folder / "plan.md").read_text("utf-8")) == (0, True)
    merged = by_script.merge("sale")
    assert (step("apply", merged)[0].code, by_script.live()) == (0, [("2026-12-04 10:00", "Hello")])
    assert (step("apply", merged)[0].code, len(by_script.ledger())) == (0, 1)


@pytest.mark.full
def test_what_is_blocked_fails_the_plan_and_is_told_all_the_same(by_script, step):
    by_script.branch("late")
    by_script.write("late.yaml", campaign("late", "2026-11-30 10:00"))
    planned, folder = step("plan", by_script.push("Too late"))
    assert (planned.code, "missed" in (folder / "plan.md").read_text("utf-8")) == (4, True)


@pytest.mark.full
def test_the_daily_run_submits_what_has_come_near_enough(by_script, step):
    by_script.branch("spring")
    by_script.write("spring.yaml", campaign("spring", "2027-01-15 10:00"))
    by_script.push("Spring")
    merged = by_script.merge("spring")
    assert (step("apply", merged)[0].code, by_script.live()) == (0, [])
    by_script.advance("20d")
    assert (step("due", merged)[0].code, by_script.live()) == (0, [("2027-01-15 10:00", "Hello")])
    assert (step("due", merged)[0].code, len(by_script.ledger())) == (0, 1)


def test_a_manifest_with_an_error_is_found_without_any_secret(by_script, step):
    by_script.branch("wrong")
    by_script.write("wrong.yaml", campaign("wrong", "2026-12-04 10:00").replace("sender:", "sendr:"))
    checked, _ = step("check", by_script.push("Wrong"), secrets=False)
    assert (checked.code, "wrong.yaml:11:3: Unknown key" in checked.out) == (1, True)
