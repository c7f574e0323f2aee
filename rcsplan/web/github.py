"""The comments of a pull request on GitHub, by its REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from rcsplan.errors import ConfigurationError
from rcsplan.web.code_host import Comment, HostRefused, NotPermitted, entries_of, refused

if TYPE_CHECKING:
    from pydantic import JsonValue

    from rcsplan.web.exchange import Answer, Exchange, Query

_PAGE = (("per_page", "100"),)
#: A pull request on github.com has 2,500 comments at most.
_MAX_PAGES = 100

#: What every request says.
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GitHub:
    """The comments of one pull request, which are those of an issue of the same number.

    A token of GitHub Actions may not ask whose it is; then a comment is ours where a bot wrote it, for people cannot
    write as one.

    Args:
        exchange: with the API.
        repository: OWNER/NAME.
        number: of the pull request.
    """

    def __init__(self, exchange: Exchange, *, repository: str, number: int) -> None:
        self._exchange = exchange
        self._pull_request = f"{repository}#{number}"
        self._comments = f"/repos/{quote(repository)}/issues"
        self._number = number
        self._login: str | None = None

    def prepared(self, body: str) -> str:
        """The body as it is: GitHub takes nothing in a comment for a command."""
        return body

    def comments(self) -> tuple[Comment, ...]:
        """All comments, oldest first, by `GET /repos/{owner}/{repo}/issues/{number}/comments`."""
        login = self._own_login()
        found: list[Comment] = []
        query: Query = _PAGE
        for _ in range(_MAX_PAGES):
            answer = self._ask("GET", f"{self._comments}/{self._number}/comments", query=query)
            found += [_comment(entry, login) for entry in entries_of(answer, self._exchange)]
            following = httpx.Response(200, headers=dict(answer.headers)).links.get("next", {}).get("url")
            if not following:
                break
            # Only what the link asks for is taken from it, never the host: the token stays where it belongs.
            query = tuple(parse_qsl(urlsplit(following).query))
        return tuple(sorted(found, key=lambda comment: comment.id))

    def create(self, body: str) -> Comment:
        """Post a comment, by `POST /repos/{owner}/{repo}/issues/{number}/comments`."""
        answer = self._ask("POST", f"{self._comments}/{self._number}/comments", body={"body": body})
        return _comment(answer.json if isinstance(answer.json, dict) else {}, self._login)

    def update(self, comment: Comment, body: str) -> None:
        """Give a comment another body, by `PATCH /repos/{owner}/{repo}/issues/comments/{id}`."""
        self._ask("PATCH", f"{self._comments}/comments/{comment.id}", body={"body": body})

    def _own_login(self) -> str | None:
        """The account of the token, None for the tokens of apps, which may not ask (`GET /user`)."""
        if self._login is None:
            answer = self._exchange.ask("GET", "/user")
            if answer.status == httpx.codes.UNAUTHORIZED:
                raise self._not_taken()
            document = answer.json
            if answer.is_success and isinstance(document, dict) and isinstance(document.get("login"), str):
                self._login = str(document["login"])
        return self._login

    def _ask(self, method: str, path: str, *, query: Query = (), body: JsonValue = None) -> Answer:
        answer = self._exchange.ask(method, path, query=query, body=body, repeatable=method != "POST")
        if answer.is_success:
            return answer
        message = _message_of(answer)
        if answer.status == httpx.codes.UNAUTHORIZED:
            raise self._not_taken()
        if answer.status == httpx.codes.FORBIDDEN:
            raise NotPermitted(
                f"The token may not comment on {self._pull_request}",
                detail=f"GitHub says: {self._exchange.quote(message)}",
                hint="The job needs `permissions: {pull-requests: write}`. For a pull request from a fork GitHub "
                "gives a token that only reads: comment from a workflow on workflow_run.",
            )
        if answer.status == httpx.codes.NOT_FOUND:
            raise HostRefused(
                f"GitHub shows no {self._pull_request} to this token",
                detail="There is none, or the token may not read it: GitHub does not tell which.",
                hint="Check --repository and --number; the job needs `permissions: {pull-requests: write}`.",
            )
        raise refused(answer, self._exchange, message)

    def _not_taken(self) -> ConfigurationError:
        return ConfigurationError(
            "GitHub does not take the token", hint="It may have expired. Choose another variable with --token-env NAME."
        )


def _comment(entry: dict[str, JsonValue], login: str | None) -> Comment:
    author = entry.get("user")
    writer = author if isinstance(author, dict) else {}
    number, body, url = entry.get("id"), entry.get("body"), entry.get("html_url")
    return Comment(
        id=number if isinstance(number, int) else 0,
        body=body if isinstance(body, str) else "",
        is_ours=writer.get("login") == login if login is not None else writer.get("type") == "Bot",
        url=url if isinstance(url, str) else "",
    )


def _message_of(answer: Answer) -> str:
    document = answer.json
    message = document.get("message") if isinstance(document, dict) else None
    return message if isinstance(message, str) else ""
