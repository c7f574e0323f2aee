"""A logged-in session with one account: login, refresh, and no secret in any text."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

import httpx

from rcsplan.bsg.bearer import Bearer
from rcsplan.bsg.connection import Connection
from rcsplan.bsg.outcome import classify_failure
from rcsplan.bsg.refusal import parse_refusal
from rcsplan.errors import ConfigurationError, NotSent
from rcsplan.web.backoff import is_passing, parse_retry_after
from rcsplan.web.client import FAILURES
from rcsplan.web.flight import Deadline, Flight
from rcsplan.web.redaction import Redaction

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from types import TracebackType

_LOGIN = "/api/auth/login"
_REFRESH = "/api/auth/refresh"

Query = tuple[tuple[str, str], ...]


class Session:
    """A session with one account of the provider; safe for several threads, closed by its context.

    Reads share kept-alive connections. What changes something gets a fresh one each time: a server may close an idle
    connection at the moment at which a request leaves on it, and that request's outcome would be unknown for nothing.

    Args:
        base_url: `https://HOST`, or `http://` and a loopback address.
        api_key: of the account; it is sent to the login alone and appears in no text.
        transport: in place of the network, for a provider inside this process.
        connect_timeout: seconds for reaching the provider, TLS included.
        read_timeout: seconds without a sign of life after which a read or a login has failed.
        read_deadline: seconds after which a read has failed, login included, however much of it has come.
        monotonic: the clock by which tokens age and the provider's clock runs on.

    Raises:
        ConfigurationError: base URL or key are not usable, or the system's proxy and certificate settings are not.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        transport: httpx.BaseTransport | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 30.0,
        read_deadline: float = 120.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not api_key:
            raise ConfigurationError("The provider's API key is empty")
        self._api_key = api_key
        self._monotonic = monotonic
        self._read_deadline = read_deadline
        self._redaction = Redaction(api_key)
        self._login_lock = threading.Lock()
        self._bearer: Bearer | None = None
        self._connection = Connection(
            base_url,
            transport=transport,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            monotonic=monotonic,
        )

    def __repr__(self) -> str:
        return f"Session(base_url={str(self._connection.base_url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the session cannot be used any longer."""
        self._connection.close()

    @property
    def is_sandbox(self) -> bool:
        """Whether the last answer came from rcsplan's own simulator."""
        return self._connection.is_sandbox

    def server_now(self) -> datetime | None:
        """The provider's time in UTC, run on since its last answer; None before there was one with a `Date`."""
        return self._connection.server_now()

    def quote(self, text: str) -> str:
        """A foreign text made fit for a message: on one line, shortened, without the secrets of this session."""
        return self._redaction.quote(text)

    def log_in(self) -> None:
        """Log in, where there is no token yet.

        Raises:
            ConfigurationError: the provider does not take the key.
            NotSent: the provider could not be asked.
        """
        self._token(deadline=Deadline.after(self._read_deadline))

    def get(self, path: str, query: Query = ()) -> httpx.Response:
        """Read once, logging in where needed; any status is returned.

        Raises:
            ConfigurationError: the provider does not take the key.
            NotSent: the login failed.
            httpx.HTTPError: there was no complete answer.
        """
        # Written here and not by httpx, which makes a plus sign of a space (bsg-api.md section 2.4).
        target = f"{path}?{urlencode(query, quote_via=percent_encode)}" if query else path
        # An answer that comes a byte at a time never meets the timeout of a single one.
        deadline = Deadline.after(self._read_deadline)
        return self._authorised(
            lambda token: self._connection.exchange("GET", target, flight=Flight(deadline), token=token),
            deadline=deadline,
        )

    def submit(
        self, method: str, path: str, *, body: Mapping[str, object] | None = None, deadline_seconds: float
    ) -> httpx.Response:
        """Send once, on a fresh connection, logging in where needed; any status is returned.

        A 401 is answered before anything is executed: then alone, the request goes out once more after a new login.
        The deadline covers the whole, logins included; no byte of the request leaves after it.

        Raises:
            ConfigurationError: the provider does not take the key; nothing was executed.
            NotSent: it certainly was not executed.
            OutcomeUnknown: it may have been.
        """
        deadline = Deadline.after(deadline_seconds)

        def send(token: str) -> httpx.Response:
            flight = Flight(deadline)
            try:
                return self._connection.exchange(method, path, flight=flight, token=token, body=body, fresh=True)
            except FAILURES as error:
                raise classify_failure(error, began=flight.began, quote=self.quote) from error

        return self._authorised(send, deadline=deadline)

    def _authorised(self, exchange: Callable[[str], httpx.Response], *, deadline: Deadline) -> httpx.Response:
        token = self._token(deadline=deadline)
        response = exchange(token)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return response
        return exchange(self._token(deadline=deadline, refused=token))

    def _token(self, *, deadline: Deadline, refused: str | None = None) -> str:
        """The token to send: a renewed one when it is due, a new one in place of one that was refused."""
        with self._login_lock:
            # Another thread may have logged in again meanwhile; then its token is as good.
            if self._bearer is None or self._bearer.token == refused:
                self._bearer = self._log_in(deadline)
            elif self._bearer.is_due(now=self._monotonic()):
                self._bearer = self._renew(self._bearer, deadline)
            return self._bearer.token

    def _renew(self, bearer: Bearer, deadline: Deadline) -> Bearer:
        try:
            return self._ask_for_bearer(_REFRESH, deadline=deadline, token=bearer.token)
        except (NotSent, ConfigurationError):
            return self._log_in(deadline)

    def _log_in(self, deadline: Deadline) -> Bearer:
        return self._ask_for_bearer(_LOGIN, deadline=deadline, body={"api_key": self._api_key})

    def _ask_for_bearer(
        self,
        path: str,
        *,
        deadline: Deadline,
        token: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Bearer:
        failed = "Logging in at the provider failed"
        try:
            response = self._connection.exchange("POST", path, flight=Flight(deadline), token=token, body=body)
        except FAILURES as error:
            # Whatever became of the login, the request that it was for has not been sent.
            raise NotSent(failed, detail=self.quote(f"{type(error).__name__}: {error}")) from error
        status = response.status_code
        detail = f"Status {status}. {parse_refusal(response.content, quote=self.quote).message}".strip()
        if is_passing(status):
            raise NotSent(failed, detail=detail, status=status, retry_after=parse_retry_after(response.headers))
        if not httpx.codes.is_success(status):
            # What is left is of the key or of the base URL, and does not pass.
            raise ConfigurationError(
                "The provider did not accept the login", detail=detail, hint="Check the API key and the base_url."
            )
        bearer = Bearer.parse(response.content, received_at=self._monotonic())
        if bearer is None:
            raise NotSent(failed, detail="The answer holds no token.", status=status)
        self._redaction.add(bearer.token)
        return bearer
