"""The body of send-groups under `spec`: its fields, and every limit that can be checked without the provider."""

from __future__ import annotations

import re
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema
from typing_extensions import TypedDict

from rcsplan.campaign.model import ListRef
from rcsplan.manifest.complaint import complaint
from rcsplan.manifest.settings import provider_of
from rcsplan.manifest.sms import MAX_SEPTETS, forcing_character, septets, utf16_units
from rcsplan.manifest.timing import instant_of_wall_time

MAX_LISTS = 1000
_STRICT = ConfigDict(extra="forbid", strict=True)
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_PHONE = re.compile(r"[1-9][0-9]{8,14}")
_NUMERIC_SENDER = re.compile(r"[0-9]{1,15}")
_MAX_ALPHANUMERIC_SENDER = 11


def _text_of(minimum: int, maximum: int) -> Any:
    """The constraints of a text whose length is counted in UTF-16 units."""

    def check(text: str) -> str:
        units = utf16_units(text)
        if units > maximum:
            detail = f"It has {units} UTF-16 units, of which {maximum} are allowed; an emoji counts two and more."
            raise complaint("too-long", "Text is too long", detail=detail)
        if units < minimum:
            raise complaint("too-short", "Text is empty", hint="Write a text, or remove the key.")
        return text

    return AfterValidator(check), Field(json_schema_extra={"minLength": minimum, "maxLength": maximum})


def _check_url(url: str) -> str:
    if _URL.fullmatch(url) is None:
        raise complaint(
            "wrong-url", "Not a web address", detail="It must be an absolute http or https URL without spaces."
        )
    return url


def _check_phone(phone: str) -> str:
    if _PHONE.fullmatch(phone) is None:
        digits = re.sub(r"\D", "", phone)
        raise complaint(
            "wrong-phone",
            "Not a phone number",
            detail="It is written with country code, in 9 to 15 digits, without a plus sign.",
            hint=f'Write "{digits}".' if _PHONE.fullmatch(digits) else "",
        )
    return phone


def _check_sms_sender(sender: str) -> str:
    if _NUMERIC_SENDER.fullmatch(sender):
        return sender
    if not sender.isascii() or not sender.isprintable() or not 0 < len(sender) <= _MAX_ALPHANUMERIC_SENDER:
        raise complaint(
            "wrong-sms-sender",
            "Not a sender for SMS",
            detail="It has 1 to 11 Latin letters and digits, or 1 to 15 digits alone.",
        )
    return sender


def _check_sms_text(text: str, info: ValidationInfo) -> str:
    settings = provider_of(info)
    if not text:
        raise complaint("too-short", "Text is empty", hint="Write a text, or remove the key.")
    character = forcing_character(text)
    length, maximum = (septets(text), MAX_SEPTETS) if character is None else (utf16_units(text), settings.max_ucs2_sms)
    if length > maximum:
        why = "GSM-7 septets" if character is None else f"UTF-16 units, for {character!r} forces UCS-2"
        detail = f"It has {length} {why}; allowed are {maximum}."
        raise complaint("too-long", "Text is too long", detail=detail)
    return text


def _check_start(text: str, info: ValidationInfo) -> str:
    account = provider_of(info).timezone
    instant_of_wall_time(text, zone=account, account=account)
    return text


def _parse_tariff(code: object) -> object:
    if code is None or (isinstance(code, int) and not isinstance(code, bool)):
        return code
    if isinstance(code, str) and code.isascii() and code.isdigit():
        return code
    raise complaint("wrong-type", "Value has the wrong type", detail="A tariff code is a whole number.")


def _parse_list(value: object) -> ListRef:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        detail = f"{value!r} in quotes would be the name of a list."
        hint = f"Write {value} without quotes (in a template: | int), or {{name: '{value}'}}."
        raise complaint("ambiguous-list", "List id is quoted", detail=detail, hint=hint)
    given: dict[str, Any] = (
        {"name": value} if isinstance(value, str) else value if isinstance(value, dict) else {"id": value}
    )
    number, name = given.get("id"), given.get("name")
    valid_id = number is None or (isinstance(number, int) and not isinstance(number, bool) and number > 0)
    valid_name = name is None or (isinstance(name, str) and bool(name.strip()))
    if not given or given.keys() - {"id", "name"} or number is name is None or not valid_id or not valid_name:
        detail = "A contact list is an id above 0, a name, or {id: …, name: …}."
        raise complaint("wrong-list", "Not a contact list", detail=detail)
    return ListRef(id=number, name=name)


def _check_unique(lists: list[ListRef]) -> list[ListRef]:
    ids: dict[int | None, int] = {}
    names: dict[str | None, int] = {}
    for index, ref in enumerate(lists):
        first = ids.get(ref.id) if ref.id is not None else names.get(ref.name)
        if first is not None:
            detail = f"{ref} is already entry {first + 1}; its contacts would not get the message twice."
            raise complaint("duplicate-list", "List is given twice", detail=detail, hint="Remove one.", at=(index,))
        ids.setdefault(ref.id, index)
        names.setdefault(ref.name, index)
    return lists


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


