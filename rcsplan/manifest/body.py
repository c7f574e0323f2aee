"""The body of send-groups under `spec`: its fields, and the rules that hold between them (bsg-api.md section 3)."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo
from typing_extensions import TypedDict

from rcsplan.manifest.fields import (
    ContactLists,
    Hours,
    Phone,
    Seconds,
    SmsSender,
    SmsText,
    StartAt,
    TariffCode,
    Url,
    text_of,
)
from rcsplan.manifest.settings import provider_of
from rcsplan.manifest.validation import complaint

_STRICT = ConfigDict(extra="forbid", strict=True)


def _check_suggestion(suggestion: dict[str, Any]) -> dict[str, Any]:
    if ("url" in suggestion) == ("phone" in suggestion):
        raise complaint(
            "wrong-suggestion",
            "A button needs one action",
            detail="It opens a url, or it calls a phone.",
            hint="Give either url or phone.",
        )
    action = "link" if "url" in suggestion else "call"
    if suggestion.get("type", action) != action:
        detail = f"A button of type {suggestion['type']!r} cannot have a {'url' if action == 'link' else 'phone'}."
        raise complaint("wrong-suggestion", "Button type does not fit", detail=detail, at=("type",))
    return suggestion


def _check_suggestions(suggestions: list[Any], info: ValidationInfo) -> list[Any]:
    return _at_most(suggestions, provider_of(info).max_suggestions, "buttons", "provider.max_suggestions")


def _check_cards(cards: list[Any], info: ValidationInfo) -> list[Any]:
    return _at_most(cards, provider_of(info).max_cards, "cards", "provider.max_cards")


def _at_most(entries: list[Any], maximum: int, name: str, setting: str) -> list[Any]:
    if len(entries) > maximum:
        raise complaint(
            "too-long",
            "Too many entries",
            detail=f"There are {len(entries)} {name}; this account allows {maximum}.",
            hint=f"The documentation contradicts itself; {setting} raises the limit.",
            at=(maximum,),
        )
    return entries


def _check_card(card: dict[str, Any]) -> dict[str, Any]:
    if "text" not in card and "media" not in card:
        raise complaint("missing-key", "Key is missing", detail="A card needs a text, or media, or both.")
    return card


def _check_options(options: dict[str, Any]) -> dict[str, Any]:
    if ("text" in options) == ("cards" in options):
        both = "text" in options
        raise complaint(
            "wrong-options" if both else "missing-key",
            "Either text or cards" if both else "Key is missing",
            detail="A message is one text, or one card or more; the provider would drop one of the two."
            if both
            else "A message needs a text or cards.",
            hint="Keep one of them." if both else "",
        )
    return options


class Suggestion(TypedDict):
    """A button: a link to open, or a number to call."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # how pydantic configures a TypedDict

    type: NotRequired[
        Annotated[
            str, Field(pattern="^(link|call)$", description="Inferred from url or phone.", examples=["link", "call"])
        ]
    ]
    text: Annotated[str, *text_of(1, 25), Field(description="Caption.", examples=["Shop"])]
    url: NotRequired[Annotated[Url, Field(description="What a link opens.", examples=["https://example.com/sale"])]]
    phone: NotRequired[Annotated[Phone, Field(description="Whom a call reaches.", examples=["380441234567"])]]
    postback_data: NotRequired[
        Annotated[str, *text_of(0, 25), Field(description="Comes back with the click.", examples=["spring-shop"])]
    ]


