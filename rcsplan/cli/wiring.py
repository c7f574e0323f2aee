"""Wiring: the sole place where project, provider, state store and surroundings become one target."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from rcsplan.cli.providers import open_provider, open_sandbox
from rcsplan.cli.stores import open_store
from rcsplan.cli.surroundings import Surroundings, template_variables
from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.manifest.project import find_project, load_project
from rcsplan.manifest.settings import SandboxSettings
from rcsplan.manifest.state_settings import LocalStateSettings
from rcsplan.manifest.variables import Variables
from rcsplan.operations.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from rcsplan.backend.protocol import StateStore
    from rcsplan.cli.invocation import Invocation
    from rcsplan.manifest.changes import Changes
    from rcsplan.manifest.project import Environment, Project
    from rcsplan.operations.target import Provider
    from rcsplan.sandbox.store import SandboxStore


def project_folder(invocation: Invocation) -> Path:
    """The folder of the project that the command line, or the current folder, names.

    Raises:
        ConfigurationError: there is none.
    """
    explicit = Path(invocation.project) if invocation.project else None
    if explicit is not None and explicit.is_file():
        explicit = explicit.parent
    return find_project(Path.cwd(), explicit=explicit)


def open_project(invocation: Invocation) -> Project:
    """The project that the command line, or the current folder, names.

    Raises:
        InvalidContent: its rcsplan.yaml has errors.
        ConfigurationError: there is none.
    """
    return load_project(project_folder(invocation))


def open_environment(invocation: Invocation) -> Environment:
    """The environment that the command line names, or the default one.

    Raises:
        RcsplanError: as `open_project`; or there is no such environment.
    """
    return open_project(invocation).environment(invocation.env)


def open_target(
    invocation: Invocation,
    *,
    variables: tuple[str, ...] = (),
    variable_files: tuple[str, ...] = (),
    wait: Callable[[float], None] = time.sleep,
) -> Target:
    """The chosen environment with its provider and its state store; `wait` is how its runs sleep.

    Raises:
        RcsplanError: as `open_environment`; or a credential is missing.
    """
    environment = open_environment(invocation)
    runtime = Surroundings(environment.folder, wait)
    provider = open_provider(environment)
    return Target(
        environment=environment,
        provider=provider,
        store=_open_lasting_store(environment, runtime, provider),
        variables=read_variables(variables, variable_files),
        runtime=runtime,
    )


def find_sandbox(invocation: Invocation, db: str | None) -> SandboxStore:
    """The simulator's database of a path, else that of the project's environment.

    Raises:
        RcsplanError: as `open_environment`.
        ConfigurationError: the environment speaks to no embedded sandbox.
    """
    from rcsplan.sandbox.store import SandboxStore

    if db is not None:
        return SandboxStore(Path(db))
    environment = open_environment(invocation)
    if not isinstance(environment.provider, SandboxSettings):
        raise ConfigurationError(
            f"Environment {environment.name!r} speaks to a provider, not to the embedded sandbox",
            hint="Choose one with --env NAME, or name a database with --db PATH.",
        )
    return open_sandbox(environment, environment.provider)


def changes_since(ref: str | None, folder: Path) -> Changes | None:
    """What `--changed-since` names, None where it is not given.

    Raises:
        ConfigurationError: the project is in no git repository.
        UsageError: the repository has no such commit.
    """
    return None if ref is None else Surroundings(folder).changes_since(ref)


def read_variables(flags: tuple[str, ...], files: tuple[str, ...]) -> Variables:
    """Template variables from the surroundings and the command line.

    Raises:
        UsageError: a flag is not NAME=VALUE.
    """
    pairs = [flag.partition("=") for flag in flags]
    wrong = next((name for name, equals, _ in pairs if not equals or not name.isidentifier()), None)
    if wrong is not None:
        raise UsageError(f"--var {wrong!r} is not NAME=VALUE", hint="For example: --var season=winter")
    return Variables(
        environ=template_variables(),
        files=tuple(Path(file) for file in files),
        flags={name: value for name, _, value in pairs},
    )


def _open_lasting_store(environment: Environment, runtime: Surroundings, provider: Provider) -> StateStore:
    state = environment.state
    is_lost = isinstance(state, LocalStateSettings) and not state.allow_local_in_ci
    if runtime.in_ci and is_lost and provider.reaches_people:
        raise ConfigurationError(
            "Local state in CI would be lost with the machine",
            detail="The next run would take everything for unsent, and send it again.",
            hint="Keep the state where it outlives the run; if this path does, set state.allow_local_in_ci: true.",
        )
    return open_store(environment)
