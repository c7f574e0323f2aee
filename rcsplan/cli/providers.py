"""Providers: the simulator inside this process, and BSG One-API or what stands in for it; their connections."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from rcsplan.bsg.client import ReadClient, SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.cli.surroundings import Surroundings, read_secret
from rcsplan.manifest.settings import BsgSettings, SandboxSettings
from rcsplan.state.model import Account
from rcsplan.web.address import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rcsplan.manifest.project import Environment
    from rcsplan.sandbox.account import Account as SandboxAccount
    from rcsplan.sandbox.store import SandboxStore

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


@dataclass(frozen=True)
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

    @cached_property
    def reaches_people(self) -> bool:
        """Whether a submission ends on phones. What answers on loopback may be a tunnel: it is asked who it is, once.

        Raises:
            ConfigurationError: the provider does not take the key.
            ProviderError: it does not answer.
        """
        if not is_loopback(urlsplit(self.settings.base_url).hostname or ""):
            return True
        with self.reader() as client:
            client.log_in()
            return not client.is_sandbox

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


def _fingerprint(api_key: str) -> str:
    return hashlib.sha256(api_key.encode()).hexdigest()[:16]


def _stop_method(setting: str) -> Literal["PATCH", "PUT"]:
    return "PUT" if setting == "PUT" else "PATCH"
