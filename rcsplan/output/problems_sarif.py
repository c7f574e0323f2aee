"""Diagnostics as SARIF 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from rcsplan.campaign.digest import sha256
from rcsplan.diagnostics import Severity, format_key_path
from rcsplan.output.terminal import format_json, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rcsplan.diagnostics import Diagnostic, Location

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_ROOT = "%SRCROOT%"
_HELP = "The README of rcsplan lists the codes of all problems under Diagnostics."

#: What a viewer would take for a link, or for a place into which to put an argument (SARIF 2.1.0, 3.11.5 and 3.11.6).
_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def format_diagnostics_sarif(
    diagnostics: Sequence[Diagnostic], *, prefix: str, version: str, fallback: str, exit_code: int
) -> str:
    """All diagnostics as one run.

    `prefix` leads from the root of the repository to the project, with a slash at its end. `fallback` is the file of
    the project at which a problem is shown that is in no file, for viewers refuse what has no place.
    """
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    driver = {"name": "rcsplan", "version": version, "rules": [_rule(code, diagnostics) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "exitCode": exit_code}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": _results(diagnostics, codes, prefix, fallback),
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return format_json(document) + "\n"


def _rule(code: str, diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    heaviest = next(
        severity for severity in Severity if any(one.code == code and one.severity is severity for one in diagnostics)
    )
    summary = min(one.summary for one in diagnostics if one.code == code)
    return {
        "id": code,
        "shortDescription": {"text": f"{summary}."},
        "fullDescription": {"text": f"{summary}."},
        "help": {"text": _HELP},
        "defaultConfiguration": {"level": _LEVELS[heaviest]},
    }


def _results(
    diagnostics: Sequence[Diagnostic], codes: Sequence[str], prefix: str, fallback: str
) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    results = []
    for diagnostic in diagnostics:
        identity = _identity(diagnostic)
        results.append(
            {
                "ruleId": diagnostic.code,
                "ruleIndex": codes.index(diagnostic.code),
                "level": _LEVELS[diagnostic.severity],
                "message": {"text": _message(diagnostic)},
                "locations": [{"physicalLocation": _place(diagnostic, prefix, fallback)}],
                "partialFingerprints": {"rcsplan/v1": sha256({"identity": identity, "number": seen[identity]})},
            }
        )
        seen[identity] += 1
    return results


def _identity(diagnostic: Diagnostic) -> str:
    """What makes a problem the same one after lines were added above it, or it was mended in part."""
    return "\n".join((diagnostic.code, diagnostic.location.file, format_key_path(diagnostic.location.path)))


def _message(diagnostic: Diagnostic) -> str:
    where = [] if diagnostic.location.is_file else [f"{diagnostic.location}:"]
    sentences = [*where, f"{diagnostic.summary}.", *diagnostic.detail.splitlines(), *diagnostic.hint.splitlines()]
    text = " ".join(visible(sentence) for sentence in sentences if sentence)
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub(r"\\[", text))


def _place(diagnostic: Diagnostic, prefix: str, fallback: str) -> dict[str, Any]:
    location = diagnostic.location
    if not location.is_file:
        return {"artifactLocation": _artifact(fallback, prefix)}
    place: dict[str, Any] = {"artifactLocation": _artifact(location.file, prefix)}
    if location.line is not None:
        place["region"] = _region(location, diagnostic.excerpt, location.line)
    return place


def _artifact(file: str, prefix: str) -> dict[str, str]:
    if file.startswith("/"):
        return {"uri": f"file://{quote(file, errors='surrogateescape')}"}
    return {"uri": quote(f"{prefix}{file}", errors="surrogateescape"), "uriBaseId": _ROOT}


def _region(location: Location, excerpt: str | None, line: int) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": line}
    if location.column is not None:
        region["startColumn"] = location.column
    return region if excerpt is None else {**region, "snippet": {"text": visible(excerpt)}}
