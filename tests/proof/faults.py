"""Applies against a provider that fails in every way it can, and the count of what they led to."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

from rcsplan.sandbox.account import Account
from rcsplan.sandbox.faults import FaultKind, parse_fault
from rcsplan.sandbox.readings import Readings
from tests.proof.campaigns import Campaign
from tests.proof.people import take_the_ways_out
from tests.proof.tally import Tally
from tests.proof.world import BEGINNING, opened_world

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.proof.world import Run, World

    Opening = Callable[[Path], AbstractContextManager[World]]

#: Every endpoint that an apply uses.
ENDPOINTS = {
    "login": "POST /api/auth/login",
    "refresh": "POST /api/auth/refresh",
    "contact lists": "GET /api/groups",
    "campaign list": "GET /api/campaigns",
    "campaign": "GET /api/campaigns/*[0-9]",
    "campaign detail": "GET /api/campaigns/*/detail",
    "stop": "PATCH /api/campaigns/*/stop",
    "create": "POST /api/campaigns/rcs/send-groups",
}

#: How a fault strikes: once, three times, and for as long as it lasts. Slowness comes below and above the timeout of a
#: read and the deadline of a submission; lists lag no longer than the settle time allows.
STRIKES = {
    kind: {
        FaultKind.SLOW: ("slow:20", "slow:45", "slow:90"),
        FaultKind.LIST_LAG: ("list_lag:5", "list_lag:30", "list_lag:60"),
    }.get(kind, (f"{kind}:x1", f"{kind}:x3", f"{kind}"))
    for kind in FaultKind
}

#: What makes an apply use an endpoint that it does not use when all goes well.
_NEEDS = {
    # Tokens are short-lived here, and time passes.
    "refresh": ("GET *=slow:3",),
    # Without seconds of their own, lost submissions are recognised by their audience.
    "campaign detail": ("POST /api/campaigns/rcs/send-groups=drop_response:x3",),
}
_SECONDS_OFF = {"campaign detail"}

#: Where a lag of the list can be said to lie.
_LAGGING = {"campaign list", "create"}

_DAY = BEGINNING.replace(hour=10) + timedelta(days=2)
_SHARE_WITH_OWN_SECONDS = 0.7
_RUNS_UNDER_FAULTS = 3
_RUNS_AFTER = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What goes wrong: texts of faults; and whether submissions have seconds of their own to be told by."""

    faults: tuple[str, ...]
    own_seconds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What some troubles led to: counts, sends that are double or lost, and what stayed undone in the end."""

    counts: Counter[str]
    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)


def every_fault() -> Iterator[tuple[str, FaultKind]]:
    """Each endpoint with each kind of fault that can befall it."""
    pairs = product(ENDPOINTS, FaultKind)
    return (pair for pair in pairs if pair[1] is not FaultKind.LIST_LAG or pair[0] in _LAGGING)


def troubles_of(endpoint: str, kind: FaultKind) -> Iterator[Trouble]:
    """One kind of fault at one endpoint, in each way to strike."""
    for strike in STRIKES[kind]:
        faults = (*_NEEDS.get(endpoint, ()), f"{ENDPOINTS[endpoint]}={strike}")
        yield Trouble(faults=faults, own_seconds=endpoint not in _SECONDS_OFF)


def mixtures_of(seed: int, number: int) -> Iterator[Trouble]:
    """So many mixtures of two to four faults at any endpoints, each at some of the requests."""
    seeded = random.Random(seed)
    for _ in range(number):
        faults = tuple(_any_fault(seeded) for _ in range(seeded.randint(2, 4)))
        yield Trouble(faults=faults, own_seconds=seeded.random() < _SHARE_WITH_OWN_SECONDS)


def _any_fault(seeded: random.Random) -> str:
    endpoint, kind = seeded.choice(sorted(ENDPOINTS.values())), seeded.choice(list(FaultKind))
    if kind in {FaultKind.SLOW, FaultKind.LIST_LAG}:
        return f"{endpoint}={seeded.choice(STRIKES[kind])}"
    return f"{endpoint}={kind}:{seeded.choice((0.1, 0.3, 0.6))}@{seeded.getrandbits(32)}"


class Strikes:
    """Counts the faults that strike, from outside the simulator and by the rules that it states."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._matched: Counter[str] = Counter()
        self.count = 0

    def __call__(self, method: str, path: str) -> None:
        """A request arrived: count what it meets with."""
        for index, fault in enumerate(map(parse_fault, self._world.faults)):
            if not fault.matches(method, path):
                continue
            name = f"{index} {fault.text}"
            earlier = self._matched[name]
            self._matched[name] += fault.is_counted
            struck = not fault.is_counted or fault.strikes(earlier, seed=fault.text)
            self.count += struck
            if struck and fault.kind not in {FaultKind.SLOW, FaultKind.LIST_LAG}:
                return


