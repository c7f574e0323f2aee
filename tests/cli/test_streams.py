"""What goes where: results to standard output, everything else to standard error, each in the asked form."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.cli.running import COMMAND, surroundings
from tests.cli.terminal import Terminal
from tests.sampling import sampled

FAILING = [
    ("plan", "nothing-of-this-name"),
    ("apply",),
    ("plan", "--no-such-option"),
    ("show", "no-such-file.json"),
    ("--env", "nowhere", "plan"),
    ("state", "show", "nothing-of-this-name"),
    ("sandbox", "clock", "--advance", "soon"),
    ("schema", "nothing"),
    ("no-such-command",),
]


@pytest.mark.parametrize("command", FAILING, ids=" ".join)
def test_what_fails_says_nothing_on_standard_output(project, command):
    failed = project.run(*command)
    assert (failed.out, failed.code in {1, 64}, "Traceback" in failed.err) == ("", True, False)


@pytest.mark.parametrize("command", sampled([(command,) for command in FAILING], every=2), ids=" ".join)
def test_with_json_logs_every_line_of_a_failure_is_json(project, command):
    lines = project.run("--log-format", "json", *command).err.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["error"]


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("render",),
        ("validate",),
        ("lists",),
        ("senders",),
        ("account",),
        ("state", "list"),
        ("state", "show", "acme-winter-sale-uk"),
        ("sandbox", "ledger"),
    ],
    ids=" ".join,
)
def test_json_is_one_document_and_nothing_else(applied, command):
    done = applied.run(*command, "--format", "json")
    assert (done.code, type(done.json) in {dict, list}, done.err) == (0, True, "")


def test_json_is_printed_also_where_a_send_is_blocked(project):
    project.advance("10d")
    blocked = project.run("plan", "--format", "json")
    assert (blocked.code, blocked.json["summary"]["blocked"], blocked.err) == (4, 4, "")


def test_json_of_a_saved_plan_is_the_file(project, tmp_path):
    project.run("plan", "-o", str(tmp_path / "plan.json"))
    assert (
        project.run("show", str(tmp_path / "plan.json"), "--format", "json").out == (tmp_path / "plan.json").read_text()
    )


def test_diagnostics_as_json_are_a_result(project):
    project.write("broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    found = project.run("validate", "--format", "json")
    assert (found.code, found.json["errors"] > 0, found.err) == (1, True, "")


def test_diagnostics_of_the_project_file_are_a_result_too(project):
    project.write("rcsplan.yaml", "apiVersion: rcsplan/v1\nkind: Project\n")
    found = project.run("validate", "--format", "json")
    assert (found.code, {entry["file"] for entry in found.json["diagnostics"]}) == (1, {"rcsplan.yaml"})


def test_diagnostics_stop_a_plan_and_go_to_standard_error(project):
    project.write("broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    stopped = project.run("plan", "--format", "json")
    assert (stopped.code, stopped.out, "[missing-key]" in stopped.err) == (1, "", True)


def test_with_json_logs_diagnostics_are_one_line(project):
    project.write("broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\n")
    (line,) = project.run("--log-format", "json", "validate").err.splitlines()
    assert json.loads(line)["errors"] > 0


def test_with_json_logs_every_line_of_an_apply_is_json(project):
    lines = project.run("--log-format", "json", "apply", "--auto-approve").err.splitlines()
    assert sorted(json.loads(line)["event"] for line in lines) == [
        "apply.finished",
        "apply.planned",
        *["apply.started"] * 4,
        *["apply.submitted"] * 4,
    ]


def test_progress_is_plain_lines_where_there_is_no_terminal(project):
    lines = project.process("apply", "--auto-approve").err.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["[1/4]", "[2/4]", "[3/4]", "[4/4]"]
    assert sorted(line.partition(" ")[2].partition(" as campaign")[0] for line in lines) == [
        "acme-winter-sale-en: submitted",
        "acme-winter-sale-uk: submitted",
        "kvitka-saint-nicholas-en: submitted",
        "kvitka-saint-nicholas-uk: submitted",
    ]


def test_an_apply_to_a_sandbox_says_that_nothing_was_sent_to_people(project):
    assert "This is a sandbox: nothing was sent to people." in project.apply().out


def test_verbose_also_lists_what_does_not_change(applied):
    assert "none    acme-winter-sale-uk" not in applied.run("plan").out
    assert "none    acme-winter-sale-uk" in applied.run("-v", "plan").out


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["colour", "no colour", "dumb"])
def test_a_terminal_shows_the_same_plan_as_a_pipe_but_for_its_colours(fixed, environ):
    with Terminal("--project", str(fixed.folder), "plan", env=environ) as terminal:
        assert terminal.end() == 0
    assert (b"\x1b" in terminal.seen) == (environ == {})
    assert stable(terminal.text) == stable(fixed.process("plan").out)


def test_a_dumb_terminal_gets_lines_and_no_painting(fixed):
    with Terminal("--project", str(fixed.folder), "apply", "--auto-approve", env={"TERM": "dumb"}) as terminal:
        assert terminal.end() == 0
    assert (b"\x1b" in terminal.seen, "[4/4] " in terminal.text) == (False, True)


@pytest.mark.parametrize(("columns", "widest"), [("80", 80), ("100", 100), ("200", 200), ("0", 100), ("wide", 100)])
def test_a_table_is_as_wide_as_columns_says_and_100_where_there_is_no_terminal(fixed, columns, widest):
    lines = fixed.process("plan", env={"COLUMNS": columns}).out.partition("\n\n")[2].partition("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= widest


def test_there_is_no_colour_where_there_is_no_terminal(project):
    assert "\x1b" not in project.process("plan", env={"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1"}).out


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--detailed-exitcode",), 2)])
def test_a_reader_who_leaves_changes_no_exit_code(project, options, code):
    assert into_closed_pipe(project, "plan", *options) == (code, b"")


def test_an_apply_whose_reader_leaves_is_carried_out(project):
    code, _ = into_closed_pipe(project, "apply", "--auto-approve")
    assert (code, len(project.ledger())) == (0, 4)


def test_an_apply_whose_log_nobody_reads_is_carried_out(project):
    script = '"$@" 2>&1 | true; exit ${PIPESTATUS[0]}'
    code, _ = in_shell(project, script, "apply", "--auto-approve")
    assert (code, len(project.ledger())) == (0, 4)


def test_a_full_disk_under_the_output_is_said_and_nothing_is_applied_unseen(project):
    code, err = in_shell(project, '"$@" > /dev/full', "apply", "--auto-approve")
    assert (code, err) == (1, b"Error: The machine refused: No space left on device\n")
    assert project.ledger() == []


@pytest.mark.parametrize("closed", ["1", "2"])
def test_closed_streams_are_no_bug(project, closed):
    assert in_shell(project, f'"$@" {closed}>&-', "plan")[0] == 0


@pytest.mark.parametrize("encoding", ["latin-1", "cp1251", "cp437"])
def test_an_encoding_without_the_letters_spells_them_out(project, encoding):
    done = subprocess.run(
        [*COMMAND, "--project", project.folder, "render", "acme-winter-sale-uk", "--format", "json"],
        env=surroundings({"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout.decode(encoding))["acme-winter-sale-uk"]["sender"] == "Acme"


def into_closed_pipe(project, *command):
    return in_shell(project, '"$@" | true; exit ${PIPESTATUS[0]}', *command)


def in_shell(project, script, *command):
    """Run a command through bash; returns its exit code and what it wrote to standard error."""
    done = subprocess.run(
        ["bash", "-c", script, "bash", *COMMAND, "--project", project.folder, *command],
        env=surroundings(),
        capture_output=True,
        check=False,
    )
    return done.returncode, b"" if command[0] == "apply" and done.returncode == 0 else done.stderr


def stable(text):
    """A plan without its id."""
    return re.sub("Plan [0-9a-f]{16}", "Plan", text)
