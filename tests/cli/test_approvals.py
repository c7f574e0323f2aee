"""Approvals: what nobody but its author has approved is not submitted, and a change voids what was approved."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rcsplan.campaign.digest import sha256
from rcsplan.errors import ExitCode
from rcsplan.plan.approval import approval_of, format_approval, parse_approval
from rcsplan.plan.document import parse_plan
from tests.cli.repository import git
from tests.cli.reviewed import ANN, AUTHOR, BOB, approve, begin_reviewed, commit_as, manifest, save_plan
from tests.cli.running import begin_state
from tests.cli.terminal import Terminal

TWO_OF_LEGAL = "[{over: 1000, need: 2, role: legal}]"


@pytest.fixture
def reviewed(project):
    """A project with one send to 1,240 people, which needs one approval."""
    return begin_reviewed(project)


def approval_file(project):
    """The only approval file of a project."""
    (file,) = (project.folder / "approvals").iterdir()
    return file


def starts(project):
    """The starts of what the simulator accepted."""
    return [entry["payload"].get("start_at", "now")[:16] for entry in project.ledger()]


def stable(text):
    """A text without the name of its plan and the folder of this test."""
    return re.sub(r"Plan [0-9a-f]{12}", "Plan 0123456789ab", re.sub(r"/\S+/reviewed/", "/reviewed/", text))


def test_a_small_plan_needs_nobody(project):
    reviewed = begin_reviewed(project, approvals="[{over: 1240}]")
    assert (reviewed.plan()["approvals"], reviewed.apply().code) == ([], 0)


def test_a_plan_says_what_it_needs(reviewed):
    because = "1,240 recipients are more than 1,000"
    assert reviewed.plan()["approvals"] == [{"need": 1, "role": "", "because": because, "opens_on": None}]
    assert f"Approval: needs 1 approval: {because}." in reviewed.run("plan").out


def test_without_an_approval_nothing_is_submitted(reviewed):
    assert reviewed.apply().code == ExitCode.BLOCKED
    assert reviewed.ledger() == []


def test_a_saved_plan_is_judged_as_well(reviewed):
    assert reviewed.apply(save_plan(reviewed)).code == ExitCode.BLOCKED
    assert reviewed.ledger() == []


def test_what_somebody_else_approved_is_submitted(reviewed):
    approve(reviewed, ANN)
    assert reviewed.apply().code == 0
    assert starts(reviewed) == ["2026-12-04 10:00"]


def test_a_saved_plan_that_somebody_else_approved_is_submitted(reviewed):
    plan = save_plan(reviewed)
    approve(reviewed, ANN, plan=plan)
    assert reviewed.apply(plan).code == 0
    assert len(reviewed.ledger()) == 1


def test_an_unchanged_plan_that_is_made_anew_keeps_its_approval(reviewed):
    approve(reviewed, ANN)
    reviewed.advance("36h")
    reviewed.edit("sale.yaml", "kind: Campaign\n", "kind: Campaign\n# The second Friday\n")
    commit_as(reviewed, AUTHOR)
    assert reviewed.apply().code == 0


@pytest.mark.parametrize("options", [(), ("-o", "here.json")], ids=["in its folder", "elsewhere"])
def test_an_approval_is_for_everybody_to_read(reviewed, options, monkeypatch):
    monkeypatch.chdir(reviewed.folder)
    assert reviewed.run("approve", save_plan(reviewed), "--as", ANN, "--yes", *options).code == 0
    file = reviewed.folder / "here.json" if options else approval_file(reviewed)
    assert (file.stat().st_mode & 0o777, json.loads(file.read_text())["who"]) == (0o644, ANN)


def test_it_is_no_manifest(reviewed):
    approve(reviewed, ANN)
    assert reviewed.run("validate").out == "1 campaign checked, no problems found.\n"


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("sale.yaml", "sale: {{", "Sale! {{"),
        ("vars/common.yaml", "Sale", "Sail"),
        ("sale.yaml", "10:00", "10:01"),
        ("sale.yaml", "2026-12-04", "2026-12-05"),
        ("sale.yaml", "{name: Newsletter}", "{name: Newsletter}, {name: Seeds}"),
        ("sale.yaml", "{name: Newsletter}", "{name: Everybody}"),
        ("sale.yaml", "name: sale}", "name: sale, revision: 2}"),
        ("sale.yaml", "name: sale}", "name: sail}"),
    ],
)
def test_a_change_voids_it(reviewed, file, before, after):
    approve(reviewed, ANN)
    reviewed.edit(file, before, after)
    commit_as(reviewed, AUTHOR)
    assert reviewed.apply().code == ExitCode.BLOCKED
    assert reviewed.ledger() == []


def test_a_change_is_said_to_have_voided_it(reviewed):
    approve(reviewed, ANN)
    reviewed.edit("sale.yaml", "sale: {{", "Sale! {{")
    commit_as(reviewed, AUTHOR)
    assert f"{ANN} approved it before it was changed." in reviewed.apply().said


def test_an_audience_that_grew_voids_it(reviewed):
    approve(reviewed, ANN)
    reviewed.edit("sandbox/account.yaml", "contacts: 1240", "contacts: 1400")
    done = reviewed.apply()
    assert (done.code, f"{ANN} approved it before its audience grew." in done.said) == (ExitCode.BLOCKED, True)


def test_an_audience_that_grew_within_the_tolerance_does_not(reviewed):
    approve(reviewed, ANN)
    reviewed.edit("sandbox/account.yaml", "contacts: 1240", "contacts: 1300")
    assert reviewed.apply().code == 0


def test_what_was_approved_opens_weeks_later_and_is_submitted(project):
    reviewed = begin_reviewed(project, sale="2027-01-20")
    assert reviewed.actions() == {"sale": "defer"}
    approve(reviewed, ANN)
    assert (reviewed.apply().code, reviewed.ledger()) == (0, [])
    reviewed.advance("21d")
    assert reviewed.apply().code == 0
    assert starts(reviewed) == ["2027-01-20 10:00"]


def test_what_nobody_approved_opens_weeks_later_and_is_held(project):
    reviewed = begin_reviewed(project, sale="2027-01-20")
    assert "will need 1 approval by Tue 22 Dec 2026, when deferred sends open" in reviewed.run("plan").out
    assert reviewed.apply().code == 0
    reviewed.advance("21d")
    assert reviewed.apply().code == ExitCode.BLOCKED
    assert reviewed.ledger() == []


def test_what_is_approved_goes_out_beside_what_is_not(project):
    reviewed = begin_reviewed(project, first="2026-12-04")
    approve(reviewed, ANN)
    reviewed.write("second.yaml", manifest("second", day="2026-12-05"))
    commit_as(reviewed, AUTHOR)
    assert reviewed.apply("--skip-blocked").code == ExitCode.BLOCKED
    assert starts(reviewed) == ["2026-12-04 10:00"]


def test_what_is_small_is_not_held_up_by_what_is_approved(project):
    reviewed = begin_reviewed(project)
    approve(reviewed, ANN)
    reviewed.write("seeds.yaml", manifest("seeds", to="Seeds"))
    commit_as(reviewed, AUTHOR)
    assert reviewed.apply().code == 0
    assert len(reviewed.ledger()) == 2


def test_two_small_sends_are_not_less_than_a_large_one(project):
    reviewed = begin_reviewed(project, approvals="[{over: 2000}]", first="2026-12-04", second="2026-12-05")
    assert reviewed.apply().code == ExitCode.BLOCKED


def test_an_unknown_cost_needs_approval(project):
    reviewed = begin_reviewed(project, approvals="[{over_cost: 500}]")
    assert reviewed.plan()["approvals"][0]["because"] == "the cost is not known, and more than 500 needs approval"
    assert reviewed.apply().code == ExitCode.BLOCKED


def test_the_author_does_not_count(reviewed):
    plan = save_plan(reviewed)
    reviewed.write("approvals/x.json", approved_by(plan, AUTHOR))
    commit_as(reviewed, AUTHOR)
    done = reviewed.apply()
    assert (done.code, f"{AUTHOR} does not count: wrote it." in done.said) == (ExitCode.BLOCKED, True)


def approved_by(plan, who):
    """An approval that `approve` would not write, as somebody else's hand would."""
    saved = parse_plan(Path(plan).read_text(), name="plan.json")
    return format_approval(approval_of(saved, who=who, at=datetime(2026, 12, 1, tzinfo=UTC)))


