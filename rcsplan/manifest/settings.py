"""What an environment is set to: its provider, and where its secrets are found."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)

from rcsplan.manifest.quantity import Duration, Zone
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Hosts that are this machine.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ENVIRONMENT_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_HEADER = re.compile(r"auth|cookie|key|password|secret|token", re.IGNORECASE)


class Settings(BaseModel):
    """Settings are frozen, know all their keys, and convert nothing silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _check_variable_name(name: str) -> str:
    if _ENVIRONMENT_VARIABLE.fullmatch(name) is None:
        raise complaint(
            "wrong-value",
            "Not the name of an environment variable",
            hint="Write the variable's name, such as BSG_API_KEY, and never the key itself.",
        )
    return name


class Secret(Settings):
    """Where a secret is found; never the secret."""

    env: Annotated[str, AfterValidator(_check_variable_name)] | None = Field(
        None, description="Environment variable that holds the secret.", examples=["BSG_API_KEY"]
    )
    file: str | None = Field(
        None, description="File that holds the secret, relative to the project.", examples=["/run/secrets/bsg"]
    )

    @model_validator(mode="wrap")
    @classmethod
    def _refuse_literals(cls, value: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(value, str):
            raise complaint(
                "literal-secret",
                "A secret stands in the project",
                detail="This file is kept in git, where everybody who reads the repository could use the key.",
                hint="Write {env: NAME} or {file: PATH} in its place, and replace the key that was written here.",
            )
        secret = handler(value)
        if (secret.env is None) == (secret.file is None):
            raise complaint("wrong-value", "A secret needs one place", hint="Give either env or file.")
        return secret


def refuse_literal_secrets(headers: Mapping[str, Secret | str]) -> None:
    """Complain of a header that lets in whoever sends it and whose value stands in the project.

    Raises:
        PydanticCustomError: there is one.
    """
    for name, value in headers.items():
        if isinstance(value, str) and _SECRET_HEADER.search(name):
            raise complaint(
                "literal-secret",
                "A secret stands in the project",
                detail=f"{name} looks like a header that lets in whoever sends it, and this file is kept in git.",
                hint="Write {env: NAME} or {file: PATH} in its place, and replace the secret that was written.",
                at=("headers", name),
            )


def _check_base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if host is None or parts.scheme not in {"http", "https"} or parts.query or parts.fragment or parts.username:
        raise complaint("wrong-url", "Not a base URL", hint="Write for example https://one-api.bsg.world.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise complaint(
            "insecure-url",
            "The provider must be reached over https",
            detail="Without it the API key crosses the network in the clear; http is accepted for loopback alone.",
            hint="Write https:// instead of http://.",
        )
    return url.rstrip("/")


class CommonProviderSettings(Settings):
    """What every provider knows: time zones, the disputed limits, and the spans of the submission protocol."""

    response_timezone: Zone | None = Field(
        None,
        description="Zone of the times in the provider's answers; the account's zone where it is not given. No source "
        "names it, and samples suggest that the fields of one answer may lie in different zones (bsg-api.md 4.4).",
        examples=["Europe/Kyiv"],
    )
    max_contacts: int = Field(
        5000,
        ge=1,
        description="Contacts per campaign. RCS pages and OpenAPI prose say 5000; the schema of the universal endpoint "
        "says 10000 (bsg-api.md 4.5).",
    )
    max_cards: int = Field(
        5,
        ge=1,
        le=10,
        description="Cards of a carousel. The OpenAPI schema says 10, the prose of the same field 5 (bsg-api.md 3.3).",
    )
    max_suggestions: int = Field(
        2,
        ge=0,
        le=4,
        description="Buttons of a card. The OpenAPI schema says 4, the prose of the same field 2 (bsg-api.md 3.3).",
    )
    max_ucs2_sms: int = Field(
        335,
        ge=70,
        le=355,
        description="UTF-16 units of an SMS that leaves the GSM-7 alphabet. SMS pages say 335 (5 parts of 67), OpenAPI "
        "prose says 355 (bsg-api.md 3.5).",
    )
    suggestion_type: bool = Field(
        default=True,
        description="Send the discriminator `type` of buttons. Required by OpenAPI and the newer SDKs, absent from the "
        "older SDKs and from the documentation's own samples (bsg-api.md 3.4).",
    )
    stop_method: Literal["auto", "PATCH", "PUT"] = Field(
        "auto",
        description="HTTP method that stops a campaign. OpenAPI and the SDKs say PATCH, the RCS cancel page says PUT; "
        "`auto` tries PATCH, and PUT after a 405 (bsg-api.md 2.1).",
    )
    deadline: Duration = Field(timedelta(seconds=60), description="Total time that one submission may take.")
    settle: Duration = Field(
        timedelta(seconds=60), description="How long a submission without an answer may take to show up in lists."
    )
    intent_ttl: Duration = Field(
        timedelta(seconds=30), description="How long after its intent was written a submission may still be posted."
    )
    fingerprint_start_at: bool = Field(
        default=True,
        description="Give times without seconds a second of their own, by which a submission is recognised after a "
        "lost answer. Whether seconds survive is not documented (bsg-api.md 7.2).",
    )
    exclusive: bool = Field(
        default=False, description="Nobody else submits API campaigns through this account, by any other way."
    )


class SandboxSettings(CommonProviderSettings):
    """The embedded simulator: nothing reaches people."""

    type: Literal["sandbox"] = Field(description="The embedded simulator of the provider.")
    timezone: Zone = Field("Europe/Kyiv", description="The account's zone, in which start_at goes over the wire.")
    account: dict[str, JsonValue] | str | None = Field(
        None,
        description="Account data, inline or as the path of a file in the project; without it, a ready-made one.",
        examples=["sandbox/account.yaml"],
    )
    faults: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="Faults that the simulator plays.", examples=[["drop_response:0.1@7"]]
    )
    db: str | None = Field(
        None,
        description="The simulator's database, relative to the project; .rcsplan/sandbox.db by default.",
        examples=[".rcsplan/sandbox.db"],
    )


class BsgSettings(CommonProviderSettings):
    """BSG One-API, which sends to people."""

    type: Literal["bsg"] = Field(description="BSG One-API.")
    base_url: Annotated[str, AfterValidator(_check_base_url)] = Field(
        "https://one-api.bsg.world", description="Base URL of the API (bsg-api.md 1)."
    )
    api_key: Secret = Field(description="Where the API key is found.", examples=[{"env": "BSG_API_KEY"}])
    timezone: Zone = Field(
        description="The account's zone, in which start_at goes over the wire; no source names it, so that it must be "
        "said (bsg-api.md 4.4).",
        examples=["Europe/Kyiv"],
    )


ProviderSettings = Annotated[SandboxSettings | BsgSettings, Field(discriminator="type")]


def provider_of(info: ValidationInfo) -> ProviderSettings:
    """The settings of the account that a manifest is validated for, which its validation has as context."""
    provider: ProviderSettings | None = info.context
    assert provider is not None, "manifests are validated for an account"
    return provider
