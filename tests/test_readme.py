"""The README says what the code does: every command, option, environment variable, exit code and diagnostic code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from rcsplan.cli.main import cli
from rcsplan.errors import ExitCode
from rcsplan.manifest.calendars import Calendar
from rcsplan.manifest.campaign import Campaign
from rcsplan.manifest.composition import FolderDefaults, Partial
from rcsplan.manifest.project import Project
from rcsplan.plan.model import ActionKind, Reason

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")

TRY_LINE = "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/rcsplan apply --auto-approve"
TEST_LINE = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q -n 4"

_CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")


def commands(command, path=()):
    """Every command by the words that call it, groups left out."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        yield from commands(command.get_command(context, name), (*path, name))


COMMANDS = dict(commands(cli))
OPTIONS = sorted(
    {
        max(parameter.opts, key=len)
        for command in (cli, *COMMANDS.values())
        for parameter in command.params
        if isinstance(parameter, click.Option)
    }
)


def diagnostic_codes():
    """The codes of the modules that make diagnostics: every text in kebab-case but examples and encodings."""
    paths = [*(ROOT / "rcsplan/manifest").glob("*.py"), *(ROOT / "rcsplan/operations").glob("refusals.py")]
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    examples = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "examples"]
    texts = _texts(nodes) - _texts(inner for example in examples for inner in ast.walk(example))
    return sorted(text for text in texts if _CODE.fullmatch(text) and not text.startswith("utf-"))


def _texts(nodes):
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("line", [TRY_LINE, TEST_LINE])
def test_the_first_screen_has_each_one_liner_once(line):
    first_screen = README.splitlines()[:40]
    assert (first_screen.count(line), README.count(line)) == (1, 1)


def test_ci_runs_the_test_line_of_the_readme():
    marked = README.partition("<!-- test-line -->")[2]
    assert next(line for line in marked.splitlines() if "pytest" in line) == TEST_LINE


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_documented(path):
    assert re.search(rf"`(rcsplan )?{' '.join(path)}\b", README)


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_is_documented(option):
    assert re.search(rf"{re.escape(option)}(?![\w-])", README)


def test_the_environment_variables_of_options_are_documented():
    assert "RCSPLAN_ENV" in README


@pytest.mark.parametrize("code", list(ExitCode), ids=lambda code: code.name)
def test_every_exit_code_is_documented(code):
    assert re.search(rf"^\| `?{code.value}`?( / \d+)? *\|", README, re.MULTILINE) or re.search(
        rf"^\|.*\b{code.value}\b[^|]*\|", README, re.MULTILINE
    )


@pytest.mark.parametrize("code", diagnostic_codes())
def test_every_diagnostic_code_is_documented(code):
    assert f"`{code}`" in README


@pytest.mark.parametrize("action", list(ActionKind))
def test_every_action_is_documented(action):
    assert f"`{action}`" in README


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_of_a_block_is_documented(reason):
    assert f"`{reason}`" in README


def keys_of(schema):
    """The name of every key that a JSON Schema knows, at whatever depth."""
    match schema:
        case dict():
            inner = [key for child in schema.values() for key in keys_of(child)]
            return [*schema["properties"], *inner] if isinstance(schema.get("properties"), dict) else inner
        case list():
            return [key for child in schema for key in keys_of(child)]
        case _:
            return []


FORMATS = (Campaign, Project, Calendar, FolderDefaults, Partial)
KEYS = sorted({key for model in FORMATS for key in keys_of(model.model_json_schema(by_alias=True))})


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_a_manifest_is_documented(key):
    assert re.search(rf"`{re.escape(key)}`|`options\.{re.escape(key)}`|(?<![\w-]){re.escape(key)}:", README)


def test_every_command_that_the_readme_shows_exists():
    shown = set(re.findall(r"^(?:\$ )?(?:\.venv/bin/)?rcsplan ((?:--\w+ \S+ )*)([a-z]+)", README, re.MULTILINE))
    assert {command for _, command in shown} - {path[0] for path in COMMANDS} == set()
