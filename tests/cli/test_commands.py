"""Commands that begin, look at, and mend: `init`, `stop`, `state …`, `sandbox …`."""

from __future__ import annotations

import json
import os

import pytest

from rcsplan.errors import ExitCode
from tests.cli.running import Project, process

UK, EN = "acme-winter-sale-uk", "acme-winter-sale-en"


def test_a_new_project_plans_applies_and_converges(tmp_path, capsys):
    new = Project(tmp_path / "new", capsys)
    codes = [
        process("init", str(new.folder)).code,
        new.run("validate").code,
        new.run("plan", "--detailed-exitcode").code,
        new.apply().code,
        new.run("plan", "--detailed-exitcode").code,
    ]
    assert codes == [0, 0, 2, 0, 0]


def test_a_new_project_in_the_current_folder_keeps_its_ignore_file(tmp_path):
    (tmp_path / ".gitignore").write_text("node_modules/\n")
    assert process("init", cwd=tmp_path).code == 0
    assert (tmp_path / ".gitignore").read_text().splitlines()[0] == "node_modules/"


def test_init_overwrites_nothing(project):
    before = project.read("rcsplan.yaml")
    assert (process("init", str(project.folder)).code, project.read("rcsplan.yaml")) == (64, before)
    assert not (project.folder / "welcome.yaml").exists()


def test_init_where_nothing_can_be_written_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    assert process("init", str(tmp_path / "file")).code == 1


def test_a_stopped_campaign_stays_stopped_until_its_revision_rises(applied):
    assert applied.run("stop", EN, "--auto-approve").code == 0
    assert applied.actions()[EN] == "none"
    applied.edit("acme/winter-sale-en.yaml", f"name: {EN}", f"name: {EN}\n  revision: 2")
    assert applied.actions()[EN] == "submit"


def test_stop_works_under_hold(applied):
    applied.write("HOLD", "")
    assert applied.run("stop", EN, "--auto-approve").code == 0
    assert [entry["status"] for entry in applied.ledger() if entry["payload"]["groups"] == [202]] == ["stopped"]


@pytest.mark.parametrize(
    "command",
    [
        ("stop", "nothing", "--auto-approve"),
        ("state", "mv", "nothing", "new"),
        ("state", "rm", "nothing", "--auto-approve"),
        ("state", "skip", "nothing"),
        ("state", "resolve", "nothing", "--not-sent", "--auto-approve"),
    ],
    ids=" ".join,
)
def test_an_address_without_a_record_is_an_error(applied, command):
    refused = applied.run(*command)
    assert (refused.code in {1, 64}, "A bug" in refused.err) == (True, False)


@pytest.mark.parametrize("command", [("stop", EN), ("state", "rm", EN), ("state", "unlock")], ids=" ".join)
def test_what_cannot_be_taken_back_is_not_done_unasked(applied, command):
    assert applied.process(*command).code in {0, 64}
    assert (applied.actions()[EN], len(applied.ledger())) == ("none", 4)


def test_a_missed_send_is_put_to_rest(project):
    project.advance("10d")
    assert project.run("state", "skip", "--missed").code == 0
    assert project.run("plan").code == 0


def test_a_renamed_record_is_the_same_send(applied):
    assert applied.run("state", "mv", EN, "winter-en").code == 0
    applied.edit("acme/winter-sale-en.yaml", f"name: {EN}", "name: winter-en")
    assert "submit" not in applied.actions().values()


def test_an_unknown_outcome_is_resolved_as_sent(project):
    project.edit(
        "rcsplan.yaml",
        "account: sandbox/account.yaml",
        'account: sandbox/account.yaml\n      faults: ["POST /api/campaigns/rcs/*=garbage:x1", "list_lag:600"]',
    )
    assert project.apply("--settle-timeout", "0s", "--parallelism", "1").code == 3
    assert project.run("state", "resolve", UK, "--remote-id", "54000000").code == 0
    assert project.apply("--settle-timeout", "0s").code == 0
    assert len(project.ledger()) == 4


def test_the_history_tells_who_submitted_what(applied):
    history = applied.run("state", "history", "--format", "json").json
    assert [row["what"] for row in history] == ["submitted"] * 4


@pytest.mark.parametrize(
    ("flags", "shown"),
    [(("--set", "2026-12-24T12:00:00Z"), "2026-12-24T12:00:0"), (("--advance", "36h"), "2026-12-02T19:00:0")],
)
def test_the_clock_is_shown_and_set(project, flags, shown):
    assert project.run("sandbox", "clock", *flags).out[:-3] == shown


def test_seeding_keeps_the_ledger_and_resetting_does_not(applied, tmp_path):
    (tmp_path / "account.json").write_text(json.dumps({"lists": [{"id": 1, "name": "One", "contacts": 1}]}))
    assert applied.run("sandbox", "seed", str(tmp_path / "account.json")).code == 0
    assert len(applied.ledger()) == 4
    assert applied.run("sandbox", "reset").code == 0
    assert applied.ledger() == []


@pytest.mark.parametrize(
    "command",
    [
        ("sandbox", "seed", "nothing.yaml"),
        ("sandbox", "ledger", "--db", "/proc/nothing/x.db"),
        ("sandbox", "serve", "--host", "no host", "--port", "0"),
        ("--env", "production", "sandbox", "ledger"),
        ("plan", "-o", "/no/such/folder/plan.json"),
        ("plan", "-o", ""),
        ("plan", "-o", "/proc"),
    ],
    ids=" ".join,
)
def test_what_the_machine_refuses_is_no_bug(project, command):
    refused = project.run(*command)
    assert (refused.code, "A bug" in refused.err) == (1, False)


def test_a_plan_is_not_put_in_the_place_of_what_is_no_file(project, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    codes = [project.run("plan", "-o", str(tmp_path / name)).code for name in ("pipe", "folder")]
    assert (codes, (tmp_path / "pipe").is_fifo()) == ([1, 1], True)
    assert list(tmp_path.glob("*.tmp")) == []


def test_schemas_for_editors_are_renewed(project):
    project.write(".schemas/campaign.schema.json", "{}")
    done = project.run("schema", "--write")
    assert (done.code, "wrote .schemas/campaign.schema.json\n" in done.out) == (0, True)
    assert project.read(".schemas/campaign.schema.json") == project.run("schema", "campaign").out


@pytest.mark.parametrize("arguments", [(), ("campaign", "--write")])
def test_a_schema_is_either_printed_or_written(project, arguments):
    assert project.run("schema", *arguments).code == ExitCode.USAGE
