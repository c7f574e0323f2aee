"""`comment`: one comment of a plan on its pull request, kept up to date in place.

Ours is what our account wrote and what begins with the marker; the newest of them is the comment, and older ones, left
by two jobs at once, become a pointer to it. Nothing is ever deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rcsplan.web.code_host import NotPermitted
from rcsplan.web.exchange import HostSilent

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.web.code_host import CodeHost, Comment

#: How often a comment is posted again after it certainly did not arrive.
_REPETITIONS = 2
#: Seconds until a comment whose answer was lost shows up in lists.
_SETTLE = 2.0


class Outcome(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The comment as it stands; `retired` counts older ones that now point to it."""

    outcome: Outcome
    url: str
    retired: int = 0


def post_comment(host: CodeHost, body: str, *, marker: str, sleep: Callable[[float], None]) -> Posted:
    """Update the comment that begins with the marker, or post one.

    Raises:
        NotPermitted: the token may not comment.
        HostSilent: the code host does not answer.
        HostRefused: it refuses the comment, or shows no such pull request.
    """
    body = host.prepared(body)
    before = _ours(host, marker)
    foreign: set[int] = set()
    for comment in reversed(before):
        if _same(comment.body, body):
            return _retiring(host, comment, before, foreign, Outcome.UNCHANGED)
        try:
            host.update(comment, body)
        except NotPermitted:
            # It looks like ours and is not: whoever wrote it, it stays as it is.
            foreign.add(comment.id)
            continue
        return _retiring(host, comment, before, foreign, Outcome.UPDATED)
    created = _create(host, body, marker=marker, known=foreign, sleep=sleep)
    # Another job may have posted one since we looked.
    return _retiring(host, created, _ours(host, marker), foreign, Outcome.CREATED)


def _create(host: CodeHost, body: str, *, marker: str, known: set[int], sleep: Callable[[float], None]) -> Comment:
    """A new comment; where its answer is lost, it is looked for before it is posted again."""
    for repetition in range(_REPETITIONS + 1):
        try:
            return host.create(body)
        except HostSilent as silent:
            if not silent.arrived or repetition == _REPETITIONS:
                raise
            sleep(_SETTLE)
        arrived = [one for one in _ours(host, marker) if one.id not in known and _same(one.body, body)]
        if arrived:
            return arrived[-1]
    raise AssertionError("the last repetition returns or raises")


def _ours(host: CodeHost, marker: str) -> list[Comment]:
    return [comment for comment in host.comments() if comment.is_ours and _begins(comment.body, marker)]


def _retiring(host: CodeHost, kept: Comment, ours: list[Comment], foreign: set[int], outcome: Outcome) -> Posted:
    """Turn what is older than the comment into pointers to it: a reviewer must not read a plan that is no longer."""
    older = [comment for comment in ours if comment.id < kept.id and comment.id not in foreign]
    where = f"[a newer comment]({kept.url})" if kept.url else "a newer comment below"
    retired = 0
    for comment in older:
        try:
            host.update(comment, f"This plan was replaced: see {where}.\n")
        except NotPermitted:
            continue
        retired += 1
    return Posted(outcome=outcome, url=kept.url, retired=retired)


def _begins(body: str, marker: str) -> bool:
    return body == marker or body.startswith((f"{marker}\n", f"{marker}\r\n"))


def _same(one: str, other: str) -> bool:
    """Whether two bodies are the same but for what code hosts change: the ends of lines, and white space at the end."""
    return "\n".join(one.splitlines()).rstrip() == "\n".join(other.splitlines()).rstrip()
