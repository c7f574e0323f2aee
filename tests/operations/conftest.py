"""Projects in a temporary folder, each with its own simulator and state."""

import pytest

from rcsplan.sandbox.store import SandboxStore
from tests.apply.rig import Clock
from tests.operations.shop import Shop


@pytest.fixture
def shop(tmp_path):
    """A project without manifests; the only list of its sends has 1,240 contacts."""
    clock = Clock()
    sandbox = SandboxStore(tmp_path / "sandbox.db", real_clock=clock)
    yield Shop(folder=tmp_path / "project", sandbox=sandbox, clock=clock)
    sandbox.close()
