"""The notes of a merge request on GitLab, by its REST API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from rcsplan.errors import ConfigurationError
from rcsplan.web.code_host import Comment, HostRefused, NotPermitted, entries_of, refused

if TYPE_CHECKING:
    from pydantic import JsonValue

    from rcsplan.web.exchange import Answer, Exchange, Query

_MAX_PAGES = 100
_COMMAND = re.compile(r"^/(?=[A-Za-z])", re.MULTILINE)
_RIGHTS = (
    "It needs the scope `api` and the role Reporter at least. The job's own CI_JOB_TOKEN can read notes, but write "
    "none: set a project access token as a masked variable."
)


class GitLab:
    """The notes of one merge request.

    Args:
        exchange: with the API.
        project: its number, or its path with its groups.
        number: the merge request's number in the project.
        page: the page of the merge request for people, empty where it is not known.
    """

    def __init__(self, exchange: Exchange, *, project: str, number: int, page: str = "") -> None:
        self._exchange = exchange
        self._name = f"{project}!{number}"
        self._notes = f"/projects/{quote(project, safe='')}/merge_requests/{number}/notes"
        self._page = page
        self._account: int | None = None

    def prepared(self, body: str) -> str:
        """The body with no line that GitLab would carry out, such as `/merge`: those begin with a space."""
        return _COMMAND.sub(" /", body)

    def comments(self) -> tuple[Comment, ...]:
        """All notes of people and bots, oldest first, by `GET /projects/:id/merge_requests/:iid/notes`."""
        account = self._own_account()
        found: list[Comment] = []
        page = "1"
        for _ in range(_MAX_PAGES):
            query = (("sort", "asc"), ("order_by", "created_at"), ("per_page", "100"), ("page", page))
            answer = self._ask("GET", self._notes, query=query)
            entries = entries_of(answer, self._exchange)
            found += [self._comment(entry, account) for entry in entries if entry.get("system") is not True]
            page = answer.headers.get("x-next-page", "")
            if not page.isdecimal():
                break
        return tuple(sorted(found, key=lambda comment: comment.id))

    def create(self, body: str) -> Comment:
        """Post a note, by `POST /projects/:id/merge_requests/:iid/notes`."""
        answer = self._ask("POST", self._notes, body={"body": body})
        return self._comment(answer.json if isinstance(answer.json, dict) else {}, self._account)

    def update(self, comment: Comment, body: str) -> None:
        """Give a note another body, by `PUT /projects/:id/merge_requests/:iid/notes/:note_id`."""
        self._ask("PUT", f"{self._notes}/{comment.id}", body={"body": body})

    def _own_account(self) -> int:
        """The account of the token, by `GET /user`, which every token can ask that may post a note."""
        if self._account is None:
            document = self._ask("GET", "/user").json
            account = document.get("id") if isinstance(document, dict) else None
            if not isinstance(account, int):
                raise HostRefused(
                    f"{self._exchange.host} does not answer as its API does",
                    hint="Check the address of the API: it ends with /api/v4.",
                )
            self._account = account
        return self._account

    def _ask(self, method: str, path: str, *, query: Query = (), body: JsonValue = None) -> Answer:
        answer = self._exchange.ask(method, path, query=query, body=body, repeatable=method != "POST")
        if answer.is_success:
            return answer
        message = _message_of(answer)
        if answer.status == httpx.codes.UNAUTHORIZED:
            raise ConfigurationError(
                "GitLab does not take the token",
                detail=f"GitLab says: {self._exchange.quote(message)}" if message else "",
                hint=f"{_RIGHTS} Choose another variable with --token-env NAME.",
            )
        if answer.status == httpx.codes.FORBIDDEN:
            raise NotPermitted(
                f"The token may not comment on {self._name}",
                detail=f"GitLab says: {self._exchange.quote(message)}",
                hint=_RIGHTS,
            )
        if answer.status == httpx.codes.NOT_FOUND:
            raise HostRefused(
                f"GitLab shows no {self._name} to this token",
                detail="There is none, or the token may not read it: GitLab does not tell which.",
                hint=f"Check --repository and --number. {_RIGHTS}",
            )
        raise refused(answer, self._exchange, message)

    def _comment(self, entry: dict[str, JsonValue], account: int | None) -> Comment:
        author = entry.get("author")
        number, body = entry.get("id"), entry.get("body")
        return Comment(
            id=number if isinstance(number, int) else 0,
            body=body if isinstance(body, str) else "",
            is_ours=isinstance(author, dict) and author.get("id") == account,
            url=f"{self._page}#note_{number}" if self._page else "",
        )


def _message_of(answer: Answer) -> str:
    """What GitLab says: under `message` or `error`, as a text or as complaints by field."""
    document = answer.json
    if not isinstance(document, dict):
        return ""
    said = document.get("message") or document.get("error_description") or document.get("error") or ""
    return said if isinstance(said, str) else str(said)
