"""Applies in a temporary folder, each with its own simulator and state."""

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.sandbox.store import SandboxStore
from tests.apply.rig import Clock, Rig


@pytest.fixture
def rig(tmp_path):
    clock = Clock()
    sandbox = SandboxStore(tmp_path / "sandbox.db", real_clock=clock)
    yield Rig(sandbox=sandbox, store=LocalStore(tmp_path / "state.json"), clock=clock)
    sandbox.close()
