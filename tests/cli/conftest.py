"""The example project under a test's hands."""

from __future__ import annotations

import pytest

from tests.cli.running import Project, begin_state, copy_example
from tests.web.webhooks import Webhook


@pytest.fixture
def project(tmp_path, capsys):
    """A copy of the example project."""
    copy_example(tmp_path / "shop")
    return Project(tmp_path / "shop", capsys)


@pytest.fixture
def fixed(project):
    """The example project with a state of fixed lineage, so that its plans are the same on every machine."""
    begin_state(project.folder / ".rcsplan/sandbox.state.json")
    return project


@pytest.fixture
def applied(project):
    """The example project after its first apply."""
    assert project.apply().code == 0
    return project


@pytest.fixture
def webhook(monkeypatch):
    """A webhook, whose URL is the secret HOOK."""
    with Webhook() as opened:
        monkeypatch.setenv("HOOK", opened.url)
        yield opened