def test_the_author_is_told_at_once(reviewed):
    done = reviewed.run("approve", save_plan(reviewed), "--as", AUTHOR.upper(), "--yes")
    assert done.first == (ExitCode.ERROR, "Error: Nobody approves what they wrote")


def test_who_changed_its_variables_is_an_author(reviewed):
    reviewed.edit("vars/common.yaml", "Sale", "Sail")
    commit_as(reviewed, ANN)
    done = reviewed.run("approve", save_plan(reviewed), "--as", ANN, "--yes")
    assert done.first == (ExitCode.ERROR, "Error: Nobody approves what they wrote")


def test_who_wrote_variables_before_the_manifest_is_none(reviewed):
    reviewed.edit("vars/common.yaml", "Sale", "Sail")
    commit_as(reviewed, ANN)
    reviewed.edit("sale.yaml", "10:00", "11:00")
    commit_as(reviewed, AUTHOR)
    approve(reviewed, ANN)
    assert reviewed.apply().code == 0


def test_who_is_named_beside_the_author_of_a_squashed_commit_is_an_author(reviewed):
    reviewed.edit("sale.yaml", "10:00", "11:00")
    git(reviewed.folder, "commit", "--quiet", "-a", "-m", f"Later\n\nCo-authored-by: Ann <{ANN}>")
    done = reviewed.run("approve", save_plan(reviewed), "--as", ANN, "--yes")
    assert done.code == ExitCode.ERROR


