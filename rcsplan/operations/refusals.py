"""What the provider refused, as problems of the manifests: each complaint at the line that produced the field."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rcsplan.campaign.address import parse_address
from rcsplan.diagnostics import Diagnostic, Location
from rcsplan.errors import FieldError, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.apply.events import Event
    from rcsplan.manifest.load import Loaded
    from rcsplan.manifest.source import SourceText
    from rcsplan.operations.apply import Applied
    from rcsplan.plan.model import Place


def refusals(applied: Applied) -> tuple[Diagnostic, ...]:
    """The provider's complaints of a run; of a saved plan only the first line of each manifest is known."""
    problems = [problem for event in applied.last.values() for problem in _problems(event, applied)]
    return with_excerpts(problems, applied.loaded)


def with_excerpts(problems: Iterable[Diagnostic], loaded: Loaded | None) -> tuple[Diagnostic, ...]:
    """The problems with their lines of the manifests, as far as those were read."""
    read = loaded.read.values() if loaded else ()
    sources = {manifest.source.name: manifest.source for manifest in read}
    return tuple(_with_excerpt(problem, sources.get(problem.location.file)) for problem in problems)


def _problems(event: Event, applied: Applied) -> Iterator[Diagnostic]:
    if not isinstance(event.error, Rejected):
        return
    place = next((action.place for action in applied.plan.actions if action.address == event.address), None)
    for complaint in event.error.fields or (FieldError(key="", message=event.error.detail),):
        field = f"of {complaint.key}" if complaint.key else "of the request"
        yield Diagnostic(
            code="provider-refused",
            summary="The provider refused the request",
            location=_location(event.address, complaint.key, applied.loaded, place),
            detail=f"It says {field}: {complaint.message}",
        )


def _location(address: str, key: str, loaded: Loaded | None, place: Place | None) -> Location:
    found = loaded.locate_wire_key(parse_address(address), key) if loaded is not None and key else None
    if found is not None:
        return found
    return Location(file=place.file, line=place.line) if place is not None else Location(file=address)


def _with_excerpt(problem: Diagnostic, source: SourceText | None) -> Diagnostic:
    line = problem.location.line
    if source is None or line is None:
        return problem
    return replace(problem, excerpt=source.excerpt(source.offset_of_line(line)))
