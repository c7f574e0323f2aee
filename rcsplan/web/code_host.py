"""What posting a comment needs of a code host, and what goes wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rcsplan.errors import RcsplanError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from rcsplan.web.exchange import Answer, Exchange


class NotPermitted(RcsplanError):
    """The token may not do this."""


class HostRefused(RcsplanError):
    """The code host refused a request for another reason than the token's permissions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment; `is_ours` says that the account of the token wrote it, as far as can be known."""

    id: int
    body: str
    is_ours: bool
    url: str = ""


class CodeHost(Protocol):
    """The comments of one pull request or merge request."""

    def prepared(self, body: str) -> str:
        """The body as it is posted here: nothing in it is taken for a command."""

    def comments(self) -> tuple[Comment, ...]:
        """All comments, oldest first.

        Raises:
            NotPermitted: the token may not read them.
            HostSilent: there was no answer.
            HostRefused: there is no such pull request.
        """

    def create(self, body: str) -> Comment:
        """Post a comment; never repeated by itself where it may have been executed.

        Raises:
            NotPermitted: the token may not comment.
            HostSilent: the outcome is not known where `arrived` is true.
            HostRefused: the comment is refused.
        """

    def update(self, comment: Comment, body: str) -> None:
        """Give a comment another body.

        Raises:
            NotPermitted: it is somebody else's, or the token may not comment.
            HostSilent: there was no answer.
            HostRefused: the body is refused, or the comment is gone.
        """


def entries_of(answer: Answer, exchange: Exchange) -> list[dict[str, JsonValue]]:
    """The entries of a page of comments.

    Raises:
        HostRefused: it is no such page, but for example one for people.
    """
    document = answer.json
    if not isinstance(document, list):
        raise HostRefused(
            f"{exchange.host} does not answer as its API does",
            detail="Comments were asked for, and something else came: perhaps a page of a login, or of a proxy.",
            hint="Check the address of the API: --api-url URL",
        )
    return [entry for entry in document if isinstance(entry, dict)]


def refused(answer: Answer, exchange: Exchange, message: str) -> HostRefused:
    """The refusal of a request, with what the host says of it."""
    if 300 <= answer.status < 400:  # noqa: PLR2004 - statuses are known by their numbers
        return HostRefused(
            f"{exchange.host} sends on to another address",
            detail="A token is never carried on to another address.",
            hint="Check the address of the API and the repository: it may have been renamed.",
        )
    said = f" It says: {exchange.quote(message)}" if message else ""
    return HostRefused(f"{exchange.host} refused the request", detail=f"The status was {answer.status}.{said}")
