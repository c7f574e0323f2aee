"""A document delivered to a webhook, whose address is a secret: nothing but its host is ever said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rcsplan.errors import RcsplanError
from rcsplan.web.address import parse_url
from rcsplan.web.backoff import Backoff
from rcsplan.web.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pydantic import JsonValue

_BACKOFF = Backoff(attempts=3, first=0.5, longest=2.0, patience=5.0)


class WebhookRefused(RcsplanError):
    """The webhook answered, and did not take the document."""


def deliver(
    documents: Sequence[JsonValue],
    *,
    url: str,
    headers: Mapping[str, str],
    seconds: float = 10.0,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Post documents to a webhook one after the other, each tried three times, all of them within `seconds`.

    Redirects are not followed. Addresses of private networks are allowed: the project's owner chose the host.

    Raises:
        ConfigurationError: the address, a header, or this system's proxy settings are not usable.
        HostSilent: the webhook does not answer; what is left was not tried.
        WebhookRefused: it refuses a document; what is left was not tried.
    """
    address = parse_url(url, what="address of the webhook")
    deadline = time.monotonic() + seconds
    for document in documents:
        left = max(0.1, deadline - time.monotonic())
        with Exchange(
            address,
            headers=headers,
            secrets=(),
            host=f"The webhook at {address.host}",
            seconds=left,
            backoff=_BACKOFF,
            sleep=sleep,
        ) as exchange:
            answer = exchange.ask("POST", "", body=document)
        if not answer.is_success:
            # What it says is not quoted: it may hold a part of its address.
            raise WebhookRefused(
                f"{exchange.host} did not take a notification", detail=f"It answered with status {answer.status}."
            )
