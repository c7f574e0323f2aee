"""Applies as real processes against a served simulator, and the count of what they led to."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from rcsplan.backend.local import LocalStore
from rcsplan.sandbox.store import SandboxStore
from tests.cli.running import ROOT, Result, process, serving, surroundings
from tests.proof.campaigns import Campaign, manifest_of
from tests.proof.counting import differences, doubles, lost, memory_of
from tests.proof.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rcsplan.backend.protocol import StateStore

KEY = {"BSG_API_KEY": "test_of_the_proof"}
SEND_GROUPS = "POST /api/campaigns/rcs/send-groups"

#: Processing takes a moment, so that many an apply dies while a request is on its way.
SLOW = (f"{SEND_GROUPS}=slow:0.1", "PATCH /api/campaigns/*=slow:0.1")

_PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {{name: proof}}
environments:
  production:
    provider:
      type: bsg
      base_url: {url}
      api_key: {{env: BSG_API_KEY}}
      timezone: Europe/Kyiv
      settle: 1s
      deadline: 1s
      intent_ttl: 1s
"""

#: The share of kills that do not wait for the first intent.
_ANYWHERE = 0.2

#: Imports rcsplan once, then runs each command line it reads in a child of its own, which can be killed alone.
_MOTHER = """
import gc, json, os, sys
import rcsplan.cli.apply, rcsplan.manifest.load, rcsplan.bsg.client, rcsplan.cli.failure
from rcsplan.cli.main import run

print("ready", flush=True)
for line in sys.stdin:
    log, *arguments = json.loads(line)
    child = os.fork()
    if child:
        print(child, flush=True)
        # Not before somebody asks: until then the number of a dead child belongs to nobody else.
        sys.stdin.readline()
        status = os.waitpid(child, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)
        continue
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    code = run(arguments)
    sys.stdout.flush()
    os._exit(code)
"""


@dataclass(frozen=True)
class Shop:
    """A project folder whose provider is a served simulator, the simulator's database, and how its store is opened."""

    folder: Path
    database: Path
    open_store: Callable[[Shop], StateStore] = lambda shop: LocalStore(shop.state_file)

    @property
    def state_file(self) -> Path:
        """Where the state is kept, if nothing else is said."""
        return self.folder / ".rcsplan/production.state.json"

    @cached_property
    def simulator(self) -> SandboxStore:
        """The memory of the simulator, which another process serves."""
        return SandboxStore(self.database)

    def declare(self, *campaigns: Campaign) -> None:
        """Write manifests, over those of the same names."""
        for one in campaigns:
            (self.folder / f"{one.name}.yaml").write_text(manifest_of(one), "utf-8")

    def remove(self, name: str) -> None:
        """Take a manifest away."""
        (self.folder / f"{name}.yaml").unlink()

    def run(self, *arguments: str) -> Result:
        """Run a command as a process, to its end."""
        return process("--project", str(self.folder), *arguments, env=KEY)

    def apply(self, *arguments: str) -> Result:
        """Apply without being asked, to the end."""
        return self.run("apply", "--auto-approve", *arguments)

    @contextlib.contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command as a process while the block runs."""
        command = [sys.executable, "-m", "rcsplan", "--project", str(self.folder), *arguments]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=surroundings(KEY),
        ) as started:
            try:
                yield started
            finally:
                started.kill()

    def applying(self, *arguments: str) -> contextlib.AbstractContextManager[subprocess.Popen[str]]:
        """An apply as a process while the block runs."""
        return self.running("apply", "--auto-approve", *arguments)

    @property
    def store(self) -> StateStore:
        """The store, opened anew."""
        return self.open_store(self)

    def state(self):
        """The state as last recorded."""
        return self.store.load()

    def ledger(self):
        """What the simulator accepted, oldest first."""
        return self.simulator.ledger()

    def accepted(self) -> list[str]:
        """The texts of what the simulator accepted, oldest first."""
        return [entry["payload"]["options"]["text"] for entry in self.ledger()]

    def live_texts(self) -> list[str]:
        """The texts of what the simulator accepted and nobody stopped."""
        return sorted(entry["payload"]["options"]["text"] for entry in self.ledger() if entry["stopped_at"] is None)


@contextlib.contextmanager
def opened_shop(folder: Path, *faults: str, state: str = "", **fields: object) -> Iterator[Shop]:
    """A project of no campaigns, and a simulator that is served by a process of its own and commits the faults.

    `state` is what the project says of its store, and `fields` are those of a shop.
    """
    database = folder / "account" / "sandbox.db"
    project = folder / "project"
    project.mkdir(parents=True)
    options = [word for fault in faults for word in ("--fault", fault)]
    with serving("--db", str(database), *options) as url:
        (project / "rcsplan.yaml").write_text(_PROJECT.format(url=url) + state, "utf-8")
        shop = Shop(project, database, **fields)
        try:
            yield shop
        finally:
            shop.simulator.close()


def wait_until(condition, *, seconds: float = 20.0) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: it never did.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.002)


def start_in(days: int, *, minute: int = 0) -> datetime:
    """A start some days from now, on a full minute."""
    day = datetime.now(UTC).replace(hour=12, minute=minute, second=0, microsecond=0)
    return day + timedelta(days=days)


class Mother:
    """A process that has rcsplan imported, and of whose children each runs one command line."""

    def __init__(self, shop: Shop, *, who: str = "proof") -> None:
        self._shop = shop
        self._log = shop.folder.parent / "runs.log"
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MOTHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=surroundings({**KEY, "GITHUB_ACTOR": who}),
        )
        self._process.stdout.readline()

    def start(self, *arguments: str) -> int:
        """Run an apply in a child, and return its process id."""
        words = [str(self._log), "--project", str(self._shop.folder), "apply", "--auto-approve", *arguments]
        return self._ask(json.dumps(words))

    def ended(self) -> int:
        """Wait for the child and return its exit code, negative for the signal that killed it."""
        return self._ask("")

    def _ask(self, line: str) -> int:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    @property
    def log(self) -> str:
        """Everything that the children said."""
        return self._log.read_text("utf-8")

    def close(self) -> None:
        """End the mother, who has no child then."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@dataclass
