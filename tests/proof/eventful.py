"""An apply in which everything happens: the world right before it, made once and copied for each history."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.proof.campaigns import Campaign
from tests.proof.world import BEGINNING, Clock, World, local_store, opened_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from rcsplan.backend.protocol import StateStore

_CREATE = "POST /api/campaigns/rcs/send-groups"
_DAY = BEGINNING + timedelta(days=10)

#: Two submissions whose answers do not come, one executed and one not, and a list that does not show them yet.
_LOSSES = (f"{_CREATE}=drop_response:x1", f"{_CREATE}=drop_request:x1", "GET /api/campaigns=list_lag:300")

#: What the apply asks of the provider: two new ones of one minute and sender, one of another, two new versions, one new
#: revision of a scheduled one, and what never arrived; before it the old versions and what is gone are stopped.
SUBMISSIONS, STOPS = 7, 4


def eventful(world: World) -> None:
    """Let a project come to the point at which an apply has something of everything to do."""
    past = Campaign("past", BEGINNING + timedelta(hours=2))
    names = ("kept", "edited", "edited-too", "raised", "before", "gone")
    earlier = [Campaign(name, _DAY + timedelta(hours=hour)) for hour, name in enumerate(names)]
    world.declare(past, *earlier)
    world.apply()
    world.wait(days=3)
    world.declare(Campaign("found", _DAY + timedelta(hours=7)), Campaign("never", _DAY + timedelta(hours=8)))
    world.faults = _LOSSES
    world.apply(settle_timeout=0)
    world.faults = ()
    world.simulator.rearm_faults()
    world.wait(minutes=10)
    _, edited, edited_too, raised, before, _ = earlier
    for gone in ("past", "before", "gone"):
        world.remove(gone)
    world.declare(
        replace(edited, version=2),
        replace(edited_too, version=2, at=edited_too.at + timedelta(days=1)),
        replace(raised, revision=2),
        replace(before, name="renamed", moved_from="before"),
        Campaign("new-a", _DAY),
        Campaign("new-b", _DAY),
        Campaign("new-c", _DAY + timedelta(minutes=5), sender="Other"),
    )


class Stage:
    """Opens worlds in which an eventful apply is about to run, each in a folder of its own below one.

    Where the state lies in a store of its own, which cannot be copied like files, each world is made anew: `open_store`
    then finds a place for each by the name of its folder, `serving` runs what it needs there, and `frees_locks` says
    whether a lock dies with its holder.
    """

    def __init__(
        self,
        folder: Path,
        open_store: Callable[[World], StateStore] = local_store,
        *,
        frees_locks: bool = True,
        serving: Callable[[Path], AbstractContextManager[None]] = lambda _: contextlib.nullcontext(),
    ) -> None:
        self._folder = folder
        self._open_store = open_store
        self._frees_locks = frees_locks
        self._serving = serving
        self._number = 0
        self._made: World | None = None

    @contextlib.contextmanager
    def opened(self, *, prepare: Callable[[World], None] | None = None, **fields: object) -> Iterator[World]:
        """A world of its own, gone when the block ends; `prepare` may change it, `fields` are those of a world."""
        self._number += 1
        folder = self._folder / f"world-{self._number}"
        try:
            with self._world(folder, fields) as world:
                if prepare is not None:
                    prepare(world)
                world.counts.clear()
                yield world
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _world(self, folder: Path, fields: dict[str, object]) -> Iterator[World]:
        options = {"open_store": self._open_store, "frees_locks": self._frees_locks, **fields}
        if self._open_store is not local_store:
            with self._serving(folder), opened_world(folder, **options) as world:
                eventful(world)
                yield world
            return
        made = self._made or self._make()
        shutil.copytree(made.folder, folder)
        world = World(folder, clock=Clock(made.clock()), wanted=dict(made.wanted), **options)
        with contextlib.closing(world):
            yield world

    def _make(self) -> World:
        with opened_world(self._folder / "made") as world:
            eventful(world)
        self._made = world
        return world
