"""State on an HTTP server, by the protocol of Terraform and OpenTofu as plain servers, GitLab and Gitea speak it."""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rcsplan.backend import http_lock
from rcsplan.backend.http_document import Document, parse_document
from rcsplan.backend.http_exchange import Exchange
from rcsplan.backend.http_probe import probe_lock, probe_neighbour
from rcsplan.backend.http_session import HttpSession
from rcsplan.backend.protocol import LockInfo
from rcsplan.errors import StateDamaged, StateLocked, StateVersionUnsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.http_address import HttpAddress
    from rcsplan.backend.protocol import Probe
    from rcsplan.state.sends import State


class HttpStore:
    """The state of one environment as a document on a server, which is written as a whole under a lock.

    Args:
        settings: where it is, and what lets us in.
        sleep: waits for seconds.
        patience: seconds without a sign of life after which a request has failed.
    """

    def __init__(
        self, settings: HttpAddress, *, sleep: Callable[[float], None] = time.sleep, patience: float = 30.0
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._patience = patience

    @property
    def location(self) -> str:
        """Where the state is, for people."""
        return self._settings.shown

    def load(self) -> State | None:
        """The state as last recorded, without a lock.

        Raises:
            StateError: there is one that cannot be read, or the server does not answer.
        """
        with self._open() as exchange:
            return parse_document(Document(exchange).read(), self.location)

    def lock(self, info: LockInfo, *, timeout: float) -> HttpSession:
        """Take the lock, waiting up to `timeout` seconds, and load.

        Raises:
            StateLocked: somebody else still holds it.
            StateError: the state cannot be read, or the server does not answer.
        """
        exchange = self._open()
        try:
            lock = http_lock.acquire(exchange, info, timeout=timeout)
        except BaseException:
            exchange.close()
            raise
        session = HttpSession(exchange, lock)
        try:
            session.load()
        except BaseException:
            session.release()
            raise
        return session

    def holder(self) -> LockInfo | None:
        """Who holds the lock now; to learn it, a free one is taken for an instant.

        Raises:
            StateError: the server does not answer.
        """
        with self._open() as exchange:
            holder = http_lock.look(exchange)
            return holder.info if holder else None

    def unlock(self) -> LockInfo | None:
        """Break the lock, and raise the serial so that its holder notices in every way there is.

        Raises:
            StateError: the server does not answer, or does not free the lock.
        """
        with self._open() as exchange:
            holder = http_lock.break_lock(exchange)
        if holder is not None:
            # Whoever takes the lock at once is noticed too; and what cannot be read has no serial.
            with suppress(StateLocked, StateDamaged, StateVersionUnsupported):
                self._raise_serial()
        return holder

    def probe(self) -> tuple[Probe, ...]:
        """Try what the server promises: with a state beside this one where names are free, else the lock alone.

        Raises:
            StateError: the server does not answer.
        """
        neighbour = self._settings.neighbour(f"-probe-{uuid.uuid4().hex[:8]}")
        if neighbour is None:
            with self._open() as exchange:
                return probe_lock(exchange)
        beside = HttpStore(neighbour, sleep=self._sleep, patience=self._patience)
        with beside._open() as exchange:
            return probe_neighbour(beside, exchange)

    def _open(self) -> Exchange:
        return Exchange(self._settings, sleep=self._sleep, patience=self._patience)

    def _raise_serial(self) -> None:
        info = LockInfo(
            id=str(uuid.uuid4()), who="rcsplan", operation="state unlock", created=datetime.now(UTC), version=""
        )
        with self.lock(info, timeout=0) as session:
            if session.state is not None:
                session.replace(replace(session.state, serial=session.state.serial + 1))