class KillRounds:
    """Rounds of changes, each applied by processes that are killed at random instants, and then by one that is not."""

    shop: Shop
    mother: Mother
    seeded: random.Random
    wanted: dict[str, Campaign] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    _span: float = 0.3

    def play(self, number: int, *, kills: int) -> None:
        """Change the manifests, apply with kills, then until nothing is left to do."""
        self._change(number)
        for kill in range(1, kills + 1):
            self._kill_one()
            self.tally.look(self, f"in round {number} after kill {kill}")
        self._recover()
        self.tally.look(self, f"after round {number}")
        told = differences(self.shop.ledger(), self.shop.state(), self.wanted.values(), datetime.now(UTC))
        self.tally.unsettled += [f"after round {number}: {difference}" for difference in told]
        self.tally.histories += 1

    def doubles(self) -> list[str]:
        """What the simulator holds twice."""
        return doubles(self.shop.ledger())

    def lost(self) -> list[str]:
        """What the simulator holds and no record stands for."""
        # The ledger first: what is accepted after it was read cannot be missed in the state.
        ledger = self.shop.ledger()
        return lost(ledger, memory_of(self.shop.state()))

    def _change(self, number: int) -> None:
        """Three new sends, two of them in one minute; of the round before one changes, one goes, and one is raised."""
        at = start_in(2 + number % 20, minute=number // 20 % 60)
        for letter in "abc":
            self._declare(Campaign(f"n{number}-{letter}", at if letter != "c" else at + timedelta(hours=1)))
        if not number:
            return
        self._declare(replace(self.wanted[f"n{number - 1}-a"], version=2))
        self._declare(replace(self.wanted[f"n{number - 1}-c"], revision=2))
        gone = f"n{number - 1}-b"
        self.shop.remove(gone)
        del self.wanted[gone]

    def _declare(self, campaign: Campaign) -> None:
        self.shop.declare(campaign)
        self.wanted[campaign.name] = campaign

    def _kill_one(self) -> None:
        """Start an apply and kill it: mostly while it submits, now and then at any instant since its start."""
        child = self.mother.start()
        journal = self.shop.state_file.with_name(self.shop.state_file.name + ".journal")
        anywhere, instant = self.seeded.random() < _ANYWHERE, self.seeded.random()
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: anywhere or _size(journal) > 0, seconds=2)
        time.sleep(instant * self._span)
        self._kill(child, self.mother)

    def _kill(self, child: int, mother: Mother) -> None:
        """Kill a child of a mother, unless it has just come to its end."""
        os.kill(child, signal.SIGKILL)
        killed = mother.ended() == -signal.SIGKILL
        # Who was through before the signal came shows that it has to come earlier.
        self._span *= 1.1 if killed else 0.7
        self.tally.counts["runs"] += 1
        self.tally.counts["kills"] += killed
        self.tally.counts["kills in flight"] += killed and self._is_open()

    def _is_open(self) -> bool:
        state = self.shop.state()
        return state is not None and any(
            record.intent is not None for _, entry in state.sends.current() for record in entry.revisions.values()
        )

    def _recover(self) -> None:
        for _ in range(6):
            self.mother.start()
            self.tally.counts["runs"] += 1
            if self.mother.ended() == 0:
                return
        raise AssertionError(f"apply did not come to an end:\n{self.mother.log[-4000:]}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def play_kills(folder: Path, *, rounds: int, kills_a_round: int, seed: int) -> Tally:
    """Play rounds of kills in a new shop, and return what they led to."""
    with opened_shop(folder, *SLOW) as shop:
        mother = Mother(shop)
        try:
            played = KillRounds(shop, mother, random.Random(seed))
            for number in range(rounds):
                played.play(number, kills=kills_a_round)
        finally:
            mother.close()
    return played.tally
