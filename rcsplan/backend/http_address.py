"""Where an HTTP state server is and how it is spoken to: from the settings, the environment, or the CI job itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import SplitResult, quote, unquote, urlsplit

from rcsplan.errors import ConfigurationError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_METHOD = re.compile(r"[A-Z]+")
_PRINTABLE = re.compile(r"[!-~]+")
_HEADER = re.compile(r"[A-Za-z0-9-]+:[ -~]+")
_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")

#: GitLab (`/api/v4/projects/ID/…`) and Gitea (`/api/packages/OWNER/…`) keep states by name, their locks below them.
_MANAGED = re.compile(r".*/api/(?:v4/projects/[^/]+|packages/[^/]+)/terraform/state/(?P<name>.+)")

#: What Terraform and OpenTofu call each setting, after `TF_HTTP_`; of the same name after `RCSPLAN_HTTP_`.
_VARIABLES = {
    "url": "ADDRESS",
    "lock_url": "LOCK_ADDRESS",
    "unlock_url": "UNLOCK_ADDRESS",
    "update_method": "UPDATE_METHOD",
    "lock_method": "LOCK_METHOD",
    "unlock_method": "UNLOCK_METHOD",
    "username": "USERNAME",
    "password": "PASSWORD",
    "retry_max": "RETRY_MAX",
    "retry_wait_min": "RETRY_WAIT_MIN",
    "retry_wait_max": "RETRY_WAIT_MAX",
    "ca_certificate": "CLIENT_CA_CERTIFICATE_PEM",
    "client_certificate": "CLIENT_CERTIFICATE_PEM",
    "client_private_key": "CLIENT_PRIVATE_KEY_PEM",
}

#: What describes one state: never pieced together from our own settings and those of somebody's Terraform.
_PLACE = frozenset({"url", "lock_url", "unlock_url", "update_method", "lock_method", "unlock_method"})


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HttpAddress:
    """A state on an HTTP server, as plain values; `repr` shows neither secrets nor queries.

    Without `lock_address` there is no lock, which `no_lock_i_know` has to admit. Waits are in seconds, certificates
    and the key are PEM texts.

    Raises:
        ConfigurationError: it cannot be used so, or not safely.
    """

    address: str
    lock_address: str = ""
    unlock_address: str = ""
    update_method: str = "POST"
    lock_method: str = "LOCK"
    unlock_method: str = "UNLOCK"
    username: str = ""
    password: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    retry_max: int = 2
    retry_wait_min: float = 1.0
    retry_wait_max: float = 30.0
    client_ca_certificate_pem: str = ""
    client_certificate_pem: str = ""
    client_private_key_pem: str = ""
    skip_cert_verification: bool = False
    no_lock_i_know: bool = False

    def __post_init__(self) -> None:
        for name, url in (("url", self.address), ("lock_url", self.lock_address), ("unlock_url", self.unlock_address)):
            if url or name == "url":
                _check_url(name, url)
        _check_name(self.address)
        for method in (self.update_method, self.lock_method, self.unlock_method):
            if not _METHOD.fullmatch(method):
                raise ConfigurationError("A method of the state server is no HTTP method", hint="Write LOCK, or POST.")
        if not all(_HEADER.fullmatch(f"{name}:{value}") for name, value in self.headers):
            # Neither is quoted: one of them may be a secret.
            raise ConfigurationError("A header of the state server holds what no header may hold")
        if self.password and not self.username:
            raise ConfigurationError(
                "The state server's password has no username",
                hint="Set username too; with a GitLab access token any name will do.",
            )
        if bool(self.client_certificate_pem) != bool(self.client_private_key_pem):
            raise ConfigurationError("A client certificate needs its private key, and a key its certificate")
        if not (self.lock_address and self.unlock_address) and not self.no_lock_i_know:
            raise ConfigurationError(
                "The state server has no lock",
                detail="Two applies at once could then submit the same send twice.",
                hint="Set lock_url (GitLab: the state's address with /lock). Without one: no_lock_i_know: true.",
            )

    def __repr__(self) -> str:
        return f"HttpAddress({self.shown!r})"

    @property
    def shown(self) -> str:
        """The address for people: without its query, which may hold a secret."""
        return urlsplit(self.address)._replace(query="", fragment="").geturl()

    @property
    def is_loopback(self) -> bool:
        """Whether the server is this machine."""
        return urlsplit(self.address).hostname in _LOOPBACK

    def neighbour(self, ending: str) -> HttpAddress | None:
        """The address of a state of another name on the same server, None where names are not known to be free."""
        if _MANAGED.fullmatch(urlsplit(self.address).path) is None or self.lock_address != f"{self.address}/lock":
            return None
        address = f"{self.address}{ending}"
        return replace(self, address=address, lock_address=f"{address}/lock", unlock_address=f"{address}/lock")


class _Said(Protocol):
    def __call__(self, key: str) -> str: ...


def http_address(settings: Mapping[str, object], environ: Mapping[str, str]) -> HttpAddress:
    """The address that the settings give, filled in from `RCSPLAN_HTTP_*`, then `TF_HTTP_*`, then the CI job.

    Args:
        settings: by their names in rcsplan.yaml (`url`, `lock_url`, …), secrets and certificates as the texts
            themselves; further `project` and `environment`, which name a state that is configured nowhere. Values that
            are None or empty are not configured.
        environ: the environment variables.

    Raises:
        ConfigurationError: there is no address, or it is not usable.
    """
    said = _teller(settings, environ)
    address = said("url") or _gitlab_job_address(settings, environ)
    if not address:
        raise ConfigurationError(
            "The state server has no address",
            hint="Set state.url, or RCSPLAN_HTTP_ADDRESS, or run in a GitLab CI job.",
        )
    _check_url("url", address)
    is_managed = _MANAGED.fullmatch(urlsplit(address).path) is not None
    lock_address = said("lock_url") or (f"{address}/lock" if is_managed else "")
    lock_method, unlock_method = ("POST", "DELETE") if is_managed else ("LOCK", "UNLOCK")
    configured = settings.get("headers")
    headers = tuple((str(k), str(v)) for k, v in configured.items()) if isinstance(configured, Mapping) else ()
    unlock_address = said("unlock_url") or lock_address
    username, password = _credentials(said, headers, (address, lock_address, unlock_address), environ)
    return HttpAddress(
        address=address,
        lock_address=lock_address,
        unlock_address=unlock_address,
        update_method=said("update_method") or "POST",
        lock_method=said("lock_method") or lock_method,
        unlock_method=said("unlock_method") or unlock_method,
        username=username,
        password=password,
        headers=headers,
        retry_max=int(_number(said("retry_max") or "2", "retry_max")),
        retry_wait_min=_number(said("retry_wait_min") or "1", "retry_wait_min"),
        retry_wait_max=_number(said("retry_wait_max") or "30", "retry_wait_max"),
        client_ca_certificate_pem=said("ca_certificate"),
        client_certificate_pem=said("client_certificate"),
        client_private_key_pem=said("client_private_key"),
        skip_cert_verification=settings.get("skip_cert_verification") is True,
        no_lock_i_know=settings.get("no_lock_i_know") is True,
    )


def _teller(settings: Mapping[str, object], environ: Mapping[str, str]) -> _Said:
    of_terraform = not settings.get("url") and not environ.get("RCSPLAN_HTTP_ADDRESS")

    def said(key: str) -> str:
        value = settings.get(key)
        if value is not None and value != "":
            return str(value)
        own = environ.get(f"RCSPLAN_HTTP_{_VARIABLES[key]}", "")
        if own or (key in _PLACE and not of_terraform):
            return own
        return environ.get(f"TF_HTTP_{_VARIABLES[key]}", "")

    return said


def _gitlab_job_address(settings: Mapping[str, object], environ: Mapping[str, str]) -> str:
    api, project = environ.get("CI_API_V4_URL"), environ.get("CI_PROJECT_ID")
    if not (api and project and environ.get("CI_JOB_TOKEN")):
        return ""
    name = f"{settings.get('project')}-{settings.get('environment')}"
    return f"{api.rstrip('/')}/projects/{project}/terraform/state/{quote(name, safe='')}"


def _credentials(
    said: _Said, headers: tuple[tuple[str, str], ...], places: tuple[str, ...], environ: Mapping[str, str]
) -> tuple[str, str]:
    username, password = said("username"), said("password")
    api, token = environ.get("CI_API_V4_URL", "").rstrip("/"), environ.get("CI_JOB_TOKEN", "")
    # The job's token is for its own GitLab, and is shown to no other server.
    is_its_own = bool(api) and all(place.startswith(f"{api}/") for place in places if place)
    if username or password or headers or not is_its_own:
        return username, password
    return ("gitlab-ci-token", token) if token else ("", "")


def _number(text: str, name: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ConfigurationError(f"The state server's {name} is not a number from 0 to 9999")
    return float(text)


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and _PRINTABLE.fullmatch(url)
        )
    except ValueError:
        parts, usable = SplitResult("", "", "", "", ""), False
    # The text is never quoted, for it may hold a password.
    if not usable or parts.fragment:
        raise ConfigurationError(
            f"The state server's {name} is not usable",
            detail="It is no URL with http or https, a host and a path.",
            hint="Write for example https://state.example.com/crm.",
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(
            f"The state server's {name} is not usable",
            detail="It holds a user name or a password, which would be seen wherever the address is shown.",
            hint="Write username, and password: {env: NAME}.",
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ConfigurationError(
            "The state must be reached over https",
            detail="Over http, state and password would be readable on their way; it is accepted for loopback alone.",
            hint="Write https:// instead of http://.",
        )


def _check_name(address: str) -> None:
    managed = _MANAGED.fullmatch(urlsplit(address).path)
    if managed is not None and "/" in unquote(managed["name"]):
        raise ConfigurationError(
            "The name of a state may not contain '/'",
            detail="GitLab and Gitea would take it for another address.",
            hint="Name it with hyphens: …/terraform/state/crm-production",
        )
