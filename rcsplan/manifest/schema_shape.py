"""The JSON Schemas of models in the shape that serves an editor: templates where they may stand, and no idle words."""

from __future__ import annotations

import json
from typing import Any

_TEMPLATE = {"type": "string", "pattern": r"\{[{%#]"}
_TEXT_FILE = {
    "type": "object",
    "properties": {
        "file": {
            "type": "string",
            "description": "The file in the project whose text stands here.",
            "examples": ["texts/welcome.txt"],
        }
    },
    "required": ["file"],
    "additionalProperties": False,
}
#: What a template can stand for; a plain text needs no exception.
_TYPED = frozenset({"integer", "number", "boolean", "array", "object"})
_CONSTRAINED = frozenset({"maxLength", "pattern", "enum", "const"})
_WORDS = ("description", "examples", "default")
_NAMED, _NESTED = frozenset({"properties", "patternProperties"}), frozenset({"items", "additionalProperties"})
_BRANCHES = frozenset({"anyOf", "oneOf", "allOf"})


def well_worded(node: Any) -> Any:
    """The schema without titles, which repeat the names of keys, and without defaults that say only: not given.

    Other defaults are said in the description, for editors show no more than that and the examples.
    """
    if isinstance(node, list):
        return [well_worded(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not _is_idle(key, value)}
    default = kept.get("default", "")
    if isinstance(default, str | int | float) and default != "" and "description" in kept:
        kept["description"] += f" Default: {default if isinstance(default, str) else json.dumps(default)}."
    return {key: _map_below(key, child, well_worded) for key, child in kept.items()}


def templated(node: Any, *, texts: bool = False, inside: bool = False) -> Any:
    """The schema, with a template allowed in place of every value below it, and of itself unless `inside` says no.

    With `texts`, a file of the project may be named in place of a text, too.
    """
    if isinstance(node, list):
        return [templated(item, texts=texts) for item in node]
    if not isinstance(node, dict):
        return node

    def deeper(child: Any) -> Any:
        return templated(child, texts=texts)

    below = {key: _map_below(key, child, deeper) for key, child in node.items()}
    others = [] if inside else list(_exceptions(node, texts=texts))
    if not others:
        return below
    words = {key: below.pop(key) for key in _WORDS if key in below}
    return {"anyOf": [below, *others], **words}


def either(one: str, other: str, *, telling: dict[str, Any]) -> dict[str, Any]:
    """The schema of a mapping that is the definition `one` where any of the telling keys stands in it, else `other`.

    An editor is told what is wrong with the one that is meant, and offers the keys that lead to the first as well.
    """
    return {
        "type": "object",
        "properties": telling,
        "if": {"anyOf": [{"required": [key]} for key in telling]},
        "then": {"$ref": f"#/$defs/{one}"},
        "else": {"$ref": f"#/$defs/{other}"},
    }


def _is_idle(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


def _map_below(key: str, child: Any, change: Any) -> Any:
    if key in _NAMED or key == "$defs":
        return {name: change(inner) for name, inner in child.items()}
    return change(child) if key in _NESTED | _BRANCHES else child


def _exceptions(node: dict[str, Any], *, texts: bool) -> Any:
    is_text = node.get("type") == "string" and "const" not in node
    if "$ref" in node or node.get("type") in _TYPED or not _CONSTRAINED.isdisjoint(node):
        yield _TEMPLATE
    if texts and is_text:
        yield _TEXT_FILE
