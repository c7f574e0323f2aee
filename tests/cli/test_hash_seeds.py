"""The same project comes to the same bytes in every process, whatever the order in which it hashes."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import Project, begin_state, copy_example
from tests.sampling import sampled

COMMANDS = {
    "render": ("render", "--format", "json"),
    "explain": ("explain", "kvitka-winter-bouquets[locale=uk,tier=vip]", "--format", "json"),
    "calendar": ("calendar", "--format", "html"),
    "validate": ("validate", "--format", "json"),
}
SEEDS = ("0", "1", "random")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The whole example project with a state of fixed lineage."""
    folder = tmp_path_factory.mktemp("example") / "shop"
    copy_example(folder, without=())
    begin_state(folder / ".rcsplan/sandbox.state.json")
    return Project(folder, None)


@pytest.mark.parametrize("command", sampled([(command,) for command in COMMANDS.values()], every=2), ids=list(COMMANDS))
def test_what_is_read_is_the_same_for_every_seed(example, command):
    results = [example.process(*command, env={"PYTHONHASHSEED": seed}) for seed in SEEDS]
    assert [result.code for result in results] == [0] * len(SEEDS)
    assert len({result.out for result in results}) == 1


def test_a_plan_has_the_same_checksum_for_every_seed(example):
    plans = [example.process("plan", "--format", "json", env={"PYTHONHASHSEED": seed}).out for seed in SEEDS]
    assert len({json.loads(plan)["checksum"] for plan in plans}) == 1


def test_a_plan_has_the_same_actions_for_every_seed(example):
    plans = [example.process("plan", "--format", "json", env={"PYTHONHASHSEED": seed}).out for seed in SEEDS]
    assert len({json.dumps(json.loads(plan)["actions"]) for plan in plans}) == 1
