"""Two machines that apply at once, as real processes with a store of any kind between them, and are killed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import time
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from rcsplan.errors import ExitCode
from tests.backend.dialects import PASSWORD
from tests.backend.object_servers import SERVERS, endpoint_of, url_of
from tests.backend.postgres_server import shared_url
from tests.backend.stores import LASTING_LOCKS, STORES, serving
from tests.proof.processes import SLOW, KillRounds, Mother, Shop, opened_shop, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.proof.tally import Tally

#: How long an apply waits for the other one. Whoever kills the holder breaks its lock before that, where it lasts.
_PATIENCE = ("--lock-timeout", "5s")

#: The share of kills that do not wait for the first intent, of those that hit whoever began first, and of those after
#: which a lock is broken that may be that of a living one.
_ANYWHERE, _FIRST, _BROKEN = 0.2, 0.7, 0.2

#: Seconds, at most, between the beginnings of the two.
_HEAD_START = 0.1

_ATTEMPTS = 10


@dataclass
class MachineRounds(KillRounds):
    """Rounds of changes, each applied on two machines at once, of which one is killed; then on each to its end."""

    _: KW_ONLY
    there: Shop
    other: Mother
    frees_locks: bool

    def _kill_one(self) -> None:
        """Start an apply on both, kill one, and free the lock of the dead for the one that is still waiting."""
        _pull(self.shop, self.there)
        first, second = self.seeded.sample((self.mother, self.other), 2)
        child = first.start(*_PATIENCE)
        time.sleep(self.seeded.random() * _HEAD_START)
        another = second.start(*_PATIENCE)
        anywhere, instant = self.seeded.random() < _ANYWHERE, self.seeded.random()
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: anywhere or self._is_open(), seconds=2)
        time.sleep(instant * self._span)
        is_first = self.seeded.random() < _FIRST
        self._kill(*((child, first) if is_first else (another, second)))
        if not self.frees_locks or self.seeded.random() < _BROKEN:
            self.shop.store.unlock()
        code = (second if is_first else first).ended()
        self.tally.counts["runs"] += 1
        self.tally.counts[f"the other ended with {code}"] += 1

    def _recover(self) -> None:
        _pull(self.shop, self.there)
        for mother in (self.mother, self.other):
            for _ in range(_ATTEMPTS):
                mother.start()
                self.tally.counts["runs"] += 1
                code = mother.ended()
                if code == ExitCode.OK:
                    break
                if code == ExitCode.LOCKED:
                    self.shop.store.unlock()
            else:
                raise AssertionError(f"apply did not come to an end:\n{mother.log[-4000:]}")


def play_machines(folder: Path, kind: str, *, rounds: int, seed: int) -> Tally:
    """Play rounds of kills on two machines with a store of this kind, and return what they led to."""
    place = folder / "kept"
    with contextlib.ExitStack() as stack:
        stack.enter_context(serving(kind, place))
        says = json.dumps(_settings(kind, place))
        opened = opened_shop(folder, *SLOW, state=f"state: {says}\n", open_store=lambda _: STORES[kind](place))
        shop = stack.enter_context(opened)
        there = Shop(folder / "there", shop.database)
        mothers = [Mother(shop, who="here"), Mother(there, who="there")]
        for mother in mothers:
            stack.callback(mother.close)
        frees = kind not in LASTING_LOCKS
        played = MachineRounds(shop, mothers[0], random.Random(seed), there=there, other=mothers[1], frees_locks=frees)
        for number in range(rounds):
            # Only one kill: the other machine leaves nothing to do.
            played.play(number, kills=1)
    return played.tally


def _pull(shop: Shop, there: Shop) -> None:
    """Let the other machine have the project as it is now."""
    there.folder.mkdir(exist_ok=True)
    for manifest in there.folder.glob("*.yaml"):
        manifest.unlink()
    for manifest in shop.folder.glob("*.yaml"):
        shutil.copy(manifest, there.folder)


def _settings(kind: str, place: Path) -> dict[str, object]:
    """What a project says of the store that STORES opens at a place; its secrets are in the environment."""
    if kind == "local":
        return {"backend": kind, "path": str(place / "crm.state.json")}
    if kind == "postgres":
        os.environ["STATE_DATABASE"] = shared_url()
        return {"backend": kind, "url": {"env": "STATE_DATABASE"}, "project": str(place)}
    if kind in SERVERS:
        return {"backend": kind, "url": url_of(kind, place), "endpoint": endpoint_of(kind), "region": "eu-central-1"}
    os.environ["STATE_PASSWORD"] = PASSWORD
    said = json.loads((place / "http.json").read_text("utf-8"))
    wanted = {key: said[key] for key in ("url", "lock_url", "username")}
    return {"backend": "http", **wanted, "password": {"env": "STATE_PASSWORD"}}
