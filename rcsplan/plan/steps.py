"""Steps: what a plan does, in the order in which it is done; apply and explanations both read these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from rcsplan.plan.model import ActionKind
from rcsplan.state.model import StopCause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rcsplan.plan.model import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """The records of `former` belong to `address` from now on; nothing changes at the provider."""

    address: str
    former: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The record of an ended campaign leaves the daily view; nothing changes at the provider."""

    address: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCampaign:
    """A scheduled campaign is stopped, confirmed, and checked to have sent nothing.

    `successor_start_at` is the start of the version that is submitted after it, None where none or an instant one is.
    """

    address: str
    revision: int
    remote_id: int
    cause: StopCause
    start_at: datetime | None
    successor_start_at: datetime | None
    archives: bool
    despite_margin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """A campaign is submitted; `after_stop` says that the earlier one of its address must be stopped first."""

    action: Action
    after_stop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A submission of one version: what a provider refused once it refuses again."""

    address: str
    revision: int
    digest: str | None


def attempt_of(action: Action) -> Attempt | None:
    """The submission that an action makes; None where it makes none."""
    if action.action not in {ActionKind.SUBMIT, ActionKind.RESUBMIT, ActionKind.REPLACE}:
        return None
    return Attempt(address=action.address, revision=action.revision, digest=action.digest)


Step = Rename | Archive | StopCampaign | Submit


def steps_of(actions: Iterable[Action]) -> tuple[Step, ...]:
    """The steps of a plan's actions: what concerns the state alone, then all stops, then submissions by start."""
    steps = [step for action in actions for step in _steps(action)]
    order = (Rename, Archive, StopCampaign, Submit)
    return tuple(sorted(steps, key=lambda step: order.index(type(step))))


def _steps(action: Action) -> Iterator[Step]:
    if action.moved_from is not None:
        yield Rename(address=action.address, former=action.moved_from)
    match action.action:
        case ActionKind.SUBMIT | ActionKind.RESUBMIT:
            yield Submit(action=action, after_stop=False)
        case ActionKind.REPLACE:
            yield _stop(action, StopCause.REPLACE)
            yield Submit(action=action, after_stop=True)
        case ActionKind.STOP:
            yield _stop(action, StopCause.REMOVE if action.archives else StopCause.REPLACE)
        case ActionKind.ARCHIVE:
            yield Archive(address=action.address, revision=action.revision)
        case ActionKind.ADOPT | ActionKind.DEFER | ActionKind.NONE | ActionKind.BLOCKED:
            return
        case kind:
            assert_never(kind)


def _stop(action: Action, cause: StopCause) -> StopCampaign:
    prior = action.prior
    if prior is None or prior.remote_id is None:
        raise ValueError(f"{action.address} is to be stopped, but no campaign of it is known")
    return StopCampaign(
        address=action.address,
        revision=prior.revision,
        remote_id=prior.remote_id,
        cause=cause,
        start_at=prior.start_at,
        successor_start_at=action.start_at if action.action is ActionKind.REPLACE else None,
        archives=action.archives,
        despite_margin=action.despite_margin,
    )
