"""The proof on every kind of store: crashes, second machines, broken locks, outages, faults, storms and real kills."""

from __future__ import annotations

import pytest

from tests.backend.stores import STORES, kinds
from tests.proof.crashes import steps_of
from tests.proof.eventful import Stage
from tests.proof.machines import play_machines
from tests.proof.mutants import StoreWithoutIntents
from tests.proof.outages import LASTING, lose_store
from tests.proof.parts import Proof
from tests.proof.world import local_store

#: The parts that are played in one process, with what must have befallen them.
TROUBLES = {
    "crash points": "kills",
    "saved plan": "kills",
    "stop": "runs",
    "late arrivals": "kills",
    "crash pairs": "kills",
    "second run": "runs",
    "broken lock": "runs",
    "overtaking": "runs",
    "outages": "outages",
    "storms": "faults",
    "faults": "faults",
}

#: Of which the quick suite plays a sample; of the others on local files, elsewhere.
SAMPLED = ("crash points", "second run", "broken lock", "overtaking", "outages", "storms")


def promises(tally):
    return tally.doubles, tally.lost, tally.unsettled


KEPT = ([], [], [])


@pytest.mark.parametrize("kind", kinds({"postgres"}))
@pytest.mark.parametrize("part", SAMPLED)
def test_a_sample_of_the_proof_holds_on_every_kind_of_store(tmp_path, kind, part):
    tally = Proof(folder=tmp_path, runs=1, seed=1, stride=100, kind=kind).parts()[part]()
    assert promises(tally) == KEPT
    assert tally.counts["runs"] > tally.histories > 0


@pytest.mark.full
@pytest.mark.parametrize("kind", STORES)
@pytest.mark.parametrize("part", TROUBLES)
def test_the_proof_holds_on_every_kind_of_store(tmp_path, kind, part):
    tally = Proof(folder=tmp_path, runs=150, seed=2, kind=kind).parts()[part]()
    assert promises(tally) == KEPT
    assert tally.counts[TROUBLES[part]] > 0 < tally.histories


@pytest.mark.parametrize("kind", ["postgres", "http", "s3"])
def test_of_two_machines_one_is_killed_and_nothing_is_sent_twice_and_nothing_lost(tmp_path, kind):
    tally = play_machines(tmp_path, kind, rounds=1, seed=1)
    assert (promises(tally), tally.histories) == (KEPT, 1)


@pytest.mark.full
@pytest.mark.parametrize("kind", STORES)
def test_whenever_one_of_two_machines_is_killed_nothing_is_sent_twice_and_nothing_lost(tmp_path, kind):
    tally = play_machines(tmp_path, kind, rounds=60, seed=2)
    assert (promises(tally), tally.histories) == (KEPT, 60)
    assert tally.counts["kills"] > 30
    assert tally.counts["kills in flight"] > 0


def test_without_intents_an_outage_loses_what_was_just_submitted(tmp_path):
    stage = Stage(tmp_path)
    mutant = {"open_store": lambda world: StoreWithoutIntents(local_store(world))}
    steps = steps_of(stage, **mutant)
    outcomes = [number for number, step in enumerate(steps, start=1) if step == "record: before"]
    tally = lose_store(stage, outcomes[::3], calls=LASTING, **mutant)
    assert len(tally.lost) > 0
