"""Wiring: the sole place where project, provider, state store and surroundings become one target."""

from __future__ import annotations

import hashlib
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from rcsplan.bsg.client import ReadClient, SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.cli.stores import open_store
from rcsplan.cli.surroundings import Surroundings, read_secret, template_variables
from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.manifest.project import find_project, load_project
from rcsplan.manifest.settings import BsgSettings, SandboxSettings
from rcsplan.manifest.state_settings import LocalStateSettings
from rcsplan.manifest.variables import Variables
from rcsplan.operations.target import Target
from rcsplan.state.model import Account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from rcsplan.backend.protocol import StateStore
    from rcsplan.cli.invocation import Invocation
    from rcsplan.manifest.changes import Changes
    from rcsplan.manifest.project import Environment, Project
    from rcsplan.sandbox.account import Account as SandboxAccount
    from rcsplan.sandbox.store import SandboxStore

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

#: The embedded simulator takes any key with this prefix; no secret is involved.
_SANDBOX_KEY = "test_embedded_sandbox"
_SANDBOX_URL = "http://localhost"
_SANDBOX_FILE = ".rcsplan/sandbox.db"


@dataclass(frozen=True, slots=True)
class SandboxProvider:
    """The simulator inside this process."""

    environment: Environment
    settings: SandboxSettings

    reaches_people = False

    @property
    def account(self) -> Account:
        """The simulator's account, the same for every project."""
        return Account(base_url="sandbox", key_fingerprint=_fingerprint(_SANDBOX_KEY))

    @contextmanager
    def reader(self) -> Iterator[ReadClient]:
        """A client that can only read."""
        with self._session() as session:
            yield ReadClient(session)

    @contextmanager
    def sender(self) -> Iterator[SendClient]:
        """A client that can submit and stop."""
        with self._session() as session:
            yield SendClient(session, stop_method=_stop_method(self.settings.stop_method))

    @contextmanager
    def _session(self) -> Iterator[Session]:
        from rcsplan.sandbox.app import create_app
        from rcsplan.sandbox.faults import ConnectionDropped, parse_fault

        store = open_sandbox(self.environment, self.settings)
        try:
            app = create_app(store, faults=tuple(parse_fault(text) for text in self.settings.faults))
            transport = InProcessTransport(app, dropped=ConnectionDropped)
            with Session(base_url=_SANDBOX_URL, api_key=_SANDBOX_KEY, transport=transport) as session:
                yield session
        finally:
            store.close()


@dataclass(frozen=True, slots=True)
class BsgProvider:
    """BSG One-API, or a served simulator that stands in for it."""

    settings: BsgSettings
    api_key: str

    def __repr__(self) -> str:
        return f"BsgProvider({self.settings.base_url!r})"

    @property
    def account(self) -> Account:
        """Where, and whose key."""
        return Account(base_url=self.settings.base_url, key_fingerprint=_fingerprint(self.api_key))

    @property
    def reaches_people(self) -> bool:
        """Whether a submission ends on phones: on loopback there are only simulators."""
        return urlsplit(self.settings.base_url).hostname not in _LOOPBACK

    @contextmanager
    def reader(self) -> Iterator[ReadClient]:
        """A client that can only read."""
        with Session(base_url=self.settings.base_url, api_key=self.api_key) as session:
            yield ReadClient(session)

    @contextmanager
    def sender(self) -> Iterator[SendClient]:
        """A client that can submit and stop."""
        with Session(base_url=self.settings.base_url, api_key=self.api_key) as session:
            yield SendClient(session, stop_method=_stop_method(self.settings.stop_method))


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
        store=_open_lasting_store(environment, runtime, reaches_people=provider.reaches_people),
        variables=read_variables(variables, variable_files),
        runtime=runtime,
    )


def open_provider(environment: Environment) -> SandboxProvider | BsgProvider:
    """The provider of an environment.

    Raises:
        ConfigurationError: its API key is missing; never a fall-back to the sandbox.
    """
    match environment.provider:
        case SandboxSettings() as settings:
            return SandboxProvider(environment, settings)
        case BsgSettings() as settings:
            key = read_secret(settings.api_key, environment.folder, what="provider's API key")
            return BsgProvider(settings, key)


def open_sandbox(environment: Environment, settings: SandboxSettings) -> SandboxStore:
    """The simulator's database, with the account data that the environment names.

    Raises:
        ConfigurationError: the account data are not usable.
    """
    from rcsplan.sandbox.store import SandboxStore

    account = _account_data(environment, settings)
    store = SandboxStore(environment.path_of(settings.db or _SANDBOX_FILE))
    if account is not None:
        store.seed(account)
    return store


def _account_data(environment: Environment, settings: SandboxSettings) -> SandboxAccount | None:
    from rcsplan.sandbox.account import load_account, parse_account

    account = settings.account
    data = load_account(environment.path_of(account)) if isinstance(account, str) else account
    return parse_account(data) if isinstance(data, dict) else data


def clock_without_provider(environment: Environment) -> datetime:
    """The time by which manifests are read where nobody is asked: a simulator's own, else that of this machine.

    Raises:
        ConfigurationError: the account data of the simulator are not usable.
    """
    settings = environment.provider
    here = Surroundings(environment.folder).now()
    if not isinstance(settings, SandboxSettings):
        return here
    from rcsplan.sandbox.store import SandboxStore

    path = environment.path_of(settings.db or _SANDBOX_FILE)
    if not path.exists():
        account = _account_data(environment, settings)
        return account.first_clock or here if account is not None else here
    store = SandboxStore(path)
    try:
        return store.now()
    finally:
        store.close()


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


def _open_lasting_store(environment: Environment, runtime: Surroundings, *, reaches_people: bool) -> StateStore:
    state = environment.state
    is_lost = isinstance(state, LocalStateSettings) and not state.allow_local_in_ci
    if runtime.in_ci and reaches_people and is_lost:
        raise ConfigurationError(
            "Local state in CI would be lost with the machine",
            detail="The next run would take everything for unsent, and send it again.",
            hint="Keep the state where it outlives the run; if this path does, set state.allow_local_in_ci: true.",
        )
    return open_store(environment)


def _fingerprint(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()[:16]


def _stop_method(setting: str) -> Literal["PATCH", "PUT"]:
    return "PUT" if setting == "PUT" else "PATCH"
