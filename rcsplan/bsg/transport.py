"""A provider inside this process: a WSGI application in place of the network, and its ways to drop a connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication


class InProcessTransport(httpx.BaseTransport):
    """Calls a WSGI application for each request, and fails as a network would.

    Args:
        app: the application.
        dropped: what it raises in place of an answer when a connection is dropped; `stage` on it says when:
            "connect" before there is one, "request" before the request was read, "response" after it was executed.
        monotonic: the clock, in seconds, by which an answer takes too long.
    """

    def __init__(
        self, app: WSGIApplication, *, dropped: type[Exception], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wsgi = httpx.WSGITransport(app)
        self._dropped = dropped
        self._monotonic = monotonic

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer.

        Raises:
            httpx.TransportError: there was none, only a part of one, or it took longer than a client would have waited.
        """
        started = self._monotonic()
        try:
            response = self._wsgi.handle_request(request)
            body = b"".join(response.iter_raw())
        except self._dropped as drop:
            raise _failure(drop, request) from drop
        patience = request.extensions["timeout"]["read"]
        if patience is not None and self._monotonic() - started > patience:
            message = f"no answer within {patience:g} seconds"
            raise httpx.ReadTimeout(message, request=request)
        if len(body) < int(response.headers.get("content-length", 0)):
            message = "the connection was closed before the answer was complete"
            raise httpx.RemoteProtocolError(message, request=request)
        return httpx.Response(response.status_code, headers=response.headers, content=body)


def _failure(drop: Exception, request: httpx.Request) -> httpx.TransportError:
    match getattr(drop, "stage", None):
        case "connect":
            return httpx.ConnectError("the connection was refused", request=request)
        case "response":
            return httpx.RemoteProtocolError("the connection was closed without an answer", request=request)
        case _:
            return httpx.ReadError("the connection was reset", request=request)