def test_a_mailmap_tells_that_two_addresses_are_one_person(reviewed):
    reviewed.write(".mailmap", f"Tester <{AUTHOR}> <tester@home.example>\n")
    commit_as(reviewed, ANN)
    done = reviewed.run("approve", save_plan(reviewed), "--as", "tester@home.example", "--yes")
    assert done.first == (ExitCode.ERROR, "Error: Nobody approves what they wrote")


def test_an_approval_that_another_committed_does_not_count(reviewed):
    approve(reviewed, ANN, by=AUTHOR)
    done = reviewed.apply()
    assert (done.code, f"{ANN} did not commit it, but {AUTHOR}." in done.said) == (ExitCode.BLOCKED, True)


def test_an_approval_that_a_squash_committed_with_its_person_counts(reviewed):
    assert reviewed.run("approve", save_plan(reviewed), "--as", ANN, "--yes").code == 0
    git(reviewed.folder, "add", "approvals")
    git(reviewed.folder, "commit", "--quiet", "-m", f"Squashed\n\nCo-authored-by: Ann <{ANN}>")
    assert reviewed.apply().code == 0


def test_an_approval_that_is_not_committed_does_not_count(reviewed):
    assert reviewed.run("approve", save_plan(reviewed), "--as", ANN, "--yes").code == 0
    done = reviewed.apply()
    assert (done.code, "does not count before it is committed." in done.said) == (ExitCode.BLOCKED, True)


def test_an_edited_approval_does_not_count(reviewed):
    approve(reviewed, ANN)
    file = approval_file(reviewed)
    file.write_text(file.read_text().replace('"contacts": 1240', '"contacts": 9999'))
    commit_as(reviewed, ANN)
    done = reviewed.apply()
    assert (done.code, "was edited after it was written, and does not count." in done.said) == (ExitCode.BLOCKED, True)


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"schema_version": 1}', "[" * 100_000])
def test_what_is_no_approval_is_none(reviewed, text):
    reviewed.write("approvals/broken.json", text)
    assert reviewed.apply().code == ExitCode.BLOCKED


def test_more_recipients_than_there_are_people_are_approved_by_nobody(reviewed):
    approve(reviewed, ANN)
    file = approval_file(reviewed)
    approval = parse_approval(file.read_text(), name="it")
    sends = tuple(send.model_copy(update={"contacts": 10**400}) for send in approval.sends)
    forged = json.loads(format_approval(approval.model_copy(update={"sends": sends})))
    forged["integrity"] = "sha256:" + sha256({key: value for key, value in forged.items() if key != "integrity"})
    file.write_text(json.dumps(forged))
    commit_as(reviewed, ANN)
    assert reviewed.apply().code == ExitCode.BLOCKED


