"""What the rules of a policy are set to: the severity of each, and its thresholds."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from rcsplan.manifest.name import Name
from rcsplan.manifest.quantity import Amount, Duration
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint

Severity = Literal["deny", "warn", "off"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _check_clock(text: str) -> str:
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        clock = None
    if clock is None or f"{clock:%H:%M}" != text:
        raise complaint("wrong-time", "Not a time of day", hint='Write it in quotes, as "21:00".')
    return text


def _check_any(days: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    # Not by a length of the field, which would also be complained of where a day is misspelt.
    if not days:
        raise complaint("too-short", "Too few entries", detail="Without any day nothing could ever be sent.")
    return days


Clock = Annotated[str, AfterValidator(_check_clock)]
Words = Annotated[tuple[str, ...], Field(strict=False)]


class RuleSettings(Settings):
    """How much a rule weighs."""

    severity: Severity | None = Field(
        None, description="`deny` blocks the send, `warn` says it in the plan; the rule's own where it is not given."
    )


class QuietHours(RuleSettings):
    """Hours in which nothing may arrive."""

    begins: Clock | None = Field(None, alias="from", description="When they begin.", examples=["21:00"])
    until: Clock | None = Field(
        None, description="When they end, on the next day where that is earlier.", examples=["09:00"]
    )

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        if (self.begins is None) != (self.until is None):
            raise complaint("missing-key", "Key is missing", detail="Quiet hours have a `from` and an `until`.")
        return self


class Weekdays(RuleSettings):
    """Days of the week."""

    allowed: Annotated[tuple[Weekday, ...], Field(strict=False), AfterValidator(_check_any)] | None = Field(
        None, description="The only days.", examples=[["mon", "tue", "wed", "thu", "fri"]]
    )


class Blackout(RuleSettings):
    """Days of calendars."""

    calendars: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Names of files in calendars/.", examples=[["ua-holidays"]]
    )


class Lead(RuleSettings):
    """Time before the start."""

    at_least: Duration | None = Field(None, description="So long before the start a submission leaves.")


class Contacts(RuleSettings):
    """How many contacts."""

    max: int | None = Field(None, ge=0, description="At most so many.", examples=[5000])


class Listed(RuleSettings):
    """Patterns of names, in which * stands for anything."""

    allowed: Words | None = Field(None, description="The only ones, by name or id.", examples=[["Seeds *", "1864275"]])
    forbidden: Words = Field((), description="Never these.", examples=[["*unsubscribed*"]])


class Fatigue(RuleSettings):
    """How often a list may be written to."""

    max: int | None = Field(None, ge=1, description="At most so many sends to a list …", examples=[2])
    days: int = Field(7, ge=1, le=366, description="… within so many days in a row, by local date.")


class FatigueHours(RuleSettings):
    """How often a list may be written to, whatever the date."""

    max: int | None = Field(None, ge=1, description="At most so many sends to a list …", examples=[3])
    hours: int = Field(24, ge=1, le=8760, description="… within so many hours.")


class Phrases(RuleSettings):
    """Words that say how to opt out."""

    phrases: Words = Field((), description="Further words, beside those of a dozen languages.")


class Links(RuleSettings):
    """Where links may lead."""

    allowed_hosts: Words | None = Field(
        None, description="The only hosts, with those below them.", examples=[["acme.example"]]
    )


class Parts(RuleSettings):
    """Parts of an SMS."""

    max: int | None = Field(None, ge=1, description="At most so many.", examples=[2])


class Cost(RuleSettings):
    """What sends may cost."""

    max: Amount | None = Field(None, description="At most so much, in prices.currency.", examples=[500])
    basis: Literal["worst", "expected"] = Field(
        "worst", description="Whether the worst case counts, in which all costs most, or what is expected."
    )


class Tested(RuleSettings):
    """How many may get what nobody was sent as a test."""

    over: int | None = Field(None, ge=0, description="Demanded for more contacts than these.", examples=[1000])


_Any = TypeVar("_Any", bound=Settings)


def overridden(own: _Any, other: Settings) -> _Any:
    """Settings with everything that other ones of the same kind say themselves."""
    return own.model_copy(update={key: getattr(other, key) for key in other.model_fields_set})


class RulesSettings(Settings):
    """The rules of a policy, by their ids; `rcsplan policy explain RULE` tells what each is for."""

    quiet_hours: QuietHours = Field(QuietHours(), alias="quiet-hours")
    weekdays: Weekdays = Weekdays()
    blackout: Blackout = Blackout()
    lead: Lead = Lead()
    contacts_per_send: Contacts = Field(Contacts(), alias="contacts-per-send")
    contacts_per_run: Contacts = Field(Contacts(), alias="contacts-per-run")
    default_list: RuleSettings = Field(RuleSettings(), alias="default-list")
    lists: Listed = Listed()
    senders: Listed = Listed()
    fatigue: Fatigue = Fatigue()
    fatigue_hours: FatigueHours = Field(FatigueHours(), alias="fatigue-hours")
    expectation: RuleSettings = RuleSettings()
    tested: Tested = Tested()
    stop_list: RuleSettings = Field(RuleSettings(), alias="stop-list")
    opt_out: Phrases = Field(Phrases(), alias="opt-out")
    reply_stop: RuleSettings = Field(RuleSettings(), alias="reply-stop")
    links: Links = Links()
    link_online: RuleSettings = Field(RuleSettings(), alias="link-online")
    media_online: RuleSettings = Field(RuleSettings(), alias="media-online")
    media_ratio: RuleSettings = Field(RuleSettings(), alias="media-ratio")
    residue: RuleSettings = RuleSettings()
    characters: RuleSettings = RuleSettings()
    price_boundary: RuleSettings = Field(RuleSettings(), alias="price-boundary")
    sms_fallback: RuleSettings = Field(RuleSettings(), alias="sms-fallback")
    sms_alphabet: RuleSettings = Field(RuleSettings(), alias="sms-alphabet")
    sms_parts: Parts = Field(Parts(), alias="sms-parts")
    cost_per_send: Cost = Field(Cost(), alias="cost-per-send")
    cost_per_run: Cost = Field(Cost(), alias="cost-per-run")
    cost_per_month: Cost = Field(Cost(), alias="cost-per-month")
    cost_unknown: RuleSettings = Field(RuleSettings(), alias="cost-unknown")
    balance: RuleSettings = RuleSettings()

    def overridden_by(self, other: RulesSettings) -> RulesSettings:
        """These rules with everything that the other ones say themselves, key by key."""
        changes = {name: overridden(getattr(self, name), getattr(other, name)) for name in other.model_fields_set}
        return self.model_copy(update=changes)

    @property
    def severities(self) -> dict[str, Severity]:
        """The severities that are given, by the id of the rule."""
        own = {name.replace("_", "-"): getattr(self, name).severity for name in RulesSettings.model_fields}
        return {rule: severity for rule, severity in own.items() if severity is not None}


#: The rules that a policy can set and a campaign can waive; instant sends have a key of their own in `policy`.
RULES = (*(name.replace("_", "-") for name in RulesSettings.model_fields), "instant")
