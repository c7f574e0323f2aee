"""Mistakes of rcsplan itself: a report on disk, exit 70, and no secret in either."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from rcsplan.cli.failure import report
from rcsplan.cli.invocation import Invocation
from rcsplan.errors import ConfigurationError, ExitCode
from rcsplan.plan.document import format_plan, sealed
from tests.cli.running import process
from tests.output.plans import hostile_plan

SECRET = "live_9f8e7d6c5b4a39281706"


@pytest.fixture
def reports(tmp_path, monkeypatch):
    """Where reports are written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def bug():
    """An error whose messages and values hold a secret."""
    with pytest.raises(ValueError, match=SECRET) as caught:
        _stumble()
    return caught.value


def _stumble():
    try:
        {}[SECRET]
    except KeyError as error:
        raise ValueError(f"no value for {SECRET}") from error


def test_a_bug_exits_with_70_and_names_its_report(reports, capsys):
    assert report(bug(), Invocation()) == ExitCode.BUG
    (written,) = reports.iterdir()
    assert f"What happened is in {written}." in " ".join(capsys.readouterr().err.split())


def test_a_report_tells_where_and_nothing_that_was_said(reports, capsys):
    report(bug(), Invocation())
    text = next(reports.iterdir()).read_text() + capsys.readouterr().err
    assert ("builtins.ValueError" in text, "builtins.KeyError" in text, "in _stumble" in text, SECRET in text) == (
        True,
        True,
        True,
        False,
    )


def test_a_report_is_for_its_owner(reports):
    report(bug(), Invocation())
    assert next(reports.iterdir()).stat().st_mode & 0o777 == 0o600


def test_a_bug_is_one_line_of_json_where_that_is_asked(reports, capsys):
    report(bug(), Invocation(log_format="json"))
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["kind"], json.loads(line)["exit_code"]) == ("Bug", 70)


def test_a_bug_is_said_although_no_report_can_be_written(monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", "/proc/nothing")
    assert report(bug(), Invocation()) == ExitCode.BUG
    assert "A report of it could not be written." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            OSError(28, "No space left on device", "/data"),
            1,
            "Error: The machine refused: No space left on device\n  /data\n",
        ),
        (PermissionError(13, "Permission denied"), 1, "Error: The machine refused: Permission denied\n"),
        (ConfigurationError("No project"), 1, "Error: No project\n"),
    ],
)
def test_what_the_user_can_mend_is_said_plainly(error, code, said, capsys):
    assert (report(error, Invocation()), capsys.readouterr().err) == (code, said)


def test_a_plan_file_of_a_stranger_is_shown_inert(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(format_plan(sealed(hostile_plan())))
    shown = process("-v", "show", str(file))
    assert shown.code == 0
    assert [character for character in shown.out if character != "\n" and not character.isprintable()] == []


def test_the_file_of_a_strangers_plan_is_named_inert():
    name = "plan\x1b[2J\n.json"
    assert "\x1b" not in process("show", str(Path("/nowhere") / name)).err
