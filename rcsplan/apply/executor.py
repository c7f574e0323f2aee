"""The executor: carries out the steps of a plan, stops before submissions, with bounded parallelism."""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from rcsplan.apply.events import Event, Happening
from rcsplan.errors import ConfigurationError, ProviderError, StateError
from rcsplan.plan.model import ActionKind
from rcsplan.plan.steps import Archive, Rename, StopCampaign, Submit
from rcsplan.state.model import PutRecord, RenameSend
from rcsplan.state.phase import Phase, phase_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rcsplan.apply.events import Listener
    from rcsplan.apply.gate import Gate
    from rcsplan.apply.recorder import Recorder
    from rcsplan.apply.stopping import Stopper
    from rcsplan.apply.submission import Submitter
    from rcsplan.bsg.client import SendClient
    from rcsplan.plan.steps import Step
    from rcsplan.state.model import Change, Record
    from rcsplan.state.sends import State


#: A sender and a start on the wire: by these two alone a lost submission is recognised.
_Start = tuple[str, str]
_AT_ONCE = "now"


class OnError(StrEnum):
    """What a refusal means for the sends that have not started."""

    STOP = "stop"
    CONTINUE = "continue"


@dataclass(slots=True, kw_only=True)
class Executor:
    """Carries out steps. Every step ends in one final event; a store that fails ends the run with its error."""

    client: SendClient
    recorder: Recorder
    gate: Gate
    stopper: Stopper
    submitter: Submitter
    state: State
    listener: Listener
    echo_is_proven: bool
    on_error: OnError = OnError.STOP
    _events: list[Event] = field(default_factory=list)
    _events_lock: threading.Lock = field(default_factory=threading.Lock)
    _not_stopped: set[str] = field(default_factory=set)
    _unknown: dict[_Start, str] = field(default_factory=dict)
    _scheduled: set[str] = field(default_factory=set)

    def run(self, steps: Iterable[Step]) -> tuple[Event, ...]:
        """Carry out all steps and return their final events, in the order in which they ended.

        Raises:
            StateError: the state could not be written, or the lock was lost; what is in flight was waited for.
        """
        steps = tuple(steps)
        self._change_state_alone(steps)
        self._in_parallel([partial(self._stop, step) for step in steps if isinstance(step, StopCampaign)])
        now = self.gate.now()
        submits = sorted(
            (step for step in steps if isinstance(step, Submit)),
            key=lambda step: (step.action.start_at or now, step.action.address),
        )
        if submits:
            baseline_id = self._baseline()
            self._unknown = dict(_unknown_starts(self.state))
            self._scheduled = {step.action.address for step in submits if step.action.start_at is not None}
            for chains in self._in_waves(submits):
                self._in_parallel([partial(self._submit_in_turn, chain, baseline_id) for chain in chains])
        return tuple(self._events)

    def _in_waves(self, submits: list[Submit]) -> Iterator[list[list[Submit]]]:
        """Submissions that go alone, one after the other, then all others together.

        Alone go what is submitted a second time, and the first scheduled one of a state, whose echo shows whether the
        provider reads times as we do; where it got no answer, the next.
        """
        rest = []
        for step in submits:
            scheduled = step.action.start_at is not None
            if step.action.action is ActionKind.RESUBMIT or (scheduled and not self._echo_is_proven_by_now()):
                yield [[step]]
            else:
                rest.append(step)
        yield _apart(rest)

    def _echo_is_proven_by_now(self) -> bool:
        """Whether an echo of this run or of an earlier one was as it must be; any other has closed the gate."""
        return self.echo_is_proven or any(
            event.happening is Happening.SUBMITTED and event.address in self._scheduled for event in self._events
        )

    def _change_state_alone(self, steps: Iterable[Step]) -> None:
        changes: list[Change] = []
        events = []
        for step in steps:
            match step:
                case Rename(address=address, former=former):
                    changes.append(RenameSend(address=address, former=former))
                    events.append(Event(address=address, revision=None, happening=Happening.RENAMED, detail=former))
                case Archive(address=address, revision=revision):
                    record = self._record(address, revision)
                    if record is not None:
                        archived = record.model_copy(update={"archived_at": self.gate.now()})
                        changes.append(PutRecord(address=address, record=archived))
                    events.append(Event(address=address, revision=revision, happening=Happening.ARCHIVED))
                case _:
                    continue
        if changes:
            self.recorder.record(*changes)
        for event in events:
            self._end(event)

    def _baseline(self) -> int:
        """The account's newest campaign before the first submission: whatever arrives of ours has a higher id.

        Where it cannot be asked for, the gate is closed: every submission then ends as not started.
        """
        try:
            return self.client.newest_campaign_id()
        except (ProviderError, ConfigurationError) as error:
            self.gate.close("the provider could not be asked for its newest campaign")
            self._end(Event(address="", revision=None, happening=Happening.FAILED, detail=error.summary, error=error))
            return 0

    def _in_parallel(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Run the jobs, wait for all of them, and only then raise the first error of any."""
        with ThreadPoolExecutor(self.gate.limits.parallelism, thread_name_prefix="apply") as pool:
            futures = [pool.submit(self._closing_on_error, job) for job in jobs]
        for future in futures:
            future.result()

    def _closing_on_error(self, job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            self.gate.close(f"an error ended the run: {error}")
            raise

    def _stop(self, step: StopCampaign) -> None:
        record = self._record(step.address, step.revision)
        if record is None:
            raise StateError(f"{step.address} revision {step.revision} is to be stopped, but the state has no record")
        event = self.stopper.stop(step, record)
        if event.happening is not Happening.STOPPED:
            self._not_stopped.add(step.address)
        self._end(event)

    def _submit_in_turn(self, steps: Iterable[Submit], baseline_id: int) -> None:
        """Submit one after the other; after an unknown outcome the rest waits, or the two could not be told apart."""
        for step in steps:
            event = self._submit(step, baseline_id)
            if event.happening is Happening.UNKNOWN:
                self._unknown[_start_of(step)] = event.address
            self._end(event)

    def _submit(self, step: Submit, baseline_id: int) -> Event:
        action = step.action
        unknown = self._unknown.get(_start_of(step))
        detail = ""
        if step.after_stop and action.address in self._not_stopped:
            detail = "its earlier version was not stopped"
        elif unknown is not None:
            detail = f"{unknown}, with the same sender and start, has an unknown outcome"
        if detail:
            return Event(
                address=action.address, revision=action.revision, happening=Happening.NOT_STARTED, detail=detail
            )
        prior = self.state.records_of(action.address).newest
        return self.submitter.submit(action, prior=prior, baseline_id=baseline_id)

    def _end(self, event: Event) -> None:
        with self._events_lock:
            self._events.append(event)
        if event.happening is Happening.SHIFTED:
            self.gate.close(f"{event.address} was shown with another start than was sent")
        if event.happening is Happening.FAILED and self.on_error is OnError.STOP:
            self.gate.close(f"{event.address} failed, and --on-error is stop")
        self.listener(event)

    def _record(self, address: str, revision: int) -> Record | None:
        return self.state.records_of(address).revisions.get(revision)


def _apart(submits: Iterable[Submit]) -> list[list[Submit]]:
    """Chains of submissions with the same sender and start, which an unknown outcome could not tell apart."""
    chains: defaultdict[_Start, list[Submit]] = defaultdict(list)
    for step in submits:
        chains[_start_of(step)].append(step)
    return list(chains.values())


def _start_of(step: Submit) -> _Start:
    return step.action.sender, step.action.wire_start_at or _AT_ONCE


def _unknown_starts(state: State) -> Iterator[tuple[_Start, str]]:
    """The starts of scheduled submissions of earlier runs whose outcome is still unknown, with their addresses."""
    for address, entry in state.sends.current():
        for record in entry.revisions.values():
            if record.wire_start_at is not None and phase_of(record) is Phase.UNKNOWN:
                yield (record.sender, record.wire_start_at), address
