"""Looks at the addresses of messages: each once, several at a time, and tells what was seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import httpx

from rcsplan.campaign.media import kind_of
from rcsplan.campaign.seen import Seen
from rcsplan.errors import ConfigurationError
from rcsplan.web.fetching import Asking, fetch_head
from rcsplan.web.pictures import dimensions_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Mapping

_AT_ONCE = 8


def look_at(urls: Iterable[str], *, asking: Asking | None = None) -> Mapping[str, Seen]:
    """What each address leads to, by the address as it was given; those that differ in their fragment are one.

    Raises:
        ConfigurationError: the certificates of this system are not usable.
    """
    pages: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        pages.setdefault(url.partition("#")[0], []).append(url)
    if not pages:
        return {}
    look = partial(_look, asking=asking or Asking(tls=_open_tls()))
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        seen = dict(zip(pages, pool.map(look, pages), strict=True))
    return {url: seen[page] for page, given in pages.items() for url in given}


def _look(url: str, asking: Asking) -> Seen:
    answer = fetch_head(url, asking)
    kind = kind_of(answer.head)
    width, height = dimensions_of(answer.head, kind)
    return Seen(
        steps=answer.steps or (url,),
        problem=answer.problem,
        status=answer.status,
        content_type=answer.content_type,
        size=answer.size,
        is_whole=answer.is_whole,
        kind=kind,
        width=width,
        height=height,
    )


def _open_tls() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            "No encrypted connection can be set up on this system",
            detail=f"Its certificate settings are not usable ({type(error).__name__}).",
            hint="Check the environment variables SSL_CERT_FILE and SSL_CERT_DIR.",
        ) from None
