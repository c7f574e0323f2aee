"""The history of a project folder, asked of git."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Of a line that nobody has committed yet.
_UNCOMMITTED = "0" * 40
_BLAMED = re.compile(r"^([0-9a-f]{40}) \d+ \d+ \d+$", re.MULTILINE)
#: The author by the repository's .mailmap, and those who are named beside the author, as a squashed merge does it.
_PEOPLE = "--format=<%aE>%n%(trailers:key=Co-authored-by,valueonly)"
_EMAIL = re.compile(r"<([^<>\n]*)>")
_SILENT = "No approval counts where git does not answer, though this is a repository: see what `git status` says here."
_EMPTY = "No approval counts in a repository that has no commit."
_SHALLOW = (
    "No approval counts in a shallow clone, which does not tell who wrote what: "
    "fetch the whole history, as with fetch-depth: 0 or GIT_DEPTH: 0."
)
#: So many commits fit on a command line.
_AT_ONCE = 500


class Git(Protocol):
    """Runs git in the project folder."""

    def __call__(self, *arguments: str) -> str | None:
        """What git says; None where it fails."""


@dataclass(frozen=True)
class GitHistory:
    """The history of a folder in a git repository; `own_email` is whose run this is, where git does not say."""

    git: Git
    ci_email: str = ""

    is_kept = True

    @cached_property
    def obstacle(self) -> str:
        """Why what git says is not to be relied on; empty where it is."""
        is_shallow = self.git("rev-parse", "--is-shallow-repository")
        if is_shallow is None:
            # Git is missing, or does not trust the folder, as where another user owns it.
            return _SILENT
        if self.git("rev-parse", "--verify", "--quiet", "HEAD") is None:
            return _EMPTY
        return "" if is_shallow == "false" else _SHALLOW

    @property
    def me(self) -> str:
        """The person of a CI run, else the one of git's settings."""
        return self.ci_email or self.git("config", "user.email") or ""

    def authors(self, file: str, others: Iterable[str]) -> frozenset[str] | None:
        """Who wrote a line of a file as it is, or committed to one of the others after it was last changed."""
        others = [path for path in others if not path.startswith(("/", "../"))]
        # The empty name drops what settings of this machine, or of the project, let blame pass over.
        blamed = self.git("blame", "--porcelain", "--ignore-revs-file=", "--", file)
        last = self.git("log", "-1", "--format=%H", "--", file)
        dirty = self.git("status", "--porcelain", "--", file, *others)
        if not blamed or not last or dirty:
            return None
        since = self.git("log", _PEOPLE, f"{last}..HEAD", "--", *others) if others else ""
        commits = sorted(set(_BLAMED.findall(blamed)))
        if since is None or _UNCOMMITTED in commits:
            return None
        wrote = self._people_of(commits)
        return None if wrote is None else self._canonical_set((*wrote, *_EMAIL.findall(since)))

    def committers(self, file: str) -> frozenset[str] | None:
        """The authors of the commits that a file, which must stand as it is in HEAD, came by."""
        people = self.git("log", _PEOPLE, "--", file)
        dirty = self.git("status", "--porcelain", "--ignored", "--", file)
        return None if not people or dirty is None or dirty else self._canonical_set(_EMAIL.findall(people))

    def canonical(self, emails: Iterable[str]) -> dict[str, str]:
        """Each email address as .mailmap has it, in small letters."""
        emails = sorted(emails)
        said = self.git("check-mailmap", *(f"<{email}>" for email in emails)) if emails else ""
        mapped = [_EMAIL.findall(line)[-1:] for line in (said or "").splitlines()]
        found = [one[0] if one else "" for one in mapped] if len(mapped) == len(emails) else emails
        return {email: (to or email).strip().casefold() for email, to in zip(emails, found, strict=True)}

    def _people_of(self, commits: list[str]) -> list[str] | None:
        people: list[str] = []
        for start in range(0, len(commits), _AT_ONCE):
            said = self.git("log", "--no-walk", _PEOPLE, *commits[start : start + _AT_ONCE], "--")
            if said is None:
                return None
            people += _EMAIL.findall(said)
        return people

    def _canonical_set(self, emails: Iterable[str]) -> frozenset[str]:
        return frozenset(self.canonical(set(emails)).values())
