"""What the provider answers, as frozen models that accept every form in which it is documented.

Only an id is demanded of anything that has one. Whatever else is missing or unreadable is empty: an accepted campaign
must not be lost because one of its fields has changed its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, TypeVar

import pydantic_core
from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rcsplan.bsg.times import parse_wire_time

#: No count and no amount is as large; one that is cannot be calculated with, and says nothing.
_MOST_DIGITS = 15
_TOO_MUCH = 10**_MOST_DIGITS


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    match value:
        case int() if 0 <= value < _TOO_MUCH and not isinstance(value, bool):
            return value
        case str() if (digits := value.strip()).isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS:
            return int(value)
        case _:
            return None


def _counter(value: object) -> int:
    return _count(value) or 0


def _flag(value: object) -> bool:
    return value in (True, "1", "true")


def _amount(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _TOO_MUCH else None


def _moment(value: object) -> datetime | None:
    try:
        return parse_wire_time(_text(value))
    except ValueError:
        return None


def _counters(value: object) -> dict[str, int]:
    if not isinstance(value, Mapping):
        return {}
    counts = {str(name): _count(count) for name, count in value.items()}
    return {name: count for name, count in counts.items() if count is not None}


def _identifier(value: object) -> object:
    if isinstance(value, bool):
        message = "an id is a number"
        raise ValueError(message)  # noqa: TRY004 - pydantic turns ValueError, not TypeError, into a validation error
    return value


_Identifier = Annotated[int, BeforeValidator(_identifier)]
_Text = Annotated[str, BeforeValidator(_text)]
_Count = Annotated[int | None, BeforeValidator(_count)]
_Counter = Annotated[int, BeforeValidator(_counter)]
_Flag = Annotated[bool, BeforeValidator(_flag)]
_Amount = Annotated[Decimal | None, BeforeValidator(_amount)]
_Money = Annotated[Decimal, Field(gt=-_TOO_MUCH, lt=_TOO_MUCH)]
_Moment = Annotated[datetime | None, BeforeValidator(_moment)]
_Counters = Annotated[Mapping[str, int], BeforeValidator(_counters)]

#: The fallback's counters, under the key of the schema and under that of the sample (bsg-api.md section 2.1).
_SMS_STATISTICS = AliasChoices(
    AliasPath("alternative_channels", "sms", "statistics"),
    AliasPath("alternative_channels", "sms", "statistic"),
)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class CampaignInfo(_Answer):
    """A campaign as create, list, info and stop answer it (bsg-api.md section 2.1).

    Times are naive, as on the wire. `status` and `message_type` may be words that no document knows. `sent` includes
    `delivered`. `calculated_price` has a meaning in the answer to a create alone.
    """

    id: Annotated[_Identifier, Field(gt=0)]
    name: _Text = ""
    sender: _Text = ""
    status: _Text = ""
    message_type: _Text = ""
    start_at: _Moment = None
    real_start_at: _Moment = None
    finished_at: _Moment = None
    created_at: _Moment = None
    delivered: _Counter = Field(default=0, validation_alias=AliasPath("statistics", "delivered"))
    sent: _Counter = Field(default=0, validation_alias=AliasPath("statistics", "sent"))
    calculated_price: _Amount = None
    currency: _Text = ""


class CampaignDetail(_Answer):
    """The counters of a campaign: per status, for its RCS messages and for the SMS fallback (bsg-api.md section 2.1).

    `total_phones` is the only echo of the audience's size.
    """

    id: Annotated[_Identifier, Field(gt=0)]
    name: _Text = ""
    sender: _Text = ""
    status: _Text = ""
    message_type: _Text = Field(default="", validation_alias=AliasChoices("type", "message_type"))
    start_at: _Moment = Field(default=None, validation_alias=AliasChoices("started_at", "start_at"))
    real_start_at: _Moment = Field(default=None, validation_alias=AliasChoices("actual_start_at", "real_start_at"))
    finished_at: _Moment = None
    created_at: _Moment = None
    statistics: _Counters = Field(default_factory=dict)
    sms_statistics: _Counters = Field(default_factory=dict, validation_alias=_SMS_STATISTICS)
    total_messages: _Count = None
    total_phones: _Count = None
    total_price: _Amount = None
    currency: _Text = ""


class ContactList(_Answer):
    """A contact list, "group" on the wire; `contacts` is None where it is not counted (bsg-api.md section 2.2)."""

    id: _Identifier
    name: _Text = ""
    contacts: _Count = Field(default=None, validation_alias="items")
    default: _Flag = Field(default=False, validation_alias=AliasChoices("default", "is_default"))


class Sender(_Answer):
    """An SMS or Viber sender; RCS agents cannot be listed (bsg-api.md section 2.3)."""

    sender: _Text
    status: _Text = ""
    country: _Text = ""
    is_default: _Flag = False


class Balance(_Answer):
    """The account's money; `balance` may be negative while there is credit (bsg-api.md section 2.3)."""

    balance: _Money
    credit: _Money = Decimal(0)
    currency: _Text = ""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data

    @property
    def spendable(self) -> Decimal:
        """What campaigns may still cost: balance and credit together (bsg-api.md section 4.3)."""
        return self.balance + self.credit


class Tariff(_Answer):
    """A tariff of the account; no answer tells which service it is for (bsg-api.md section 2.3)."""

    id: _Identifier
    code: _Identifier
    name: _Text = ""
    is_active: _Flag = False
    is_default: _Flag = False


_Model = TypeVar("_Model", bound=_Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[_Model]):
    """A part of a list; `total` is how many rows the whole has, where the answer says so."""

    rows: tuple[_Model, ...]
    total: int | None = None


def parse_document(body: bytes) -> object:
    """The JSON of an answer's body.

    Raises:
        ValueError: it is none, or only a part of one.
    """
    document: object = pydantic_core.from_json(body)
    return document


def parse_one(model: type[_Model], document: object) -> _Model:
    """The single thing that an answer holds under `data`.

    Raises:
        ValueError: the answer holds none.
    """
    match document:
        case {"data": data}:
            return model.model_validate(data)
        case _:
            message = "the answer holds no data"
            raise ValueError(message)


def parse_page(model: type[_Model], document: object) -> Page[_Model]:
    """The page that an answer holds, with the total where campaigns or where the other lists keep it.

    Raises:
        ValueError: the answer is no list of these.
    """
    match document:
        case {"data": list(rows), "meta": {"page": {"total": total}}} | {"data": list(rows), "total": total}:
            return Page(rows=tuple(map(model.model_validate, rows)), total=_count(total))
        case {"data": list(rows)}:
            return Page(rows=tuple(map(model.model_validate, rows)))
        case _:
            message = "the answer holds no list"
            raise ValueError(message)