def play_trouble(folder: Path, trouble: Trouble, opened: Opening = opened_world) -> Played:
    """Submit, then change, remove, rename and add while the provider fails, then apply until all is done."""
    with opened(folder) as world:
        if not trouble.own_seconds:
            without_own_seconds(world)
        world.simulator.seed(Account(readings=Readings(token_lifetime_seconds=20)))
        _declare_first(world)
        world.converge()
        strikes, played = Strikes(world), Played(counts=Counter())
        world.on_request.append(strikes)
        world.faults = trouble.faults
        _declare_then(world)
        for _ in range(_RUNS_UNDER_FAULTS):
            _judged_apply(world, played)
        world.faults = ()
        _judge_the_end(world, _settled(world, played), played)
        played.counts["faults"] = strikes.count
        return played


def play_troubles(folder: Path, troubles: Iterable[Trouble], opened: Opening = opened_world) -> Played:
    """Play each trouble in a new world, and return what all of them led to."""
    total = Played(counts=Counter())
    for number, trouble in enumerate(troubles):
        played = play_trouble(folder / f"{number}", trouble, opened)
        total.counts.update({**played.counts, "troubles": 1})
        for told, more in ((total.doubles, played.doubles), (total.lost, played.lost), (total.undone, played.undone)):
            told.extend(f"{trouble}: {what}" for what in more)
    return total


def every_trouble() -> Iterator[Trouble]:
    """Every single fault, in each way to strike."""
    return (trouble for pair in every_fault() for trouble in troubles_of(*pair))


def play_faults(folder: Path, troubles: Iterable[Trouble], opened: Opening = opened_world) -> Tally:
    """Play each trouble in a new world, as a part of the proof."""
    played = play_troubles(folder, troubles, opened)
    return Tally(
        histories=played.counts["troubles"],
        counts=played.counts,
        doubles=played.doubles,
        lost=played.lost,
        unsettled=played.undone,
    )


def without_own_seconds(world: World) -> None:
    """Let the project submit starts as they were declared."""
    settings = world.project / "rcsplan.yaml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("timezone:", "fingerprint_start_at: false, timezone:"), "utf-8")


def _declare_first(world: World) -> None:
    for hours, name in enumerate(("stays", "changes", "goes", "rises")):
        world.declare(Campaign(name, _DAY + timedelta(hours=hours)))


def _declare_then(world: World) -> None:
    world.declare(Campaign("changes", _DAY + timedelta(hours=1), version=2))
    world.declare(Campaign("rises", _DAY + timedelta(hours=3), revision=2))
    world.remove("goes")
    world.remove("stays")
    world.declare(Campaign("renamed", _DAY, moved_from="stays"))
    world.declare(Campaign("one", _DAY + timedelta(hours=4)), Campaign("two", _DAY + timedelta(hours=5)))


def _judged_apply(world: World, played: Played) -> Run:
    run = world.apply()
    played.counts["runs"] += 1
    played.doubles.extend(world.doubles())
    played.lost.extend(world.lost())
    world.wait(minutes=1)
    return run


def _settled(world: World, played: Played) -> Run:
    """Apply until nothing is left to do, taking the ways out of what stands blocked."""
    for _ in range(_RUNS_AFTER):
        run = _judged_apply(world, played)
        if not run.code:
            break
        if run.plan is not None:
            played.counts.update(f"blocked as {action.reason}" for action in run.plan.blocked)
            take_the_ways_out(world, run)
    return run


def _judge_the_end(world: World, last: Run, played: Played) -> None:
    if last.code:
        blocks = [f"{action.address}: {action.reason}" for action in last.plan.blocked] if last.plan else [last.error]
        played.undone.append(f"the last apply ended with {last.code}: {blocks}")
    played.undone.extend(world.differences())
