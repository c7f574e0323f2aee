"""Where the state of an environment is kept, as the project says it: one model a kind of store."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from rcsplan.errors import ConfigurationError
from rcsplan.manifest.quantity import Duration
from rcsplan.manifest.settings import LOOPBACK, Secret, Settings, refuse_literal_secrets
from rcsplan.manifest.validation import complaint

_ENVIRONMENT_SLOT = re.compile(r"\{\{\s*environment\s*\}\}")

#: The scheme of the URLs of each object store.
_SCHEMES = {"s3": "s3", "gcs": "gs", "azure": "az"}


def _parts_of(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _check_address(url: str) -> str:
    parts = _parts_of(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment:
        raise complaint("wrong-url", "Not the address of a server", hint="Write for example https://state.example.com.")
    if parts.username is not None or parts.password is not None:
        raise complaint(
            "literal-secret",
            "A secret stands in the project",
            detail="The address holds a user name or a password, and this file is kept in git.",
            hint="Write username, and password: {env: NAME} or {file: PATH}; replace the password that was written.",
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise complaint(
            "insecure-url",
            "The state must be reached over https",
            detail="Without it state and secrets cross the network in the clear; http is accepted for loopback alone.",
            hint="Write https:// instead of http://.",
        )
    return url


Address = Annotated[str, AfterValidator(_check_address)]


class CommonStateSettings(Settings):
    """What holds wherever the state is kept."""

    keep_payloads: Duration = Field(
        timedelta(days=90),
        description="How long after a campaign has ended the state keeps what was sent; that it was sent stays.",
    )

    def of_environment(self, name: str) -> Self:
        """These settings with `{{ environment }}` filled in."""
        texts = {key: value for key, value in self if isinstance(value, str)}
        return self.model_copy(update={key: _ENVIRONMENT_SLOT.sub(name, text) for key, text in texts.items()})


class LocalStateSettings(CommonStateSettings):
    """State in a file of the project."""

    backend: Literal["local"] = Field("local", description="A JSON file with a journal beside it.")
    path: str = Field(
        ".rcsplan/{{ environment }}.state.json", description="The file; {{ environment }} stands for its name."
    )
    allow_local_in_ci: bool = Field(
        default=False, description="Keep local state although CI is set, where it would be lost with the machine."
    )


class ObjectStateSettings(CommonStateSettings):
    """State in an object of a cloud's store, or of one that speaks S3."""

    backend: Literal["s3", "gcs", "azure"] = Field(description="Amazon S3 and its kin, Google Cloud Storage, or Azure.")
    url: str = Field(
        description="Bucket or container, and the name of the object; {{ environment }} stands for its name.",
        examples=["s3://acme-rcsplan/{{ environment }}.json", "gs://acme-rcsplan/crm.json", "az://rcsplan/crm.json"],
    )
    endpoint: Address | None = Field(
        None, description="Address of a store that is not the cloud's own.", examples=["https://minio.example.com"]
    )
    region: str | None = Field(
        None, description="The bucket's region, where it is not told by the surroundings.", examples=["eu-central-1"]
    )

    @model_validator(mode="after")
    def _check_url(self) -> Self:
        scheme, parts = _SCHEMES[self.backend], _parts_of(self.url)
        named = parts.netloc and parts.path.strip("/") and not parts.path.endswith("/")
        if parts.scheme != scheme or not named or "@" in parts.netloc or parts.query or parts.fragment:
            raise complaint(
                "wrong-url",
                "Not the place of an object",
                detail=f"The backend {self.backend} needs a bucket and the name of an object in it.",
                hint=f"Write for example {scheme}://acme-rcsplan/crm.json.",
                at=("url",),
            )
        return self


