"""The two promises: of one (address, revision) at most one live acceptance exists, and none is ever forgotten.

Histories of edits, faults, crashes, lost locks and clock moves are drawn at random; whoever counts is the simulator.
"""

import contextlib
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.apply.executor import OnError
from rcsplan.backend.local import LocalStore
from rcsplan.errors import StateError
from rcsplan.sandbox.store import SandboxStore
from rcsplan.state.phase import Phase, phase_of
from tests.apply.rig import SEND, STOP, Clock, Crash, Rig
from tests.builders import make_scheduled, make_send

ADDRESSES = ("autumn", "spring", "winter")
FAULTS = [
    f"{endpoint}={kind}:{chance}@{seed}"
    for endpoint in (SEND, STOP)
    for kind in ("refuse", "drop_request", "drop_response", "error_before", "error_after", "truncate", "too_many")
    for chance in ("x1", "0.5")
    for seed in ("a", "b")
]


@dataclass(frozen=True)
class Round:
    """One apply: what is declared for each address, and what goes wrong."""

    declared: tuple
    faults: tuple
    crash: tuple
    minutes: int
    lock_breaks_after: int

    def sends(self):
        for name, wish in zip(ADDRESSES, self.declared, strict=True):
            if wish is not None:
                revision, variant = wish
                schedule = make_scheduled(f"2026-12-0{1 + variant} 10:00:37")
                yield make_send(name, text=f"{name}/{revision}/{variant}", revision=revision, schedule=schedule)


def wishes():
    return st.one_of(st.none(), st.tuples(st.integers(1, 2), st.integers(0, 2)))


def rounds():
    return st.builds(
        Round,
        declared=st.tuples(*(wishes() for _ in ADDRESSES)),
        faults=st.lists(st.sampled_from(FAULTS), max_size=2).map(tuple),
        crash=st.tuples(st.sampled_from(["arrival", "answer", "never", "never", "never"]), st.integers(1, 3)),
        minutes=st.sampled_from([1, 1, 1, 60, 60 * 24 * 8]),
        lock_breaks_after=st.sampled_from([99, 99, 99, 1, 2, 3]),
    )


def after(number, happen):
    """A reaction that happens at the call of this number and at every later one."""
    calls = Counter()

    def react(*_):
        calls["so far"] += 1
        if calls["so far"] >= number:
            happen()

    return react


def crash():
    raise Crash


def live_acceptances(rig):
    """How many campaigns that may still reach people, or did, the provider holds of each address and revision."""
    return Counter(
        entry["payload"]["options"]["text"].rpartition("/")[0]
        for entry in rig.ledger()
        if entry["status"] != "stopped" or entry["sent"]
    )


def forgotten(rig):
    """Acceptances of which the state knows neither the id nor an open intent of their address."""
    state = rig.state()
    known = state.sends.claimed_ids() if state else frozenset()
    unknown = {
        address
        for address in ADDRESSES
        for record in (state.records_of(address).revisions.values() if state else ())
        if phase_of(record) is Phase.UNKNOWN
    }
    return [
        entry["id"]
        for entry in rig.ledger()
        if entry["id"] not in known and entry["payload"]["options"]["text"].split("/")[0] not in unknown
    ]


def play(rig, one):
    rig.break_with(*one.faults)
    when, number = one.crash
    rig.on_arrival = [after(number, crash)] if when == "arrival" else []
    rig.on_answer = [after(number, crash)] if when == "answer" else []
    breaking = after(one.lock_breaks_after, rig.store.unlock)
    with contextlib.suppress(Crash, StateError):
        rig.apply(*one.sends(), meddle=breaking)
    rig.clock.tick(60 * one.minutes)


@contextlib.contextmanager
def new_rig():
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        sandbox = SandboxStore(Path(folder) / "sandbox.db", real_clock=clock)
        store = LocalStore(Path(folder) / "state.json")
        try:
            yield Rig(sandbox=sandbox, store=store, clock=clock, on_error=OnError.CONTINUE)
        finally:
            sandbox.close()


def prove(history):
    with new_rig() as rig:
        counts = []
        for one in history:
            play(rig, one)
            counts.append((max(live_acceptances(rig).values(), default=0), forgotten(rig)))
        assert all(most <= 1 and not lost for most, lost in counts), counts


@given(st.lists(rounds(), min_size=1, max_size=5))
def test_nothing_is_sent_twice_and_nothing_is_lost(history):
    prove(history)


@pytest.mark.full
@given(st.lists(rounds(), min_size=3, max_size=12))
def test_nothing_is_sent_twice_and_nothing_is_lost_in_long_histories(history):
    prove(history)
