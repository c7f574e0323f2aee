"""Who wrote what of a project, as the version control of its folder tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Where approvals lie in a project; they are no manifests, for they are JSON.
APPROVALS_FOLDER = "approvals"


class History(Protocol):
    """The history of a project folder; paths are relative to it, people are email addresses."""

    @property
    def is_kept(self) -> bool:
        """Whether there is any: the folder is in a repository."""

    @property
    def obstacle(self) -> str:
        """Why what it tells is not to be relied on, as in a shallow clone; empty where it is."""

    @property
    def me(self) -> str:
        """The email address of who runs this, or an empty text."""

    def authors(self, file: str, others: Iterable[str]) -> frozenset[str] | None:
        """Who wrote a line of a file, or committed to one of the others since; None where that is not known."""

    def committers(self, file: str) -> frozenset[str] | None:
        """Who committed a file as it is; None where it is not committed so."""

    def canonical(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Each email address as the one by which the repository knows its person, in small letters."""


class NoHistory:
    """The history of a folder that is in no repository: nothing is known."""

    is_kept = False
    obstacle = ""
    me = ""

    def authors(self, file: str, others: Iterable[str]) -> None:
        """Not known."""
        del file, others

    def committers(self, file: str) -> None:
        """Not known."""
        del file

    def canonical(self, emails: Iterable[str]) -> Mapping[str, str]:
        """Each in small letters."""
        return {email: email.casefold() for email in emails}
