"""The HTTP clients of a run: what every one of them says of itself, and what it takes from its surroundings."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import httpx

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The roots of all exceptions that httpx raises.
FAILURES: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)


def open_clients(
    *limits: httpx.Limits,
    trust_env: bool,
    transport: httpx.BaseTransport | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[httpx.Client, ...]:
    """A client for each of the limits, that follows no redirect.

    Args:
        limits: how many connections are kept.
        trust_env: whether proxies and certificates of the environment count; never for this machine.
        transport: in place of the network.
        headers: of every request, over the usual ones.

    Raises:
        ConfigurationError: the system's proxy or certificate settings are not usable.
    """
    sent = {"User-Agent": f"rcsplan/{version('rcsplan')}", "Accept": "application/json", **(headers or {})}
    try:
        verify = transport is not None or httpx.create_ssl_context(trust_env=trust_env)
        return tuple(
            httpx.Client(transport=transport, verify=verify, trust_env=trust_env, limits=one, headers=sent)
            for one in limits
        )
    except (ValueError, OSError, ImportError, httpx.InvalidURL) as error:
        # The text of the error is not quoted, for it may hold the password of a proxy.
        raise ConfigurationError(
            "No connection can be set up on this system",
            detail=f"Its proxy or certificate settings are not usable ({type(error).__name__}).",
            hint="Check the environment variables HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
        ) from None
