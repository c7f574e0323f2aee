"""A message as a phone is likely to show it, on Android and on an iPhone: values for a page, and no page yet."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rcsplan.campaign.message import UNSUBSCRIBE_URL, cards_of, text_of
from rcsplan.output.moments import count
from rcsplan.output.truncation import CardRoom, MediaHeight, estimated_lines, predicted_room

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

#: A link in a text, as phones find one.
LINK = re.compile(r"https?://\S*[\w/]")

#: The provider lets nobody choose a height of media: the middle one is what is common.
_HEIGHT = MediaHeight.MEDIUM
#: Characters of usual width on a line of a card's title and description; a card of a carousel is narrower.
_ALONE, _BESIDE = (32, 38), (25, 30)
#: An iPhone shows more lines than these in a view of their own (domain.md 1.1).
_LINES_ON_IPHONE = 6

_KINDS = {
    **dict.fromkeys(("jpg", "jpeg", "png"), "Image"),
    "gif": "Animation",
    **dict.fromkeys(("h263", "m4v", "mp4", "mpeg", "mpeg4", "webm"), "Video"),
}


class System(StrEnum):
    """The kind of a phone."""

    ANDROID = "Android"
    IPHONE = "iPhone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMedia:
    """The media of a card, which is never loaded: what is said of it in its place."""

    kind: str
    file: str
    host: str
    ratio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownButton:
    """A button, with where it leads to."""

    label: str
    action: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """A card as far as there is room for it; a number of lines is 0 where nothing is cut.

    `lost` are the buttons for which there is no room.
    """

    media: ShownMedia | None
    title: str
    title_lines: int
    text: str
    text_lines: int
    buttons: tuple[ShownButton, ...]
    lost: tuple[ShownButton, ...]
    predictions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message on one phone: a text, or cards, of which two and more are a carousel; and what is predicted of it."""

    system: System
    text: str
    cards: tuple[ShownCard, ...]
    predictions: tuple[str, ...]


def shown_on(system: System, body: Mapping[str, JsonValue]) -> Shown:
    """A message as a phone is likely to show it."""
    bodies = cards_of(body)
    if not bodies:
        text = text_of(body) or ""
        return Shown(system=system, text=text, cards=(), predictions=tuple(_predictions_of_text(text, system)))
    cards = tuple(_card(card, system, is_alone=len(bodies) == 1) for card in bodies)
    predictions = [
        f"Card {number}. {prediction}" if len(cards) > 1 else prediction
        for number, card in enumerate(cards, start=1)
        for prediction in card.predictions
    ]
    return Shown(system=system, text="", cards=cards, predictions=tuple(predictions))


def _card(card: Mapping[str, JsonValue], system: System, *, is_alone: bool) -> ShownCard:
    title, text, buttons = _string(card, "title"), _string(card, "text"), tuple(_buttons(card))
    media = _media(card, system, is_alone=is_alone)
    title_width, text_width = _ALONE if is_alone else _BESIDE
    wanted = CardRoom(
        title_lines=estimated_lines(title, title_width),
        text_lines=estimated_lines(text, text_width),
        buttons=len(buttons),
    )
    room = _room(wanted, system, media=_HEIGHT if media is not None else None)
    lost = buttons[room.buttons :]
    return ShownCard(
        media=media,
        title=title if room.title_lines else "",
        title_lines=room.title_lines if room.title_lines < wanted.title_lines else 0,
        text=text if room.text_lines else "",
        text_lines=room.text_lines if room.text_lines < wanted.text_lines else 0,
        buttons=buttons[: room.buttons],
        lost=lost,
        predictions=(
            *_cuts(wanted, room, system),
            *(f"No room for the button “{button.label}”." for button in lost),
            *_predictions_of_card(text, buttons, media, system),
        ),
    )


def _room(wanted: CardRoom, system: System, *, media: MediaHeight | None) -> CardRoom:
    if system is System.ANDROID:
        return predicted_room(wanted, media=media)
    text_lines = min(wanted.text_lines, max(1, _LINES_ON_IPHONE - wanted.title_lines))
    return replace(wanted, text_lines=text_lines)


def _cuts(wanted: CardRoom, room: CardRoom, system: System) -> Iterator[str]:
    for name, lines, seen in (
        ("title", wanted.title_lines, room.title_lines),
        ("description", wanted.text_lines, room.text_lines),
    ):
        if seen < lines and system is System.IPHONE:
            yield f"The {name} opens in a view of its own; here it is cut to {count(seen, 'line')}."
        elif seen < lines:
            yield f"The {name} is cut to {count(seen, 'line')}." if seen else f"No room for the {name}."


def _predictions_of_card(
    text: str, buttons: tuple[ShownButton, ...], media: ShownMedia | None, system: System
) -> Iterator[str]:
    if LINK.search(text):
        yield "A link in the description cannot be tapped; a button can."
    if system is System.IPHONE and media is not None and media.kind == "Animation":
        yield "The animation stands still."
    if system is System.IPHONE and len(buttons) > 1:
        yield f"For iPhones one button that leads somewhere is advised; here are {len(buttons)}."


def _predictions_of_text(text: str, system: System) -> Iterator[str]:
    """A link gets a preview on an iPhone where it is the only one and the last thing said (domain.md 1.1)."""
    links = LINK.findall(text)
    if system is System.IPHONE and links:
        is_last = len(links) == 1 and text.rstrip().endswith(links[0])
        yield "The link gets a preview." if is_last else "No preview of a link: it is not the only one at the very end."


def _media(card: Mapping[str, JsonValue], system: System, *, is_alone: bool) -> ShownMedia | None:
    media = card.get("media")
    url = _string(media, "url") if isinstance(media, dict) else ""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    file = unquote(parts.path.rpartition("/")[2])
    return ShownMedia(
        kind=_KINDS.get(file.rpartition(".")[2].lower(), "Image or video"),
        file=file or url,
        host=parts.netloc.rpartition("@")[2],
        ratio="3:2" if system is System.IPHONE else "16:9" if is_alone else "4:3",
    )


def _buttons(card: Mapping[str, JsonValue]) -> Iterator[ShownButton]:
    suggestions = card.get("suggestions")
    for button in suggestions if isinstance(suggestions, list) else ():
        if not isinstance(button, dict):
            continue
        label, url, phone = (_string(button, key) for key in ("text", "url", "phone"))
        if url == UNSUBSCRIBE_URL:
            yield ShownButton(label=label, action="opts out", target="by a link of each reader's own")
        elif url:
            yield ShownButton(label=label, action="opens", target=url)
        else:
            yield ShownButton(label=label, action="calls", target=f"+{phone}" if phone else "")


def _string(values: Mapping[str, JsonValue], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""