class Media(TypedDict):
    """A picture or a video."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    url: Annotated[
        Url,
        Field(
            description="jpeg, jpg, gif, png up to 2 MB; h263, m4v, mp4, mpeg, webm up to 10 MB.",
            examples=["https://cdn.example.com/spring.jpg"],
        ),
    ]


class Card(TypedDict):
    """A card, with a text or media; several of them are a carousel."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    title: NotRequired[Annotated[str, *text_of(1, 200), Field(description="Headline.", examples=["Spring sale"])]]
    text: NotRequired[
        Annotated[
            str, *text_of(1, 1000), Field(description="Text; required without media.", examples=["Until Sunday: -30%"])
        ]
    ]
    media: NotRequired[
        Annotated[
            Media,
            Field(
                description="Picture or video; required without text.",
                examples=[{"url": "https://cdn.example.com/spring.jpg"}],
            ),
        ]
    ]
    suggestions: NotRequired[
        Annotated[
            list[Annotated[Suggestion, AfterValidator(_check_suggestion)]],
            AfterValidator(_check_suggestions),
            Field(description="Buttons.", examples=[[{"text": "Shop", "url": "https://example.com/sale"}]]),
        ]
    ]


class Options(TypedDict):
    """What the recipients see: a text, or cards."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    text: NotRequired[
        Annotated[
            str,
            *text_of(1, 160),
            Field(description="A plain text message.", examples=["Spring sale: -30% until Sunday"]),
        ]
    ]
    cards: NotRequired[
        Annotated[
            list[Annotated[Card, AfterValidator(_check_card)]],
            Field(
                min_length=1,
                description="One card, or a carousel.",
                examples=[[{"title": "Spring sale", "text": "Until Sunday: -30%"}]],
            ),
            AfterValidator(_check_cards),
        ]
    ]


class Sms(TypedDict):
    """The SMS for whomever RCS does not reach in time."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    sender: Annotated[SmsSender, Field(description="Sender of the SMS.", examples=["ACME"])]
    text: Annotated[
        SmsText,
        Field(
            description="765 GSM-7 septets, or 335 UTF-16 units.",
            examples=["Acme: -30% until Sunday. example.com/sale"],
        ),
    ]
    validity: NotRequired[
        Annotated[Hours, Field(description="Hours for which delivery is tried; 72 by default.", examples=[24])]
    ]
    validity_seconds: NotRequired[
        Annotated[Seconds | None, Field(description="The same in seconds; wins when set.", examples=[3600])]
    ]
    check_stop_list: NotRequired[Annotated[bool, Field(description="Leave out the SMS stop list; true by default.")]]


class AlternativeChannel(TypedDict):
    """What goes out where RCS is not delivered."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    sms: Annotated[
        Sms,
        Field(description="The SMS fallback.", examples=[{"sender": "ACME", "text": "Acme: -30%.", "validity": 24}]),
    ]


class Spec(TypedDict):
    """The request body of send-groups: same names, same nesting (bsg-api.md section 3)."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    groups: Annotated[
        ContactLists,
        Field(description="Contact lists: ids, names, or {id, name}.", examples=[[{"name": "Newsletter"}, 1864275]]),
    ]
    sender: Annotated[str, *text_of(1, 40), Field(description="The RCS agent.", examples=["Acme"])]
    options: Annotated[
        Options,
        AfterValidator(_check_options),
        Field(description="What the recipients see.", examples=[{"text": "Spring sale: -30% until Sunday"}]),
    ]
    start_at: NotRequired[
        Annotated[StartAt, Field(description="Start in the account's zone.", examples=["2026-12-01 10:00:00"])]
    ]
    tariff_code: NotRequired[
        Annotated[TariffCode, Field(description="Tariff; the account's default if not given.", examples=[0])]
    ]
    validity: NotRequired[
        Annotated[Hours, Field(description="Hours until the SMS fallback; 72 by default.", examples=[24])]
    ]
    validity_seconds: NotRequired[
        Annotated[Seconds | None, Field(description="Not documented for send-groups.", examples=[3600])]
    ]
    alternative_channel: NotRequired[
        Annotated[
            AlternativeChannel | None,
            Field(description="The fallback.", examples=[{"sms": {"sender": "ACME", "text": "Acme: -30%."}}]),
        ]
    ]
    add_to_contact_book: NotRequired[Annotated[bool, Field(description="Add new contacts to the contact book.")]]
    check_stop_list: NotRequired[Annotated[bool, Field(description="Leave out the stop list; true by default.")]]