Url = Annotated[str, *_text_of(1, 1000), AfterValidator(_check_url)]
Phone = Annotated[str, AfterValidator(_check_phone), Field(json_schema_extra={"pattern": f"^{_PHONE.pattern}$"})]
Hours = Annotated[int, Field(ge=1, le=72)]
Seconds = Annotated[int, Field(ge=30, le=86400)]


class Suggestion(TypedDict):
    """A button: a link to open, or a number to call."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # how pydantic configures a TypedDict

    type: NotRequired[Annotated[str, Field(pattern="^(link|call)$", description="Inferred from url or phone.")]]
    text: Annotated[str, *_text_of(1, 25), Field(description="Caption.", examples=["Shop"])]
    url: NotRequired[Annotated[Url, Field(description="What a link opens.", examples=["https://example.com/sale"])]]
    phone: NotRequired[Annotated[Phone, Field(description="Whom a call reaches.", examples=["380441234567"])]]
    postback_data: NotRequired[Annotated[str, *_text_of(0, 25), Field(description="Comes back with the click.")]]


class Media(TypedDict):
    """A picture or a video."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    url: Annotated[Url, Field(description="jpeg, jpg, gif, png up to 2 MB; h263, m4v, mp4, mpeg, webm up to 10 MB.")]


class Card(TypedDict):
    """A card, with a text or media; several of them are a carousel."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    title: NotRequired[Annotated[str, *_text_of(1, 200), Field(description="Headline.")]]
    text: NotRequired[Annotated[str, *_text_of(1, 1000), Field(description="Text; required without media.")]]
    media: NotRequired[Annotated[Media, Field(description="Picture or video; required without text.")]]
    suggestions: NotRequired[
        Annotated[
            list[Annotated[Suggestion, AfterValidator(_check_suggestion)]],
            AfterValidator(_check_suggestions),
            Field(description="Buttons."),
        ]
    ]


class Options(TypedDict):
    """What the recipients see: a text, or cards."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    text: NotRequired[Annotated[str, *_text_of(1, 160), Field(description="A plain text message.")]]
    cards: NotRequired[
        Annotated[
            list[Annotated[Card, AfterValidator(_check_card)]],
            Field(min_length=1, description="One card, or a carousel."),
            AfterValidator(_check_cards),
        ]
    ]


class Sms(TypedDict):
    """The SMS for whomever RCS does not reach in time."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    sender: Annotated[
        str, AfterValidator(_check_sms_sender), Field(description="Sender of the SMS.", examples=["ACME"])
    ]
    text: Annotated[str, AfterValidator(_check_sms_text), Field(description="765 GSM-7 septets, or 335 UTF-16 units.")]
    validity: NotRequired[Annotated[Hours, Field(description="Hours for which delivery is tried; 72 by default.")]]
    validity_seconds: NotRequired[Annotated[Seconds | None, Field(description="The same in seconds; wins when set.")]]
    check_stop_list: NotRequired[Annotated[bool, Field(description="Leave out the SMS stop list; true by default.")]]


class AlternativeChannel(TypedDict):
    """What goes out where RCS is not delivered."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    sms: Annotated[Sms, Field(description="The SMS fallback.")]


ContactList = Annotated[
    ListRef,
    PlainValidator(_parse_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "description": "Id of a contact list."},
                {"type": "string", "minLength": 1, "description": "Name of a contact list."},
                {
                    "type": "object",
                    "properties": {"id": {"type": "integer", "minimum": 1}, "name": {"type": "string", "minLength": 1}},
                    "minProperties": 1,
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
TariffCode = Annotated[
    int | str | None,
    PlainValidator(_parse_tariff),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]}),
]


class Spec(TypedDict):
    """The request body of send-groups: same names, same nesting (bsg-api.md section 3)."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # as above

    groups: Annotated[
        list[ContactList],
        Field(min_length=1, max_length=MAX_LISTS, description="Contact lists: ids, names, or {id, name}."),
        AfterValidator(_check_unique),
    ]
    sender: Annotated[str, *_text_of(1, 40), Field(description="The RCS agent.", examples=["Acme"])]
    options: Annotated[Options, AfterValidator(_check_options), Field(description="What the recipients see.")]
    start_at: NotRequired[
        Annotated[
            str,
            AfterValidator(_check_start),
            Field(description="Start in the account's zone; schedule replaces it.", examples=["2026-12-01 10:00:00"]),
        ]
    ]
    tariff_code: NotRequired[Annotated[TariffCode, Field(description="Tariff; the account's default if not given.")]]
    validity: NotRequired[Annotated[Hours, Field(description="Hours until the SMS fallback; 72 by default.")]]
    validity_seconds: NotRequired[Annotated[Seconds | None, Field(description="Not documented for send-groups.")]]
    alternative_channel: NotRequired[Annotated[AlternativeChannel | None, Field(description="The fallback.")]]
    add_to_contact_book: NotRequired[Annotated[bool, Field(description="Add new contacts to the contact book.")]]
    check_stop_list: NotRequired[Annotated[bool, Field(description="Leave out the stop list; true by default.")]]
