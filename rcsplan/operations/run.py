"""`run`: one round, which reads the project anew and applies what is due and not blocked, with nobody there to ask."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from rcsplan.apply.events import Happening
from rcsplan.apply.executor import OnError
from rcsplan.errors import (
    Blocked,
    ExitCode,
    InvalidContent,
    LockLost,
    NotSent,
    ProviderError,
    RcsplanError,
    Rejected,
    StateDamaged,
    StateError,
    StateLocked,
    StateMismatch,
    StateMissing,
    StateMoved,
    StateVersionUnsupported,
)
from rcsplan.operations.apply import apply
from rcsplan.operations.observe import clock_of
from rcsplan.operations.recover import recover
from rcsplan.operations.waits import Wait, WaitKind, waits_of_plan
from rcsplan.plan.steps import attempt_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rcsplan.apply.events import Event
    from rcsplan.operations.apply import Applied, ApplyOptions, Attendance
    from rcsplan.operations.target import Target
    from rcsplan.plan.model import Plan, Suspension
    from rcsplan.plan.steps import Attempt

#: What an outage of the store never looks like: these are there until somebody mends them.
_LASTING = (StateMissing, StateDamaged, StateMismatch, StateMoved, StateVersionUnsupported)


class StaleCheckout(RcsplanError):
    """The checkout is not known to be what its upstream is: what was removed there could still be submitted."""


class Result(StrEnum):
    """What a round came to."""

    DONE = "done"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    FAILED = "failed"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    INVALID = "invalid"
    STALE = "stale"
    LOCKED = "locked"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round saw and did; `plan` is None where it did not come to one, `passed_over` what it did not try again.

    `zone` is the account's, in which its moments are said.
    """

    result: Result
    exit_code: ExitCode
    environment: str = ""
    zone: str = "UTC"
    plan: Plan | None = None
    applied: Applied | None = None
    events: tuple[Event, ...] = ()
    passed_over: tuple[str, ...] = ()
    suspension: Suspension | None = None
    error: RcsplanError | OSError | None = None
    waits: tuple[Wait, ...] = ()

    @property
    def counts(self) -> Counter[Happening]:
        """How many things happened, also where an error ended the round."""
        if self.applied is not None:
            return self.applied.counts
        return Counter(event.happening for event in self.events if event.is_final)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The addresses whose outcome is not known."""
        return tuple(sorted(self.applied.unknown)) if self.applied is not None else ()

    @property
    def refused(self) -> frozenset[Attempt]:
        """The submissions that the provider refused in this round: the same ones it would refuse again."""
        # The event of a stop names the campaign; that of a submission that was refused has none to name.
        addresses = {
            event.address
            for event in self.events
            if isinstance(event.error, Rejected) and event.happening is Happening.FAILED and event.remote_id is None
        }
        actions = self.plan.actions if self.plan is not None else ()
        attempts = (attempt_of(action) for action in actions if action.address in addresses)
        return frozenset(attempt for attempt in attempts if attempt is not None)

    @property
    def provider_errors(self) -> int:
        """How often the provider could not be asked, or did not do what it was asked for."""
        errors = [self.error, *(event.error for event in self.events)]
        return sum(isinstance(error, ProviderError) for error in errors)

    @property
    def is_outage(self) -> bool:
        """Whether provider or store could not be reached, so that it is worth to look again soon."""
        failed = (event.error for event in self.events if event.happening is Happening.FAILED)
        return self.result is Result.UNAVAILABLE or any(isinstance(error, NotSent) for error in failed)


@dataclass(slots=True)
class _Witness:
    """Keeps what an apply showed and told, for the rounds that an error ends."""

    plan: Plan | None = None
    events: list[Event] = field(default_factory=list)

    def beside(self, attendance: Attendance) -> Attendance:
        """The attendance, with a witness at its side."""

        def show(plan: Plan) -> None:
            self.plan = plan
            attendance.show(plan)

        def listen(event: Event) -> None:
            self.events.append(event)
            attendance.listen(event)

        return replace(attendance, show=show, listen=listen)


def reconcile(
    open_target: Callable[[], Target],
    options: ApplyOptions,
    attend: Callable[[Target], Attendance],
    *,
    refused: frozenset[Attempt] = frozenset(),
) -> Round:
    """Open the project anew, and apply what is due and not blocked; whatever the user can mend ends in the result.

    `refused` are submissions that are not tried again.
    """
    witness = _Witness()
    target: Target | None = None
    try:
        target = open_target()
        suspension, now = _suspension(target)
        if suspension is not None:
            return _suspended(target, suspension, now)
        if target.recovery.is_there:
            # An outage of the store in the middle of a round leaves outcomes here; what contradicts them waits.
            recover(target)
        options = replace(options, skip_blocked=True, on_error=OnError.CONTINUE, passing_over=refused)
        applied = apply(target, options, witness.beside(attend(target)))
    except (RcsplanError, OSError) as error:
        return _ended(error, target, witness)
    return _carried_out(applied, target, witness, refused=refused)


def _suspension(target: Target) -> tuple[Suspension | None, datetime]:
    """The pause that holds, and by which clock: only where it has an end is the account's clock asked for."""
    rules, now = target.rules, target.runtime.now()
    if any(pause.until is not None for pause in rules.suspensions):
        with target.provider.reader() as client:
            client.newest_campaign_id()
            now = clock_of(client, target)()
    return rules.suspension_at(now), now


