"""Diagnostics as JSON, in the shape of `schemas/diagnostics.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from rcsplan.diagnostics import Diagnostic, Severity, format_key_path
from rcsplan.output.terminal import inert_json

if TYPE_CHECKING:
    from collections.abc import Iterable


class DiagnosticEntry(BaseModel):
    """One problem of a manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(description="Stable, in kebab-case.")
    severity: Severity
    file: str
    line: int | None = Field(default=None, description="From 1.")
    column: int | None = Field(default=None, description="From 1.")
    path: str = Field(default="", description="Place in the document, such as spec.options.cards[0].title.")
    summary: str
    detail: str = ""
    hint: str = ""
    excerpt: str | None = Field(default=None, description="The offending line.")


class DiagnosticsDocument(BaseModel):
    """All problems of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = 1
    errors: int
    warnings: int
    diagnostics: tuple[DiagnosticEntry, ...]


def format_diagnostics_json(diagnostics: Iterable[Diagnostic]) -> str:
    """All diagnostics as one JSON document on one line."""
    return inert_json(diagnostics_document(diagnostics).model_dump_json())


def diagnostics_document(diagnostics: Iterable[Diagnostic]) -> DiagnosticsDocument:
    """All diagnostics, counted."""
    entries = tuple(_entry(diagnostic) for diagnostic in diagnostics)
    return DiagnosticsDocument(
        errors=sum(1 for entry in entries if entry.severity is Severity.ERROR),
        warnings=sum(1 for entry in entries if entry.severity is Severity.WARNING),
        diagnostics=entries,
    )


def _entry(diagnostic: Diagnostic) -> DiagnosticEntry:
    location = diagnostic.location
    return DiagnosticEntry(
        code=diagnostic.code,
        severity=diagnostic.severity,
        file=location.file,
        line=location.line,
        column=location.column,
        path=format_key_path(location.path),
        summary=diagnostic.summary,
        detail=diagnostic.detail,
        hint=diagnostic.hint,
        excerpt=diagnostic.excerpt,
    )
