"""The floor under a cold plan: read, parse, render, validate and hash every manifest of a generated project.

The same YAML parser, template engine, validator and hash as rcsplan, in a straight line: no positions, no diagnostics,
no account, no plan, and no code of rcsplan. Whatever rcsplan takes beyond it is the price of those.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import itertools
import json
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from _ruamel_yaml import CParser
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, TypeAdapter
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from typing_extensions import TypedDict

# Parsing: from events to plain data, with YAML 1.2's reading of plain scalars.

_SUSPECTS = "-+.0123456789~ntfNTF"
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def node(event: Any, following: Any) -> Any:
    kind = event.__class__
    if kind is ScalarEvent:
        text = event.value
        return text if event.style or text[:1] not in _SUSPECTS else plain(text)
    if kind is MappingStartEvent:
        mapping = {}
        while (event := following()).__class__ is not MappingEndEvent:
            key = event.value
            if key in mapping:
                raise ValueError(key)
            mapping[key] = node(following(), following)
        return mapping
    items = []
    while (event := following()).__class__ is not SequenceEndEvent:
        items.append(node(event, following))
    return items


def documents(path: str | Path) -> list[Any]:
    following = CParser(Path(path).read_bytes().decode()).get_event
    found = []
    while (event := following()).__class__ is not StreamEndEvent:
        if event.__class__ is DocumentStartEvent:
            found.append(node(following(), following))
            while following().__class__ is not DocumentEndEvent:
                continue
    return found


# Rendering: value by value, each distinct expression compiled once.

_EXPRESSION = re.compile(r"\{\{(.+?)\}\}")
_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
_split: dict[str, list[str]] = {}
_compiled: dict[str, Any] = {}


def evaluate(source: str, scope: dict[str, Any]) -> Any:
    template = _compiled.get(source)
    if template is None:
        # Without the expression's own call, which copies all variables each time.
        expression = _environment.compile_expression(source, undefined_to_none=False)
        template = _compiled[source] = expression._template
    context = template.new_context(scope, shared=True)
    for _ in template.root_render_func(context):
        pass
    return context.vars["result"]


def render(value: Any, scope: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return render_text(value, scope) if "{{" in value else value
    if isinstance(value, dict):
        return {key: render(child, scope) for key, child in value.items()}
    return [render(child, scope) for child in value] if isinstance(value, list) else value


def render_text(text: str, scope: dict[str, Any]) -> Any:
    pieces = _split.get(text)
    if pieces is None:
        pieces = _split[text] = _EXPRESSION.split(text)
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return evaluate(pieces[1], scope)
    return "".join(str(evaluate(piece, scope)) if number % 2 else piece for number, piece in enumerate(pieces))


# Validating: one call a manifest, as strict as rcsplan about everything that a generated manifest holds.

_STRICT = ConfigDict(extra="forbid", strict=True)
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_WALL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?")
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_PHONE = re.compile(r"[1-9][0-9]{8,14}")
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = _GSM_EXTENSION.union(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def demand(fulfilled: object) -> None:
    if not fulfilled:
        raise ValueError("not valid")


def utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def text_of(minimum: int, maximum: int) -> AfterValidator:
    def check(text: str) -> str:
        demand(minimum <= utf16_units(text) <= maximum)
        return text

    return AfterValidator(check)


def matching(pattern: re.Pattern[str]) -> AfterValidator:
    def check(text: str) -> str:
        demand(pattern.fullmatch(text))
        return text

    return AfterValidator(check)


def check_start(text: str) -> str:
    demand(_WALL.fullmatch(text))
    datetime.fromisoformat(text)
    return text


def check_list(value: object) -> object:
    demand(isinstance(value, int) and not isinstance(value, bool) and value > 0)
    return value


def check_unique(lists: list[int]) -> list[int]:
    demand(len(set(lists)) == len(lists))
    return lists


def check_suggestion(suggestion: dict[str, Any]) -> dict[str, Any]:
    demand(("url" in suggestion) != ("phone" in suggestion))
    return suggestion


def check_card(card: dict[str, Any]) -> dict[str, Any]:
    demand("text" in card or "media" in card)
    return card


def check_options(options: dict[str, Any]) -> dict[str, Any]:
    demand(("text" in options) != ("cards" in options))
    return options


def check_sms_sender(sender: str) -> str:
    demand(sender.isascii() and sender.isprintable() and 0 < len(sender) <= 11)
    return sender


def check_sms_text(text: str) -> str:
    if _GSM.issuperset(text):
        demand(0 < len(text) + sum(character in _GSM_EXTENSION for character in text) <= 765)
    else:
        demand(utf16_units(text) <= 335)
    return text


Url = Annotated[str, text_of(1, 1000), matching(_URL)]
Hours = Annotated[int, Field(ge=1, le=72)]


class Suggestion(TypedDict):
    __pydantic_config__ = _STRICT
    type: NotRequired[Annotated[str, Field(pattern="^(link|call)$")]]
    text: Annotated[str, text_of(1, 25)]
    url: NotRequired[Url]
    phone: NotRequired[Annotated[str, matching(_PHONE)]]
    postback_data: NotRequired[Annotated[str, text_of(0, 25)]]


class Media(TypedDict):
    __pydantic_config__ = _STRICT
    url: Url


class Card(TypedDict):
    __pydantic_config__ = _STRICT
    title: NotRequired[Annotated[str, text_of(1, 200)]]
    text: NotRequired[Annotated[str, text_of(1, 1000)]]
    media: NotRequired[Media]
    suggestions: NotRequired[
        Annotated[list[Annotated[Suggestion, AfterValidator(check_suggestion)]], Field(max_length=2)]
    ]


class Options(TypedDict):
    __pydantic_config__ = _STRICT
    text: NotRequired[Annotated[str, text_of(1, 160)]]
    cards: NotRequired[Annotated[list[Annotated[Card, AfterValidator(check_card)]], Field(min_length=1, max_length=5)]]


class Sms(TypedDict):
    __pydantic_config__ = _STRICT
    sender: Annotated[str, AfterValidator(check_sms_sender)]
    text: Annotated[str, AfterValidator(check_sms_text)]
    validity: NotRequired[Hours]
    validity_seconds: NotRequired[Annotated[int, Field(ge=30, le=86400)] | None]
    check_stop_list: NotRequired[bool]


class AlternativeChannel(TypedDict):
    __pydantic_config__ = _STRICT
    sms: Sms


class Spec(TypedDict):
    __pydantic_config__ = _STRICT
    groups: Annotated[
        list[Annotated[int, PlainValidator(check_list)]],
        Field(min_length=1, max_length=1000),
        AfterValidator(check_unique),
    ]
    sender: Annotated[str, text_of(1, 40)]
    options: Annotated[Options, AfterValidator(check_options)]
    tariff_code: NotRequired[int | str | None]
    validity: NotRequired[Hours]
    alternative_channel: NotRequired[AlternativeChannel | None]
    add_to_contact_book: NotRequired[bool]
    check_stop_list: NotRequired[bool]


class Metadata(TypedDict):
    __pydantic_config__ = _STRICT
    name: Annotated[str, matching(_NAME)]
    revision: NotRequired[Annotated[int, Field(ge=1)]]
    owner: NotRequired[str]
    labels: NotRequired[dict[str, str]]


class Schedule(TypedDict):
    __pydantic_config__ = _STRICT
    at: Annotated[str, AfterValidator(check_start)]
    timezone: NotRequired[str]


class Expectation(TypedDict):
    __pydantic_config__ = _STRICT
    min: NotRequired[Annotated[int, Field(ge=0)]]
    max: NotRequired[Annotated[int, Field(ge=0)]]


class Audience(TypedDict):
    __pydantic_config__ = _STRICT
    expect: Expectation


class Manifest(TypedDict):
    __pydantic_config__ = _STRICT
    apiVersion: Literal["rcsplan/v1"]
    kind: Literal["Campaign"]
    metadata: Metadata
    vars: NotRequired[dict[str, Any]]
    matrix: NotRequired[dict[str, list[str]]]
    schedule: Schedule
    audience: NotRequired[Audience]
    spec: Spec


_validate = TypeAdapter(Manifest).validate_python


# Hashing, and all of it together.


def digest(manifest: dict[str, Any]) -> str:
    spec = manifest["spec"]
    for card in spec["options"].get("cards", ()):
        for suggestion in card.get("suggestions", ()):
            suggestion.setdefault("type", "link" if "url" in suggestion else "call")
    if sms := (spec.get("alternative_channel") or {}).get("sms"):
        sms.setdefault("check_stop_list", True)
    effective = {"validity": 72, **spec, "start_at": manifest["schedule"]["at"]}
    text = json.dumps(effective, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def manifest_files(folder: Path) -> list[str]:
    return sorted(
        os.path.join(parent, name)  # noqa: PTH118  the floor takes the quickest way
        for parent, _, names in os.walk(folder)
        for name in names
        if name.endswith((".yaml", ".yml")) and name != "rcsplan.yaml" and not parent.endswith("vars")
    )


def digests(folder: Path) -> dict[str, str]:
    """The digest of every send of a generated project, by name and combination of its matrix."""
    (project,) = documents(folder / "rcsplan.yaml")
    (shared,) = documents(folder / "vars" / "common.yaml")
    found = {}
    for path in manifest_files(folder):
        for document in documents(path):
            matrix = document.get("matrix", {})
            spec = {**project["defaults"], **document["spec"]}
            scope = {**shared, **document.get("vars", {}), "metadata": document["metadata"]}
            for values in itertools.product(*matrix.values()):
                cell = dict(zip(matrix, values, strict=True))
                name = f"{document['metadata']['name']}{cell or ''}"
                demand(name not in found)
                found[name] = digest(_validate({**document, "spec": render(spec, {**scope, **cell})}))
    return found


def main() -> None:
    """Print how many campaigns a generated project has, and one digest over all of theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    # As rcsplan does: what is built holds no cycles.
    gc.disable()
    found = digests(parser.parse_args().folder)
    whole = hashlib.sha256("".join(found.values()).encode()).hexdigest()
    sys.stdout.write(f"SENDS      DIGEST\n{len(found):9,}  {whole[:16]}\n")


if __name__ == "__main__":
    main()
