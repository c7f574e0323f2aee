"""Running the command line: in this process where texts and exit codes are the matter, else as a real process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rcsplan.backend.local import LocalStore
from rcsplan.backend.protocol import LockInfo
from rcsplan.cli.main import run
from rcsplan.state.model import Account
from rcsplan.state.sends import State

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "campaigns"
#: Its manifests that come to several sends each: by a rule, by a matrix, by a split audience.
MANIFOLD = ("friday-deals.yaml", "winter-bouquets.yaml", "delivery-deadline.yaml")
COMMAND = (sys.executable, "-m", "rcsplan")

#: The embedded simulator's account, as a state records it.
SANDBOX = Account(base_url="sandbox", key_fingerprint="1dde2092a553430d")


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to."""

    code: int
    out: str
    err: str = ""

    @property
    def json(self):
        """Standard output, which must be exactly one JSON document."""
        return json.loads(self.out)

    @property
    def said(self):
        """Standard error in one line, wherever it was wrapped."""
        return " ".join(self.err.split())

    @property
    def first(self):
        """Exit code and first line, for what is refused."""
        return self.code, self.err.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder and the terminal in front of it."""

    folder: Path
    capsys: object

    def run(self, *arguments):
        """Run a command on the project in this process."""
        self.capsys.readouterr()
        code = run(["--project", str(self.folder), *arguments])
        captured = self.capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    def process(self, *arguments, env=None, cwd=None, stdin=subprocess.DEVNULL):
        """Run a command on the project as a process."""
        return process("--project", str(self.folder), *arguments, env=env, cwd=cwd, stdin=stdin)

    def read(self, file):
        """The text of a file of the project."""
        return (self.folder / file).read_text("utf-8")

    def write(self, file, text):
        """Put a text into a file of the project."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def edit(self, file, before, after):
        """Replace a piece of a file that is there exactly once."""
        text = self.read(file)
        assert text.count(before) == 1, f"{before!r} is not once in {file}"
        self.write(file, text.replace(before, after))

    def remove(self, file):
        """Remove a file of the project."""
        (self.folder / file).unlink()

    def advance(self, span):
        """Let time pass in the simulator."""
        assert self.run("sandbox", "clock", "--advance", span).code == 0

    def ledger(self):
        """What the simulator accepted."""
        return self.run("sandbox", "ledger", "--format", "json").json

    def plan(self, *arguments):
        """The plan document."""
        return self.run("plan", "--format", "json", *arguments).json

    def actions(self, *arguments):
        """What is planned: each address with its action."""
        return {action["address"]: action["action"] for action in self.plan(*arguments)["actions"]}

    def reasons(self):
        """Why what is blocked is blocked."""
        return {action["address"]: action["reason"] for action in self.plan()["actions"] if action["reason"]}

    def apply(self, *arguments):
        """Apply without being asked."""
        return self.run("apply", "--auto-approve", *arguments)


def process(*arguments, env=None, cwd=None, stdin=subprocess.DEVNULL):
    """Run the command line as a process."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        stdin=stdin,
        cwd=cwd,
        env=surroundings(env),
        check=False,
        timeout=60,
    )
    return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def surroundings(env=None):
    """The environment variables of a run: ours without what would change its output, with `env`."""
    kept = {key: value for key, value in os.environ.items() if key not in {"CI", "COLUMNS", "TERM"}}
    return {**kept, "TERM": "xterm", "PYTHONUTF8": "1", **(env or {})}


def copy_example(folder, *, without=MANIFOLD):
    """A copy of the example project, without what earlier runs left in it: its six campaigns that are sent once each.

    With `without=()` it is the whole of it: most tests need some campaigns, and not all that a manifest can be.
    """
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".rcsplan", *without))


def begin_state(path, *, account=SANDBOX, environment="sandbox", lineage=None):
    """An empty state; with a fixed lineage the seconds that rcsplan chooses are fixed as well."""
    lineage = lineage or str(uuid.UUID(int=7))
    with LocalStore(path).lock(lock_info("test"), timeout=0) as session:
        session.create(State(lineage=lineage, serial=0, environment=environment, account=account))
        session.save()


def lock_info(operation):
    """Who holds the lock in a test."""
    return LockInfo(
        id="test", who="tester@desk", operation=operation, created=datetime(2026, 12, 1, tzinfo=UTC), version="0"
    )


@contextmanager
def serving(*arguments, port="0"):
    """A served simulator while the block runs; yields its base URL."""
    with subprocess.Popen(
        [*COMMAND, "sandbox", "serve", "--port", port, *arguments], stdout=subprocess.PIPE, env=surroundings()
    ) as server:
        try:
            yield server.stdout.readline().decode().strip()
        finally:
            server.terminate()
