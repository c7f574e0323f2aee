"""A whole rcsplan in this process: manifests on disk, a state store, a simulator, one clock, and a fuse that kills it.

Commands run as the command line runs them, through `rcsplan.operations`; only the network and the clock are replaced.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import shutil
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
from rcsplan.operations.apply import ApplyOptions, Attendance, apply, apply_saved
from rcsplan.operations.history import NoHistory
from rcsplan.operations.recover import recover
from rcsplan.operations.run import reconcile
from rcsplan.operations.stop import live_campaigns, stop_campaigns
from rcsplan.operations.target import Target
from rcsplan.plan.facts import Source
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import ConnectionDropped, parse_fault
from rcsplan.sandbox.store import SandboxStore
from rcsplan.state.model import Account
from tests.backend.disks import Crash
from tests.proof import counting
from tests.proof.campaigns import Identity, identity_of, manifest_of
from tests.proof.fuse import Fuse, FusedDisk, FusedStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIEnvironment

    from rcsplan.backend.protocol import StateStore
    from rcsplan.operations.run import Round
    from rcsplan.sandbox.faults import Fault
    from tests.proof.campaigns import Campaign

#: When the clock of a world begins: a Tuesday, 11:00 in Kyiv.
BEGINNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

_URL = "http://127.0.0.1"

#: How long a request may be on its way before its sender hangs up: the default of provider.deadline.
_PATIENCE = timedelta(seconds=60)

#: As whoever runs unattended asks for it.
USUAL = ApplyOptions(parallelism=1, skip_blocked=True, on_error=OnError.CONTINUE, allow_mass_stop=True)
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

    def monotonic(self) -> float:
        """The clock in seconds: what is slow takes its time of this one, and meets the timeouts that it should."""
        return (self.instant - BEGINNING).total_seconds()


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

    def history(self) -> NoHistory:
        """No git."""
        return NoHistory()


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
            yield self.world.dressed(SendClient(session, sleep=self.world.clock.sleep))

    def _session(self) -> Session:
        application, monotonic = self.world.application(), self.world.clock.monotonic
        transport = InProcessTransport(application, dropped=ConnectionDropped, monotonic=monotonic)
        return Session(base_url=_URL, api_key="test_key", transport=transport, monotonic=monotonic)


class CountedFault:
    """A fault that is counted whenever it strikes."""

    is_counted = True

    def __init__(self, fault: Fault, counts: Counter[str]) -> None:
        self._fault = fault
        self._counts = counts

    def __getattr__(self, name: str) -> object:
        return getattr(self._fault, name)

    def strikes(self, earlier: int, *, seed: str) -> bool:
        """Whether it strikes."""
        struck = self._fault.strikes(earlier, seed=seed)
        self._counts["faults"] += struck
        return struck


def local_store(world: World) -> LocalStore:
    """The usual store: files, of which each step of writing passes the fuse."""
    return LocalStore(world.state_file, disk=FusedDisk(world.fuse), patience=0)


@dataclass(frozen=True, slots=True)
class Travelling:
    """A request whose sender is dead, on its way to the provider."""

    arrives_at: datetime
    environ: WSGIEnvironment
    body: bytes


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

    `open_store` opens the state store of a process: called anew for each command; `frees_locks` says whether a lock
    there dies with its holder. `dressed` may put something around the client that submits. `on_request` is called with
    method and path of every request as it arrives at the provider, and `on_answer` when it was executed. `counts` are
    the commands run, the kills and the faults so far. What a killed process had just sent arrives `transit` later, or
    never. `who` runs the commands, in a checkout of the project that has its own name.
    """

    folder: Path
    open_store: Callable[[World], StateStore] = field(default=local_store)
    frees_locks: bool = True
    dressed: Callable[[SendClient], SendClient] = field(default=lambda client: client)
    clock: Clock = field(default_factory=Clock)
    fuse: Fuse = field(default_factory=Fuse)
    faults: tuple[str, ...] = ()
    hold: str = ""
    on_request: list[Callable[[str, str], None]] = field(default_factory=list)
    on_answer: list[Callable[[str, str], None]] = field(default_factory=list)
    wanted: dict[str, Campaign] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    transit: timedelta | None = None
    who: str = "proof@here"
    checkout: str = "project"
    _under_way: list[Travelling] = field(default_factory=list)
    _processes: int = 0

    def __post_init__(self) -> None:
        self.project.mkdir(parents=True, exist_ok=True)
        (self.project / "rcsplan.yaml").write_text(_PROJECT, "utf-8")

    @property
    def project(self) -> Path:
        """The project folder."""
        return self.folder / self.checkout

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

    @contextlib.contextmanager
    def elsewhere(self) -> Iterator[World]:
        """Another machine, with the project as it is now in a checkout of its own.

        It shares the provider and the store; its commands and faults are counted here when the block ends.
        """
        other = replace(self, fuse=Fuse(), counts=Counter(), who="proof@there", checkout="project-there")
        shutil.copytree(self.project, other.project, ignore=shutil.ignore_patterns(".rcsplan"), dirs_exist_ok=True)
        with contextlib.closing(other):
            yield other
        self.counts += other.counts

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
        return self.run(lambda: apply(self.target(), replace(USUAL, **options), self.attend()))

    def run_once(self) -> Run:
        """`rcsplan run --once`."""
        return self.run(self._round)

    def apply_saved(self, saved: object) -> Run:
        """`rcsplan apply FILE`, of a plan that `plan` returned."""
        return self.run(lambda: apply_saved(self.target(), saved, USUAL, self.attend()))

    def recover(self) -> None:
        """`rcsplan state recover`, where a run on this machine left something to be recorded."""
        if Path(self.target().recovery.location).exists():
            with contextlib.suppress(RcsplanError):
                recover(self.target())

    def plan(self) -> Run:
        """`rcsplan plan`."""
        return self.run(lambda: planning.plan(self.target()))

    def stop(self, *addresses: str) -> Run:
        """`rcsplan stop ADDRESS… --auto-approve`."""
        target = self.target()
        return self.run(lambda: stop_campaigns(target, live_campaigns(target, addresses), lock_timeout=0))

    def unlock(self) -> Run:
        """`rcsplan state unlock`."""
        return self.run(lambda: self.open_store(self).unlock())

    def converge(self, *, runs: int = 6, pause: timedelta = timedelta(minutes=1)) -> Run:
        """Apply again and again, as a CI system would, until an apply exits 0; the last run either way.

        Whoever else holds the lock is dead by then. What an earlier run could not record is recorded first, as its
        error asks for.
        """
        for _ in range(runs):
            self.recover()
            run = self.apply()
            if run.code == ExitCode.OK:
                break
            if run.code == ExitCode.LOCKED:
                self.unlock()
            self.clock.instant += pause
        return run

    # What there is.

    def target(self) -> Target:
        """The production environment, as a new process opens it."""
        self._processes += 1
        ids = _ids(f"{self.clock()} {self.who} {self._processes}")
        return Target(
            environment=load_project(self.project).environment("production"),
            provider=SimulatedProvider(self),
            store=FusedStore(self.open_store(self), self.fuse, self.frees_locks),
            variables=Variables(),
            runtime=Runtime(self.clock, ids, who=self.who),
        )

    def state(self):
        """The state as last recorded."""
        return self.open_store(self).load()

    def ledger(self):
        """What the provider accepted, oldest first."""
        self._let_arrive()
        return self.simulator.ledger()

    def application(self):
        """The provider as a WSGI application; every request passes the fuse before and after it is executed."""
        faults = tuple(CountedFault(parse_fault(text), self.counts) for text in self.faults)
        app = create_app(self.simulator, faults=faults, sleep=self.clock.sleep)

        def fused(environ, start_response):
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            began = self.clock()
            self._let_arrive()
            try:
                self.fuse.step(f"{method} {path}: on its way")
            except Crash:
                if self.transit is not None:
                    self._under_way.append(Travelling(began + self.transit, environ, environ["wsgi.input"].read()))
                raise
            if self.clock() - began > _PATIENCE:
                # Whatever made it wait, whoever sent it has hung up by now.
                raise ConnectionDropped("request")
            for react in self.on_request:
                react(method, path)
            answer = app(environ, start_response)
            for react in self.on_answer:
                react(method, path)
            self.fuse.step(f"{method} {path}: executed")
            return answer

        return fused

    def _round(self) -> Round:
        done = reconcile(self.target, USUAL, self.attend)
        if done.error is not None:
            raise done.error
        return done

    def _let_arrive(self) -> None:
        arrived = [request for request in self._under_way if request.arrives_at <= self.clock()]
        for request in arrived:
            self._under_way.remove(request)
            create_app(self.simulator)({**request.environ, "wsgi.input": io.BytesIO(request.body)}, lambda *_: None)

    def attend(self, _: Target | None = None) -> Attendance:
        """Nobody is there."""
        return Attendance(show=lambda _: None, confirm=lambda _: True, listen=lambda _: None, hold=lambda: self.hold)

    def run(self, command: Callable[[], object]) -> Run:
        """A command that may die, or end in an error."""
        self.counts["runs"] += 1
        try:
            done = command()
        except Crash:
            self.counts["kills"] += 1
            return Run(code=-9, crashed=True)
        except RcsplanError as error:
            return Run(code=int(error.exit_code), error=error)
        return Run(code=int(getattr(done, "exit_code", ExitCode.OK)), plan=getattr(done, "plan", None))

    # The two promises.

    def doubles(self) -> list[str]:
        """Sends that the provider holds twice: two campaigns of one address that may still reach people, or did."""
        return counting.doubles(self.ledger())

    def lost(self) -> list[str]:
        """Acceptances that no record knows and no open intent stands for."""
        return counting.lost(self.ledger(), counting.memory_of(self.state()))

    def differences(self) -> list[str]:
        """Where state, provider and manifests disagree once everything has settled."""
        return counting.differences(self.ledger(), self.state(), self.wanted.values(), self.clock())

    def unsettled(self) -> list[str]:
        """What is not as it should be once an apply has come to its end: nothing, where it kept its promises."""
        plan = self.plan()
        reached = Counter(identity_of(entry) for entry in self.ledger() if counting.reaches_people(entry))
        wanted = {Identity(one.origin, one.revision) for one in self.wanted.values()}
        return [
            *self.differences(),
            *(f"{one.name} r{one.revision} was accepted {reached[one]} times" for one in wanted if reached[one] != 1),
            *(["a plan right after it does not end with 0"] if plan.code else []),
            *(["a plan right after it is not empty"] if plan.plan is None or plan.plan.has_changes else []),
        ]


@contextlib.contextmanager
def opened_world(folder: Path, **fields: object) -> Iterator[World]:
    """A world whose state was begun."""
    world = World(folder, **fields)
    try:
        world.init()
        yield world
    finally:
        world.close()


def _ids(process: str) -> Iterator[str]:
    """The ids that one process gives, and no other."""
    return (hashlib.sha256(f"{process} {number}".encode()).hexdigest()[:32] for number in itertools.count(1))
