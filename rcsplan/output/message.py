"""A message on every screen that it can come to: both phones and the SMS, with where its buttons lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.output.phone import Shown, ShownButton, System, shown_on
from rcsplan.output.sms_bubble import ShownSms, shown_sms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """A message as Android and an iPhone are likely to show it, its SMS, and its buttons with their targets.

    The clocks are those of the phones when it comes, empty where that is not known.
    """

    sender: str
    clock: str
    sms_clock: str
    phones: tuple[Shown, ...]
    sms: ShownSms | None
    buttons: tuple[ShownButton, ...]


def shown_message(
    body: Mapping[str, JsonValue], *, sender: str, clock: str = "", sms_clock: str = ""
) -> ShownMessage | None:
    """A message on every screen; None where nothing is known of it."""
    if not body:
        return None
    phones = tuple(shown_on(system, body) for system in System)
    cards = phones[0].cards
    return ShownMessage(
        sender=sender,
        clock=clock,
        sms_clock=sms_clock,
        phones=phones,
        sms=shown_sms(body),
        buttons=tuple(button for card in cards for button in (*card.buttons, *card.lost)),
    )
