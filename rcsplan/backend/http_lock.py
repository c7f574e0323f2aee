"""The lock on an HTTP state server: LOCK and UNLOCK, and who holds it, which nothing but a LOCK can ask."""

from __future__ import annotations

import contextlib
import time
import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from rcsplan.backend.http_lock_info import Holder, format_lock, parse_holder
from rcsplan.backend.http_refusals import refusal
from rcsplan.backend.protocol import LockInfo, locked_by
from rcsplan.errors import LockLost, StateError, StateLocked

if TYPE_CHECKING:
    from rcsplan.backend.http_exchange import Exchange
    from rcsplan.backend.http_lock_info import WireLock

_LOCKED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.LOCKED})
#: How UNLOCK is answered where the lock was no longer that one.
_NOT_THAT_ONE = _LOCKED | {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}

_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0

#: How long even those wait who do not want to: whoever only asks for the holder has a free lock for an instant.
_GLANCE_SECONDS = 2.0
_GLANCE = "look who holds the lock"
_ATTEMPTS_TO_BREAK = 3


class HttpLock:
    """A lock that is ours until it is released, or broken by others; one without an id stands for none."""

    def __init__(self, exchange: Exchange, lock: WireLock | None) -> None:
        self._exchange = exchange
        self._lock = lock

    @property
    def id(self) -> str:
        """The id by which the server knows us, empty where there is no lock."""
        return self._lock.id if self._lock else ""

    def check(self) -> None:
        """Make sure that nobody broke the lock, by trying to take it: it must be refused in our own name.

        Raises:
            LockLost: somebody did.
            StateError: the server could not be asked, or does not say who holds the lock.
        """
        if self._lock is None:
            return
        glance = _glance()
        lock = format_lock(glance, nonce=uuid.uuid4().hex)
        holder = _try_lock(self._exchange, lock, glance)
        if holder is None:
            _give_back(self._exchange, lock)
        elif holder.id == self._lock.id:
            return
        raise LockLost(
            "The lock of the state was broken",
            detail=f"{self._exchange.address.shown} no longer holds it for this run: somebody ran "
            f"`rcsplan state unlock`{', and others hold it now' if holder else ''}.",
            hint="Nothing further was submitted. Run `rcsplan plan` to see where things stand.",
        )

    def release(self) -> None:
        """Free the lock; never raises. What could not be freed is found by the next run, and named."""
        if self._lock is not None:
            _give_back(self._exchange, self._lock)
            self._lock = None


def acquire(exchange: Exchange, info: LockInfo, *, timeout: float) -> HttpLock:
    """Take the lock, waiting up to `timeout` seconds.

    Raises:
        StateLocked: somebody else holds it.
        StateError: the server could not be asked, or refuses.
    """
    if not exchange.address.lock_address:
        return HttpLock(exchange, None)
    lock = format_lock(info, nonce=uuid.uuid4().hex)
    try:
        holder = _wait_for(exchange, lock, info, timeout=timeout)
    except StateLocked:
        raise
    except BaseException:
        # It may have become ours without our being told.
        _give_back(exchange, lock)
        raise
    if holder is not None:
        raise locked_by(holder.info)
    return HttpLock(exchange, lock)


def look(exchange: Exchange) -> Holder | None:
    """Who holds the lock now; a free one is taken for an instant, for the protocol has no other question.

    Raises:
        StateError: the server could not be asked.
    """
    if not exchange.address.lock_address:
        return None
    glance = _glance()
    lock = format_lock(glance, nonce=uuid.uuid4().hex)
    holder = _wait_for(exchange, lock, glance, timeout=0)
    if holder is None:
        _give_back(exchange, lock)
    return holder


def break_lock(exchange: Exchange) -> LockInfo | None:
    """Free the lock in the name of whoever holds it, and return who that was.

    Raises:
        StateLocked: whenever one was freed, another one came.
        StateError: the server could not be asked, or refuses.
    """
    broken: LockInfo | None = None
    for _ in range(_ATTEMPTS_TO_BREAK):
        holder = look(exchange)
        if holder is None:
            return broken
        broken = holder.info
        address = exchange.address
        answer = exchange.ask(address.unlock_method, address.unlock_address, body=holder.body)
        if answer.status == HTTPStatus.OK:
            return broken
        if answer.status not in _NOT_THAT_ONE:
            raise refusal(StateError, answer.status, deed="to free the lock", shown=address.shown)
    raise StateLocked(
        "The lock could not be broken",
        detail="The server frees it for nobody, or others take it again at once.",
        hint="Look at the state on the server; GitLab frees a lock in its list of Terraform states.",
    )


def _glance() -> LockInfo:
    return LockInfo(id=_GLANCE, who="rcsplan", operation=_GLANCE, created=datetime.now(UTC), version="")


def _wait_for(exchange: Exchange, lock: WireLock, info: LockInfo, *, timeout: float) -> Holder | None:
    begun, wait = time.monotonic(), _FIRST_WAIT
    while True:
        holder = _try_lock(exchange, lock, info)
        if holder is None:
            return None
        patience = max(timeout, _GLANCE_SECONDS) if holder.info.id == _GLANCE else timeout
        left = begun + patience - time.monotonic()
        if left <= 0:
            return holder
        exchange.sleep(min(wait, left))
        wait = min(2 * wait, _LONGEST_WAIT)


def _try_lock(exchange: Exchange, lock: WireLock, info: LockInfo) -> Holder | None:
    """Take the lock, and return None, or whoever holds it."""
    address = exchange.address
    answer = exchange.ask(address.lock_method, address.lock_address, body=lock.body)
    if answer.status == HTTPStatus.OK:
        return None
    if answer.status not in _LOCKED:
        raise refusal(StateError, answer.status, deed="to lock the state", shown=address.shown)
    holder = parse_holder(answer.body, asked=info)
    if holder is None:
        raise StateLocked(
            "The state is locked, and the server does not say by whom",
            detail="Without that, a run could not see that its own lock was broken.",
            hint="Wait for the other run, and see `rcsplan state check` for what the server is missing.",
        )
    # An answer that was lost, and the request repeated: the lock is ours since the first one.
    return None if holder.id == lock.id else holder


def _give_back(exchange: Exchange, lock: WireLock) -> None:
    address = exchange.address
    with contextlib.suppress(StateError):
        exchange.ask(address.unlock_method, address.unlock_address, body=lock.body)
