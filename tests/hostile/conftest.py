"""The hostile project under a test's hands."""

from __future__ import annotations

import pytest

from tests.cli.running import Project, begin_state
from tests.hostile.hostile import write_project


@pytest.fixture
def hostile(tmp_path, capsys):
    """The hostile project with a state of fixed lineage, so that its plans are the same on every machine."""
    folder = tmp_path / "shop"
    write_project(folder)
    begin_state(folder / ".rcsplan/sandbox.state.json")
    return Project(folder, capsys)
