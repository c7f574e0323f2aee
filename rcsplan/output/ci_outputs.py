"""What CI platforms read of a run: outputs by name, and a summary in Markdown."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from rcsplan.output.apply_text import format_applied
from rcsplan.output.terminal import Style
from rcsplan.plan.model import CHANGES, UNSETTLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rcsplan.operations.apply import Applied
    from rcsplan.plan.model import Plan

#: What a step of GitHub Actions may add to its summary; more, and all of it is dropped.
MAX_SUMMARY = 1024 * 1024

#: None of rcsplan's own options is read from a variable of this name.
_PREFIX = "RCSPLAN_RESULT_"
_FENCE = re.compile(r"`{3,}")


def outputs_of(plan: Plan, *, unknown: Iterable[str] | None = None) -> dict[str, str]:
    """The outputs of a plan, each on one line; `unknown` are the addresses after an apply, where there was one."""
    earlier = {action.address for action in plan.blocked if action.reason in UNSETTLED}
    return {
        "changes": str(sum(1 for action in plan.actions if action.action in CHANGES)),
        "blocked": str(len(plan.blocked)),
        "unknown": str(len(earlier if unknown is None else set(unknown))),
        "next_due": f"{plan.next_due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if plan.next_due is not None else "",
        "checksum": plan.checksum,
    }


def format_github_outputs(outputs: Mapping[str, str], *, delimiter: str) -> str:
    """Outputs for GITHUB_OUTPUT, each between lines of a delimiter that nobody can foresee: no value can add another.

    Raises:
        ValueError: a value holds the delimiter.
    """
    if any(delimiter in value for value in outputs.values()):
        message = "a value holds the delimiter"
        raise ValueError(message)
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in outputs.items())


def format_dotenv(outputs: Mapping[str, str]) -> str:
    """Outputs for a dotenv report of GitLab, which knows neither quotes nor values of several lines."""
    return "".join(f"{_PREFIX}{name.upper()}={' '.join(value.split())}\n" for name, value in outputs.items())


def format_applied_markdown(applied: Applied) -> str:
    """What an apply did, in a block of code that nothing in it can end."""
    text = format_applied(applied, Style())
    fence = "`" * (max((len(run) for run in _FENCE.findall(text)), default=2) + 1)
    return f"#### Applied\n\n{fence}text\n{text}{fence}\n"


def fits_summary(text: str, *, present: int) -> bool:
    """Whether a text can be added to a summary that has so many bytes already."""
    return present + len(text.encode("utf-8", "replace")) <= MAX_SUMMARY
