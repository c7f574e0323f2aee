"""What stands around a run and must not break it: closed streams, devices in the place of files, other environments."""

from __future__ import annotations

import os
import subprocess

import pytest

from rcsplan.errors import ExitCode
from tests.cli.running import COMMAND, surroundings

_TWO = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: two}
default_environment: sandbox
environments:
  sandbox: {provider: {type: sandbox}}
  staging: {provider: {type: sandbox, db: .rcsplan/staging.db}}
"""
_SALE = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {name: sale}
schedule: {at: now, until: "2099-12-04 10:00"}
spec: {groups: [Nobody], sender: Acme, options: {text: hi}}
"""


def closed(project, *arguments):
    """Run a command without any standard input at all."""
    command = [*COMMAND, "--project", str(project.folder), *arguments]
    script = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    return subprocess.run(script, capture_output=True, text=True, env=surroundings(), check=False)


@pytest.mark.parametrize(
    "command", [["apply"], ["stop", "acme-winter-sale-uk"], ["state", "rm", "acme-winter-sale-uk"]]
)
def test_where_standard_input_is_closed_nobody_is_there_to_approve(applied, command):
    applied.edit("acme/winter-sale-uk.yaml", "Взуття", "Чоботи")
    done = closed(applied, *command)
    assert (done.returncode, "Nobody is here to approve" in done.stderr) == (ExitCode.USAGE, True), done.stderr


@pytest.mark.parametrize("make", [lambda path: path.symlink_to("/nowhere"), os.mkfifo, lambda path: path.mkdir()])
def test_whatever_is_called_hold_holds(project, make):
    make(project.folder / "HOLD")
    result = project.apply()
    assert (result.code, "HOLD" in result.err, project.ledger()) == (ExitCode.BLOCKED, True, [])


@pytest.mark.parametrize("place", ["/", ".", "/dev/null"])
def test_what_is_no_file_is_no_place_for_a_state(applied, place):
    result = applied.run("state", "migrate", "--to", place)
    assert (result.code, "is no place for a state" in result.err) == (ExitCode.ERROR, True)


@pytest.fixture
def two(project):
    """A project of two environments, of which the other one is not the default."""
    project.write("rcsplan.yaml", _TWO)
    for file in [file for file in project.folder.rglob("*.yaml") if file.name != "rcsplan.yaml"]:
        file.unlink()
    project.write("sale.yaml", _SALE)
    return project


def test_a_way_out_names_the_environment_where_it_is_not_the_default(two):
    blocked = two.run("--env", "staging", "plan")
    assert "rcsplan --env staging lists" in blocked.out.replace("\n", " ")


def test_a_way_out_names_no_environment_where_it_is_the_default(two):
    assert "rcsplan lists" in two.run("plan").out


def test_a_hint_names_the_environment_that_was_chosen(two):
    refused = two.run("--env", "staging", "state", "show", "nothing")
    assert "rcsplan --env staging state" in refused.err
