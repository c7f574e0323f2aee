"""What the refusals of a state server mean, in words: the status codes of the protocol, of GitLab and of Gitea."""

from __future__ import annotations

from http import HTTPStatus
from typing import TypeVar

from rcsplan.errors import StateError

_Refusal = TypeVar("_Refusal", bound=StateError)

#: Detail and hint, by status.
_MEANINGS = {
    HTTPStatus.BAD_REQUEST: ("It takes the request for malformed.", "Check state.url and the name of the state."),
    HTTPStatus.UNAUTHORIZED: (
        "It does not accept who we are.",
        "Check username and password of the state: that they are given, not expired, and may use the API.",
    ),
    HTTPStatus.FORBIDDEN: (
        "It knows us, and denies this.",
        "GitLab: reading needs the role Developer, writing and locking Maintainer. Gitea: write access to packages.",
    ),
    HTTPStatus.NOT_FOUND: (
        "It does not know this address, or does not show it to us.",
        "Check url, lock_url and unlock_url of the state, and who we are.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "It does not know this method.",
        "Check update_method, lock_method and unlock_method; for GitLab and Gitea, POST, POST and DELETE.",
    ),
    HTTPStatus.PRECONDITION_FAILED: (
        "It takes the state for another one than was read last.",
        "Run `rcsplan plan` to see where things stand.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "The state is larger than it takes.",
        "Raise its limit (GitLab: the maximum Terraform state size), or keep payloads for a shorter time.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "GitLab answers so where the state was deleted, or where it has this serial already.",
        "Look at the state in GitLab. A deleted one never comes back: use another name, and `rcsplan state push`.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ("It was asked too often.", "Wait a while, then run the same command again."),
}
_MOVED = ("It sends us elsewhere, which is not followed.", "Write the address that is meant as state.url.")
_FAILED = ("It failed, again and again.", "When it is well again, run the same command again.")
_UNEXPECTED = ("That is no answer of a state server.", "Check state.url.")


def refusal(kind: type[_Refusal], status: int, *, deed: str, shown: str) -> _Refusal:
    """The error that says what a server refused and why.

    Args:
        kind: of error.
        status: of the answer.
        deed: what was asked, as in "to lock the state".
        shown: the server's address for people.
    """
    detail, hint = _meaning(status)
    return kind(f"{shown} refuses {deed} ({status})", detail=detail, hint=hint)


def _meaning(status: int) -> tuple[str, str]:
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _MOVED
    if status in _MEANINGS:
        return _MEANINGS[HTTPStatus(status)]
    return _FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _UNEXPECTED
