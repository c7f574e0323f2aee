"""A simulator served from this process, that writes down what it is asked and may pass for the provider itself."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from rcsplan.sandbox.account import parse_account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import parse_fault
from rcsplan.sandbox.server import running
from rcsplan.sandbox.store import SandboxStore
from tests.ways_out.shop import ACCOUNT

KEY = "test_of_the_first_account"


@dataclass
class Provider:
    """A served simulator; `store` is its memory and its clock."""

    store: SandboxStore
    url: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)

    def settings(self, key="BSG_TEST_KEY"):
        """The keys of a project's provider that speak to it."""
        return {"type": "bsg", "base_url": self.url, "api_key": {"env": key}}

    def asked(self):
        """The methods of all requests but the log-in."""
        return {method for method, path in self.requests if not path.startswith("/api/auth/")}


@contextmanager
def served(database, *, conceals=False, faults=()):
    """Serve a simulator while the block runs; one that conceals itself is taken for a provider, clock and all."""
    store = SandboxStore(database)
    store.seed(parse_account({key: value for key, value in ACCOUNT.items() if key != "clock"}))
    provider = Provider(store)
    app = create_app(store, faults=[parse_fault(text) for text in faults])

    def recording(environ, start_response):
        provider.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        return app(environ, partial(_start, start_response) if conceals else start_response)

    with running(recording) as provider.url:
        yield provider
    store.close()


def _start(start_response, status, headers):
    return start_response(status, [(name, value) for name, value in headers if name != "Server"])
