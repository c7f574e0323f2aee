"""How the simulator reads the contract where its sources contradict each other or are silent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from rcsplan.sandbox.times import known_zone

_Zone = Annotated[str | None, Field(examples=["Europe/Kyiv"])]


class Readings(BaseModel):
    """One switch per open question of bsg-api.md, with the likeliest reading as default; durations are real seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    card_limit: Literal[10, 5] = 10
    """Cards of a message at most: 10 by the schema, 5 by the prose of the same field (section 3.3)."""

    button_limit: Literal[4, 2] = 4
    """Suggestions of a card at most: 4 by the schema, 2 by the prose of the same field (section 3.3)."""

    suggestion_type: Literal["optional", "required", "refused"] = "optional"
    """The discriminator of suggestions: required by the newest schema, absent in the samples (section 3.4)."""

    ucs2_limit: Literal[335, 355] = 335
    """UTF-16 units of an SMS fallback outside GSM-7: five parts make 335, one source prints 355 (section 3.5)."""

    tariff_code: Literal["either", "integer", "string"] = "either"
    """JSON type of `tariff_code`: a string in one table, an integer elsewhere (section 3.1)."""

    unknown_fields: Literal["ignored", "refused"] = "ignored"
    """Top-level fields that send-groups does not declare, such as the sample's `validity_seconds` (section 3.1)."""

    oversize: Literal["refused", "truncated", "accepted"] = "refused"
    """More than 5000 contacts: refused or truncated is undocumented, samples hold larger lists (section 4.5)."""

    insufficient_funds: Literal["paused", "refused"] = "paused"
    """A price above the funds: paused while sending, or refused on creation (section 4.3, question 22)."""

    start_timezone: _Zone = None
    """Zone in which `start_at` and list filters are read; the account's by default (section 4.4)."""

    response_timezone: _Zone = None
    """Zone of `start_at`, `real_start_at` and `finished_at` in answers; the account's by default (section 4.4)."""

    created_at_timezone: _Zone = None
    """Zone of `created_at` and of the time in the name; that of the response by default (section 4.4, evidence A)."""

    start_seconds: Literal["kept", "dropped"] = "kept"
    """Whether the seconds of `start_at` survive (section 9, question 2)."""

    create_status: Literal["creation", "done"] = "creation"
    """Status in the answer to a create: `creation` in the prose, `done` in a sample (section 3.6)."""

    errors: Literal["map", "list", "empty"] = "map"
    """Shape of `errors` in a 422 about fields (section 5)."""

    unknown_id_status: Literal[404, 422] = 404
    """Answer to the id of no campaign or list (section 9, question 7)."""

    stop_method: Literal["PATCH", "PUT", "both"] = "PATCH"
    """Method of the stop call: PATCH in the schema, PUT on one page (section 2.1)."""

    list_filter: Literal["creation", "start"] = "creation"
    """The date on which `filter[from]` and `filter[to]` of the campaign list run (section 2.1)."""

    list_default_type: Literal["sms", "all"] = "sms"
    """What the campaign list shows without `filter[type]` (section 2.1)."""

    unused_alternative_channels: Literal["list", "object", "null"] = "list"
    """`alternative_channels` in the detail of a campaign without fallback (section 2.1)."""

    info_alternative_channels: Literal["null", "object"] = "null"
    """`alternative_channels` outside the detail: null in one set of samples, an object in another (section 2.1)."""

    sms_statistics_key: Literal["statistics", "statistic"] = "statistics"
    """Spelling of the key under `alternative_channels.sms` (section 2.1)."""

    detail_start_keys: Literal["started_at", "start_at"] = "started_at"
    """`started_at` and `actual_start_at` in the schema, `start_at` and `real_start_at` on a page (section 2.1)."""

    total_price: Literal["string", "number"] = "string"
    """JSON type of `total_price` in the detail (section 2.1)."""

    group_default: Literal["boolean", "integer"] = "boolean"
    """JSON type of a list's `default`: samples show 0 instead of false (section 2.2)."""

    duplicate_window_seconds: Annotated[float, Field(ge=0)] = 3.0
    """How long an accepted body is refused when it comes again; 0 switches the guard off (section 4.6)."""

    token_lifetime_seconds: Annotated[int, Field(ge=1)] = 2_592_000
    """Lifetime of a bearer token; 30 days in the one printed token (section 1)."""

    _zones_are_known = field_validator("start_timezone", "response_timezone", "created_at_timezone")(known_zone)
