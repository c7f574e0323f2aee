"""What a plan has against its sends, as workflow commands of GitHub Actions, each at the line of its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.diagnostics import Diagnostic, Location, Severity
from rcsplan.output.problems_github import format_diagnostics_github
from rcsplan.plan.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.plan.model import Action, Place, Plan, PolicyFinding


def format_plan_github(plan: Plan, *, prefix: str) -> str:
    """A command a line; `prefix` leads from the root of the repository to the project, with a slash at its end."""
    return format_diagnostics_github((one for action in plan.actions for one in _annotations(action)), prefix=prefix)


def _annotations(action: Action) -> Iterator[Diagnostic]:
    if action.reason is not None and action.reason is not Reason.POLICY:
        yield Diagnostic(
            code=action.reason.replace("_", "-"),
            summary="This send is blocked",
            location=_location(action.place),
            detail=f"{action.address}: {action.detail}",
            hint=action.way_out,
        )
    for finding in action.policy:
        if finding.waiver is None:
            yield Diagnostic(
                code=finding.rule,
                summary="The policy denies this send" if finding.denies else "The policy warns of this send",
                location=_location(finding.place or action.place),
                severity=_severity(finding),
                detail=f"{action.address}: {finding.detail}",
                hint=finding.way_out,
            )


def _severity(finding: PolicyFinding) -> Severity:
    return Severity.ERROR if finding.denies else Severity.WARNING


def _location(place: Place | None) -> Location:
    if place is None:
        return Location(file="the plan", is_file=False)
    return Location(file=place.file, line=place.line)
