"""What the simulated account holds: lists, senders, tariffs, funds, its zone and its readings of the contract."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, field_validator, model_validator

from rcsplan.diagnostics import format_key_path
from rcsplan.errors import ConfigurationError
from rcsplan.sandbox.readings import Readings
from rcsplan.sandbox.times import known_zone

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

_Money = Annotated[Decimal, Field(max_digits=15, decimal_places=6)]
_Price = Annotated[_Money, Field(ge=0)]
#: Written with or without an offset, with a space or a T: more than the format of that name allows.
_Time = Annotated[datetime, WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}"})]

#: What an RCS message is charged as (bsg-api.md section 4.3).
Form = Literal["text", "card", "carousel"]


class _AccountData(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Balance(_AccountData):
    """Opening funds: deliveries in the ledger are charged against `amount`, and `credit` is the limit below zero."""

    amount: _Money = Decimal(5000)
    """What is there."""

    credit: _Price = Decimal(0)
    """How far below zero it may fall."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "EUR"
    """Of all prices, by its three letters."""


class ContactList(_AccountData):
    """A contact list, "group" on the wire (bsg-api.md section 2.2)."""

    id: Annotated[int, Field(ge=0, examples=[101])]
    """By which manifests may name it."""

    name: Annotated[str, Field(min_length=1, max_length=50, examples=["Newsletter"])]
    """By which manifests may name it, too."""

    contacts: Annotated[int, Field(ge=0, examples=[1240])]
    """How many there are."""

    default: bool = False
    """Whether it is the list of everybody."""

    description: Annotated[str | None, Field(examples=["Readers of the newsletter"])] = None
    """What the account says of it."""

    created_at: _Time = datetime(2025, 1, 15, 9, tzinfo=UTC)
    """Since when it is there."""


class Sender(_AccountData):
    """A sender name of SMS or Viber (bsg-api.md section 2.3)."""

    sender: Annotated[str, Field(min_length=1, max_length=15, examples=["ACME"])]
    """What stands above the message."""

    type: Literal["sms", "viber"] = "sms"
    """For which channel."""

    status: Literal["active", "blocked", "registering"] = "active"
    """Whether it may be used."""

    country: str = "UA"
    """Where it is registered."""

    is_default: bool = False
    """Whether it is the account's default."""


class Tariff(_AccountData):
    """A tariff attached to the account (bsg-api.md section 2.3)."""

    code: Annotated[int, Field(ge=0, examples=[0])]
    """By which manifests name it."""

    name: Annotated[str, Field(examples=["Base"])]
    """What the account calls it."""

    is_active: bool = True
    """Whether it may be used."""

    is_default: bool = False
    """Whether it is used where none is named."""


class Prices(_AccountData):
    """Price of one delivered message by its form, in the account's currency (bsg-api.md section 4.3)."""

    text: _Price = Decimal("0.012")
    """Of a text."""

    card: _Price = Decimal("0.02")
    """Of one card."""

    carousel: _Price = Decimal("0.03")
    """Of several cards."""

    sms: _Price = Decimal("0.04")
    """Of a fallback SMS."""

    def of(self, form: Form) -> Decimal:
        """The price of one RCS message."""
        match form:
            case "text":
                return self.text
            case "card":
                return self.card
            case "carousel":
                return self.carousel


class Moderation(_AccountData):
    """Which new campaigns are reviewed, for how long, and with what result; without names, every one is."""

    minutes: Annotated[int, Field(ge=0)] = 0
    """How long the review takes."""

    refuse: bool = False
    """Whether it ends in a refusal."""

    senders: tuple[str, ...] = ()
    """The senders whose campaigns are reviewed."""

    lists: tuple[int, ...] = ()
    """The lists to which campaigns are reviewed."""

    def concerns(self, *, sender: str, lists: tuple[int, ...]) -> bool:
        """Whether a campaign of this sender to these lists is reviewed."""
        named = bool(self.senders or self.lists)
        return not named or sender in self.senders or not set(lists).isdisjoint(self.lists)


