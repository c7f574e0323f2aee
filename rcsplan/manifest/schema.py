"""JSON Schemas of what authors write, for editors: the models, with templates where they may stand.

What is missing in one file another may say: a partial, the defaults of a folder, an environment or the project. So the
schemas tell wrong keys and wrong values, and leave it to rcsplan to tell what is missing in the whole.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

from rcsplan.manifest.calendars import Calendar
from rcsplan.manifest.campaign import Campaign
from rcsplan.manifest.composition import FolderDefaults, Partial
from rcsplan.manifest.project import Project
from rcsplan.manifest.quantity import format_duration
from rcsplan.manifest.schema_shape import either, templated, well_worded
from rcsplan.manifest.variables import BUILT_IN

if TYPE_CHECKING:
    from rcsplan.manifest.settings import Settings

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ONCE, _RECURRING, _SCHEDULE = "ScheduleSettings", "RecurringSettings", "Schedule"
#: Mappings that are merged key by key, so that each key may stand in another file.
_LAYERED = ("Spec", "AlternativeChannel", "Sms", _ONCE, _RECURRING)
#: Definitions that are data, and read before anything is rendered.
_NOT_RENDERED = ("CampaignMetadata", "UseSettings", "JsonValue")
_SPEC = {"$ref": "#/$defs/Spec"}


def campaign_schema() -> dict[str, Any]:
    """The JSON Schema of a campaign manifest."""
    schema = _schema_of(Campaign)
    definitions = _parts(schema["$defs"])
    properties = schema["properties"]
    properties["spec"] = {**_SPEC, **_words(properties["spec"])}
    properties["schedule"] = _schedule(properties["schedule"])
    properties["use"]["anyOf"].append({"type": "string"})
    properties["matrix"] = templated(properties["matrix"], inside=True)
    schema["required"].remove("spec")
    return headed({**schema, "$defs": definitions}, "campaign")


def partial_schema() -> dict[str, Any]:
    """The JSON Schema of a partial, which is a part of a spec."""
    schema = _schema_of(Partial)
    schema["properties"]["spec"] = {**_SPEC, **_words(schema["properties"]["spec"])}
    return headed(_with_parts(schema), "partial")


def defaults_schema() -> dict[str, Any]:
    """The JSON Schema of the defaults of a folder."""
    schema = _schema_of(FolderDefaults)
    properties = schema["properties"]
    properties["spec"] = {**_SPEC, **_words(properties["spec"])}
    properties["audience"] = {"$ref": "#/$defs/Audience", **_words(properties["audience"])}
    properties["schedule"] = _schedule(properties["schedule"])
    return headed(_with_parts(schema), "defaults")


def calendar_schema() -> dict[str, Any]:
    """The JSON Schema of a calendar."""
    return headed(_schema_of(Calendar), "calendar")


def project_schema() -> dict[str, Any]:
    """The JSON Schema of a project file."""
    schema = _schema_of(Project)
    for owner in (schema, schema["$defs"]["EnvironmentSettings"]):
        owner["properties"]["defaults"] = {**_SPEC, **_words(owner["properties"]["defaults"])}
    return headed(_with_parts(schema), "project")


def variables_schema() -> dict[str, Any]:
    """The JSON Schema of a file of variables: anything, by names that an expression can say."""
    names = {"pattern": "^[^\\W\\d]\\w*$", "not": {"enum": sorted(BUILT_IN)}}
    schema = {"type": "object", "propertyNames": names, "examples": [{"shop": {"url": "https://example.com"}}]}
    return headed(schema, "variables")


class _Words(GenerateJsonSchema):
    """Writes defaults as authors write them."""

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def _schema_of(model: type[Settings]) -> dict[str, Any]:
    schema: dict[str, Any] = well_worded(model.model_json_schema(by_alias=True, schema_generator=_Words))
    return schema


def _with_parts(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the definitions that a spec, a schedule and an audience need."""
    parts = _parts(_schema_of(Campaign)["$defs"])
    needed = {name: part for name, part in parts.items() if name not in {"CampaignMetadata", "UseSettings"}}
    return {**schema, "$defs": {**needed, **schema.get("$defs", {})}}


def _parts(definitions: dict[str, Any]) -> dict[str, Any]:
    """The definitions of a manifest, in which a template may stand for any rendered value, and no layer is complete."""
    loose = {
        name: {key: value for key, value in node.items() if key != "required" or name not in _LAYERED}
        for name, node in definitions.items()
    }
    rendered = {
        name: node if name in _NOT_RENDERED else templated(node, texts=name not in {_ONCE, _RECURRING}, inside=True)
        for name, node in loose.items()
    }
    once, recurring = rendered[_ONCE]["properties"], rendered[_RECURRING]["properties"]
    telling = {key: value for key, value in recurring.items() if key not in once}
    rendered[_SCHEDULE] = either(_RECURRING, _ONCE, telling=telling)
    return rendered


def _schedule(node: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"$ref": f"#/$defs/{_SCHEDULE}"}, {"type": "null"}], **_words(node)}


def _words(node: dict[str, Any]) -> dict[str, Any]:
    return {key: node[key] for key in ("description", "examples") if key in node}


def headed(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """A schema with its dialect and its name."""
    # Without a title: editors would set it above the words of every key.
    return {"$schema": _DIALECT, "$id": f"urn:rcsplan:v1:{name}", **schema}
