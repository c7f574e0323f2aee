"""What was asked for on the command line before any command: which project, which environment, how to print."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import click

from rcsplan.cli.surroundings import wants_no_color
from rcsplan.output.terminal import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The global options."""

    project: str | None = None
    env: str | None = None
    verbose: bool = False
    log_format: str = "text"
    no_color: bool = False

    @property
    def out(self) -> Style:
        """How results are emphasised on standard output."""
        return Style(color=self._colors(sys.stdout.isatty()))

    @property
    def err(self) -> Style:
        """How progress and problems are emphasised on standard error."""
        return Style(color=self._colors(sys.stderr.isatty()))

    @property
    def logs_json(self) -> bool:
        """Whether progress and problems are JSON lines."""
        return self.log_format == "json"

    def _colors(self, terminal: bool) -> bool:  # noqa: FBT001  a question with one answer
        return terminal and not self.no_color and not wants_no_color()


pass_invocation = click.make_pass_decorator(Invocation)
