"""What surrounds a run: environment variables, clock, machine, git; the one module that reads os.environ."""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO

    from rcsplan.manifest.changes import Changes
    from rcsplan.manifest.settings import Secret
    from rcsplan.operations.history import History
    from rcsplan.plan.facts import Source

_VARIABLE_PREFIX = "RCSPLAN_VAR_"
#: Logs of CI systems are read in browsers, where 100 columns fit beside their own margins; files and pipes likewise.
_LOG_COLUMNS = 100
_USUAL_COLUMNS, _FEWEST_COLUMNS, _DIGITS = 80, 40, 4
_GIT_SECONDS = 10
#: Comparing a large work tree takes longer than asking for a commit.
_GIT_DIFF_SECONDS = 120
#: What git sets for its hooks; there they would make it look for the repository in the wrong place.
_GIT_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
#: Nobody may be there to be asked, and what git says is read by nobody who speaks its user's language.
_GIT_MANNERS = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
#: In place of settings of this machine by which git would pass over new files, or say more than it is asked for.
_GIT_SETTINGS = ("-c", "status.showUntrackedFiles=normal", "-c", "log.showSignature=false")


def utc_now() -> datetime:
    """The local clock, aware and in UTC."""
    return datetime.now(UTC)


def version() -> str:
    """The installed version of rcsplan."""
    return metadata.version("rcsplan")


def wants_no_color() -> bool:
    """Whether the surroundings ask for output without colour (no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def is_screen(stream: TextIO) -> bool:
    """Whether a stream is a terminal that colours, and paints over what it shows; `TERM=dumb` says that it does not."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def columns_of(stream: TextIO) -> int:
    """For how many columns to write to a stream: as many as COLUMNS says, else those of the terminal.

    What goes into a pipe is read in the terminal as well, where there is one: by a pager, or cut by `head`.
    """
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and 0 < len(given) <= _DIGITS and int(given):
        return max(int(given), _FEWEST_COLUMNS)
    terminal = next((one for one in (stream, sys.stderr) if one.isatty()), None)
    if terminal is None:
        return _LOG_COLUMNS
    try:
        columns = os.get_terminal_size(terminal.fileno()).columns
    except OSError:
        columns = 0
    # Some pseudo-terminals say that they have none.
    return max(columns, _FEWEST_COLUMNS) if columns else _USUAL_COLUMNS


def environment_variables() -> dict[str, str]:
    """All environment variables of this run."""
    return dict(os.environ)


def template_variables() -> dict[str, str]:
    """Template variables given as `RCSPLAN_VAR_<name>`, by name."""
    return {
        key.removeprefix(_VARIABLE_PREFIX): value
        for key, value in os.environ.items()
        if key.startswith(_VARIABLE_PREFIX) and key != _VARIABLE_PREFIX
    }


