"""Validation of what people see: the RCS message and its SMS fallback."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rcsplan.sandbox.fields import utf16_length

if TYPE_CHECKING:
    from rcsplan.sandbox.account import Account, Form
    from rcsplan.sandbox.fields import Complaints
    from rcsplan.sandbox.readings import Readings

_CALL_NUMBER = re.compile(r"[0-9]{9,15}")
_SMS_SENDER = re.compile(r"[0-9]{1,15}|[ -~]{1,11}")
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM_7_LIMIT = 765


def check_options(value: object, readings: Readings, complaints: Complaints) -> Form:
    """Check `options` (bsg-api.md sections 3.2 to 3.4): exactly one of text and cards."""
    options = complaints.json_object(value, "options")
    if options is None:
        return "text"
    text, cards = options.get("text"), options.get("cards")
    if (text is None) == (cards is None):
        complaints.add("options", "must have either text or cards")
        return "text"
    if cards is None:
        complaints.text(text, "options.text", longest=160)
        return "text"
    items = complaints.items(cards, "options.cards", fewest=1, most=readings.card_limit)
    for index, card in enumerate(items):
        _check_card(card, f"options.cards[{index}]", readings, complaints)
    return "carousel" if len(items) > 1 else "card"


def check_fallback(value: object, account: Account, complaints: Complaints) -> None:
    """Check `alternative_channel` (bsg-api.md section 3.5), where it is given."""
    channel = complaints.json_object(value, "alternative_channel")
    sms = None if channel is None else complaints.json_object(channel.get("sms"), "alternative_channel.sms")
    if sms is None:
        return
    path = "alternative_channel.sms"
    _check_sms_sender(sms.get("sender"), f"{path}.sender", account, complaints)
    _check_sms_text(sms.get("text"), f"{path}.text", account.readings, complaints)
    if sms.get("validity") is not None:
        complaints.integer(sms["validity"], f"{path}.validity", smallest=1, largest=72)
    if sms.get("validity_seconds") is not None:
        complaints.integer(sms["validity_seconds"], f"{path}.validity_seconds", smallest=30, largest=86400)
    complaints.optional_boolean(sms.get("check_stop_list"), f"{path}.check_stop_list")


def _check_card(value: object, path: str, readings: Readings, complaints: Complaints) -> None:
    card = complaints.json_object(value, path)
    if card is None:
        return
    if card.get("title") is not None:
        complaints.text(card["title"], f"{path}.title", longest=200, shortest=0)
    if card.get("text") is not None or card.get("media") is None:
        complaints.text(card.get("text"), f"{path}.text", longest=1000)
    if card.get("media") is not None:
        media = complaints.json_object(card["media"], f"{path}.media")
        if media is not None:
            complaints.url(media.get("url"), f"{path}.media.url")
    if card.get("suggestions") is not None:
        items = complaints.items(card["suggestions"], f"{path}.suggestions", fewest=0, most=readings.button_limit)
        for index, suggestion in enumerate(items):
            _check_suggestion(suggestion, f"{path}.suggestions[{index}]", readings, complaints)


def _check_suggestion(value: object, path: str, readings: Readings, complaints: Complaints) -> None:
    suggestion = complaints.json_object(value, path)
    if suggestion is None:
        return
    complaints.text(suggestion.get("text"), f"{path}.text", longest=25)
    if suggestion.get("postback_data") is not None:
        complaints.text(suggestion["postback_data"], f"{path}.postback_data", longest=25, shortest=0)
    declared = suggestion.get("type")
    if declared is None and readings.suggestion_type == "required":
        complaints.add(f"{path}.type", "field is required")
    if declared is not None and readings.suggestion_type == "refused":
        complaints.add(f"{path}.type", "field is not expected")
    match declared or ("call" if "phone" in suggestion else "link"):
        case "link":
            complaints.url(suggestion.get("url"), f"{path}.url")
        case "call":
            _check_call_number(suggestion.get("phone"), f"{path}.phone", complaints)
        case _:
            complaints.add(f"{path}.type", "must be one of: link, call")


def _check_call_number(value: object, path: str, complaints: Complaints) -> None:
    number = complaints.text(value, path, longest=1000)
    if number is not None and not _CALL_NUMBER.fullmatch(number):
        complaints.add(path, "must be 9 to 15 digits")


def _check_sms_sender(value: object, path: str, account: Account, complaints: Complaints) -> None:
    sender = complaints.text(value, path, longest=15)
    if sender is None:
        return
    if not _SMS_SENDER.fullmatch(sender):
        complaints.add(path, "must be up to 11 Latin characters or up to 15 digits")
    elif not any(
        known.sender == sender and known.type == "sms" and known.status == "active" for known in account.senders
    ):
        complaints.add(path, "is not an active sender of this account")


def _check_sms_text(value: object, path: str, readings: Readings, complaints: Complaints) -> None:
    text = complaints.text(value, path, longest=_GSM_7_LIMIT)
    if text is None:
        return
    in_gsm_7 = _GSM_7.union(_GSM_7_EXTENSION).issuperset(text)
    limit: int = _GSM_7_LIMIT if in_gsm_7 else readings.ucs2_limit
    extensions = sum(character in _GSM_7_EXTENSION for character in text) if in_gsm_7 else 0
    length = utf16_length(text) + extensions
    if length > limit:
        complaints.add(path, f"must not be longer than {limit} characters in its alphabet")