class Account(_AccountData):
    """The account; what is left out is taken from a small ready-made one.

    Without `agents` every RCS sender is accepted. A `clock` without an offset is in the account's zone.
    """

    timezone: Annotated[str, Field(min_length=1)] = "Europe/Kyiv"
    """The account's zone."""

    balance: Balance = Balance()
    """What there is to pay with."""

    lists: tuple[ContactList, ...] = (
        ContactList(id=1864275, name="Newsletter UA", contacts=1240),
        ContactList(id=1864276, name="Newsletter EN", contacts=640),
        ContactList(id=1864280, name="VIP", contacts=85),
        ContactList(id=1864290, name="Test phones", contacts=3),
    )
    """The contact lists."""

    agents: Annotated[tuple[str, ...] | None, Field(examples=[["Acme"]])] = None
    """The RCS senders; without them any is accepted."""

    senders: tuple[Sender, ...] = (Sender(sender="ACME", is_default=True),)
    """The senders of SMS and Viber."""

    tariffs: tuple[Tariff, ...] = (
        Tariff(code=0, name="Base", is_default=True),
        Tariff(code=1, name="Promo"),
        Tariff(code=9, name="Retired", is_active=False),
    )
    """The tariffs."""

    prices: Prices = Prices()
    """What a message costs."""

    moderation: Annotated[Moderation | None, Field(examples=[{"minutes": 30}])] = None
    """Which campaigns are reviewed before they are sent; none where it is not given."""

    clock: Annotated[_Time | None, Field(examples=["2026-12-01 09:00"])] = None
    """When the simulator's clock starts, in the account's zone; the real time where it is not given."""

    readings: Readings = Readings()
    """How questions are answered on which the provider's sources contradict each other."""

    _zone_is_known = field_validator("timezone")(known_zone)

    @model_validator(mode="after")
    def _lists_are_distinct(self) -> Self:
        repeated = [str(id_) for id_, count in Counter(entry.id for entry in self.lists).items() if count > 1]
        if repeated:
            raise ValueError(f"lists: the id {', '.join(repeated)} is given more than once")
        return self

    @cached_property
    def lists_by_id(self) -> dict[int, ContactList]:
        """The contact lists under their ids."""
        return {entry.id: entry for entry in self.lists}

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the account."""
        return ZoneInfo(self.timezone)

    @property
    def start_zone(self) -> ZoneInfo:
        """The zone in which requests are read."""
        return ZoneInfo(self.readings.start_timezone or self.timezone)

    @property
    def response_zone(self) -> ZoneInfo:
        """The zone in which answers are written."""
        return ZoneInfo(self.readings.response_timezone or self.timezone)

    @property
    def created_at_zone(self) -> ZoneInfo:
        """The zone in which answers write the time of creation."""
        return ZoneInfo(self.readings.created_at_timezone or self.readings.response_timezone or self.timezone)

    @property
    def first_clock(self) -> datetime | None:
        """The instant at which a new simulator's clock starts, in UTC; None for the real time."""
        if self.clock is None:
            return None
        return (self.clock if self.clock.tzinfo else self.clock.replace(tzinfo=self.zone)).astimezone(UTC)


#: What a simulator holds that was given no account data.
DEFAULT_ACCOUNT = Account()


def parse_account(data: object) -> Account:
    """The account that plain data describes.

    Raises:
        ConfigurationError: the data is no account; every complaint is named with its place.
    """
    try:
        return Account.model_validate(data)
    except ValidationError as error:
        raise ConfigurationError(
            "The account data of the sandbox is not valid.", detail="\n".join(_complaints(error))
        ) from error


def load_account(path: Path) -> Account:
    """The account that a YAML file describes.

    Raises:
        ConfigurationError: the file cannot be read, is no YAML, or describes no account.
    """
    # Only seeding reads YAML; every other use of the simulator starts without the parser.
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The account file {path} cannot be read.", detail=error.strerror or str(error)
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"The account file {path} is not YAML.", detail=str(error)) from error
    return parse_account(data)


def _complaints(error: ValidationError) -> list[str]:
    return [
        f"{format_key_path(detail['loc'])}: {detail['msg']}" if detail["loc"] else detail["msg"]
        for detail in error.errors(include_url=False, include_input=False, include_context=False)
    ]
