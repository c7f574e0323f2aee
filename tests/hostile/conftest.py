"""The hostile project under a test's hands."""

from __future__ import annotations

import pytest

from tests.cli.running import Project, begin_state, process
from tests.hostile.hostile import CARDS, edit_project, write_project


@pytest.fixture
def hostile(tmp_path, capsys):
    """The hostile project with a state of fixed lineage, so that its plans are the same on every machine."""
    return Project(begin(tmp_path / "shop"), capsys)


@pytest.fixture(scope="module")
def comment(tmp_path_factory):
    """The comment on its first plan."""
    folder = begin(tmp_path_factory.mktemp("first") / "shop")
    return process("--project", str(folder), "plan", "--format", "markdown").out


@pytest.fixture(scope="module")
def comment_on_replacements(tmp_path_factory):
    """The comment on the plan of what was applied before its messages changed."""
    folder = begin(tmp_path_factory.mktemp("edited") / "shop")
    applied = process("--project", str(folder), "apply", "--auto-approve", "--parallelism", "1", *CARDS)
    assert applied.code == 0
    edit_project(folder)
    return process("--project", str(folder), "plan", "--format", "markdown", *CARDS).out


def begin(folder):
    """The project in a folder, with the state that all its tests begin with."""
    write_project(folder)
    begin_state(folder / ".rcsplan/sandbox.state.json")
    return folder
