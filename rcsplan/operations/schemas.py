"""The JSON Schemas that rcsplan publishes, generated from its models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

#: The names of the schemas of what people write in an editor.
AUTHORED = ("project", "campaign", "partial", "defaults", "calendar", "variables")

#: The names under which schemas are printed and kept: NAME.schema.json.
SCHEMAS = (*AUTHORED, "plan", "state")

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text(name: str) -> str:
    """The text of a schema, the same on every machine.

    Raises:
        KeyError: there is none of this name.
    """
    return format_schema(_schema(name))


def format_schema(schema: dict[str, Any]) -> str:
    """A schema as text."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def schema_of(model: type[BaseModel], *, title: str) -> dict[str, Any]:
    """The JSON Schema of a model that rcsplan writes."""
    return {"$schema": _DIALECT, "title": title, **_without_title(model.model_json_schema(mode="serialization"))}


def _schema(name: str) -> dict[str, Any]:
    match name:
        case "plan":
            from rcsplan.plan.model import Plan

            return schema_of(Plan, title="rcsplan plan")
        case "state":
            from rcsplan.state.model import StateDocument

            return schema_of(StateDocument, title="rcsplan state")
        case _:
            from rcsplan.manifest import schema

            makers = {
                "project": schema.project_schema,
                "campaign": schema.campaign_schema,
                "partial": schema.partial_schema,
                "defaults": schema.defaults_schema,
                "calendar": schema.calendar_schema,
                "variables": schema.variables_schema,
            }
            return makers[name]()


def _without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}
