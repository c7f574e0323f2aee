"""Where requests may go: over https, or to this machine; and never with a password in the address."""

from __future__ import annotations

import ipaddress
import re

import httpx

from rcsplan.errors import ConfigurationError

# What a name or an address is made of; httpx takes more, and would fail on it when it connects.
_HOST = re.compile(r"[A-Za-z0-9._:-]+")


def parse_base_url(text: str, *, what: str = "provider's base_url") -> httpx.URL:
    """The base URL, without a slash at its end; https, or http to a loopback address (bsg-api.md section 1).

    Raises:
        ConfigurationError: it is none, it is not encrypted, or it holds more than scheme, host, port and path. The
            text is never quoted, for it may hold a password.
    """
    url = parse_url(text, what=what)
    if url.query:
        raise _unusable("It holds a query.", what)
    return url.copy_with(path=url.path.rstrip("/"))


def parse_url(text: str, *, what: str) -> httpx.URL:
    """A URL that requests may go to: https, or http to a loopback address; `what` says whose it is.

    Raises:
        ConfigurationError: it is none, it is not encrypted, or it holds a user name or a fragment. The text is never
            quoted, for it may hold a secret.
    """
    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
        host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise _unusable("It is no URL.", what) from error
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(host):
        raise _unusable("It has no scheme and host.", what)
    if url.userinfo or url.fragment:
        raise _unusable("It holds a user name or a fragment.", what)
    if url.scheme == "http" and not is_loopback(url.host):
        raise _unusable("Over http, keys and what is sent would be readable on their way.", what)
    return url


def is_loopback(host: str) -> bool:
    """Whether a host name or address is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _unusable(detail: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"The {what} is not usable",
        detail=detail,
        hint="Give it as https://HOST; http:// is accepted for loopback addresses alone.",
    )
