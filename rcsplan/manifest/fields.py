"""Values of the send-groups body, each with every limit that can be checked without the provider (bsg-api.md 3)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from rcsplan.campaign.model import ListRef
from rcsplan.campaign.sms import MAX_SEPTETS, forcing_character, septets, utf16_units
from rcsplan.manifest.settings import provider_of
from rcsplan.manifest.timing import instant_of_wall_time
from rcsplan.manifest.validation import complaint

_MAX_LISTS = 1000
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_PHONE = re.compile(r"[1-9][0-9]{8,14}")
_NUMERIC_SENDER = re.compile(r"[0-9]{1,15}")
_MAX_ALPHANUMERIC_SENDER = 11

#: What no phone shows and no provider documents: control characters but the line feed, and halves of characters.
_UNSENDABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _check_sendable(text: str) -> str:
    """The text, if every character of it can be sent.

    Raises:
        PydanticCustomError: one cannot, such as an escape or a null character.
    """
    found = _UNSENDABLE.search(text)
    if found is not None:
        raise complaint(
            "control-character",
            "Text has a control character",
            detail=f"Character {found.start() + 1} is U+{ord(found.group()):04X}, which no phone can show.",
            hint="Remove it; a line break is the only control character that a message may have.",
        )
    return text


def text_of(minimum: int, maximum: int) -> Any:
    """Constraints of a text, to be unpacked into its annotation: its length is counted in UTF-16 units."""

    def check(text: str) -> str:
        units = utf16_units(text)
        if units > maximum:
            detail = f"It has {units} UTF-16 units, of which {maximum} are allowed; an emoji counts two and more."
            raise complaint("too-long", "Text is too long", detail=detail)
        if units < minimum:
            raise complaint("too-short", "Text is empty", hint="Write a text, or remove the key.")
        return _check_sendable(text)

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
    return _check_sendable(text)


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


Url = Annotated[str, *text_of(1, 1000), AfterValidator(_check_url)]
Phone = Annotated[str, AfterValidator(_check_phone), Field(json_schema_extra={"pattern": f"^{_PHONE.pattern}$"})]
Hours = Annotated[int, Field(ge=1, le=72)]
Seconds = Annotated[int, Field(ge=30, le=86400)]
SmsSender = Annotated[str, AfterValidator(_check_sms_sender)]
SmsText = Annotated[str, AfterValidator(_check_sms_text)]
StartAt = Annotated[str, AfterValidator(_check_start)]

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
                    "properties": {
                        "id": {
                            "type": "integer",
                            "minimum": 1,
                            "description": "Id of the list; with a name, both must be true of it.",
                            "examples": [1864275],
                        },
                        "name": {
                            "type": "string",
                            "minLength": 1,
                            "description": "Name of the list in the account.",
                            "examples": ["Newsletter"],
                        },
                    },
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
ContactLists = Annotated[list[ContactList], Field(min_length=1, max_length=_MAX_LISTS), AfterValidator(_check_unique)]
