"""A simulator in memory of the test process, with a real clock that the test holds in its hand."""

import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from rcsplan.sandbox.account import parse_account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import parse_fault
from rcsplan.sandbox.store import SandboxStore

#: In Kyiv, the zone of the ready-made account, the clock shows 12:00 and winter.
NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


@dataclass
class HeldClock:
    """A real clock that stands still until the test moves it."""

    instant: datetime = NOW

    def __call__(self):
        return self.instant

    def tick(self, seconds):
        self.instant += timedelta(seconds=seconds)


@dataclass
class Reply:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]


@dataclass
class Simulator:
    """The application as a client sees it, logged in."""

    store: SandboxStore
    real: HeldClock
    slept: list = field(default_factory=list)
    token: str = ""
    faults: tuple = ()

    def __post_init__(self):
        self.token = self.call("POST", "/api/auth/login", {"api_key": "live_key"}).json["bearer"]

    def call(self, method, path, body=None, *, query=(), token=None):
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": urlencode(dict(query)),
            "CONTENT_LENGTH": str(len(raw)),
            "HTTP_AUTHORIZATION": f"Bearer {self.token if token is None else token}",
            "wsgi.input": io.BytesIO(raw),
        }
        started = []
        app = create_app(self.store, faults=self.faults, sleep=self.slept.append)
        content = b"".join(app(environ, lambda *parts: started.append(parts)))
        status, headers = started[0][:2]
        return Reply(status=int(status.split()[0]), headers=dict(headers), body=content)

    def get(self, path, **query):
        return self.call("GET", path, query=query)

    def submit(self, **fields):
        return self.post(make_body(**fields))

    def post(self, body):
        return self.call("POST", "/api/campaigns/rcs/send-groups", body)

    def accept(self, **fields):
        """The id of a new campaign."""
        return self.submit(**fields).data["id"]

    def info(self, id_):
        return self.get(f"/api/campaigns/{id_}").data

    def detail(self, id_):
        return self.get(f"/api/campaigns/{id_}/detail").data

    def stop(self, id_):
        return self.call("PATCH", f"/api/campaigns/{id_}/stop")

    def listed(self, **query):
        """The ids in the list of RCS campaigns."""
        query = {"filter[type]": "rcs"} | {name.replace("_", "[") + "]" * ("_" in name): v for name, v in query.items()}
        return [entry["id"] for entry in self.call("GET", "/api/campaigns", query=query).data]

    def seed(self, **data):
        self.store.seed(parse_account(data))

    def break_with(self, *faults):
        self.faults = tuple(parse_fault(text) for text in faults)


def make_body(**fields):
    """A valid body with other or more fields; a field given as `...` is left out."""
    return without_dots({"groups": [1864275], "sender": "Acme", "options": {"text": "Hello"}} | fields)


def without_dots(value):
    """The value less every field given as `...`."""
    if isinstance(value, dict):
        return {name: without_dots(item) for name, item in value.items() if item is not ...}
    return [without_dots(item) for item in value] if isinstance(value, list) else value


@pytest.fixture
def real():
    return HeldClock()


@pytest.fixture
def store(tmp_path, real):
    store = SandboxStore(tmp_path / "sandbox.db", real_clock=real)
    yield store
    store.close()


@pytest.fixture
def simulator(store, real):
    return Simulator(store, real)