class HttpStateSettings(CommonStateSettings):
    """State on a server that speaks the state protocol of Terraform and OpenTofu, such as GitLab.

    What is not given comes from RCSPLAN_HTTP_* or TF_HTTP_*, or from the CI job.
    """

    backend: Literal["http"] = Field(description="The HTTP state protocol.")
    url: Address | None = Field(
        None,
        description="Where the state is read and written.",
        examples=["https://state.example.com/crm/{{ environment }}"],
    )
    lock_url: Address | None = Field(
        None, description="Where it is locked.", examples=["https://state.example.com/crm/lock"]
    )
    unlock_url: Address | None = Field(
        None, description="Where it is unlocked.", examples=["https://state.example.com/crm/lock"]
    )
    update_method: str | None = Field(None, description="HTTP method that writes; POST by default.", examples=["PUT"])
    lock_method: str | None = Field(None, description="HTTP method that locks; LOCK by default.", examples=["POST"])
    unlock_method: str | None = Field(
        None, description="HTTP method that unlocks; UNLOCK by default.", examples=["DELETE"]
    )
    username: str | None = Field(None, description="User name of basic authentication.", examples=["ci"])
    password: Secret | None = Field(None, description="Where its password is found.", examples=[{"env": "STATE_TOKEN"}])
    headers: dict[str, Secret | str] = Field(
        {}, description="Further headers of every request.", examples=[{"Private-Token": {"env": "STATE_TOKEN"}}]
    )
    ca_certificate: str | None = Field(
        None, description="PEM file of the authority that the server is checked by.", examples=["tls/ca.pem"]
    )
    client_certificate: str | None = Field(
        None, description="PEM file of the certificate that is shown to the server.", examples=["tls/client.pem"]
    )
    client_private_key: Secret | None = Field(
        None, description="Where the PEM text of its private key is found.", examples=[{"env": "STATE_KEY"}]
    )
    skip_cert_verification: bool = Field(default=False, description="Believe any server; for tests alone.")
    retry_max: int | None = Field(
        None, ge=0, le=100, description="How often a request is repeated; 2 by default.", examples=[2]
    )
    retry_wait_min: Duration | None = Field(
        None, description="The first wait before one; 1s by default.", examples=["1s"]
    )
    retry_wait_max: Duration | None = Field(
        None, description="The longest wait before one; 30s by default.", examples=["30s"]
    )
    no_lock_i_know: bool = Field(
        default=False, description="Do without a lock, where the server has none: two applies at once may send twice."
    )

    @model_validator(mode="after")
    def _refuse_literal_headers(self) -> Self:
        refuse_literal_secrets(self.headers)
        return self


class PostgresStateSettings(CommonStateSettings):
    """State in a PostgreSQL database, which several projects may share."""

    backend: Literal["postgres"] = Field(description="PostgreSQL: a row a send.")
    url: Secret = Field(description="Where the connection URL is found.", examples=[{"env": "RCSPLAN_DATABASE_URL"}])
    project: str | None = Field(
        None,
        min_length=1,
        description="Name of the project in the database; metadata.name where it is not given.",
        examples=["acme-crm"],
    )


def _local_by_default(value: object) -> object:
    return {"backend": "local", **value} if isinstance(value, dict) else value


StateSettings = Annotated[
    Annotated[
        LocalStateSettings | ObjectStateSettings | HttpStateSettings | PostgresStateSettings,
        Field(discriminator="backend"),
    ],
    BeforeValidator(_local_by_default),
]


def settings_at(place: str, *, endpoint: str | None = None, region: str | None = None) -> StateSettings:
    """The settings of a place as it is written on a command line: a path, or a URL of an object store or a server.

    Raises:
        ConfigurationError: it cannot be such a place.
    """
    scheme = place.partition("://")[0] if "://" in place else ""
    backend = {"": "local", "http": "http", "https": "http"} | {value: key for key, value in _SCHEMES.items()}
    if scheme not in backend:
        raise ConfigurationError(
            "Not a place for a state",
            hint="Write a path, or a URL that begins with s3://, gs://, az://, https:// or postgresql://.",
        )
    given = {"endpoint": endpoint, "region": region}
    named = {"path" if not scheme else "url": place, **{key: value for key, value in given.items() if value}}
    try:
        return _PLACE.validate_python({"backend": backend[scheme], **named})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        said = first.get("ctx", {})
        raise ConfigurationError(
            str(said.get("summary", f"{first['loc'][-1]}: {first['msg']}")),
            detail=str(said.get("detail", "")),
            hint=str(said.get("hint", "")),
        ) from None


_PLACE: TypeAdapter[StateSettings] = TypeAdapter(StateSettings)
