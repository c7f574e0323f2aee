"""`--ci-outputs`: results written to where the CI platform of this job reads them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rcsplan.backend.disk import Disk
from rcsplan.cli.surroundings import environment_variables
from rcsplan.errors import ConfigurationError
from rcsplan.output.ci_outputs import (
    fits_summary,
    format_applied_markdown,
    format_dotenv,
    format_github_outputs,
    outputs_of,
)
from rcsplan.output.plan_markdown import format_plan_markdown

if TYPE_CHECKING:
    from rcsplan.operations.apply import Applied
    from rcsplan.plan.model import Plan

#: What `artifacts:reports:dotenv` of a GitLab job names, and what other systems' jobs can source.
_DOTENV = "rcsplan.env"


@dataclass(frozen=True, slots=True, kw_only=True)
class CiOutputs:
    """Where outputs and summary go: to the two files of a GitHub Actions step, else to a dotenv file."""

    outputs: Path | None
    summary: Path | None

    def write_plan(self, plan: Plan) -> None:
        """Write what a plan comes to.

        Raises:
            ConfigurationError: it cannot be written.
        """
        self._write(outputs_of(plan), format_plan_markdown(plan))

    def write_applied(self, applied: Applied) -> None:
        """Write what an apply came to, over what was written of its plan; a failure is only said.

        What was submitted is recorded by then, and the exit code says how it went.
        """
        try:
            self._write(outputs_of(applied.plan, unknown=applied.unknown), format_applied_markdown(applied))
        except ConfigurationError as error:
            click.echo(f"Warning: {error.summary}: {error.detail}", err=True)

    def _write(self, outputs: dict[str, str], markdown: str) -> None:
        try:
            if self.outputs is None:
                # Replaced and never followed: a repository may hold a link of that name.
                Disk().replace(Path(_DOTENV), format_dotenv(outputs).encode(), mode=0o644)
                return
            with self.outputs.open("a", encoding="utf-8") as file:
                file.write(format_github_outputs(outputs, delimiter=f"rcsplan_{secrets.token_hex(16)}"))
            if self.summary is not None:
                self._summarise(self.summary, markdown)
        except OSError as error:
            raise ConfigurationError(
                "The outputs for CI cannot be written", detail=error.strerror or type(error).__name__
            ) from None

    @staticmethod
    def _summarise(path: Path, markdown: str) -> None:
        present = path.stat().st_size if path.exists() else 0
        text = f"{markdown}\n"
        if not fits_summary(text, present=present):
            click.echo("Note: the summary of this step has no room for it.", err=True)
            return
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)


def find_ci_outputs() -> CiOutputs:
    """Where this job's platform reads outputs."""
    variables = environment_variables()
    outputs, summary = variables.get("GITHUB_OUTPUT"), variables.get("GITHUB_STEP_SUMMARY")
    return CiOutputs(outputs=Path(outputs) if outputs else None, summary=Path(summary) if summary else None)
