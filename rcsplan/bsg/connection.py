"""HTTP with the provider: kept and fresh connections, timeouts, and what every answer tells about the provider."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from rcsplan.web.address import is_loopback, parse_base_url
from rcsplan.web.client import open_clients

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rcsplan.web.flight import Flight

_KEPT = httpx.Limits(max_connections=100, max_keepalive_connections=20)
_FRESH = httpx.Limits(max_connections=100, max_keepalive_connections=0)


class Connection:
    """The way to one base URL, safe for several threads; redirects are never followed.

    Args:
        base_url: `https://HOST`, or `http://` and a loopback address.
        transport: in place of the network.
        connect_timeout: seconds for reaching the provider, TLS included.
        read_timeout: seconds without a sign of life after which an exchange on a kept connection has failed.
        monotonic: the clock by which the provider's clock runs on.

    Raises:
        ConfigurationError: the base URL, or the system's proxy or certificate settings, are not usable.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None,
        connect_timeout: float,
        read_timeout: float,
        monotonic: Callable[[], float],
    ) -> None:
        self.base_url = parse_base_url(base_url)
        self.is_sandbox = False
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._monotonic = monotonic
        self._clock: tuple[datetime, float] | None = None
        # What the environment says of proxies is for the world outside, never for this machine.
        trust_env = not is_loopback(self.base_url.host)
        self._kept, self._fresh = open_clients(_KEPT, _FRESH, trust_env=trust_env, transport=transport)

    def close(self) -> None:
        """Close all connections; this one cannot be used any longer."""
        self._kept.close()
        self._fresh.close()

    def server_now(self) -> datetime | None:
        """The provider's time in UTC, run on since its last answer; None before there was one with a `Date`."""
        if self._clock is None:
            return None
        date, received_at = self._clock
        return date + timedelta(seconds=self._monotonic() - received_at)

    def exchange(
        self,
        method: str,
        target: str,
        *,
        flight: Flight,
        token: str | None = None,
        body: Mapping[str, object] | None = None,
        fresh: bool = False,
    ) -> httpx.Response:
        """Send a request and return its complete answer, whatever the status.

        Args:
            method: of HTTP.
            target: path and query, percent-encoded, below the base URL.
            flight: what watches over it, with the deadline if there is one.
            token: the bearer token to send.
            body: the JSON to send.
            fresh: open a connection for this request alone.

        Raises:
            httpx.HTTPError: there was no complete answer.
        """
        client = self._fresh if fresh else self._kept
        with flight:
            request = client.build_request(
                method,
                f"{self.base_url}{target}",
                json=body,
                headers={"Authorization": f"Bearer {token}"} if token else {},
                timeout=self._timeout(flight, None if fresh else self._read_timeout),
                extensions={"trace": flight.trace},
            )
            response = client.send(request, stream=True)
            with contextlib.closing(response):
                flight.watch(response.extensions.get("network_stream"))
                response.read()
        self._note(response)
        return response

    def _timeout(self, flight: Flight, patience: float | None) -> httpx.Timeout:
        remaining = flight.deadline.remaining() if flight.deadline is not None else None
        waits = min((span for span in (patience, remaining) if span is not None), default=None)
        connects = self._connect_timeout if remaining is None else min(self._connect_timeout, remaining)
        return httpx.Timeout(waits, connect=connects)

    def _note(self, response: httpx.Response) -> None:
        self.is_sandbox = response.headers.get("server", "").startswith("rcsplan-sandbox")
        try:
            date = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        self._clock = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC), self._monotonic()
