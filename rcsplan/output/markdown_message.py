"""The message of a send in Markdown: blocks of text, buttons with their targets, and the SMS with what it costs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rcsplan.campaign.message import cards_of, sms_of, text_of
from rcsplan.output.cost_text import saving_of_a_part
from rcsplan.output.markdown import block, code, prose
from rcsplan.output.moments import declared, moment
from rcsplan.output.plan_send import sms_parts
from rcsplan.output.terminal import visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from rcsplan.plan.model import Action

#: Where values begin in a block, and how wide they are: a block does not wrap, and a phone is narrow.
_MARGIN, _WIDTH = 8, 52
#: The longest text that a message may have is far below (bsg-api.md section 3).
_LONGEST, _MOST_LINKS = 3000, 12

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


def message_lines(action: Action) -> Iterator[str]:
    """What recipients read, in RCS and where that does not reach them, and where its links lead."""
    payload = action.payload or {}
    cards = cards_of(payload)
    sender = code(action.sender)
    if cards:
        yield f"**RCS card** as {sender}" if len(cards) == 1 else f"**RCS carousel of {len(cards)} cards** as {sender}"
    else:
        yield f"**RCS text** as {sender}"
    yield ""
    yield block(_rcs(payload, cards))
    yield ""
    yield from _fallback(action)
    links = _links(payload)
    if links:
        more = f" and {len(links) - _MOST_LINKS} more" if len(links) > _MOST_LINKS else ""
        yield f"**Links:** {' · '.join(code(link, longest=300) for link in links[:_MOST_LINKS])}{more}"
        yield ""


def labelled(name: str, text: str) -> Iterator[str]:
    """Lines of a block: a name, and a text with its own line breaks beside it."""
    for paragraph in text[:_LONGEST].split("\n"):
        for line in wrapped(visible(paragraph), _WIDTH):
            yield f"{name:<{_MARGIN}}{line}".rstrip(" ")
            name = ""
    if len(text) > _LONGEST:
        yield f"{'':<{_MARGIN}}… and {len(text) - _LONGEST:,} characters more"


def _rcs(payload: Mapping[str, JsonValue], cards: tuple[Mapping[str, JsonValue], ...]) -> Iterator[str]:
    if not cards:
        yield from labelled("text", text_of(payload) or "")
    for number, card in enumerate(cards, start=1):
        if len(cards) > 1:
            yield f"-- card {number} --"
        media = card.get("media")
        if isinstance(media, dict):
            yield from labelled("media", str(media.get("url")))
        for key in ("title", "text"):
            if card.get(key):
                yield from labelled(key, str(card[key]))
        yield from _buttons(card)


def _buttons(card: Mapping[str, JsonValue]) -> Iterator[str]:
    suggestions = card.get("suggestions")
    for button in suggestions if isinstance(suggestions, list) else ():
        if isinstance(button, dict):
            yield from labelled("button", f"[ {visible(str(button.get('text')))} ]")
            yield from labelled("  ->", visible(str(button.get("url") or button.get("phone"))))


def _fallback(action: Action) -> Iterator[str]:
    sms = sms_of(action.payload or {})
    if sms is None:
        yield "**No SMS:** who cannot receive RCS gets nothing."
        yield ""
        return
    text = str(sms.get("text"))
    at = f"at {prose(moment(declared(action, action.fallback_at), action.timezone))}" if action.fallback_at else "later"
    yield f"**SMS** {at}, {action.validity_hours} h after the start, as {code(str(sms.get('sender')))}"
    yield ""
    yield block(labelled("text", text))
    yield ""
    yield f"{_capitalized(prose(sms_parts(text, saving=saving_of_a_part(action.estimate))))}."
    yield ""


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _links(payload: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Every address to which the message leads, once."""
    sms = sms_of(payload)
    texts = [text_of(payload) or "", str(sms.get("text")) if sms is not None else ""]
    found: list[str] = []
    for card in cards_of(payload):
        suggestions = card.get("suggestions")
        buttons = suggestions if isinstance(suggestions, list) else []
        found += [str(one["url"]) for one in buttons if isinstance(one, dict) and one.get("url")]
        texts += [str(card.get("text", "")), str(card.get("title", ""))]
    found += [link.rstrip(".,;:!?)") for text in texts for link in _LINK.findall(text)]
    return tuple(dict.fromkeys(found))
