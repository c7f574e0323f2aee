"""What was asked for on the command line before any command: which project, which environment, how to print."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from rcsplan.cli.surroundings import columns_of, is_screen, wants_no_color
from rcsplan.output.terminal import Style

if TYPE_CHECKING:
    from typing import TextIO


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
        """How results are written to standard output."""
        return self._style(sys.stdout)

    @property
    def err(self) -> Style:
        """How progress and problems are written to standard error."""
        return self._style(sys.stderr)

    @property
    def logs_json(self) -> bool:
        """Whether progress and problems are JSON lines."""
        return self.log_format == "json"

    def _style(self, stream: TextIO) -> Style:
        colors = is_screen(stream) and not self.no_color and not wants_no_color()
        return Style(color=colors, width=columns_of(stream))


pass_invocation = click.make_pass_decorator(Invocation)
