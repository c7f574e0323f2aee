"""JSON Schemas of manifests and projects, for editors: the models, with templates where they may stand."""

from __future__ import annotations

from typing import Any

from rcsplan.manifest.campaign import Campaign
from rcsplan.manifest.project import Project

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE = {"type": "string", "pattern": r"\{[{%#]", "description": "A template."}
#: What a template can stand for; a plain text needs no exception.
_TYPED = frozenset({"integer", "number", "boolean", "array", "object"})
_CONSTRAINED = frozenset({"maxLength", "pattern", "enum", "const"})
_RENDERED = ("schedule", "audience", "spec")


def campaign_schema() -> dict[str, Any]:
    """The JSON Schema of a campaign manifest, in which a template may stand for any rendered value."""
    schema = Campaign.model_json_schema(by_alias=True)
    metadata = schema["$defs"].pop("CampaignMetadata")
    definitions = {name: _templated(node, inside=True) for name, node in schema["$defs"].items()}
    schema["$defs"] = {**definitions, "CampaignMetadata": metadata}
    for key in _RENDERED:
        schema["properties"][key] = _templated(schema["properties"][key], inside=True)
    return _headed(schema, "campaign", "Campaign manifest of rcsplan")


def project_schema() -> dict[str, Any]:
    """The JSON Schema of a project file."""
    return _headed(Project.model_json_schema(by_alias=True), "project", "Project of rcsplan")


def _headed(schema: dict[str, Any], name: str, title: str) -> dict[str, Any]:
    return {"$schema": _DIALECT, "$id": f"urn:rcsplan:v1:{name}", **schema, "title": title}


def _templated(node: Any, *, inside: bool = False) -> Any:
    """The schema, with a template allowed in place of every value below it, and of itself unless `inside` says no."""
    if isinstance(node, list):
        return [_templated(item) for item in node]
    if not isinstance(node, dict):
        return node
    below = {key: _below(key, child) for key, child in node.items()}
    if inside or not _needs_exception(node):
        return below
    words = {key: below.pop(key) for key in ("description", "examples", "default", "title") if key in below}
    return {"anyOf": [below, _TEMPLATE], **words}


def _below(key: str, child: Any) -> Any:
    if key in {"properties", "patternProperties"}:
        return {name: _templated(inner) for name, inner in child.items()}
    return _templated(child) if key in {"items", "additionalProperties", "anyOf", "oneOf", "allOf"} else child


def _needs_exception(node: dict[str, Any]) -> bool:
    return "$ref" in node or node.get("type") in _TYPED or not _CONSTRAINED.isdisjoint(node)
