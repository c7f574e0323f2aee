"""Worlds whose states are kept in a store of any kind, each in a place of its own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.backend.stores import LASTING_LOCKS, STORES, serving
from tests.proof.eventful import Stage
from tests.proof.world import opened_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rcsplan.backend.protocol import StateStore
    from tests.proof.world import World

_PLACE = "kept"


def stage_on(kind: str, folder: Path) -> Stage:
    """A stage whose worlds keep their states in stores of this kind; files are there step by step of the disk."""
    if kind == "local":
        return Stage(folder)
    return Stage(
        folder,
        _opening(kind),
        frees_locks=kind not in LASTING_LOCKS,
        serving=lambda world: serving(kind, world / _PLACE),
    )


@contextlib.contextmanager
def opened_world_on(kind: str, folder: Path, **fields: object) -> Iterator[World]:
    """A world whose state was begun in a store of this kind."""
    options = {"open_store": _opening(kind), "frees_locks": kind not in LASTING_LOCKS, **fields}
    with serving(kind, folder / _PLACE), opened_world(folder, **options) as world:
        yield world


def _opening(kind: str) -> Callable[[World], StateStore]:
    return lambda world: STORES[kind](world.folder / _PLACE)
