"""The published JSON Schemas: the same as the models give, and true of what rcsplan reads and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from rcsplan.cli.schema import NAMES, text_of
from tests.cli.running import Project, copy_example

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "campaigns").rglob("[!.]*.yaml"))


def errors_of(name, document):
    """Where a document breaks a published schema, and how."""
    schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8"))
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(document)]


def yaml_of(text):
    return YAML(typ="safe", pure=True).load(text)


@pytest.fixture
def project(tmp_path, capsys):
    """The example project after its first apply, with a state that holds records of several kinds."""
    copy_example(tmp_path / "shop")
    project = Project(tmp_path / "shop", capsys)
    project.apply()
    project.edit("acme/winter-sale-en.yaml", "Coats, boots", "Coats, shoes")
    project.remove("kvitka/saint-nicholas-uk.yaml")
    return project


def test_every_schema_is_published_and_no_other():
    assert sorted(path.name for path in (ROOT / "schemas").iterdir()) == sorted(f"{name}.schema.json" for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_published_schema_is_what_the_models_give(name):
    assert (ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8") == text_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_a_schema(name):
    Draft202012Validator.check_schema(json.loads(text_of(name)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_the_example_names_a_schema_and_keeps_it(path):
    text = path.read_text("utf-8")
    named = path.parent / text.partition("\n")[0].removeprefix("# yaml-language-server: $schema=")
    assert named.resolve().parent == ROOT / "schemas"
    assert errors_of(named.name.removesuffix(".schema.json"), yaml_of(text)) == []


@pytest.mark.parametrize(("file", "name"), [("rcsplan.yaml", "project"), ("welcome.yaml", "campaign")])
def test_a_new_project_keeps_the_schemas(tmp_path, capsys, file, name):
    Project(tmp_path, capsys).run("init", str(tmp_path))
    assert errors_of(name, yaml_of((tmp_path / file).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"apiVersion": "rcsplan/v1", "kind": "Campaign"},
        {"apiVersion": "rcsplan/v1", "kind": "Campaign", "metadata": {"name": "a"}, "spec": {}, "shedule": {}},
        {"apiVersion": "rcsplan/v2", "kind": "Campaign", "metadata": {"name": "a"}, "spec": {}},
    ],
)
def test_an_editor_finds_what_is_wrong_with_a_manifest(broken):
    assert errors_of("campaign", broken) != []


def test_a_plan_keeps_its_schema(project):
    assert errors_of("plan", project.plan()) == []


def test_a_plan_with_blocks_keeps_its_schema(project):
    project.advance("9d")
    project.edit("acme/winter-sale-uk.yaml", "Взуття", "Черевики")
    assert errors_of("plan", project.plan()) == []


def test_a_saved_plan_keeps_its_schema(project, tmp_path):
    project.run("plan", "-o", str(tmp_path / "plan.json"))
    assert errors_of("plan", json.loads((tmp_path / "plan.json").read_text())) == []


def test_a_state_keeps_its_schema(project):
    project.apply("--allow-mass-stop")
    project.advance("6d")
    project.apply()
    assert errors_of("state", json.loads(project.read(".rcsplan/sandbox.state.json"))) == []


def test_diagnostics_keep_their_schema(project):
    project.write("broken.yaml", "apiVersion: rcsplan/v1\nkind: Campaign\nsepc: {}\n")
    assert errors_of("diagnostics", project.run("validate", "--format", "json").json) == []
