"""An apply as it is wired in earnest: the client, the simulator in this process, and a state on disk."""

import contextlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from rcsplan.apply.echo import is_proven
from rcsplan.apply.executor import Executor, OnError
from rcsplan.apply.gate import Gate, Limits
from rcsplan.apply.recorder import Recorder
from rcsplan.apply.stopping import Stopper
from rcsplan.apply.submission import Submitter
from rcsplan.backend.local import LocalStore
from rcsplan.backend.protocol import LockInfo
from rcsplan.bsg.client import SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.operations.observe import Observation, refresh
from rcsplan.plan.facts import Source
from rcsplan.plan.planner import make_plan
from rcsplan.plan.steps import steps_of
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import ConnectionDropped, parse_fault
from rcsplan.sandbox.store import SandboxStore
from rcsplan.state.model import Provenance
from tests.builders import KYIV, NOW, make_desired, make_facts, make_rules, make_scheduled, make_send, make_state

SEND_PATH = "/api/campaigns/rcs/send-groups"
SEND, STOP = f"POST {SEND_PATH}", "PATCH /api/campaigns/*/stop"
LOCK = LockInfo(id="lock-1", who="tests", operation="apply", created=NOW, version="0")
#: How long the provider may take to show what it did.
SETTLE = timedelta(seconds=60)
PROVENANCE = Provenance(who="tests", commit="abc", plan_checksum="sha256:1")


class Crash(BaseException):
    """The process dies here."""


class Meddled:
    """A session beside which something happens right after each write that it confirmed."""

    def __init__(self, session, meddle):
        self._session = session
        self._meddle = meddle

    def __getattr__(self, name):
        return getattr(self._session, name)

    def record(self, changes):
        self._session.record(changes)
        self._meddle()


class Clock:
    """A clock for the provider and for us, which stands still but while somebody sleeps."""

    def __init__(self):
        self.instant = NOW
        self.slept = []
        #: Called whenever somebody has slept.
        self.on_sleep = []

    def __call__(self):
        return self.instant

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.tick(seconds)
        for react in self.on_sleep:
            react()

    def tick(self, seconds):
        self.instant += timedelta(seconds=seconds)


def _as_it_is(client):
    return client


@dataclass
class Rig:
    """Applies sends against a simulator, and tells what was asked of it and what stands on disk."""

    sandbox: SandboxStore
    store: LocalStore
    clock: Clock = field(default_factory=Clock)
    faults: tuple = ()
    hold: str = ""
    limits: Limits = field(default_factory=Limits)
    on_error: OnError = OnError.STOP
    #: Called at every POST and PATCH as it arrives at the provider, with its path and its body.
    on_arrival: list = field(default_factory=list)
    #: Called with the path of a request once it was executed.
    on_answer: list = field(default_factory=list)
    #: Called with every event as it happens.
    on_event: list = field(default_factory=list)
    #: Puts something between us and the client.
    open_client: Callable = _as_it_is
    arrivals: list = field(default_factory=list)
    told: list = field(default_factory=list)

    def apply(self, *sends, state=None, meddle=None):
        """Plan and carry out, and return the final events."""
        with self.running(meddle) as (session, client):
            self._look(client, session, state)
            desired, rules = make_desired(*sends), make_rules()
            plan = make_plan(desired, session.state, make_facts(now=self.clock()), rules, source=Source())
            events = self.executor(client, session).run(steps_of(plan.actions))
            session.save()
        return events

    @contextlib.contextmanager
    def running(self, meddle=None):
        transport = InProcessTransport(self._wrapped(), dropped=ConnectionDropped)
        base = {"base_url": "http://127.0.0.1", "api_key": "test_key"}
        with self.store.lock(LOCK, timeout=0) as session, Session(**base, transport=transport) as http:
            client = self.open_client(SendClient(http, sleep=self.clock.sleep))
            yield Meddled(session, meddle) if meddle else session, client

    def executor(self, client, session):
        recorder = Recorder(session)
        gate = Gate(now=self.clock, real=self.clock, hold=lambda: self.hold, limits=self.limits)
        parts = {"client": client, "recorder": recorder, "gate": gate}
        ways = {"sleep": self.clock.sleep, "tell": self._listen}
        return Executor(
            **parts,
            stopper=Stopper(**parts, **ways),
            submitter=Submitter(**parts, **ways, provenance=PROVENANCE, response_zone=KYIV),
            state=session.state,
            listener=self._listen,
            echo_is_proven=is_proven(session.state, KYIV),
            on_error=self.on_error,
        )

    def state(self):
        """The state as another process finds it on disk at this moment."""
        return LocalStore(self.store._path).load()

    def record(self, address="spring-sale", revision=1):
        return self.state().records_of(address).revisions.get(revision)

    def ledger(self):
        return self.sandbox.ledger()

    def posts(self):
        return [body["options"]["text"] for path, body in self.arrivals if path == SEND_PATH]

    def stops(self):
        return [int(path.split("/")[3]) for path, _ in self.arrivals if path.endswith("/stop")]

    def break_with(self, *faults):
        self.faults = faults
        self.sandbox.rearm_faults()

    def _look(self, client, session, state):
        if session.state is None:
            session.create(state or make_state())
        seen = Observation(facts=make_facts(now=self.clock()), campaigns={}, looked_at=self.clock())
        changes = refresh(client, session.state, seen, in_flight=self.limits.deadline + SETTLE)
        if changes:
            session.record(changes)

    def _listen(self, event):
        self.told.append(event)
        for react in self.on_event:
            react(event)

    def _wrapped(self):
        app = create_app(self.sandbox, faults=tuple(map(parse_fault, self.faults)), sleep=lambda _: None)
        lock = threading.Lock()

        def application(environ, start_response):
            path = environ["PATH_INFO"]
            if path != SEND_PATH and not path.endswith("/stop"):
                return app(environ, start_response)
            body = environ["wsgi.input"].read()
            environ["wsgi.input"].seek(0)
            arrival = (path, json.loads(body or b"{}"))
            with lock:
                self.arrivals.append(arrival)
            for react in self.on_arrival:
                react(*arrival)
            answer = app(environ, start_response)
            for react in self.on_answer:
                react(path)
            return answer

        return application


def happenings(events):
    """What became of each address."""
    return {event.address: str(event.happening) for event in events}


def make_sends(number, **fields):
    """So many sends, each with its own text, its own minute of the morning, and a second that proves the echo."""
    return [
        make_send(
            f"send-{n}", **{"text": f"text {n}", "schedule": make_scheduled(f"2026-12-01 10:{n:02}:37"), **fields}
        )
        for n in range(number)
    ]
