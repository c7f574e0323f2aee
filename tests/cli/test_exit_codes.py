"""The frozen exit codes (design section 10), each by the way a user comes to it."""

from __future__ import annotations

import json

import pytest

from rcsplan.backend.local import LocalStore
from tests.cli.running import lock_info

STATE = ".rcsplan/sandbox.state.json"


def test_0_nothing_to_do(applied):
    assert applied.apply().code == 0


def test_1_a_manifest_is_wrong(project):
    project.edit("acme/new-year-uk.yaml", "schedule:", "shedule:")
    assert project.apply().code == 1


def test_1_the_provider_refuses(project):
    project.edit("sandbox/account.yaml", "agents: [Acme, Kvitka]", "agents: [Acme]")
    refused = project.apply()
    assert (refused.code, "Traceback" in refused.err) == (1, False)


def test_1_on_a_refusal_the_others_go_on_where_that_is_asked(project):
    project.edit("sandbox/account.yaml", "agents: [Acme, Kvitka]", "agents: [Acme]")
    assert project.apply("--on-error", "continue").code == 1
    assert [entry["payload"]["sender"] for entry in project.ledger()] == ["Acme", "Acme"]


def test_2_changes_are_pending(project):
    assert project.run("plan", "--detailed-exitcode").code == 2


def test_3_an_outcome_is_unknown(project):
    with_faults(project, "POST /api/campaigns/rcs/send-groups=garbage:x1", "list_lag:600")
    unknown = project.apply("--settle-timeout", "0s")
    assert unknown.code == 3
    assert "outcome unknown" in unknown.out


def test_4_a_send_is_blocked(project):
    project.advance("10d")
    assert project.run("plan").code == 4


def test_4_wins_over_2(project):
    project.advance("3d2h".replace("2h", ""))
    project.advance("2h")
    assert project.run("plan", "--detailed-exitcode").code == 4


def test_4_the_project_is_on_hold(project):
    project.write("HOLD", "black Friday is over\n")
    held = project.apply()
    assert held.first == (4, "Error: Nothing may be applied: the project is on hold: black Friday is over")
    assert project.ledger() == []


def test_a_hold_does_not_stop_a_look(project):
    project.write("HOLD", "")
    assert project.run("plan").code == 0


@pytest.fixture
def saved(project, tmp_path):
    """A saved plan of the example project."""
    assert project.run("plan", "-o", str(tmp_path / "plan.json")).code == 0
    return tmp_path / "plan.json"


def test_a_saved_plan_is_applied_as_it_was_reviewed(project, saved):
    project.edit("acme/winter-sale-en.yaml", "Coats, boots", "Coats, shoes")
    assert project.apply(str(saved)).code == 0
    text = json.dumps(project.ledger())
    assert ("Coats, boots" in text, "Coats, shoes" in text) == (True, False)


def test_a_saved_plan_is_for_the_eyes_of_its_owner(saved):
    assert saved.stat().st_mode & 0o777 == 0o600


def test_5_a_plan_is_used_once(project, saved):
    project.apply(str(saved))
    assert project.apply(str(saved)).first == (5, "Error: The plan was applied before")


def test_5_a_plan_is_stale_when_something_was_applied_since(project, saved):
    project.apply()
    assert project.apply(str(saved)).first == (5, "Error: The plan is stale")


def test_5_a_plan_expires(project, saved):
    project.advance("25h")
    assert project.apply(str(saved)).first == (5, "Error: The plan has expired")


def test_5_a_plan_is_altered(project, saved):
    saved.write_text(saved.read_text().replace("Coats, boots", "Coats, shoes"))
    assert project.apply(str(saved)).first == (5, f"Error: {saved} was altered after it was made")


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "kind: Campaign", '{"format_version": 2}', "[" * 100_000])
def test_5_a_file_is_no_plan(project, tmp_path, text):
    (tmp_path / "plan.json").write_text(text)
    assert project.apply(str(tmp_path / "plan.json")).code == 5


def test_5_an_audience_has_grown_since_the_review(project, saved):
    project.edit("sandbox/account.yaml", "name: Acme EN, contacts: 640", "name: Acme EN, contacts: 790")
    assert project.apply(str(saved)).first == (5, "Error: The audience has grown since the plan was reviewed")


def test_1_a_plan_file_is_not_there(project):
    assert project.apply("no-such-plan.json").first == (1, "Error: no-such-plan.json cannot be read")


def test_6_somebody_else_is_applying(project):
    project.run("state", "init")
    with LocalStore(project.folder / STATE).lock(lock_info("apply"), timeout=0):
        locked = project.process("apply", "--auto-approve")
    assert (locked.code, "tester@desk" in locked.err) == (6, True)
    assert project.ledger() == []


def test_planning_needs_no_lock(project):
    project.run("state", "init")
    with LocalStore(project.folder / STATE).lock(lock_info("apply"), timeout=0):
        assert project.process("plan").code == 0


def test_64_nobody_is_there_to_approve(project):
    assert project.process("apply").first == (64, "Error: Nobody is here to approve")
    assert not (project.folder / ".rcsplan").exists()


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ('{"format_version": 99}', "has format version 99"),
        ('{"format_version": 1', "is not a whole state file"),
        ("", ""),
        ("[]", ""),
        ("null", ""),
        ("[" * 100_000, ""),
    ],
)
@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve"), ("state", "list")])
def test_1_a_state_cannot_be_read(project, text, summary, command):
    project.write(STATE, text)
    refused = project.run(*command)
    assert (refused.code, summary in refused.err, "Traceback" in refused.err) == (1, True, False)
    assert project.read(STATE) == text


def test_1_the_state_of_another_environment(project):
    project.apply()
    project.edit("rcsplan.yaml", "default_environment: sandbox", "default_environment: other")
    project.edit("rcsplan.yaml", "  sandbox:   ", "  other:   ")
    (project.folder / STATE).rename(project.folder / ".rcsplan/other.state.json")
    assert project.run("plan").code == 1


def with_faults(project, *faults):
    project.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        f"account: sandbox/account.yaml\n      faults: {json.dumps(faults)}",
    )
