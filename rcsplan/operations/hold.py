"""HOLD: a file in the project, or a reason in the environment, for which nothing is applied."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcsplan.manifest.project import Environment

HOLD_FILE = "HOLD"


def hold_of(environment: Environment) -> str:
    """Why nothing may be applied, or an empty text; the file is looked at anew each time.

    A HOLD that cannot be read holds as well.
    """
    if environment.hold:
        return f"the environment is on hold: {environment.hold}"
    path = environment.folder / HOLD_FILE
    # A link that leads nowhere was put there by somebody as well; and on a pipe reading would wait.
    if not os.path.lexists(path):
        return ""
    try:
        reason = path.read_text("utf-8", errors="replace").strip() if path.is_file() else ""
    except OSError:
        reason = ""
    return f"the project is on hold: {reason}" if reason else "the project has a HOLD file"
