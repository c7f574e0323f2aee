"""A state is begun only where the store keeps what it promises."""

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.backend.protocol import Probe
from rcsplan.errors import ConfigurationError
from rcsplan.operations.check import demand_promises
from tests.proof.world import World

HONEST = Probe(question="Is it honest?", holds=True)
BROKEN = Probe(question="Does it lock?", holds=False, detail="Two sessions held the lock.")


class Probed(LocalStore):
    """A store that found out something about itself."""

    probes = (HONEST, BROKEN)

    def probe(self):
        return self.probes


class Honest(Probed):
    """A store that found out nothing bad."""

    probes = (HONEST,)


def test_a_store_that_breaks_a_promise_is_refused_with_the_reason(tmp_path):
    with pytest.raises(ConfigurationError, match="does not keep what a state needs") as caught:
        demand_promises(Probed(tmp_path / "crm.json"))
    assert caught.value.detail == "Does it lock? No. Two sessions held the lock."


def test_a_store_that_keeps_its_promises_is_taken(tmp_path):
    assert demand_promises(Honest(tmp_path / "crm.json")) is None


def test_no_state_is_begun_in_a_store_that_breaks_a_promise(tmp_path):
    world = World(tmp_path, open_store=lambda world: Probed(world.state_file))
    with pytest.raises(ConfigurationError):
        world.init()
    world.close()
    assert Probed(world.state_file).load() is None
