"""A whole rcsplan in this process: manifests on disk, a state store, a simulator, one clock, and a fuse that kills it.

Commands run as the command line runs them, through `rcsplan.operations`; only the network and the clock are replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rcsplan.apply.executor import OnError
from rcsplan.backend.local import LocalStore
from rcsplan.bsg.client import ReadClient, SendClient
from rcsplan.bsg.session import Session
from rcsplan.bsg.transport import InProcessTransport
from rcsplan.errors import ExitCode, RcsplanError
from rcsplan.manifest.project import load_project
from rcsplan.manifest.variables import Variables
from rcsplan.operations import plan as planning
from rcsplan.operations import states
from rcsplan.operations.apply import ApplyOptions, Attendance, apply
from rcsplan.operations.recover import recover
from rcsplan.operations.target import Target
from rcsplan.plan.facts import Source
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import ConnectionDropped, parse_fault
from rcsplan.sandbox.store import SandboxStore
from rcsplan.state.model import Account
from rcsplan.state.phase import LIVE, Phase, phase_of
from tests.backend.disks import Crash
from tests.proof.campaigns import identity_of, manifest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rcsplan.backend.protocol import StateStore
    from tests.proof.campaigns import Campaign

#: When the clock of a world begins: a Tuesday, 11:00 in Kyiv.
BEGINNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_URL = "http://127.0.0.1"
_PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: proof}
environments:
  production:
    provider: {type: bsg, base_url: "http://127.0.0.1", api_key: {env: KEY}, timezone: Europe/Kyiv}
"""


class Clock:
    """The clock of a world: ours and the provider's. It stands still but while somebody sleeps, or lets time pass."""

    def __init__(self, instant: datetime = BEGINNING) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def sleep(self, seconds: float) -> None:
        """Let seconds pass, as if somebody had waited."""
        self.instant += timedelta(seconds=seconds)


