"""A project whose runs speak to a simulator in this process, by a clock that moves only when somebody waits."""

import contextlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from rcsplan.backend.local import LocalStore
from rcsplan.bsg.client import ReadClient, SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.manifest.variables import Variables
from rcsplan.operations.apply import ApplyOptions, Attendance, apply
from rcsplan.operations.history import NoHistory
from rcsplan.operations.plan import plan
from rcsplan.operations.target import Target
from rcsplan.plan.facts import Source
from rcsplan.sandbox.account import parse_account
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import ConnectionDropped, parse_fault
from rcsplan.sandbox.store import SandboxStore
from tests.apply.rig import Clock
from tests.builders import ACCOUNT, NEWSLETTER
from tests.manifest.projects import make_manifest, make_project, make_spec, write

SEND = "POST /api/campaigns/rcs/send-groups"
STOP = "PATCH /api/campaigns/*/stop"
#: By default the deadline, the intents' time to live and the settle time make two and a half minutes.
CONCLUSIVE = 151


@dataclass(frozen=True)
class Runtime:
    """The surroundings of a run by a clock of the test's."""

    clock: Clock
    who: str = "tester@desk"
    version: str = "0"
    ci_url: str = ""
    in_ci: bool = False

    def now(self):
        return self.clock()

    def sleep(self, seconds):
        self.clock.sleep(seconds)

    def new_id(self):
        return "lock-1"

    def source(self):
        return Source()

    def history(self):
        return NoHistory()


@dataclass
class Provider:
    """Connections to the simulator; `arrivals` are the calls that change something, in order."""

    sandbox: SandboxStore
    clock: Clock
    account = ACCOUNT
    reaches_people = False
    stop_method: str = "PATCH"
    faults: tuple = ()
    arrivals: list = field(default_factory=list)
    #: Called with method and path when a call that changes something was executed.
    on_answer: list = field(default_factory=list)

    @contextlib.contextmanager
    def reader(self):
        with self._session() as session:
            yield ReadClient(session, sleep=self.clock.sleep)

    @contextlib.contextmanager
    def sender(self):
        with self._session() as session:
            yield SendClient(session, sleep=self.clock.sleep, stop_method=self.stop_method)

    @contextlib.contextmanager
    def _session(self):
        transport = InProcessTransport(self._application, dropped=ConnectionDropped)
        with Session(base_url="http://127.0.0.1", api_key="test_key", transport=transport) as session:
            yield session

    def _application(self, environ, start_response):
        app = create_app(self.sandbox, faults=tuple(map(parse_fault, self.faults)), sleep=self.clock.sleep)
        call = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        changes_something = call[0] != "GET" and "/auth/" not in call[1]
        self.arrivals += [call] * changes_something
        try:
            return app(environ, start_response)
        finally:
            for react in self.on_answer if changes_something else ():
                react(*call)


@dataclass
class Shop:
    """A project folder, its provider and its state."""

    folder: Path
    sandbox: SandboxStore
    clock: Clock
    settings: dict = field(default_factory=dict)
    policy: dict = field(default_factory=dict)
    prices: dict = field(default_factory=dict)
    provider: Provider = None

    def __post_init__(self):
        self.provider = Provider(self.sandbox, self.clock)

    @property
    def target(self):
        project = make_project(self.folder, provider=self.settings, policy=self.policy, prices=self.prices)
        return Target(
            environment=project.environment(None),
            provider=self.provider,
            store=LocalStore(self.folder / "state.json"),
            variables=Variables(),
            runtime=Runtime(self.clock),
        )

    def declare(self, name, *, text=None, at="2026-12-01 10:00", sender="Acme", lists=(NEWSLETTER.id,), **metadata):
        """Write the manifest of a text message; a start of None makes it instant."""
        start = {"at": "now", "until": "2026-12-01 18:00"} if at is None else {"at": at}
        spec = make_spec(groups=list(lists), sender=sender, options={"text": text or f"Hello from {name}"})
        metadata = {"name": name, "new": True, **metadata}
        write(self.folder / f"{name}.yaml", make_manifest(metadata=metadata, schedule=start, spec=spec))

    def remove(self, name):
        (self.folder / f"{name}.yaml").unlink()

    def plan(self, *addresses):
        return plan(self.target, addresses=addresses).plan

    def verdicts(self, *addresses):
        """What is planned: each address with its action, or with the reason of its block."""
        return {action.address: str(action.reason or action.action) for action in self.plan(*addresses).actions}

    def apply(self, *addresses, settle=0.0, listen=lambda _: None, hold=lambda: "", **options):
        """Apply everything that is not blocked, and confirm it."""
        asked = ApplyOptions(addresses=addresses, settle_timeout=settle, skip_blocked=True, **options)
        attendance = Attendance(show=lambda _: None, confirm=lambda _: True, listen=listen, hold=hold)
        return apply(self.target, asked, attendance)

    def break_with(self, *faults):
        self.provider.faults = faults
        self.sandbox.rearm_faults()

    def seed(self, **data):
        """Give the simulator other account data."""
        self.sandbox.seed(parse_account(data))

    def state(self):
        return LocalStore(self.folder / "state.json").load()

    def record(self, address="spring", revision=1):
        return self.state().records_of(address).revisions.get(revision)

    def ledger(self):
        return self.sandbox.ledger()

    def statuses(self):
        return [entry["status"] for entry in self.ledger()]

    def submit_by_hand(self, *, start_at, sender="Acme", text="Of others", lists=(NEWSLETTER.id,)):
        """Another program submits to the same account; returns the campaign's id."""
        body = {"groups": list(lists), "sender": sender, "validity": 24, "options": {"text": text}}
        with replace(self.provider, faults=()).sender() as client:
            return client.send_groups(body | ({"start_at": start_at} if start_at else {}), deadline_seconds=5).id

    def stop_by_hand(self, remote_id):
        """Somebody else stops a campaign."""
        with replace(self.provider, faults=()).sender() as client:
            client.stop(remote_id)


def counts(applied):
    """What happened in a run: the last event of each address."""
    return {address: str(event.happening) for address, event in applied.last.items()}
