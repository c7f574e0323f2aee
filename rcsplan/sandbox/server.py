"""A simulator over real HTTP: a small threading server for WSGI applications."""

from __future__ import annotations

import io
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from rcsplan.errors import ConfigurationError, RcsplanError
from rcsplan.sandbox.faults import ConnectionDropped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIApplication, WSGIEnvironment

#: How long requests in flight may take to finish once the server is to end.
_GRACE_SECONDS = 5.0


def serve(app: WSGIApplication, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, and let requests in flight finish; to be called from the main thread.

    Port 0 picks a free one; `ready` is told the base URL as soon as connections are accepted.

    Raises:
        ConfigurationError: the address cannot be listened on.
    """
    # Not an Event: its lock is no more to be had where a signal comes upon the main thread that just took it to wait.
    ended: SimpleQueue[int] = SimpleQueue()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda received, _: ended.put(received))
    try:
        with running(app, host=host, port=port) as base_url:
            ready(base_url)
            ended.get()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def running(app: WSGIApplication, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread while the block runs, which is given the base URL.

    Raises:
        ConfigurationError: the address cannot be listened on.
    """
    try:
        server = _Server(app, host=host, port=port)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"The sandbox cannot listen on {host}:{port}.", detail=str(error)) from error
    loop = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    loop.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        loop.join()
        server.hang_up()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: WSGIApplication, *, host: str, port: int) -> None:
        self.app = app
        self._open: set[Any] = set()
        self._closed_one = threading.Condition()
        super().__init__((host, port), _Connection)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name in the DNS, which HTTPServer makes."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection from a thread of its own, known to `hang_up`."""
        with self._closed_one:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        with self._closed_one:
            self._open.discard(request)
            self._closed_one.notify()

    def hang_up(self) -> None:
        """Take no further request from open connections, and wait for the answers that are still due."""
        with self._closed_one:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
            self._closed_one.wait_for(lambda: not self._open, timeout=_GRACE_SECONDS)


class _Connection(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer one request after another, until either side closes the connection."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent: standard error belongs to the command."""

    def _answer(self) -> None:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
            started.append((status, headers))
            return self.wfile.write

        if "Transfer-Encoding" in self.headers:
            self.send_error(411)
            return
        try:
            body = b"".join(self.server.app(self._environ(), start_response))
        except ConnectionDropped:
            self.close_connection = True
            return
        except RcsplanError as error:
            self.close_connection = True
            self.send_error(500, explain=error.summary)
            return
        ((status, headers),) = started
        self._send(status, headers, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names are the base class's

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if len(body) < int(dict(headers)["Content-Length"]):
            self.close_connection = True

    def _environ(self) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "")
        return {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(path, "iso-8859-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": length,
            "HTTP_AUTHORIZATION": self.headers.get("Authorization", ""),
            "wsgi.input": io.BytesIO(self.rfile.read(int(length)) if length.isdecimal() else b""),
        }
