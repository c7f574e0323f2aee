"""What a campaign manifest holds: the envelope around the request body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, JsonValue, Tag, ValidationInfo, model_validator

from rcsplan.campaign.model import Waiver
from rcsplan.diagnostics import did_you_mean
from rcsplan.manifest.body import Spec
from rcsplan.manifest.calendars import Day, parse_date
from rcsplan.manifest.composition import Use
from rcsplan.manifest.matrix import Matrix
from rcsplan.manifest.name import Name
from rcsplan.manifest.policy_rules import RULES
from rcsplan.manifest.quantity import Duration, Zone
from rcsplan.manifest.recurrence import RecurringSettings
from rcsplan.manifest.settings import Settings, provider_of
from rcsplan.manifest.timing import NOW, instant_of_wall_time, instant_until, parse_wall_time, scheduled_at
from rcsplan.manifest.validation import complaint


def _check_rule(rule: str) -> str:
    if rule not in RULES:
        raise complaint(
            "unknown-rule",
            "Unknown rule",
            detail=f"The policy has no rule {rule!r}.",
            hint=did_you_mean(rule, RULES) or "The rules are shown by: rcsplan policy list",
        )
    return rule


class WaiverSettings(Settings):
    """A rule of the policy that the campaign need not keep."""

    rule: Annotated[str, AfterValidator(_check_rule), Field(json_schema_extra={"enum": list(RULES)})] = Field(
        description="Id of the rule.", examples=["quiet-hours"]
    )
    reason: str = Field(min_length=1, description="Why; every plan shows it.", examples=["The shop opens at midnight."])
    owner: str = Field(min_length=1, description="On whose word.", examples=["growth@example.com"])
    until: Day = Field(description="The last day on which it holds, in the account's zone.", examples=["2026-12-31"])

    @property
    def declared(self) -> Waiver:
        """The waiver that this declares."""
        return Waiver(rule=self.rule, reason=self.reason, owner=self.owner, until=parse_date(self.until))


class CampaignMetadata(Settings):
    """Who the campaign is, and whose."""

    name: Name = Field(
        description="Name of the campaign, unique in the project: its identity, wherever the file lies.",
        examples=["spring-sale"],
    )
    revision: int = Field(1, ge=1, description="Raising it is the only way to send the campaign again.")
    moved_from: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        (), description="Former names: the same sends, never second ones.", examples=[["spring-promo"]]
    )
    new: bool = Field(default=False, description="This is no renamed campaign, however much it looks like one.")
    allow_duplicate: str = Field(
        "", description="A reason why the same content may reach the same list on the same day as another send."
    )
    owner: str = Field("", description="Whom to ask.", examples=["growth@example.com"])
    labels: dict[str, str] = Field({}, description="Anything worth filtering by.", examples=[{"brand": "acme"}])
    environments: Annotated[tuple[str, ...], Field(strict=False)] | None = Field(
        None,
        description="The only environments that send it; all of them where it is not given.",
        examples=[["production"]],
    )
    waivers: Annotated[tuple[WaiverSettings, ...], Field(strict=False)] = Field(
        (), description="Rules of the policy that it need not keep."
    )


if TYPE_CHECKING:
    from rcsplan.campaign.schedule import Schedule


def _check_start(text: str, info: ValidationInfo) -> str:
    return text if text == NOW else _check_wall_time(text, info)


def _check_wall_time(text: str, info: ValidationInfo) -> str:
    parse_wall_time(text)
    if "timezone" in info.data:  # else the zone is wrong itself, and that is said
        account = provider_of(info).timezone
        instant_of_wall_time(text, zone=info.data["timezone"] or account, account=account)
    return text


class ScheduleSettings(Settings):
    """When the campaign starts."""

    timezone: Zone | None = Field(
        None, description="Zone of the times here; the account's where it is not given.", examples=["Europe/Kyiv"]
    )
    at: Annotated[str, AfterValidator(_check_start)] = Field(
        description="Wall time of the start, or `now` for as soon as it is applied.", examples=["2026-12-01 10:00"]
    )
    until: Annotated[str, AfterValidator(_check_wall_time)] | None = Field(
        None, description="After this wall time a campaign that starts `now` is missed.", examples=["2026-12-01 18:00"]
    )
    catch_up: Duration | None = Field(
        None, description="How late it may still start where no run submitted it in time; never, where not given."
    )

    @model_validator(mode="after")
    def _pair_now_with_until(self) -> Self:
        if self.at == NOW and self.until is None:
            raise complaint(
                "missing-key",
                "Key is missing",
                detail="A start of now needs an end, after which the campaign is missed instead of late.",
                hint='Write for example until: "2026-12-01 18:00".',
                at=("at",),
            )
        if self.at != NOW and self.until is not None:
            detail = "Only a start of now has an end."
            raise complaint("wrong-value", "Value is not allowed", detail=detail, hint="Remove until.", at=("until",))
        if self.at == NOW and self.catch_up is not None:
            detail = "A start of now is never late before its end."
            raise complaint("wrong-value", "Value is not allowed", detail=detail, hint="Remove it.", at=("catch_up",))
        return self

    def declared(self, account: str) -> Schedule:
        """The schedule that this declares for an account in a zone."""
        zone = self.timezone or account
        if self.at == NOW and self.until is not None:
            return instant_until(self.until, zone=zone, account=account)
        return scheduled_at(self.at, zone=zone, account=account)


class Expectation(Settings):
    """How many contacts the campaign expects to reach."""

    min: int | None = Field(None, ge=0, description="At least so many.", examples=[3000])
    max: int | None = Field(None, ge=0, description="At most so many.", examples=[5000])

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            detail = f"At least {self.min} and at most {self.max} cannot both hold."
            raise complaint("out-of-range", "Value out of range", detail=detail, at=("min",))
        return self


class Audience(Settings):
    """What is known of the audience, checked against the account before anything is sent."""

    expect: Expectation = Field(Expectation(), description="How many contacts are expected.")
    split: bool = Field(default=False, description="A send of its own for each list, with the list in its address.")
    timezones: Annotated[tuple[Zone, ...], Field(strict=False)] = Field(
        (),
        description="Zones in which the audience lives: hours and days must fit in each; the schedule's if not given.",
        examples=[["America/New_York", "America/Los_Angeles"]],
    )
    stagger: Duration | None = Field(None, description="How long after the one before each of these sends starts.")

    @model_validator(mode="after")
    def _pair_stagger_with_split(self) -> Self:
        if self.stagger is not None and not self.split:
            detail = "Only the sends of a split audience start one after the other."
            hint = "Add split: true, or remove stagger."
            raise complaint("wrong-value", "Value is not allowed", detail=detail, hint=hint, at=("stagger",))
        return self


def recurs(schedule: object) -> bool:
    """Whether a schedule, as it is written or as it was read, has a rule."""
    return isinstance(schedule, RecurringSettings) or (isinstance(schedule, dict) and "rrule" in schedule)


def _kind_of_schedule(schedule: object) -> str:
    return "recurring" if recurs(schedule) else "once"


AnySchedule = Annotated[
    Annotated[ScheduleSettings, Tag("once")] | Annotated[RecurringSettings, Tag("recurring")],
    Discriminator(_kind_of_schedule),
]


class Campaign(Settings):
    """A campaign manifest."""

    api_version: Literal["rcsplan/v1"] = Field(alias="apiVersion", description="Version of the format.")
    kind: Literal["Campaign"] = Field(description="What the document declares.")
    metadata: CampaignMetadata = Field(
        description="Who the campaign is; not rendered.", examples=[{"name": "spring-sale", "revision": 1}]
    )
    use: Use | None = Field(
        None,
        description="A partial of the spec, with values for its parameters.",
        examples=[{"template": "templates/flash-sale.yaml", "with": {"percent": 30}}],
    )
    vars: dict[str, JsonValue] = Field({}, description="Variables of this manifest, which may be templates.")
    matrix: Matrix | None = Field(
        None, description="One send for each combination of values.", examples=[{"locale": ["uk", "en"]}]
    )
    schedule: AnySchedule | None = Field(
        None,
        description="When it starts; replaces spec.start_at.",
        examples=[{"at": "2026-12-01 10:00", "timezone": "Europe/Kyiv"}],
    )
    audience: Audience = Field(Audience(), description="What is expected of the audience.")
    spec: Spec = Field(
        description="The request body of send-groups.",
        examples=[{"groups": [{"name": "Newsletter"}], "sender": "Acme", "options": {"text": "Hello"}}],
    )


def with_documented_defaults(spec: Spec, *, suggestion_type: bool) -> dict[str, Any]:
    """The body that goes out: what the spec says, and the documented defaults said aloud (bsg-api.md section 3).

    `groups` and `start_at` are left out: they depend on the account.
    """
    body: dict[str, Any] = {key: value for key, value in spec.items() if key not in {"groups", "start_at"}}
    body.setdefault("check_stop_list", True)
    if body.get("validity_seconds") is None:
        body.setdefault("validity", 72)
    alternative = body.get("alternative_channel")
    if alternative is not None:
        body["alternative_channel"] = {"sms": _sms(alternative["sms"])}
    if suggestion_type and "cards" in body["options"]:
        body["options"] = {"cards": [_typed(card) for card in body["options"]["cards"]]}
    return body


def _sms(sms: dict[str, Any]) -> dict[str, Any]:
    limit = {} if sms.get("validity_seconds") is not None else {"validity": 72}
    return {"check_stop_list": True, **limit, **sms}


def _typed(card: dict[str, Any]) -> dict[str, Any]:
    if "suggestions" not in card:
        return card
    buttons = [{"type": "link" if "url" in button else "call", **button} for button in card["suggestions"]]
    return {**card, "suggestions": buttons}
