"""The error handler: every exception becomes text on stderr and an exit code; a bug becomes a report on disk."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING

import click

from rcsplan.cli.invocation import Invocation
from rcsplan.cli.surroundings import version
from rcsplan.diagnostics import commands_in
from rcsplan.errors import ExitCode, InvalidContent, RcsplanError, UsageError
from rcsplan.output.problems import format_diagnostics, format_error
from rcsplan.output.problems_json import format_diagnostics_json
from rcsplan.output.terminal import inert_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rcsplan.diagnostics import Diagnostic


class Bug(RcsplanError):
    """A mistake in rcsplan itself; the report on disk says which."""

    exit_code = ExitCode.BUG


#: Options that stand before the command, with what a user might have meant by writing them after it.
_GLOBAL_OPTIONS = {
    "--project": "--project DIR",
    "--env": "--env NAME",
    "-v": "-v",
    "--verbose": "--verbose",
    "--log-format": "--log-format json",
    "--no-color": "--no-color",
}


def report(error: Exception, invocation: Invocation) -> int:
    """Say on stderr what is wrong and how to mend it, and return the exit code."""
    match error:
        case RcsplanError():
            return _report_error(error, invocation)
        case OSError():
            # A full disk, a folder without permission: of the machine's making, and the user's to mend.
            refused = f"The machine refused: {error.strerror or type(error).__name__}"
            return _report_error(RcsplanError(refused, detail=str(error.filename or "")), invocation)
        case _:
            return _report_bug(error, invocation)


def report_usage(error: click.ClickException) -> int:
    """Say what is wrong with the command line, and return the exit code."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    # As far as they were read: the options themselves may be what is wrong.
    read = context.find_root().params if context is not None else {}
    invocation = Invocation(log_format=read.get("log_format", "text"))
    hint = _hint_on(error)
    if invocation.logs_json:
        return _report_error(UsageError(error.format_message(), hint=hint), invocation)
    error.show()
    if hint:
        sys.stderr.write(f"  {hint}\n")
    return ExitCode.USAGE


def report_diagnostics(diagnostics: Sequence[Diagnostic], invocation: Invocation) -> None:
    """Say on stderr what is wrong with the manifests, or nothing where nothing is."""
    if diagnostics:
        as_json = invocation.logs_json
        text = (
            format_diagnostics_json(diagnostics) + "\n" if as_json else format_diagnostics(diagnostics, invocation.err)
        )
        sys.stderr.write(text)


def _report_error(error: RcsplanError, invocation: Invocation) -> int:
    if invocation.env:
        error.hint = commands_in(error.hint, invocation.env)
        error.detail = commands_in(error.detail, invocation.env)
    if isinstance(error, InvalidContent):
        report_diagnostics(error.diagnostics, invocation)
        sys.stderr.write("" if invocation.logs_json else f"\n{invocation.err.bold(error.summary)}\n")
    elif invocation.logs_json:
        sys.stderr.write(_as_json(error))
    else:
        sys.stderr.write(format_error(error, invocation.err))
    return error.exit_code


def _report_bug(error: Exception, invocation: Invocation) -> int:
    """Write a report without messages and values, in which a secret could stand, and say where it is."""
    report = f"rcsplan {version()}, Python {sys.version}\n\n{''.join(_frames(error))}"
    try:
        descriptor, path = tempfile.mkstemp(prefix="rcsplan-report-", suffix=".txt")
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  it is open already
            file.write(report)
        where = f"What happened is in {path}."
    except OSError:
        where = "A report of it could not be written."
    bug = Bug(
        f"A bug in rcsplan: {type(error).__name__}",
        hint=f"{where}\nNothing was submitted that is not in the state: rcsplan plan",
    )
    return _report_error(bug, invocation)


def _frames(error: BaseException) -> Iterator[str]:
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"
    yield from traceback.format_tb(error.__traceback__)
    before = error.__cause__ or error.__context__
    if before is not None:
        yield "\nwhich followed on\n"
        yield from _frames(before)


def _hint_on(error: click.ClickException) -> str:
    written = error.option_name if isinstance(error, click.NoSuchOption) else ""
    meant = _GLOBAL_OPTIONS.get(written)
    context = error.ctx if isinstance(error, click.UsageError) else None
    if meant is None or context is None or context.parent is None:
        return ""
    command = context.command_path.partition(" ")[2]
    return f"It stands before the command: rcsplan {meant} {command}"


def _as_json(error: RcsplanError) -> str:
    document = {
        "event": "error",
        "kind": type(error).__name__,
        "summary": error.summary,
        "detail": error.detail,
        "hint": error.hint,
        "exit_code": int(error.exit_code),
    }
    return inert_json(json.dumps(document, ensure_ascii=False)) + "\n"
