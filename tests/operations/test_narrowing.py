"""A run narrowed to some addresses leaves the rest alone, and forgets nothing of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rcsplan.cli.main import run

NAME = "'acme-winter-sale-en'"
EXAMPLE = Path(__file__).parents[2] / "campaigns"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The example project, applied."""
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".rcsplan"))
    monkeypatch.chdir(folder)
    assert run(["apply", "--auto-approve"]) == 0
    return folder


def rename(project):
    old = project / "acme/winter-sale-en.yaml"
    text = old.read_text("utf-8").replace("name: acme-winter-sale-en", "name: acme-december-en")
    old.unlink()
    (project / "acme/december-en.yaml").write_text(text, "utf-8")


def test_a_rename_is_noticed_also_when_only_the_new_name_is_applied(project, capsys):
    rename(project)
    capsys.readouterr()
    assert run(["plan", "acme-december-en"]) == 4
    assert "possible_rename" in capsys.readouterr().out


def test_the_same_message_twice_is_noticed_also_when_only_one_is_applied(project, capsys):
    text = (project / "acme/winter-sale-en.yaml").read_text("utf-8")
    again = text.replace("name: acme-winter-sale-en", "name: acme-twin-en").replace("metadata.name", NAME)
    (project / "acme/twin-en.yaml").write_text(again, "utf-8")
    capsys.readouterr()
    assert run(["plan", "acme-twin-en"]) == 4
    assert "It has the same content as acme-winter-sale-en" in capsys.readouterr().out


def test_what_is_not_named_is_neither_stopped_nor_archived(project, capsys):
    (project / "acme/winter-sale-en.yaml").unlink()
    capsys.readouterr()
    assert run(["plan", "acme-winter-sale-uk", "--detailed-exitcode"]) == 0


def test_a_campaign_archived_while_sending_is_followed_until_it_has_ended(project, capsys):
    manifest = project / "acme/winter-sale-uk.yaml"
    text = manifest.read_text("utf-8")
    assert run(["sandbox", "clock", "--set", "2026-12-04T08:05:00Z"]) == 0
    manifest.unlink()
    assert run(["apply", "--auto-approve"]) == 0
    assert run(["sandbox", "clock", "--advance", "10d"]) == 0
    raised = text.replace("2026-12-04 10:00", "2026-12-20 10:00").replace("  owner:", "  revision: 2\n  owner:", 1)
    manifest.write_text(raised, "utf-8")
    capsys.readouterr()
    assert run(["plan", "acme-winter-sale-uk", "--detailed-exitcode"]) == 2
    assert "acme-winter-sale-uk revision 2  submit" in capsys.readouterr().out


_SPLIT = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: acme-parts}
schedule: {at: "2026-12-06 10:00"}
audience: {split: true}
spec:
  groups: [Acme UA, Acme EN]
  sender: Acme
  options: {text: "%s"}
"""


def test_who_names_a_part_of_a_split_audience_means_all_of_it_and_stops_nothing(project, capsys):
    manifest = project / "acme/parts.yaml"
    manifest.write_text(_SPLIT % "one", "utf-8")
    assert run(["apply", "--auto-approve"]) == 0
    manifest.write_text(_SPLIT % "two", "utf-8")
    capsys.readouterr()
    assert run(["plan", "--format", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    parts = [action["address"] for action in plan["actions"] if action["address"].startswith("acme-parts")]
    assert run(["plan", parts[0], "--format", "json"]) == 0
    narrowed = json.loads(capsys.readouterr().out)
    assert {action["address"]: action["action"] for action in narrowed["actions"]} == dict.fromkeys(parts, "replace")


def test_a_split_audience_that_is_not_named_is_left_alone(project, capsys):
    manifest = project / "acme/parts.yaml"
    manifest.write_text(_SPLIT % "one", "utf-8")
    assert run(["apply", "--auto-approve"]) == 0
    manifest.write_text(_SPLIT % "two", "utf-8")
    capsys.readouterr()
    assert run(["plan", "acme-winter-sale-uk", "--detailed-exitcode"]) == 0
