"""The SMS fallback as a phone shows it, with the parts that are paid for: values for a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.message import sms_of
from rcsplan.campaign.sms import divided, forcing_character, in_gsm, named, replacement_of
from rcsplan.output.plan_send import sms_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSms:
    """An SMS by its parts. `forcing` is the character that makes it UCS-2, `slip` the same where it can be replaced."""

    sender: str
    parts: tuple[str, ...]
    length: str
    forcing: str
    slip: str | None


def shown_sms(body: Mapping[str, JsonValue]) -> ShownSms | None:
    """The SMS fallback of a message, None where it has none."""
    sms = sms_of(body)
    if sms is None:
        return None
    text, sender = (value if isinstance(value := sms.get(key), str) else "" for key in ("text", "sender"))
    character = forcing_character(text)
    return ShownSms(
        sender=sender,
        parts=divided(text),
        length=sms_parts(text),
        forcing=_forcing(character) if character is not None else "",
        slip=character if character is not None and in_gsm(text) is not None else None,
    )


def _forcing(character: str) -> str:
    other = replacement_of(character)
    instead = "" if other is None else f"; “{other}” would do" if other else "; it could go"
    return f"first outside GSM-7: {named(character)}{instead}"
