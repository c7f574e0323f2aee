"""One request on its way: a deadline for the whole of it, and whether any of it may have left this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The moment after which nothing is sent and nothing is waited for; `at` is of the monotonic clock."""

    seconds: float
    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        """The deadline that many seconds from now."""
        return cls(seconds=seconds, at=time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds that are left, never below zero."""
        return max(0.0, self.at - time.monotonic())


class Flight:
    """Watches one exchange from inside the transport, by its trace extension, while the context lasts.

    The timeouts of httpx bound single operations: an answer that comes a byte at a time never meets one. So at the
    deadline a timer shuts the socket down, which ends whatever read or write is waiting on it. Until there is a
    socket, and while TLS is agreed upon, the timeout for connecting bounds the wait; and as no request begins after
    the deadline, no byte of it leaves later than that.

    `began` is true from the moment at which the first byte of the request may have left. A transport that does not
    trace, as one in this process, leaves it false; the kind of its failure then has to tell.
    """

    def __init__(self, deadline: Deadline | None = None) -> None:
        self.began = False
        self.deadline = deadline
        self._socket: socket.socket | None = None
        self._timer: threading.Timer | None = None
        self._is_cut = False

    def __enter__(self) -> Self:
        if self.deadline is not None:
            self._refuse_when_late(self.deadline)
            self._timer = threading.Timer(self.deadline.remaining(), self._cut)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._is_cut and self.deadline is not None and isinstance(error, httpx.TransportError):
            # What the transport saw is a lost connection; who lost it was the timer.
            kind_of_wait = httpx.ReadTimeout if self.began else httpx.ConnectTimeout
            message = f"no complete answer within {self.deadline.seconds:g} seconds"
            raise kind_of_wait(message) from error

    def trace(self, event: str, info: Mapping[str, object]) -> None:
        """The transport's report of what it does.

        Raises:
            httpx.ConnectTimeout: the request would begin after the deadline.
        """
        stream = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and stream is not None:
            self._socket = _socket_of(stream)
        if event.endswith(".send_request_headers.started") and not _is_for_proxy(info.get("request")):
            if self.deadline is not None:
                self._refuse_when_late(self.deadline)
            self.began = True

    def watch(self, stream: object) -> None:
        """Watch over the stream of an answer that has begun; of a connection that is used again nobody told before."""
        self._socket = _socket_of(stream) or self._socket
        if self.deadline is not None and not self.deadline.remaining():
            self._cut()

    @staticmethod
    def _refuse_when_late(deadline: Deadline) -> None:
        if not deadline.remaining():
            message = f"no connection within {deadline.seconds:g} seconds"
            raise httpx.ConnectTimeout(message)

    def _cut(self) -> None:
        if self._socket is None:
            return
        self._is_cut = True
        # Not the TLS socket's own method, which first drops its encryption: a write at that moment would be readable.
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _socket_of(stream: object) -> socket.socket | None:
    get_extra_info = getattr(stream, "get_extra_info", None)
    found = get_extra_info("socket") if get_extra_info is not None else None
    return found if isinstance(found, socket.socket) else None


def _is_for_proxy(request: object) -> bool:
    return getattr(request, "method", b"") == b"CONNECT"