class Fuse:
    """Counts the steps of a run and kills it at one of them; whoever is dead does nothing more."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self._burns_at: int | None = None
        self._lock = threading.Lock()

    def arm(self, step: int | None) -> None:
        """Count from one again, and burn through at that step; never where it is None."""
        self.steps, self._burns_at = [], step

    @property
    def has_burnt(self) -> bool:
        """Whether the run was killed."""
        return self._burns_at is not None and len(self.steps) >= self._burns_at

    def step(self, name: str) -> None:
        """Note that something is about to happen.

        Raises:
            Crash: the process dies before it does.
        """
        with self._lock:
            if self.has_burnt:
                raise Crash
            self.steps.append(name)
            if self.has_burnt:
                raise Crash


@dataclass(frozen=True, slots=True)
class Runtime:
    """Surroundings in which only the clock moves."""

    clock: Clock
    ids: Iterator[str]
    who: str = "proof@here"
    version: str = "0"
    ci_url: str = ""
    in_ci: bool = False

    def now(self) -> datetime:
        """The clock of the world."""
        return self.clock()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.sleep(seconds)

    def new_id(self) -> str:
        """The next id."""
        return next(self.ids)

    def source(self) -> Source:
        """No git."""
        return Source()


@dataclass(frozen=True, slots=True)
class SimulatedProvider:
    """The simulator of a world, taken for a provider that reaches people."""

    world: World

    reaches_people = True

    @property
    def account(self) -> Account:
        """Always the same."""
        return Account(base_url=_URL, key_fingerprint="0123456789abcdef")

    @contextlib.contextmanager
    def reader(self) -> Iterator[ReadClient]:
        """A client that can only read."""
        with self._session() as session:
            yield ReadClient(session, sleep=self.world.clock.sleep)

    @contextlib.contextmanager
    def sender(self) -> Iterator[SendClient]:
        """A client that can submit and stop."""
        with self._session() as session:
            yield SendClient(session, sleep=self.world.clock.sleep)

    def _session(self) -> Session:
        transport = InProcessTransport(self.world.application(), dropped=ConnectionDropped)
        return Session(base_url=_URL, api_key="test_key", transport=transport)


@dataclass
class Run:
    """What a command came to: an exit code, and the plan where there was one; `crashed` where the fuse burnt."""

    code: int
    plan: object = None
    error: RcsplanError | None = None
    crashed: bool = False


@dataclass
class World:
    """A project, its provider and its state, all in one folder.

    `open_store` opens the state store of a process: called anew for each command. `on_request` is called with method
    and path of every request as it arrives at the provider, and `on_answer` when it was executed.
    """

    folder: Path
    open_store: Callable[[World], StateStore] = field(default=lambda world: LocalStore(world.state_file))
    clock: Clock = field(default_factory=Clock)
    fuse: Fuse = field(default_factory=Fuse)
    faults: tuple[str, ...] = ()
    hold: str = ""
    on_request: list[Callable[[str, str], None]] = field(default_factory=list)
    on_answer: list[Callable[[str, str], None]] = field(default_factory=list)
    wanted: dict[str, Campaign] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project.mkdir(parents=True, exist_ok=True)
        (self.project / "rcsplan.yaml").write_text(_PROJECT, "utf-8")

    @property
    def project(self) -> Path:
        """The project folder."""
        return self.folder / "project"

    @property
    def state_file(self) -> Path:
        """Where a local store keeps the state."""
        return self.folder / "state" / "crm.json"

    @cached_property
    def simulator(self) -> SandboxStore:
        """The provider's memory."""
        return SandboxStore(self.folder / "sandbox.db", real_clock=self.clock)

    def close(self) -> None:
        """Let go of the simulator's file."""
        self.simulator.close()

    # What people do.

    def declare(self, *campaigns: Campaign) -> None:
        """Write manifests, over those of the same names."""
        for one in campaigns:
            (self.project / f"{one.name}.yaml").write_text(manifest_of(one), "utf-8")
            self.wanted[one.name] = one

    def remove(self, name: str) -> None:
        """Take a manifest away."""
        (self.project / f"{name}.yaml").unlink()
        del self.wanted[name]

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.clock.instant += timedelta(**span)

    def init(self) -> None:
        """Begin the state."""
        states.init_state(self.target())

    def apply(self, **options: object) -> Run:
        """`rcsplan apply --auto-approve --skip-blocked --on-error continue`, one submission after the other."""
        usual = ApplyOptions(parallelism=1, skip_blocked=True, on_error=OnError.CONTINUE, allow_mass_stop=True)
        nobody = Attendance(show=lambda _: None, confirm=lambda _: True, listen=lambda _: None, hold=lambda: self.hold)
        return _judged(lambda: apply(self.target(), replace(usual, **options), nobody))

    def recover(self) -> None:
        """`rcsplan state recover`, where a run on this machine left something to be recorded."""
        if Path(self.target().recovery.location).exists():
            with contextlib.suppress(RcsplanError):
                recover(self.target())

    def plan(self) -> Run:
        """`rcsplan plan`."""
        return _judged(lambda: planning.plan(self.target()))

    def converge(self, *, runs: int = 6, pause: timedelta = timedelta(minutes=1)) -> Run:
        """Apply again and again, as a CI system would, until an apply exits 0; the last run either way.

        What an earlier run could not record is recorded first, as its error asks for.
        """
        for _ in range(runs):
            self.recover()
            run = self.apply()
            if run.code == ExitCode.OK:
                break
            self.clock.instant += pause
        return run

    # What there is.

    def target(self) -> Target:
        """The production environment, as a new process opens it."""
        return Target(
            environment=load_project(self.project).environment("production"),
            provider=SimulatedProvider(self),
            store=self.open_store(self),
            variables=Variables(),
            runtime=Runtime(self.clock, _ids(self.clock)),
        )

    def state(self):
        """The state as last recorded."""
        return self.open_store(self).load()

    def ledger(self):
        """What the provider accepted, oldest first."""
        return self.simulator.ledger()

    def application(self):
        """The provider as a WSGI application; every request passes the fuse before and after it is executed."""
        app = create_app(self.simulator, faults=tuple(map(parse_fault, self.faults)), sleep=self.clock.sleep)

        def fused(environ, start_response):
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            self.fuse.step(f"{method} {path}: on its way")
            for react in self.on_request:
                react(method, path)
            answer = app(environ, start_response)
            for react in self.on_answer:
                react(method, path)
            self.fuse.step(f"{method} {path}: executed")
            return answer

        return fused

    # The two promises.

    def doubles(self) -> list[str]:
        """Sends that the provider holds twice: two campaigns of one address that may still reach people, or did."""
        reaching = [identity_of(entry) for entry in self.ledger() if entry["status"] != "stopped" or entry["sent"]]
        twice = [f"{one.name} r{one.revision} was accepted {n} times" for one, n in Counter(reaching).items() if n > 1]
        waiting = Counter(identity_of(entry).name for entry in self.ledger() if entry["status"] == "scheduled")
        return sorted([*twice, *(f"{name} is scheduled {n} times" for name, n in waiting.items() if n > 1)])

    def lost(self) -> list[str]:
        """Acceptances that no record knows and no open intent stands for."""
        state = self.state()
        known = state.sends.claimed_ids() if state else frozenset()
        open_addresses = {address for address, record in _records(state) if phase_of(record) is Phase.UNKNOWN}
        return sorted(
            f"campaign {entry['id']} of {identity_of(entry).name} is in no record"
            for entry in self.ledger()
            if entry["id"] not in known and identity_of(entry).name not in open_addresses
        )

    def differences(self) -> list[str]:
        """Where state, provider and manifests disagree once everything has settled."""
        recorded = {
            record.remote_id: (address, record.revision)
            for address, record in _records(self.state())
            if phase_of(record) in LIVE
        }
        live = {
            entry["id"]: (identity_of(entry).name, identity_of(entry).revision)
            for entry in self.ledger()
            if entry["status"] in {"scheduled", "moderation", "creation"}
        }
        ahead = {(one.name, one.revision) for one in self.wanted.values() if one.at > self.clock()}
        return sorted(
            [
                *(f"{what} differs between state and provider" for what in set(recorded.items()) ^ set(live.items())),
                *(f"{what} is wanted or scheduled, and not both" for what in ahead ^ set(live.values())),
            ]
        )


@contextlib.contextmanager
def opened_world(folder: Path, **fields: object) -> Iterator[World]:
    """A world whose state was begun."""
    world = World(folder, **fields)
    try:
        world.init()
        yield world
    finally:
        world.close()


def _judged(command: Callable[[], object]) -> Run:
    try:
        done = command()
    except Crash:
        return Run(code=-9, crashed=True)
    except RcsplanError as error:
        return Run(code=int(error.exit_code), error=error)
    return Run(code=int(getattr(done, "exit_code", ExitCode.OK)), plan=done.plan)


def _records(state):
    if state is None:
        return
    for address, entry in state.sends.items():
        for record in entry.revisions.values():
            yield address, record


def _ids(clock: Clock) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield hashlib.sha256(f"{clock()} {number}".encode()).hexdigest()[:32]