def _suspended(target: Target, suspension: Suspension, now: datetime) -> Round:
    after = suspension.until - now if suspension.until is not None else None
    wait = Wait(kind=WaitKind.SUSPENSION, until=suspension.until, after=after)
    return Round(
        result=Result.SUSPENDED,
        exit_code=ExitCode.OK,
        environment=target.environment.name,
        zone=target.zone.key,
        suspension=suspension,
        waits=(wait,),
    )


def _ended(error: RcsplanError | OSError, target: Target | None, witness: _Witness) -> Round:
    match error:
        case StateLocked():
            result, kind = Result.LOCKED, WaitKind.LOCK
        case InvalidContent():
            result, kind = Result.INVALID, WaitKind.MANIFESTS
        case Blocked():
            result, kind = Result.REFUSED, WaitKind.PERSON
        case StaleCheckout():
            result, kind = Result.STALE, WaitKind.CHECKOUT
        case ProviderError() | LockLost() | OSError():
            result, kind = Result.UNAVAILABLE, WaitKind.OUTAGE
        case StateError() if not isinstance(error, _LASTING):
            result, kind = Result.UNAVAILABLE, WaitKind.OUTAGE
        case _:
            result, kind = Result.FAILED, WaitKind.PERSON
    return Round(
        result=result,
        exit_code=error.exit_code if isinstance(error, RcsplanError) else ExitCode.ERROR,
        environment=target.environment.name if target is not None else "",
        zone=target.zone.key if target is not None else "UTC",
        plan=witness.plan,
        events=tuple(witness.events),
        error=error,
        waits=(Wait(kind=kind),),
    )


def _carried_out(applied: Applied, target: Target, witness: _Witness, *, refused: frozenset[Attempt]) -> Round:
    passed_over = tuple(action.address for action in applied.plan.actions if attempt_of(action) in refused)
    code = applied.exit_code
    if code is ExitCode.OK and passed_over:
        code = ExitCode.BLOCKED
    results = {ExitCode.OK: Result.DONE, ExitCode.UNKNOWN: Result.UNKNOWN, ExitCode.BLOCKED: Result.BLOCKED}
    provider = target.environment.provider
    return Round(
        result=results.get(code, Result.FAILED),
        exit_code=code,
        environment=target.environment.name,
        zone=target.zone.key,
        plan=applied.plan,
        applied=applied,
        events=tuple(witness.events),
        passed_over=passed_over,
        waits=waits_of_plan(
            applied.plan,
            unknown=tuple(sorted(applied.unknown)),
            passed_over=passed_over,
            conclusive=target.in_flight + provider.intent_ttl,
        ),
    )