def read_secret(secret: Secret, folder: Path, *, what: str) -> str:
    """A secret from where the project says it is.

    Raises:
        ConfigurationError: it is not there; never a fall-back to anything else.
    """
    if secret.env is not None:
        value = os.environ.get(secret.env, "").strip()
        if not value:
            raise ConfigurationError(
                f"The {what} is missing: {secret.env} is not set",
                hint=f"Set it in the environment of this run:\nexport {secret.env}=…",
            )
        return value
    path = folder / (secret.file or "")
    try:
        value = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The {what} cannot be read from {path}", detail=type(error).__name__) from None
    if not value:
        raise ConfigurationError(f"The {what} is missing: {path} is empty")
    return value


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The runtime of a real run; `folder` is the project folder, whose git commit is recorded."""

    folder: Path
    wait: Callable[[float], None] = time.sleep

    @property
    def who(self) -> str:
        """The CI actor where there is one, else user@host."""
        actor = os.environ.get("GITHUB_ACTOR") or os.environ.get("GITLAB_USER_LOGIN")
        return actor or f"{_user()}@{socket.gethostname()}"

    @property
    def version(self) -> str:
        """The version of rcsplan."""
        return version()

    @property
    def ci_url(self) -> str:
        """The page of the CI run, or an empty text."""
        if os.environ.get("CI_JOB_URL"):
            return os.environ["CI_JOB_URL"]
        server, repository, run = (
            os.environ.get(key) for key in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
        )
        return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""

    @property
    def in_ci(self) -> bool:
        """Whether this is a CI system's machine."""
        return os.environ.get("CI", "").lower() not in {"", "0", "false"}

    def now(self) -> datetime:
        """The local clock, aware and in UTC."""
        return utc_now()

    def sleep(self, seconds: float) -> None:
        """Wait, or for as long as whoever may be interrupted does."""
        self.wait(seconds)

    def new_id(self) -> str:
        """A new UUID."""
        return str(uuid.uuid4())

    def source(self) -> Source:
        """The git commit of the project, and whether the work tree differs from it; empty outside git."""
        from rcsplan.plan.facts import Source

        commit = self._git("rev-parse", "HEAD")
        return Source(commit=commit, dirty=bool(self._git("status", "--porcelain", "--", "."))) if commit else Source()

    def history(self) -> History:
        """Who wrote what of the project, by git; a repository is one also where git does not speak of it."""
        from rcsplan.cli.history import GitHistory
        from rcsplan.operations.history import NoHistory

        folder = self.folder.resolve()
        if not any(os.path.lexists(place / ".git") for place in (folder, *folder.parents)):
            return NoHistory()
        return GitHistory(git=self._ask_git, ci_email=_ci_email())

    def path_in_repository(self) -> str:
        """The path from the root of the git repository to the folder, with a slash at its end; empty outside git."""
        return self._git("rev-parse", "--show-prefix")

    def changes_since(self, ref: str) -> Changes:
        """The files below the folder that are not as they were in a commit, files that git does not track included.

        Raises:
            ConfigurationError: the folder is in no git repository, or git fails.
            UsageError: the repository has no such commit.
        """
        from rcsplan.manifest.changes import Changes

        if not self._git("rev-parse", "--git-dir"):
            raise ConfigurationError(
                "What has changed is not known here",
                detail=f"{self.folder} is in no git repository, or git is missing.",
            )
        commit = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if not commit:
            raise UsageError(
                f"The repository has no commit {ref!r}",
                hint="In CI the clone may be shallow: fetch the whole history, or that commit.",
            )
        names = ("--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
        changed = self._git_files("diff", "-z", "--relative", *names, commit, "--", ".")
        return Changes(folder=self.folder, files=changed | self._git_files("ls-files", "-z", "--others", "--", "."))

    def _git(self, *arguments: str) -> str:
        """What git answers in one line; empty where it fails."""
        done = self.git(*arguments, seconds=_GIT_SECONDS)
        return os.fsdecode(done.stdout).removesuffix("\n") if done is not None and done.returncode == 0 else ""

    def _ask_git(self, *arguments: str) -> str | None:
        """What git answers, names of files taken as they are; None where it fails."""
        done = self.git("--literal-pathspecs", *arguments, seconds=_GIT_DIFF_SECONDS)
        # Of files in other encodings only the names of people matter here.
        return done.stdout.decode(errors="replace").strip() if done is not None and done.returncode == 0 else None

    def _git_files(self, *arguments: str) -> frozenset[Path]:
        done = self.git(*arguments, seconds=_GIT_DIFF_SECONDS)
        if done is None or done.returncode != 0:
            detail = os.fsdecode(done.stderr).partition("\n")[0] if done is not None else "git took too long."
            raise ConfigurationError("git cannot say what has changed", detail=detail)
        return frozenset(self.folder / os.fsdecode(name) for name in done.stdout.split(b"\0") if name)

    def git(self, *arguments: str, seconds: int) -> subprocess.CompletedProcess[bytes] | None:
        """Run git in the project folder; None where it is missing or takes longer. It asks nobody for a password."""
        try:
            return subprocess.run(  # noqa: S603  fixed words and a folder, no shell
                ["git", "-C", str(self.folder), *_GIT_SETTINGS, *arguments],  # noqa: S607  git is where PATH says
                capture_output=True,
                stdin=subprocess.DEVNULL,
                env={**{key: value for key, value in os.environ.items() if key not in _GIT_PLACES}, **_GIT_MANNERS},
                timeout=seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None


def _ci_email() -> str:
    """The email address of the person for whom a CI system runs: on GitHub the one that it gives to everybody."""
    actor, number = os.environ.get("GITHUB_ACTOR"), os.environ.get("GITHUB_ACTOR_ID")
    on_github = f"{number}+{actor}@users.noreply.github.com" if actor and number else ""
    return os.environ.get("GITLAB_USER_EMAIL") or on_github


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid{os.getuid()}"
