"""A round of `run` in a line or two: what it came to, and what the next one waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.operations.run import Result
from rcsplan.operations.waits import WaitKind
from rcsplan.output.moments import count, moment, paused, span
from rcsplan.output.terminal import visible

if TYPE_CHECKING:
    from rcsplan.operations.run import Round
    from rcsplan.operations.waits import Wait
    from rcsplan.plan.model import Plan

_NAMED = 3

_SENTENCES = {
    Result.DONE: "Everything is as declared.",
    Result.BLOCKED: "Some sends are blocked.",
    Result.UNKNOWN: "An outcome is unknown.",
    Result.FAILED: "Something failed.",
    Result.REFUSED: "Nothing was applied.",
    Result.INVALID: "Nothing was planned: the manifests have errors.",
    Result.STALE: "The round was skipped: the checkout may be older than its upstream.",
    Result.LOCKED: "The state is locked by somebody else.",
    Result.UNAVAILABLE: "The provider or the state could not be reached.",
}


def format_round(done: Round, pause: timedelta) -> str:
    """What a round came to, when the next one is, and what for."""
    lines = [f"{_verdict(done)} Next look {_soon(pause)}."]
    lines += [f"  Waits for {visible(_waited(wait, done.zone))}." for wait in done.waits if wait.kind in _SPOKEN]
    return "\n".join(lines)


def situation(done: Round) -> str:
    """What a reader has to know once: two rounds with the same situation need not be told twice."""
    error = "" if done.error is None else f"{type(done.error).__name__} {done.error} {vars(done.error)}"
    waits = [(wait.kind, wait.until, wait.addresses) for wait in done.waits]
    return repr((done.result, error, waits, done.suspension))


def situation_of_plan(plan: Plan) -> str:
    """What a plan says that is worth to be read: a plan with the same need not be shown again."""
    blocked = [(action.address, action.reason) for action in plan.blocked]
    return repr((plan.checksum, blocked, [guard.code for guard in plan.guards]))


def _verdict(done: Round) -> str:
    if done.suspension is not None:
        return f"Suspended: {visible(paused(done.suspension, done.zone))}"
    return _SENTENCES[done.result]


_SPOKEN = frozenset({WaitKind.DUE, WaitKind.OUTCOME, WaitKind.PERSON, WaitKind.MANIFESTS, WaitKind.CHECKOUT})


def _waited(wait: Wait, zone: str) -> str:
    match wait.kind:
        case WaitKind.DUE if wait.until is not None:
            return f"the next deferred send, which opens {moment(wait.until, zone)}"
        case WaitKind.OUTCOME:
            return f"what became of {_named(wait.addresses)}"
        case WaitKind.MANIFESTS:
            return "manifests without errors"
        case WaitKind.CHECKOUT:
            return "a checkout that can follow its upstream"
        case _:
            return f"a person to look at {_named(wait.addresses)}" if wait.addresses else "a person to mend it"


def _named(addresses: tuple[str, ...]) -> str:
    named = ", ".join(addresses[:_NAMED])
    more = len(addresses) - _NAMED
    return f"{named} and {count(more, 'other')}" if more > 0 else named


def _soon(pause: timedelta) -> str:
    if pause < timedelta(minutes=1):
        return f"in {max(1, round(pause / timedelta(seconds=1)))} s"
    return span(pause)