def test_one_person_counts_once(project):
    reviewed = begin_reviewed(project, approvals=TWO_OF_LEGAL)
    approve(reviewed, ANN)
    file = approval_file(reviewed)
    (file.parent / "again.json").write_bytes(file.read_bytes())
    commit_as(reviewed, ANN)
    assert reviewed.apply().code == ExitCode.BLOCKED


def test_a_role_is_asked_of_its_members(project):
    reviewed = begin_reviewed(project, approvals=TWO_OF_LEGAL)
    approve(reviewed, ANN)
    approve(reviewed, "carl@acme.example")
    done = reviewed.apply()
    assert (done.code, "carl@acme.example does not count: is not in legal." in done.said) == (ExitCode.BLOCKED, True)
    approve(reviewed, BOB)
    assert reviewed.apply().code == 0


def test_who_has_not_the_role_is_told_so(project):
    reviewed = begin_reviewed(project, approvals=TWO_OF_LEGAL)
    assert "not count as an approval of legal" in approve(reviewed, "carl@acme.example").out.replace("\n", " ")


def test_in_a_shallow_clone_nothing_counts(reviewed, tmp_path):
    approve(reviewed, ANN)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{reviewed.folder}", "shallow")
    shallow = type(reviewed)(tmp_path / "shallow", reviewed.capsys)
    done = shallow.apply()
    assert (done.code, "fetch-depth: 0" in done.said) == (ExitCode.BLOCKED, True)


@pytest.mark.parametrize(
    "surroundings", [{"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, {"PATH": "/nonexistent"}], ids=["owner", "missing"]
)
def test_in_a_repository_of_which_git_says_nothing_nothing_counts(reviewed, surroundings, monkeypatch):
    plan = save_plan(reviewed)
    for who in (ANN, BOB, "carl@acme.example"):
        assert reviewed.run("approve", plan, "--as", who, "--yes").code == 0
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    done = reviewed.apply()
    said = " ".join(done.err.split())
    assert (done.code, "where git does not answer" in said, reviewed.ledger()) == (ExitCode.BLOCKED, True, [])


def test_in_a_repository_without_a_commit_nothing_counts(reviewed):
    plan = save_plan(reviewed)
    (reviewed.folder / ".git").rename(reviewed.folder.parent / "elsewhere")
    git(reviewed.folder, "init", "--quiet")
    assert reviewed.run("approve", plan, "--as", ANN, "--yes").code == 0
    assert "in a repository that has no commit" in " ".join(reviewed.apply().err.split())


def test_settings_of_the_machine_hide_no_author(reviewed):
    reviewed.edit("sale.yaml", "sale: {{", "Sale! {{")
    commit_as(reviewed, ANN)
    reviewed.write(".git-blame-ignore-revs", git(reviewed.folder, "rev-parse", "HEAD") + "\n")
    commit_as(reviewed, BOB)
    git(reviewed.folder, "config", "blame.ignoreRevsFile", ".git-blame-ignore-revs")
    assert [action["authors"] for action in reviewed.plan()["actions"]] == [[ANN, AUTHOR]]


def test_without_git_one_more_is_needed(reviewed):
    (reviewed.folder / ".git").rename(reviewed.folder.parent / "elsewhere")
    plan = save_plan(reviewed)
    assert reviewed.run("approve", plan, "--as", ANN, "--yes").code == 0
    assert "It needs 2 approvals: 1,240" in reviewed.apply().said
    assert reviewed.run("approve", plan, "--as", BOB, "--yes").code == 0
    assert reviewed.apply().code == 0


def test_what_is_not_committed_has_no_known_author(reviewed):
    reviewed.edit("sale.yaml", "10:00", "11:00")
    approve(reviewed, ANN)
    assert "does not know who wrote it" in reviewed.apply().said


def test_who_approves_must_be_known(reviewed):
    git(reviewed.folder, "config", "user.email", "")
    assert reviewed.run("approve", save_plan(reviewed), "--yes").first == (
        ExitCode.USAGE,
        "Error: It is not known who approves",
    )


def test_who_approves_is_the_person_of_git(reviewed):
    git(reviewed.folder, "config", "user.email", "Ann@acme.example")
    assert reviewed.run("approve", save_plan(reviewed), "--yes").code == 0
    assert json.loads(approval_file(reviewed).read_text())["who"] == ANN


@pytest.mark.parametrize("who", ["ann", "ann@acme.example\n<bob@acme.example>", "a b@c", "<ann@acme.example>"])
def test_what_is_no_email_address_is_nobody(reviewed, who):
    done = reviewed.run("approve", save_plan(reviewed), "--as", who, "--yes")
    assert done.first == (ExitCode.USAGE, "Error: It is not known who approves")


@pytest.mark.parametrize("who", ["\x00@acme.example", "ann", "\ud800@acme.example", "a@b\n<c@d>"])
def test_an_approval_of_nobody_is_none(reviewed, who):
    plan = save_plan(reviewed)
    reviewed.write("approvals/x.json", approved_by(plan, ANN).replace(json.dumps(ANN), json.dumps(who)))
    commit_as(reviewed, ANN)
    assert reviewed.apply().code == ExitCode.BLOCKED


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("1240", 0), ("1,240", 0), ("1241", 1), ("", 1), ("y", 1)])
def test_on_a_terminal_the_number_of_recipients_is_typed(reviewed, answer, code):
    plan = save_plan(reviewed)
    with Terminal("--project", str(reviewed.folder), "approve", plan, "--as", ANN) as terminal:
        terminal.await_text("Type the number of recipients, 1240, or 'yes'")
        terminal.type(f"{answer}\n")
        assert terminal.end() == code
    assert (reviewed.folder / "approvals").is_dir() == (code == 0)


