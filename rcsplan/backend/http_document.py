"""The document on an HTTP state server: read, and written so that what counts is what is read back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from rcsplan.backend.http_refusals import refusal
from rcsplan.backend.protocol import NOT_SUBMITTED
from rcsplan.errors import LockLost, StateError, StateUnwritable
from rcsplan.state.text import parse_state

if TYPE_CHECKING:
    from rcsplan.backend.http_exchange import Exchange
    from rcsplan.state.sends import State

_NONE = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})
_WRITTEN = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT})


class Document:
    """The document of one address, and the ETag of what was last read of it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._etag = ""

    def read(self) -> bytes | None:
        """The document, None where there is none.

        Raises:
            StateError: the server could not be asked, or refuses.
        """
        address = self._exchange.address
        answer = self._exchange.ask("GET", address.address)
        self._etag = answer.etag
        if answer.status in _NONE:
            return None
        if answer.status != HTTPStatus.OK:
            raise refusal(StateError, answer.status, deed="to read the state", shown=address.shown)
        return answer.body or None

    def write(self, text: bytes, *, previous: bytes | None, lock_id: str) -> None:
        """Put a text in the place of the previous one, which was the last that was read.

        What is read afterwards decides, whatever the answer was: it may be lost, or be the refusal of a repetition
        (GitLab: 422, Gitea: 409, for a serial that is there already), or tell of a success that is none.

        Raises:
            StateUnwritable: the text is not there. Where that is not known either, it may appear later.
            LockLost: something else is there.
        """
        problem = self._put(text, lock_id)
        try:
            found = self.read()
        except StateError as error:
            raise _unwritable(problem or error) from None
        if found == text:
            return
        if found != previous:
            raise changed_by_others(self._exchange.address.shown)
        raise _unwritable(problem or self._not_kept())

    def _put(self, text: bytes, lock_id: str) -> StateError | None:
        address = self._exchange.address
        headers = {"If-Match": self._etag} if self._etag else {}
        try:
            answer = self._exchange.ask(
                address.update_method, address.address, lock_id=lock_id, body=text, headers=headers
            )
        except StateError as error:
            return error
        if answer.status in _WRITTEN:
            return None
        return refusal(StateUnwritable, answer.status, deed="to write the state", shown=address.shown)

    def _not_kept(self) -> StateError:
        return StateError(
            f"{self._exchange.address.shown} confirms a write and does not keep it",
            detail="What is read afterwards is what was there before.",
            hint="Try the server with `rcsplan state check`; a cache before it may keep old answers.",
        )


def parse_document(text: bytes | None, shown: str) -> State | None:
    """The state that a document holds.

    Raises:
        StateError: it holds none that can be read.
    """
    # Bytes that are no UTF-8 become others than were written, so that the checksum tells of them.
    return parse_state(text.decode(errors="replace"), name=shown) if text is not None else None


def changed_by_others(shown: str) -> LockLost:
    """The error of a run that finds another document than it wrote."""
    return LockLost(
        f"The state {shown} was changed by somebody else during this run",
        detail="It is not the one that this run read or wrote last.",
        hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
    )


def _unwritable(problem: StateError) -> StateUnwritable:
    detail = f"{problem.detail} {NOT_SUBMITTED}"
    return StateUnwritable(problem.summary, detail=detail, hint=problem.hint)
