"""Every JSON document of the hostile project is one that no terminal obeys, and in which nothing hides."""

from __future__ import annotations

import re

import click
import pytest

from rcsplan.cli.main import cli
from tests.cli.running import Project, process
from tests.hostile.conftest import begin
from tests.hostile.hostile import CARDS, CONTROLS, DIRECTIONS, UNSEEN

PLAN = "it.plan.json"

#: A pull request for which there is no token.
NOWHERE = ("--platform", "github", "--repository", "a/b", "--number", "1", "--token-env", "NO_SUCH_TOKEN")

#: Each command that prints JSON, with arguments with which it has something to say.
COMMANDS = {
    "validate": (),
    "render": (),
    "explain": ("waived",),
    "policy list": (),
    "plan": (),
    "show": (PLAN,),
    "comment": ("--plan", PLAN, "--if-possible", *NOWHERE),
    "status": (),
    "report": (),
    "run": ("--once",),
    "state list": (),
    "state show": (CARDS[8],),
    "state history": (),
    "state check": (),
    "lists": (),
    "senders": (),
    "account": (),
    "sandbox ledger": (),
}

#: What JSON may hold raw by its grammar, and a terminal obeys or nobody sees.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The project once its cards were applied and read, on hold and suspended for hostile reasons."""
    folder = begin(tmp_path_factory.mktemp("json") / f"shop {DIRECTIONS}{UNSEEN}\x9b1m")
    run = ("--project", str(folder))
    assert process(*run, "apply", "--auto-approve", *CARDS).code == 0
    assert process(*run, "plan", "-o", str(folder / PLAN)).code == 4
    assert process(*run, "sandbox", "clock", "--advance", "12d").code == 0
    (folder / "HOLD").write_text(f"{CONTROLS} {DIRECTIONS}", "utf-8")
    return folder


def json_commands(command, name=""):
    """The commands below one that print JSON."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            yield from json_commands(command.get_command(context, below), f"{name} {below}".strip())
    elif any(parameter.name == "output_format" and "json" in parameter.type.choices for parameter in command.params):
        yield name


def test_no_command_is_forgotten():
    assert set(json_commands(cli)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_one_document_that_is_inert(folder, capsys, command):
    arguments = [str(folder / PLAN) if word == PLAN else word for word in COMMANDS[command]]
    done = Project(folder, capsys).run(*command.split(), *arguments, "--format", "json")
    assert (bool(done.json), RAW.findall(done.out)) == (True, [])


def test_every_event_is_a_line_that_is_inert(folder, capsys):
    done = Project(folder, capsys).run("--log-format", "json", "run", "--once")
    assert RAW.findall(done.err) == []
