"""Opening the store of a state: the one that the project names, or another one that the command line names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from rcsplan.backend.local import LocalStore
from rcsplan.cli.surroundings import environment_variables, read_secret
from rcsplan.errors import ConfigurationError
from rcsplan.manifest.settings import Secret
from rcsplan.manifest.state_settings import (
    HttpStateSettings,
    LocalStateSettings,
    ObjectStateSettings,
    PostgresStateSettings,
    settings_at,
)

if TYPE_CHECKING:
    from rcsplan.backend.protocol import StateStore
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.state_settings import StateSettings

_POSTGRES = ("postgres://", "postgresql://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Another place for a state, and how rcsplan.yaml has to name it."""

    store: StateStore
    setting: str


def open_store(environment: Environment) -> StateStore:
    """The store that the project names for an environment.

    Raises:
        ConfigurationError: a credential or an extra is missing, or the store cannot be used as it is set.
    """
    return _open(environment.state, environment)


def open_place(
    place: str, environment: Environment, *, endpoint: str | None = None, region: str | None = None
) -> Place:
    """The store at another place for the state of an environment; paths are relative to the current folder.

    Raises:
        ConfigurationError: it is no such place; or as `open_store`.
    """
    if place.startswith(_POSTGRES):
        store = _open_postgres(place, project=environment.project.metadata.name, environment=environment)
        # The URL may hold a password: it is neither shown nor written down.
        return Place(store=store, setting="{backend: postgres, url: {env: RCSPLAN_DATABASE_URL}}")
    settings = settings_at(place, endpoint=endpoint, region=region)
    if isinstance(settings, LocalStateSettings):
        settings = settings.model_copy(update={"path": _path_in(Path.cwd() / place, environment.folder)})
    return Place(store=_open(settings, environment), setting=_written(settings))


def _open_local(path: Path) -> StateStore:
    if path.is_dir() or not path.name or (path.exists() and not path.is_file()):
        raise ConfigurationError(
            f"{path} is no place for a state",
            detail="A local state is a regular file, with others of its name beside it.",
            hint="Name a file, such as .rcsplan/production.state.json.",
        )
    return LocalStore(path)


def _open(settings: StateSettings, environment: Environment) -> StateStore:
    match settings:
        case LocalStateSettings():
            return _open_local(environment.path_of(settings.path))
        case ObjectStateSettings():
            return _open_objects(settings)
        case HttpStateSettings():
            return _open_http(settings, environment)
        case PostgresStateSettings():
            url = read_secret(settings.url, environment.folder, what="URL of the state's database")
            project = settings.project or environment.project.metadata.name
            return _open_postgres(url, project=project, environment=environment)
        case _:
            assert_never(settings)


def _open_objects(settings: ObjectStateSettings) -> StateStore:
    from rcsplan.backend.object_url import open_object_store

    return open_object_store(settings.url, endpoint=settings.endpoint, region=settings.region)


def _open_postgres(url: str, *, project: str, environment: Environment) -> StateStore:
    try:
        from rcsplan.backend.postgres import PostgresStore
    except ImportError as error:
        raise ConfigurationError(
            "State in PostgreSQL needs a package that is not installed",
            detail=f"{error}.",
            hint="Install it: pip install 'rcsplan[postgres]'",
        ) from None
    return PostgresStore(url, project=project, environment=environment.name)


def _open_http(settings: HttpStateSettings, environment: Environment) -> StateStore:
    from rcsplan.backend.http_address import http_address
    from rcsplan.backend.http_store import HttpStore

    folder = environment.folder
    secrets = {"password": settings.password, "client_private_key": settings.client_private_key}
    waits = {"retry_wait_min": settings.retry_wait_min, "retry_wait_max": settings.retry_wait_max}
    files = {"ca_certificate": settings.ca_certificate, "client_certificate": settings.client_certificate}
    said = {
        **dict(settings),
        **{name: _secret(secret, folder, name) for name, secret in secrets.items() if secret is not None},
        **{name: str(wait.total_seconds()) for name, wait in waits.items() if wait is not None},
        **{name: _secret(Secret(file=file), folder, name) for name, file in files.items() if file is not None},
        "headers": {name: _secret(value, folder, f"header {name}") for name, value in settings.headers.items()},
        "project": environment.project.metadata.name,
        "environment": environment.name,
    }
    return HttpStore(http_address(said, environment_variables()))


def _secret(value: Secret | str, folder: Path, name: str) -> str:
    return value if isinstance(value, str) else read_secret(value, folder, what=f"state server's {name}")


def _path_in(path: Path, folder: Path) -> str:
    path = path.resolve()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _written(settings: LocalStateSettings | ObjectStateSettings | HttpStateSettings | PostgresStateSettings) -> str:
    said = settings.model_dump(exclude_defaults=True, exclude={"backend"})
    pairs = {"backend": settings.backend, **said}
    return "{" + ", ".join(f"{key}: {_scalar(str(value))}" for key, value in pairs.items()) + "}"


def _scalar(text: str) -> str:
    """A text as YAML writes it inside braces."""
    plain = (
        all(letter.isalnum() or letter in "-_./:@" for letter in text)
        and ": " not in text
        and (text[:1].isalnum() or text[:1] in "./")
    )
    return text if plain else json.dumps(text, ensure_ascii=False)
