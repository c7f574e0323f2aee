"""The request body of a send: what goes over the wire once lists and start are known (bsg-api.md section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import JsonValue

#: `start_at` on the wire: local to the account, without a zone (bsg-api.md section 4.4).
WIRE_TIME = "%Y-%m-%d %H:%M:%S"

#: What the provider replaces by a link, or makes of a button, by which its reader opts out (bsg-api.md section 3).
UNSUBSCRIBE_URL = "http://nosms.cc/XXXX"


def wire_payload(
    body: Mapping[str, JsonValue], *, list_ids: Iterable[int], start_at: str | None
) -> dict[str, JsonValue]:
    """The complete request body; `start_at` is account wall time, None for an instant campaign."""
    payload: dict[str, JsonValue] = {"groups": list(list_ids), **body}
    return payload if start_at is None else {**payload, "start_at": start_at}


def cards_of(body: Mapping[str, JsonValue]) -> tuple[Mapping[str, JsonValue], ...]:
    """The cards of a message, none for a text message; two and more are a carousel."""
    options = body.get("options")
    cards = options.get("cards") if isinstance(options, dict) else None
    return tuple(card for card in cards if isinstance(card, dict)) if isinstance(cards, list) else ()


def text_of(body: Mapping[str, JsonValue]) -> str | None:
    """The text of a plain text message."""
    options = body.get("options")
    text = options.get("text") if isinstance(options, dict) else None
    return text if isinstance(text, str) else None


def sms_of(body: Mapping[str, JsonValue]) -> Mapping[str, JsonValue] | None:
    """The SMS fallback of a message."""
    alternative = body.get("alternative_channel")
    sms = alternative.get("sms") if isinstance(alternative, dict) else None
    return sms if isinstance(sms, dict) else None
