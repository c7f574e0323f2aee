"""What is checked of a manifest before it is rendered: whether it is one, and what must not be a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import Diagnostic, Severity, did_you_mean
from rcsplan.manifest.project import API_VERSION
from rcsplan.manifest.variables import template_paths, variable_name_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rcsplan.manifest.document import Document

_GROUP = API_VERSION.partition("/")[0] + "/"
_KIND = "Campaign"
_NOT_RENDERED = ("apiVersion", "kind", "metadata")


def is_foreign(document: Document) -> bool:
    """Whether another tool's apiVersion says that a document is none of ours."""
    version = document.tree.get("apiVersion")
    return isinstance(version, str) and not version.startswith(_GROUP) and "{{" not in version


def foreign_note(document: Document) -> Diagnostic:
    """A note that a document was passed over."""
    return document.problem(
        "foreign-document",
        "Document is skipped",
        ("apiVersion",),
        severity=Severity.NOTE,
        detail=f"Its apiVersion {document.tree['apiVersion']!r} belongs to another tool.",
    )


def unusable(document: Document) -> Diagnostic | None:
    """Why a document is no campaign of this version, so that its other keys mean nothing here."""
    version, kind = document.tree.get("apiVersion"), document.tree.get("kind")
    if "apiVersion" not in document.tree:
        hint = f"Begin the document with apiVersion: {API_VERSION}, or keep files that are no manifests elsewhere."
        detail = "Without it nothing says whose document this is."
        return document.problem("missing-key", "Key is missing", ("apiVersion",), on_key=True, detail=detail, hint=hint)
    if version != API_VERSION:
        detail = f"This rcsplan reads {API_VERSION}, not {version!r}."
        hint = did_you_mean(str(version), (API_VERSION,))
        return document.problem("unknown-version", "Unknown version", ("apiVersion",), detail=detail, hint=hint)
    if kind != _KIND:
        detail, hint = f"A manifest is of kind {_KIND}, not {kind!r}.", did_you_mean(str(kind), (_KIND,))
        return document.problem("wrong-kind", "Not a campaign", ("kind",), detail=detail, hint=hint)
    return None


def envelope_problems(document: Document, environments: Collection[str]) -> Iterator[Diagnostic]:
    """Templates where nothing is rendered, variables that no expression can name, environments that do not exist."""
    tree = document.tree
    for key in _NOT_RENDERED:
        for path in template_paths(tree.get(key), (key,)):
            yield document.problem(
                "template-not-allowed",
                "Template is not rendered here",
                path,
                detail=f"{key} is read before anything is rendered.",
                hint="Write the value itself.",
            )
    yield from variable_name_problems(document, ("vars",))
    names = _mapping(tree.get("metadata")).get("environments")
    for index, name in enumerate(names if isinstance(names, list) else ()):
        if isinstance(name, str) and name not in environments:
            yield document.problem(
                "unknown-environment",
                "Unknown environment",
                ("metadata", "environments", index),
                detail=f"The project has no environment {name!r}, so that nothing would be sent.",
                hint=did_you_mean(name, environments),
            )


def _mapping(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
