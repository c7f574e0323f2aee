"""Teams whose repositories have the files of a CI system."""

from __future__ import annotations

import pytest

from tests.ci.team import team_at_work


@pytest.fixture
def on_github(tmp_path):
    """A team on GitHub."""
    with team_at_work(tmp_path, "github") as team:
        yield team


@pytest.fixture
def on_gitlab(tmp_path):
    """A team on GitLab."""
    with team_at_work(tmp_path, "gitlab") as team:
        yield team


@pytest.fixture
def by_script(tmp_path):
    """A team with a CI system of its own."""
    with team_at_work(tmp_path, "generic") as team:
        yield team
