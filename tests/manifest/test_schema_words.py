"""What an editor shows of the schemas: a description and an example of everything, and examples that are right."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from rcsplan.cli.schema import account_schema
from rcsplan.manifest import schema as schemas

SCHEMAS = {
    "project": schemas.project_schema(),
    "campaign": schemas.campaign_schema(),
    "partial": schemas.partial_schema(),
    "defaults": schemas.defaults_schema(),
    "calendar": schemas.calendar_schema(),
    "variables": schemas.variables_schema(),
    "account": account_schema(),
}
_SHOWN = {"examples", "default", "enum", "const"}
_BELOW = ("items", "additionalProperties", "anyOf", "oneOf", "allOf", "then", "else")


def properties(schema):
    """Every property at every level, by its path from the definition that it belongs to."""
    yield from _properties(schema, ())
    for name, definition in schema.get("$defs", {}).items():
        yield from _properties(definition, (name,))


def _properties(node, path):
    for name, child in node.get("properties", {}).items():
        yield ".".join((*path, name)), child
        yield from _properties(child, (*path, name))
    for key in _BELOW:
        inner = node.get(key, [])
        for child in inner if isinstance(inner, list) else [inner]:
            if isinstance(child, dict):
                yield from _properties(child, path)


def kinds(node, schema):
    """A node, and all that it may be: what references and branches lead to."""
    yield node
    if "$ref" in node:
        yield from kinds(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    for branch in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from kinds(branch, schema)


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_everything_is_described(schema):
    undescribed = [
        path for path, node in properties(schema) if not any("description" in kind for kind in kinds(node, schema))
    ]
    assert undescribed == []


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_everything_has_an_example_or_a_default_or_a_choice(schema):
    assert [
        path
        for path, node in properties(schema)
        if not any(_SHOWN & kind.keys() or kind.get("type") == "boolean" for kind in kinds(node, schema))
    ] == []


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_example_and_every_default_is_right(schema):
    wrong = [
        (path, value)
        for path, node in properties(schema)
        for value in [*node.get("examples", []), *([node["default"]] if "default" in node else [])]
        if not Draft202012Validator({**node, "$defs": schema.get("$defs", {})}).is_valid(value)
    ]
    assert wrong == []


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_nothing_repeats_the_name_of_its_key(schema):
    assert [path for path, node in properties(schema) if isinstance(node.get("title"), str)] == []
