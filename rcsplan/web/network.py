"""Connections to public addresses alone, within a span of time in all: every one is judged where it is made."""

from __future__ import annotations

import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from rcsplan.web.public_address import IPAddress

#: Ports of the web, and those above which everybody may serve it; the others belong to other services.
_WEB_PORTS = frozenset({80, 443})
_FREE_PORTS = range(1024, 65_536)


class NotSpokenTo(Exception):
    """A host is not connected to; the text is the predicate of a sentence that says why."""


class Deadline:
    """When an exchange must be over, so many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left.

        Raises:
            httpcore.ReadTimeout: there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


@dataclass(frozen=True, kw_only=True)
class PublicNetwork(httpcore.NetworkBackend):
    """Resolves a host once, judges its addresses, and connects to one of just those.

    So no second answer of a name server can lead elsewhere, and name, certificate and `Host` stay those of the host.
    A host with any address that is not allowed is not connected to at all.
    """

    allow: Callable[[IPAddress], bool]
    resolve: Callable[[str, int], tuple[IPAddress, ...]]
    deadline: Deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers.

        Raises:
            NotSpokenTo: it must not be, or it has no address.
            httpcore.ConnectError: none answers, nor in time (ConnectTimeout, ReadTimeout).
        """
        del timeout
        if port not in _WEB_PORTS and port not in _FREE_PORTS:
            raise NotSpokenTo("has a port that is none of the web's, and was not asked")
        addresses = self._addresses(host, port)
        if not addresses:
            raise NotSpokenTo("has a host whose address cannot be found")
        if not all(map(self.allow, addresses)):
            raise NotSpokenTo("has a host at an address that is not public, and was not asked")
        for number, address in enumerate(addresses[:-1]):
            try:
                return self._connect(address, port, local_address, socket_options, among=len(addresses) - number)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, local_address, socket_options, among=1)

    def _addresses(self, host: str, port: int) -> tuple[IPAddress, ...]:
        """What the host resolves to; asking knows no timeout, so whoever takes longer is left to itself."""
        answers: SimpleQueue[tuple[IPAddress, ...]] = SimpleQueue()
        Thread(target=lambda: answers.put(self.resolve(host, port)), daemon=True).start()
        try:
            return answers.get(timeout=self.deadline.left())
        except Empty:
            raise httpcore.ConnectTimeout from None

    def _connect(
        self,
        address: IPAddress,
        port: int,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
        *,
        among: int,
    ) -> httpcore.NetworkStream:
        """Connect within a fair part of the time, for others may answer where this one does not."""
        seconds = self.deadline.left() / among
        stream = httpcore.SyncBackend().connect_tcp(str(address), port, seconds, local_address, socket_options)
        return _TimedStream(stream, self.deadline)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every step ends with the deadline: what trickles in keeps nobody waiting."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
