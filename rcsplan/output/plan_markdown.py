"""A plan as Markdown for a pull request, under a marker by which its comment is found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.plan_text import format_plan_text
from rcsplan.output.terminal import Style

if TYPE_CHECKING:
    from rcsplan.plan.model import Plan

_LIMIT = 65_000


def plan_marker(project: str, environment: str) -> str:
    """The first line of the comment of a project's environment, invisible to readers."""
    return f"<!-- rcsplan:{project}:{environment} -->"


def format_plan_markdown(plan: Plan) -> str:
    """The plan's text in a code block that nothing in it can close."""
    text = format_plan_text(plan, Style(), verbose=False).replace("```", "'''")
    return f"{plan_marker(plan.project, plan.environment)}\n```text\n{text}"[:_LIMIT] + "\n```\n"
