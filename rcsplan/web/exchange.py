"""JSON requests to one host: bounded in time and size, repeated where that is harmless, and no secret in any text."""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import httpx

from rcsplan.errors import ConfigurationError, RcsplanError
from rcsplan.web.address import is_loopback
from rcsplan.web.backoff import JITTER, Backoff, is_passing, parse_retry_after
from rcsplan.web.client import FAILURES, open_clients
from rcsplan.web.flight import Deadline, Flight
from rcsplan.web.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic import JsonValue

Query = tuple[tuple[str, str], ...]

_CONNECT_SECONDS = 10.0
_TOO_MANY = 429
#: A page of a hundred comments, each as long as it may be and all of it in escapes, has less.
_MAX_BYTES = 64 * 1024 * 1024


class HostSilent(RcsplanError):
    """There was no complete answer, or one that says nothing of the request: it may have been executed.

    `arrived` is false where no byte of it left this machine, or where it was turned away unread.
    """

    def __init__(self, summary: str, *, detail: str, hint: str = "", arrived: bool) -> None:
        super().__init__(summary, detail=detail, hint=hint or "Run the same command again.")
        self.arrived = arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer of any status that will not pass by itself."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def is_success(self) -> bool:
        """Whether the request was executed."""
        return httpx.codes.is_success(self.status)

    @property
    def json(self) -> JsonValue:
        """The document of the body, None where it is none."""
        try:
            document: JsonValue = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return document


class Exchange:
    """A conversation with one host, closed by its context.

    Args:
        base: what every path is relative to.
        headers: of every request; their values appear in no text.
        secrets: what else appears in no text.
        host: what the host is called in errors.
        seconds: the time that one request may take, its repetitions included.
        backoff: how often it is tried.
        sleep: waits for seconds, between the tries.

    Raises:
        ConfigurationError: a header cannot be sent, or the system's proxy or certificate settings are not usable.
    """

    def __init__(
        self,
        base: httpx.URL,
        *,
        headers: Mapping[str, str],
        secrets: tuple[str, ...],
        host: str,
        seconds: float = 60.0,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.host = host
        self._base = base
        self._redaction = Redaction(*(secret for secret in secrets if secret))
        self._seconds = seconds
        self._backoff = backoff or Backoff()
        self._sleep = sleep
        _check_headers(headers, host)
        # What the environment says of proxies is for the world outside, never for this machine.
        fresh = httpx.Limits(max_keepalive_connections=0)
        (self._client,) = open_clients(fresh, trust_env=not is_loopback(base.host), headers=headers)

    def __repr__(self) -> str:
        return f"Exchange({self.host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def quote(self, text: str) -> str:
        """A foreign text made fit for a message: on one line, shortened, without secrets."""
        return self._redaction.quote(text)

    def ask(
        self, method: str, path: str, *, query: Query = (), body: JsonValue = None, repeatable: bool = True
    ) -> Answer:
        """The answer to a request, asked again where there was none, or one that may pass.

        What is not `repeatable` is repeated only where it certainly was not executed.

        Raises:
            HostSilent: there was no complete answer, or only ones that may pass.
        """
        url = self._base.copy_with(path=self._base.path.rstrip("/") + path) if path else self._base
        if query:
            url = url.copy_with(params=query)
        deadline = Deadline.after(self._seconds)
        attempt = 1
        while True:
            flight = Flight(deadline)
            try:
                answer = self._send(method, url, body, flight)
            except FAILURES as error:
                failure = self._silent(error, arrived=flight.began)
                asked_for = None
            else:
                if not _may_pass(answer):
                    return answer
                failure = self._failing(answer)
                asked_for = parse_retry_after(answer.headers)
            pause = self._backoff.pause(attempt, retry_after=asked_for, jitter=JITTER())
            if pause is None or pause >= deadline.remaining() or (failure.arrived and not repeatable):
                raise failure from None
            self._sleep(pause)
            attempt += 1

    def _send(self, method: str, url: httpx.URL, body: JsonValue, flight: Flight) -> Answer:
        assert flight.deadline is not None, "every request has a deadline"
        remaining = flight.deadline.remaining()
        with flight:
            request = self._client.build_request(
                method,
                url,
                # Escaped as it is, a lone surrogate of a hostile text can be sent as well.
                content=None if body is None else json.dumps(body).encode("ascii"),
                headers={} if body is None else {"Content-Type": "application/json"},
                timeout=httpx.Timeout(remaining, connect=min(_CONNECT_SECONDS, remaining)),
                extensions={"trace": flight.trace},
            )
            with _unlogged():
                response = self._client.send(request, stream=True)
            try:
                content = _content_of(response)
            finally:
                response.close()
        return Answer(status=response.status_code, body=content, headers=response.headers)

    def _silent(self, error: Exception, *, arrived: bool) -> HostSilent:
        # The text of the error is not quoted, for it may hold the address.
        why = "It did not answer in time." if isinstance(error, httpx.TimeoutException) else "The connection was lost."
        detail = why if arrived else "It could not be reached."
        return HostSilent(f"{self.host} did not answer", detail=f"{detail} ({type(error).__name__})", arrived=arrived)

    def _failing(self, answer: Answer) -> HostSilent:
        asked_for = parse_retry_after(answer.headers)
        wait = f" It asks to wait for {asked_for:.0f} seconds." if asked_for is not None else ""
        return HostSilent(
            f"{self.host} cannot answer at the moment",
            detail=f"It answered with status {answer.status}.{wait}",
            arrived=answer.status not in {_TOO_MANY, httpx.codes.FORBIDDEN},
        )


class _Unlogged(logging.Filter):
    """Keeps addresses out of httpx's log while a thread of ours sends: that of a webhook is a secret."""

    def __init__(self) -> None:
        super().__init__()
        self.here = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line may be logged."""
        del record
        return not getattr(self.here, "is_sending", False)


_UNLOGGED = _Unlogged()
logging.getLogger("httpx").addFilter(_UNLOGGED)


@contextmanager
def _unlogged() -> Iterator[None]:
    _UNLOGGED.here.is_sending = True
    try:
        yield
    finally:
        _UNLOGGED.here.is_sending = False


def _content_of(response: httpx.Response) -> bytes:
    """The body, refused where it is larger than any that is expected."""
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > _MAX_BYTES:
            message = "the answer has no end"
            raise httpx.DecodingError(message)
    return bytes(content)


def _may_pass(answer: Answer) -> bool:
    # GitHub turns away who asks too often with 403 as well, and then says when to come back.
    return is_passing(answer.status) or (answer.status == httpx.codes.FORBIDDEN and "retry-after" in answer.headers)


def _check_headers(headers: Mapping[str, str], host: str) -> None:
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable() or not name.isascii() or not name.isprintable():
            raise ConfigurationError(
                f"A header for {host} cannot be sent",
                detail=f"The value of {name!r} holds a character that no header can hold, such as the end of a line.",
                hint="Set the secret again, without anything before or after it.",
            )
