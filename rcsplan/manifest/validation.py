"""What pydantic finds wrong, as diagnostics: one table of codes, sentences for people, and places in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from rcsplan.diagnostics import Severity, did_you_mean, format_key_path
from rcsplan.manifest.source import MAX_PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from rcsplan.diagnostics import Diagnostic, KeyPath
    from rcsplan.manifest.document import Document
    from rcsplan.manifest.vocabulary import Vocabulary


#: Marks a pydantic error as one of ours: its context holds code, summary, detail, hint and the place inside the value.
_COMPLAINT = "complaint"


def complaint(code: str, summary: str, *, detail: str = "", hint: str = "", at: KeyPath = ()) -> PydanticCustomError:
    """A validation error in a diagnostic's own words, which validators raise.

    `at` is the place inside the validated value, for a rule that speaks of several keys.
    """
    context = {"code": code, "summary": summary, "detail": detail, "hint": hint, "at": at}
    return PydanticCustomError(_COMPLAINT, "{summary}", context)


class Unrendered:
    """Stands in a rendered tree where rendering failed, so that what validation says of it is not said."""


UNRENDERED = Unrendered()
_ABSENT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong at a path of the validated data, not yet placed in a file."""

    code: str
    summary: str
    path: KeyPath
    on_key: bool = False
    detail: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR

    def placed_in(self, document: Document, path: KeyPath | None = None) -> Diagnostic:
        """The finding at its place in a document, or at another path where the data comes from."""
        return document.problem(
            self.code,
            self.summary,
            self.path if path is None else path,
            on_key=self.on_key,
            severity=self.severity,
            detail=self.detail,
            hint=self.hint,
        )


_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "none_required": "null",
}
_NAMES = ((str, "text"), (list | tuple, "a list"), (dict, "a mapping"))
_RANGES = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}
_LENGTHS = {
    "too_long": ("too-long", "Too many entries", "at most {max_length} entries; there are {actual_length}"),
    "too_short": ("too-short", "Too few entries", "at least {min_length}; there are {actual_length}"),
    "string_too_long": ("too-long", "Text is too long", "at most {max_length} characters"),
    "string_too_short": ("too-short", "Text is too short", "at least {min_length} characters"),
}
#: Fields that other endpoints accept and this one does not (bsg-api.md section 3.1).
_REFUSED = {
    "callback_url": "send-groups accepts no callback URL; the account has one for all of RCS.",
    "reference_id": "send-groups accepts no reference; the address is what names a send.",
    "dry_run": "send-groups has no dry run; rcsplan plan shows what would be sent.",
    "phones": "send-groups sends to contact lists; name them in groups.",
}


def findings_of(error: ValidationError, data: Any, vocabulary: Vocabulary, *, at: KeyPath = ()) -> Iterator[Finding]:
    """What a validation found wrong in the data, without what follows from a failed rendering.

    `at` is the part of the data that was validated, where it was not the whole.
    """
    for item in error.errors(include_url=False)[:MAX_PROBLEMS]:
        if item["input"] is not UNRENDERED:
            yield _finding({**item, "loc": (*at, *item["loc"])}, data, vocabulary)


def finding_of_complaint(error: PydanticCustomError, *, at: KeyPath, on_key: bool = False) -> Finding:
    """A complaint about the value at a path."""
    return _complained(dict(error.context or {}), at, on_key=on_key)


def _complained(context: Mapping[str, Any], path: KeyPath, *, on_key: bool) -> Finding:
    return Finding(
        code=context["code"],
        summary=context["summary"],
        path=path + tuple(context["at"]),
        on_key=on_key,
        detail=context["detail"],
        hint=context["hint"],
    )


def _finding(item: ErrorDetails, data: Any, vocabulary: Vocabulary) -> Finding:
    kind, context = item["type"], item.get("ctx", {})
    path, on_key = _path_in(data, item["loc"], kind)
    if kind == _COMPLAINT:
        return _complained(context, path, on_key=on_key)
    if kind == "extra_forbidden":
        key = str(path[-1])
        detail, hint = f"{key!r} is no key of {_parent(path)}.", _REFUSED.get(key) or vocabulary.hint(path)
        return Finding(code="unknown-key", summary="Unknown key", path=path, on_key=True, detail=detail, hint=hint)
    if kind in {"missing", "union_tag_not_found"}:
        key = context["discriminator"].strip("'") if context else str(path[-1])
        detail = f"{key!r} must be given in {_parent(path if not context else (*path, key))}."
        return Finding(code="missing-key", summary="Key is missing", path=path, on_key=True, detail=detail)
    if kind in {"literal_error", "union_tag_invalid"}:
        return _not_allowed(path, item, context)
    if kind in _KINDS:
        return _wrong_type(path, expected=_KINDS[kind], actual=item["input"])
    return _out_of_bounds(path, kind, on_key=on_key, context=context)


def _wrong_type(path: KeyPath, *, expected: str, actual: Any) -> Finding:
    detail = f"Expected {expected}, found {_described(actual)}."
    return Finding(
        code="wrong-type", summary="Value has the wrong type", path=path, detail=detail, hint=_mending(expected, actual)
    )


def _mending(expected: str, actual: Any) -> str:
    if actual is None:
        return "Give a value, or remove the key."
    if expected == "text" and isinstance(actual, int | float):
        return f'Quote it: "{actual}".'
    if "number" in expected and isinstance(actual, str):
        return "Write the number without quotes; in a template, end the expression with | int."
    return ""


def _not_allowed(path: KeyPath, item: ErrorDetails, context: Mapping[str, Any]) -> Finding:
    tagged = "discriminator" in context
    allowed = context["expected_tags" if tagged else "expected"]
    actual = context["tag"] if tagged else item["input"]
    return Finding(
        code="wrong-value",
        summary="Value is not allowed",
        path=(*path, context["discriminator"].strip("'")) if tagged else path,
        detail=f"Allowed: {allowed}.",
        hint=did_you_mean(str(actual), re.findall(r"'([^']*)'", allowed)),
    )


def _out_of_bounds(path: KeyPath, kind: str, *, on_key: bool, context: Mapping[str, Any]) -> Finding:
    if kind in _RANGES:
        words, bound = _RANGES[kind]
        detail = f"It must be {words} {context[bound]}."
        return Finding(code="out-of-range", summary="Value out of range", path=path, detail=detail)
    if kind in _LENGTHS:
        code, summary, words = _LENGTHS[kind]
        detail = words.format_map({"actual_length": "", **context})
        return Finding(code=code, summary=summary, path=path, detail=f"Allowed are {detail}.")
    return Finding(code="wrong-value", summary="Value is not allowed", path=path, on_key=on_key)


def _path_in(data: Any, place: KeyPath, kind: str) -> tuple[KeyPath, bool]:
    """A pydantic place as a path in the data: without the names of union branches; and whether it means the key."""
    on_key = bool(place) and place[-1] == "[key]"
    parts = place[:-1] if on_key else place
    path: list[str | int] = []
    for position, part in enumerate(parts):
        child = _child(data, part)
        if child is not _ABSENT:
            data = child
        elif kind != "missing" or position < len(parts) - 1:
            continue
        path.append(part)
    return tuple(path), on_key


def _child(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part, _ABSENT)
    if isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
        return data[part]
    return _ABSENT


def _parent(path: KeyPath) -> str:
    return format_key_path(path[:-1]) or "the document"


def _described(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return f"the number {value}"
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "something else")
