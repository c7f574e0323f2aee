"""The error handler: every exception becomes text on stderr and an exit code; a bug becomes a report on disk."""

from __future__ import annotations

import json
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from rcsplan.cli.surroundings import version
from rcsplan.errors import ExitCode, InvalidContent, RcsplanError
from rcsplan.output.problems import format_diagnostics, format_error
from rcsplan.output.problems_json import format_diagnostics_json

if TYPE_CHECKING:
    from rcsplan.cli.invocation import Invocation


def report_error(error: RcsplanError, invocation: Invocation) -> int:
    """Say on stderr what is wrong and how to mend it, and return the exit code."""
    if invocation.logs_json:
        sys.stderr.write(_as_json(error))
    elif isinstance(error, InvalidContent):
        sys.stderr.write(format_diagnostics(error.diagnostics, invocation.err))
        sys.stderr.write(f"\n{invocation.err.bold(error.summary)}\n")
    else:
        sys.stderr.write(format_error(error, invocation.err))
    return error.exit_code


def report_bug(error: Exception, invocation: Invocation) -> int:
    """Write a report of a bug in rcsplan, without local values, in which a secret could stand, and say where it is."""
    report = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    path = Path(tempfile.mkstemp(prefix="rcsplan-report-", suffix=".txt")[1])
    path.write_text(f"rcsplan {version()}, Python {sys.version}\n\n{report}", "utf-8")
    summary = f"A bug in rcsplan: {type(error).__name__}"
    hint = f"What happened is in {path}.\nNothing was submitted that is not in the state: rcsplan plan"
    sys.stderr.write(format_error(RcsplanError(summary, hint=hint), invocation.err))
    return ExitCode.BUG


def _as_json(error: RcsplanError) -> str:
    if isinstance(error, InvalidContent):
        return format_diagnostics_json(error.diagnostics) + "\n"
    document = {
        "event": "error",
        "kind": type(error).__name__,
        "summary": error.summary,
        "detail": error.detail,
        "hint": error.hint,
        "exit_code": int(error.exit_code),
    }
    return json.dumps(document, ensure_ascii=False) + "\n"
