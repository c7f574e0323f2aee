"""Running the shell steps of a CI system's files as that system runs them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

#: What a runner of a CI system has, and nothing of this machine's settings.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A shell step that ran: what it was called, what it said, and how it ended."""

    name: str
    code: int
    out: str


@dataclass(slots=True, kw_only=True)
class Job:
    """A job that ran, or was skipped: then it has no steps."""

    name: str
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    skipped: bool = False

    @property
    def failed(self) -> bool:
        return any(step.code for step in self.steps)

    @property
    def result(self) -> str:
        return "skipped" if self.skipped else "failure" if self.failed else "success"

    @property
    def out(self) -> str:
        return "".join(step.out for step in self.steps)


def run_shell(name, command, script, *, cwd, env, is_cancelled=None):
    """Run a script with a shell in a folder, with these variables and the commands of this environment.

    Once `is_cancelled` says so, everything that runs in it gets the signal with which a platform cancels a job.
    """
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    kept["PATH"] = f"{Path(sys.executable).parent}:{kept['PATH']}"
    # The version that is asked for is the one that is installed: nothing is looked up.
    with subprocess.Popen(
        [*command, script],
        cwd=cwd,
        env={**kept, "CI": "true", "PIP_NO_INDEX": "1", "GIT_CONFIG_GLOBAL": os.devnull, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        while is_cancelled is not None and running.poll() is None:
            if is_cancelled():
                os.killpg(running.pid, signal.SIGINT)
                break
        out, _ = running.communicate(timeout=120)
    return Step(name=name, code=running.returncode, out=out)