def test_without_a_terminal_it_must_be_said(reviewed):
    assert reviewed.run("approve", save_plan(reviewed), "--as", ANN).code == ExitCode.USAGE


def test_a_plan_of_another_project_is_refused(reviewed):
    plan = save_plan(reviewed)
    reviewed.edit("rcsplan.yaml", "name: reviewed", "name: another")
    assert reviewed.run("approve", plan, "--as", ANN, "--yes").code == ExitCode.PLAN_REFUSED


def test_where_nothing_is_sent_there_is_nothing_to_approve(reviewed):
    reviewed.remove("sale.yaml")
    done = reviewed.run("approve", save_plan(reviewed), "--as", ANN, "--yes")
    assert done.first == (ExitCode.ERROR, "Error: There is nothing to approve")


@pytest.mark.parametrize(
    ("policy", "first"),
    [
        ("{approvals: [{over: 1, role: lgal}], roles: {legal: [ann@acme.example]}}", "Unknown role"),
        ("{approvals: [{over: 1, need: 2, role: legal}], roles: {legal: [ann@acme.example]}}", "Value out of range"),
        ("{approvals: [{need: 1}]}", "An approval needs one threshold"),
        ("{approvals: [{over: 1, over_cost: 2}]}", "An approval needs one threshold"),
        ("{approvals: [{over: 1, need: 0}]}", "Value out of range"),
        ("{roles: {legal: [Ann]}}", "Not an email address"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(reviewed, policy, first):
    text = reviewed.read("rcsplan.yaml")
    reviewed.write("rcsplan.yaml", text.partition("policy:")[0] + f"policy: {policy}\n")
    done = reviewed.run("plan")
    assert (done.code, first in done.said) == (ExitCode.ERROR, True)


def test_an_unknown_role_is_pointed_at_with_a_suggestion(reviewed):
    reviewed.edit("rcsplan.yaml", "[{over: 1000, need: 1}]", "[{over: 1000, role: lgal}]")
    done = reviewed.run("plan")
    assert ("rcsplan.yaml:9" in done.err, "Did you mean 'legal'?" in done.said) == (True, True)


def test_an_environment_can_demand_other_approvals(reviewed):
    reviewed.edit("rcsplan.yaml", "    vars:", "    policy: {approvals: []}\n    vars:")
    assert reviewed.apply().code == 0


def test_what_is_read_when_approving_and_when_something_is_missing(project, golden):
    reviewed = begin_reviewed(project, approvals=TWO_OF_LEGAL)
    begin_state(reviewed.folder / ".rcsplan/sandbox.state.json")
    golden("approvals/approve.txt", stable(approve(reviewed, ANN).out))
    blocked = reviewed.apply()
    golden("approvals/blocked.txt", stable(blocked.out) + blocked.err)
