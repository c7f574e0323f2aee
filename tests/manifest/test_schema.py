from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from rcsplan.manifest.schema import campaign_schema, project_schema
from tests.manifest.projects import PROJECT, make_manifest, make_spec
from tests.manifest.test_campaign import PASTED

CAMPAIGN = Draft202012Validator(campaign_schema())
PROJECTS = Draft202012Validator(project_schema())


@pytest.mark.parametrize("schema", [campaign_schema(), project_schema()])
def test_the_schemas_are_schemas_and_json(schema):
    Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize(
    "manifest",
    [
        make_manifest(),
        make_manifest(spec=PASTED, schedule=None),
        make_manifest(vars={"a": {"b": "{{ c }}"}}),
        make_manifest(schedule="{{ schedule }}") | {"schedule": {"at": "{{ start }}", "timezone": "{{ zone }}"}},
        make_manifest(audience={"expect": {"min": "{{ least }}"}}),
        make_manifest(spec=make_spec(groups=["{{ vip }}", "News", {"name": "x"}], validity="{{ hours }}")),
        make_manifest(spec=make_spec(groups="{{ lists }}", options="{{ message }}", check_stop_list="{{ flag }}")),
        make_manifest(spec=make_spec(options={"cards": ["{{ card }}", {"text": "x", "suggestions": "{{ buttons }}"}]})),
        make_manifest(
            spec=make_spec(
                options={"cards": [{"text": "x", "suggestions": [{"text": "{{ '' }}" * 9, "phone": "{{ p }}"}]}]}
            )
        ),
    ],
)
def test_a_valid_manifest_is_valid_by_the_schema(manifest):
    assert list(CAMPAIGN.iter_errors(manifest)) == []


@pytest.mark.parametrize(
    "manifest",
    [
        make_manifest(metadata={"name": "Spring Sale"}),
        make_manifest(metadata={"name": "{{ name }}"}),
        make_manifest(metadata={"name": "a", "revision": "{{ 2 }}"}),
        make_manifest(oops=1),
        make_manifest(spec="{{ spec }}"),
        make_manifest(spec=make_spec(validity=99)),
        make_manifest(spec=make_spec(validity="24")),
        make_manifest(spec=make_spec(validty=3)),
        make_manifest(spec=make_spec(options={"text": "x" * 161})),
        make_manifest(spec=make_spec(options={"cards": []})),
    ],
)
def test_what_is_wrong_is_wrong_by_the_schema(manifest):
    assert list(CAMPAIGN.iter_errors(manifest)) != []


@pytest.mark.parametrize(
    ("project", "valid"),
    [
        (PROJECT, True),
        ({**PROJECT, "policy": {"stop_margin": "5m", "max_stop": "25%"}}, True),
        ({**PROJECT, "policy": {"stop_margin": 5}}, False),
        ({**PROJECT, "environments": {"a": {"provider": {"type": "bsg"}}}}, False),
        ({**PROJECT, "oops": 1}, False),
    ],
)
def test_the_schema_of_projects_tells_right_from_wrong(project, valid):
    assert PROJECTS.is_valid(project) is valid


def test_every_field_is_described():
    assert list(undescribed(campaign_schema())) + list(undescribed(project_schema())) == []


def undescribed(node, path=()):
    for name, child in node.get("properties", {}).items():
        yield from [] if {"description", "$ref"} & child.keys() else [(*path, name)]
    for name, definition in node.get("$defs", {}).items():
        yield from undescribed(definition, (*path, name))
