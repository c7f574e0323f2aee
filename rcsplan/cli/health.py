"""`--listen`: whether the loop is alive and sees what it needs, and its metrics, over HTTP."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.operations.run import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rcsplan.cli.metrics import Metrics
    from rcsplan.operations.run import Round

#: So many intervals without a sign of life, and a loop hangs.
_INTERVALS = 3

#: In a round nothing may be heard for as long as a submission may take, and the account may be looked at.
_ROUND_SECONDS = 300.0

#: Rounds that saw the project, the provider and the state.
_SEEING = frozenset(
    {Result.DONE, Result.BLOCKED, Result.UNKNOWN, Result.FAILED, Result.REFUSED, Result.SUSPENDED, Result.LOCKED}
)

_PLACE = re.compile(r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*):)?(?P<port>[0-9]{1,5})")
_LAST_PORT = 65535


@dataclass(slots=True, kw_only=True)
class Health:
    """Signs of life of a loop, by a clock that never jumps; spans are in seconds."""

    every: float
    monotonic: Callable[[], float]
    _last_sign: float = 0.0
    _last_result: Result | None = None

    def sign(self) -> None:
        """Something happened: the loop is alive."""
        self._last_sign = self.monotonic()

    def observe(self, done: Round) -> None:
        """A round ended."""
        self._last_result = done.result
        self.sign()

    @property
    def is_alive(self) -> bool:
        """Whether the last sign of life is no older than some intervals, and the longest silence of a round."""
        return self.monotonic() - self._last_sign <= _INTERVALS * self.every + _ROUND_SECONDS

    @property
    def is_ready(self) -> bool:
        """Whether the last round saw all that it needed."""
        return self.is_alive and self._last_result in _SEEING


def parse_place(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT; without a host it is this machine alone.

    Raises:
        UsageError: it is neither.
    """
    match = _PLACE.fullmatch(text)
    if match is None or int(match["port"]) > _LAST_PORT:
        raise UsageError(f"{text!r} is no address to listen on", hint="Write it as 127.0.0.1:9464")
    return (match["host"] or "127.0.0.1").strip("[]"), int(match["port"])


@contextmanager
def serving(place: tuple[str, int], health: Health, metrics: Metrics) -> Iterator[str]:
    """Answer while the context lasts; gives the base URL.

    Raises:
        ConfigurationError: nobody can listen there.
    """
    host, port = place
    try:
        server = _Server((host, port), _answers(health, metrics))
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "It is no address of this machine."
        raise ConfigurationError(f"Nobody can listen on {host}:{port}", detail=why) from None
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, place: tuple[str, int], answers: type[BaseHTTPRequestHandler]) -> None:
        if ":" in place[0]:
            self.address_family = socket.AF_INET6
        super().__init__(place, answers)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is nobody's problem."""


def _answers(health: Health, metrics: Metrics) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        # Who is silent longer is no scraper.
        timeout = 10
        server_version = "rcsplan"
        sys_version = ""

        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/healthz":
                    self._answer_whether(health.is_alive, "alive", "no sign of life")
                case "/readyz":
                    self._answer_whether(health.is_ready, "ready", "not ready")
                case "/metrics":
                    self._answer(HTTPStatus.OK, metrics.text(), metrics.content_type)
                case _:
                    self._answer(HTTPStatus.NOT_FOUND, b"/healthz, /readyz and /metrics\n")

        def _answer_whether(self, holds: bool, yes: str, no: str) -> None:  # noqa: FBT001  the question itself
            status = HTTPStatus.OK if holds else HTTPStatus.SERVICE_UNAVAILABLE
            self._answer(status, f"{yes if holds else no}\n".encode())

        def _answer(self, status: HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the base gives it
            """Probes come every few seconds; they are not news."""

    return Answers
