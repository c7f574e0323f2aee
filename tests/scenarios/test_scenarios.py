"""Whole runs as folders: a project and its steps, and after each step the plan, the requests and the state.

A scenario holds `project/`, the project at its beginning, and `steps.json`, a list of steps: `write` puts files into
the project (null removes one), `advance` lets time pass, then the project is planned and applied with the options of
`apply`, which must exit with `code`. `expected/` holds what that comes to, rewritten by `--update-golden`.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.running import Project, begin_state

FOLDER = Path(__file__).parent
SCENARIOS = sorted(path.parent for path in FOLDER.glob("*/steps.json"))

#: What differs from run to run: names of plans, seconds of the running clock, who ran it, from which commit.
_VOLATILE_TEXT = re.compile(r"Plan [0-9a-f]{12}")
_VOLATILE_MOMENTS = {
    "archived_at", "confirmed_at", "created_at", "expires_at", "first_seen", "not_after", "observed_at", "opened_at",
    "received_at", "seen_at", "stopped_at", "submitted_at",
}  # fmt: skip
#: Since when each series is known: of these moments only the addresses are the same in every run.
_SINCE_WHEN = "series"
_VOLATILE_KEYS = {
    *_VOLATILE_MOMENTS,
    "account", "checksum", "ci_url", "commit", "dirty", "id", "integrity", "intent", "plan_checksum",
    "rcsplan_version", "serial", "used_plans", "who",
}  # fmt: skip


@pytest.fixture(params=SCENARIOS, ids=lambda path: path.name)
def scenario(request, tmp_path, capsys):
    """A scenario's folder and its project, with a state of fixed lineage."""
    shutil.copytree(request.param / "project", tmp_path / "shop")
    begin_state(tmp_path / "shop/.rcsplan/sandbox.state.json")
    return request.param, Project(tmp_path / "shop", capsys)


def test_scenario(scenario, request):
    folder, project = scenario
    steps = json.loads((folder / "steps.json").read_text("utf-8"))
    actual = {}
    for number, step in enumerate(steps, start=1):
        actual |= {f"{number}-{name}": text for name, text in played(project, step).items()}
    expected = folder / "expected"
    _update(request, expected, actual)
    assert actual == {path.name: path.read_text("utf-8") for path in sorted(expected.iterdir())}


def played(project, step):
    """What a step comes to, by file name."""
    _prepare(project, step)
    shown, document = project.run("plan"), project.plan()
    applied = project.apply("--parallelism", "1", *step.get("apply", ()))
    assert applied.code == step["code"], applied.err
    return {
        "plan.txt": _VOLATILE_TEXT.sub("Plan 0123456789ab", shown.out),
        "plan.json": _stable(document),
        "requests.json": _stable(project.ledger()),
        "state.json": _stable(json.loads(project.read(".rcsplan/sandbox.state.json"))),
    }


def _prepare(project, step):
    for file, text in step.get("write", {}).items():
        (project.remove if text is None else lambda name, text=text: project.write(name, text))(file)
    for span in step.get("advance", ()):
        project.advance(span)


def _stable(document):
    return json.dumps(_without_volatile(document), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _without_volatile(node):
    match node:
        case dict():
            return {
                key: sorted(value) if key == _SINCE_WHEN else _without_volatile(value)
                for key, value in node.items()
                if key not in _VOLATILE_KEYS or _is_remote(key, value)
            }
        case list():
            return [_without_volatile(entry) for entry in node]
        case _:
            return node


def _is_remote(key, value):
    """Whether it is the id of a campaign or a list: those are counted up and the same in every run."""
    return key == "id" and isinstance(value, int)


def _update(request, folder, texts):
    if request.config.getoption("--update-golden"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
