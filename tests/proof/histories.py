"""Histories of a project and its account, drawn at random; at each step the ledger is held against the two promises."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rcsplan.errors import RcsplanError, StateMissing
from rcsplan.plan.model import Reason
from rcsplan.sandbox.faults import FaultKind
from tests.proof.account import SharedAccount, starts_at
from tests.proof.campaigns import Campaign, identity_of
from tests.proof.faults import ENDPOINTS
from tests.proof.people import (
    WAITING,
    open_records,
    resolve_truthfully,
    stop_what_came_too_late,
    take_the_ways_out,
)
from tests.proof.world import BEGINNING

if TYPE_CHECKING:
    from tests.proof.world import Run

NAMES = ("a", "b", "c")
SENDERS = st.sampled_from(("Acme", "Acme", "Beta"))
LISTS = st.sampled_from(("VIP", "Newsletter UA"))
VERSIONS = st.integers(1, 3)
#: Starts from now: too soon to be stopped, soon, later, and beyond the horizon.
STARTS = st.sampled_from([timedelta(minutes=m) for m in (3, 9, 15, 60, 61, 600, 1440, 1441, 2880, 50000)])
SPANS = st.sampled_from([timedelta(minutes=m) for m in (1, 4, 10, 60, 600, 1440, 4320)])
#: How long a submission is held back: shorter than it is waited for, and longer.
DELAYS = st.sampled_from([timedelta(seconds=s) for s in (5, 80, 200, 3600, 90000)])

_FAULTS = [
    f"{endpoint}={kind}:{chance}@{seed}"
    for endpoint in ENDPOINTS.values()
    for kind in FaultKind
    if kind not in {FaultKind.SLOW, FaultKind.LIST_LAG}
    for chance in ("x1", "0.5")
    for seed in (1, 2)
]
_SLOW = [f"{ENDPOINTS[name]}=slow:{seconds}" for name in ("create", "stop", "campaign list") for seconds in (20, 61)]
_LAG = [f"{ENDPOINTS['create']}=list_lag:{seconds}" for seconds in (10, 50)]
FAULTS = st.one_of(st.just(()), st.lists(st.sampled_from([*_FAULTS, *_SLOW, *_LAG]), min_size=1, max_size=3).map(tuple))
STEPS = st.one_of(st.none(), st.none(), st.integers(1, 60))

#: What happens in the middle of an apply: another one, another one after the lock was broken, or a HOLD.
INTRUSIONS = st.sampled_from(("none", "none", "another apply", "a broken lock", "a hold"))

_LAST_DAY = BEGINNING + timedelta(days=24)
_ROUNDS_TO_SETTLE = 12


class Histories(RuleBasedStateMachine):
    """Everything that may happen to a project, its state and its account; nothing may be sent twice or forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.world = SharedAccount(self.folder)
        self.last: dict[str, Campaign] = {}
        self.names = {name: name for name in NAMES}
        self.kept = True

    @initialize()
    def begin(self) -> None:
        """The state begins."""
        self.world.init()

    # What the team does.

    @rule(name=st.sampled_from(NAMES), start=STARTS, version=VERSIONS, sender=SENDERS, contact_list=LISTS)
    def declare(self, name: str, start: timedelta, version: int, sender: str, contact_list: str) -> None:
        """A manifest is written, new or again, with everything new but its revision."""
        at = (self.world.clock() + start).replace(second=0, microsecond=0)
        known = self.last.get(self.names[name], Campaign(name, at))
        self._declare(replace(known, at=at, version=version, sender=sender, contact_list=contact_list))

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data(), version=VERSIONS)
    def edit_text(self, data: st.DataObject, version: int) -> None:
        """A text is edited."""
        self._declare(replace(self._any(data), version=version))

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data())
    def raise_revision(self, data: st.DataObject) -> None:
        """A revision rises."""
        known = self._any(data)
        self._declare(replace(known, revision=known.revision + 1))

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        """A manifest is taken away."""
        self.world.remove(self._any(data).name)

    @rule(data=st.data())
    @precondition(lambda self: self._gone())
    def bring_back(self, data: st.DataObject) -> None:
        """A manifest comes back as it was."""
        self._declare(data.draw(st.sampled_from(self._gone())))

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data())
    def rename(self, data: st.DataObject) -> None:
        """A manifest gets another name, and says all that it had: no apply may have seen the last of them."""
        known = self._any(data)
        self.world.remove(known.name)
        self.last.pop(known.name)
        name = self.names[known.origin] = f"{known.name}-too"
        former = ", ".join(filter(None, (known.moved_from, known.name)))
        self._declare(replace(known, name=name, moved_from=former, first_name=known.origin))

    # What rcsplan does.

    @rule()
    def apply(self) -> None:
        """An apply without any trouble."""
        run = self.world.apply()
        assert run.code in {0, 3, 4}, run
        self._notice_what_came_late()

    @rule(faults=FAULTS, dies_at=STEPS, intrusion=INTRUSIONS, intrudes_at=st.integers(1, 25))
    def apply_in_trouble(self, faults: tuple[str, ...], dies_at: int | None, intrusion: str, intrudes_at: int) -> None:
        """An apply while the provider fails, the process dies, others apply, or the project is put on hold."""
        world = self.world
        world.faults = faults
        world.fuse.arm(dies_at)
        intruder = Intruder(world, intrusion, intrudes_at)
        world.on_request.append(intruder)
        run = world.apply()
        world.on_request.remove(intruder)
        world.fuse.arm(None)
        world.faults, world.hold = (), ""
        assert run.crashed or run.code in {0, 1, 3, 4, 6}, run
        self._notice_what_came_late()

    @rule(delay=DELAYS)
    def apply_while_a_submission_is_held_back(self, delay: timedelta) -> None:
        """An apply whose first submission arrives later, or much later."""
        self.world.hold_back = delay
        self.world.apply()
        self.world.hold_back = None
        self._notice_what_came_late()

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data())
    def stop(self, data: st.DataObject) -> None:
        """`rcsplan stop`."""
        with contextlib.suppress(RcsplanError):
            self.world.stop(self._any(data).name)

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        """`rcsplan state resolve`, by a person who has looked."""
        resolve_truthfully(self.world, data.draw(st.sampled_from(self._open())))

    # What time does.

    @rule(span=SPANS)
    def wait(self, span: timedelta) -> None:
        """Time passes; whatever came late is noticed by the next apply of a CI system."""
        goal = min(self.world.clock() + span, max(_LAST_DAY, self.world.clock()))
        while self.world.clock() < goal:
            moments = [moment for moment, _ in self.world.clock.due if moment > self.world.clock()]
            self.world.clock.instant = min([goal, *moments])
            self._notice_what_came_late()

    # What other people do.

    @precondition(lambda self: self.world.wanted)
    @rule(sender=SENDERS, data=st.data())
    def others_submit(self, sender: str, data: st.DataObject) -> None:
        """Other people submit a campaign, perhaps in a minute of ours."""
        self.world.others_submit(sender, self._any(data).at)

    @precondition(lambda self: not self._open() and not self.world.on_their_way and self._waiting())
    @rule(data=st.data())
    def others_submit_in_the_same_second(self, data: st.DataObject) -> None:
        """Other people submit a campaign that looks exactly as one of ours."""
        entry = data.draw(st.sampled_from(self._waiting()))
        self.world.others_submit(entry["payload"]["sender"], starts_at(entry["payload"]))

    @precondition(lambda self: self._waiting())
    @rule(data=st.data())
    def others_stop(self, data: st.DataObject) -> None:
        """Somebody stops one of our campaigns in the panel."""
        self.world.others_stop(data.draw(st.sampled_from(self._waiting()))["id"])

    @precondition(lambda self: any(one.sender == "Beta" for one in self.world.wanted.values()))
    @rule(refuses=st.booleans())
    def moderate(self, *, refuses: bool) -> None:
        """Moderation becomes strict, or lenient."""
        self.world.moderate(refuses=refuses)

    # What becomes of the state.

    @precondition(lambda self: self.world.wanted)
    @rule()
    def back_up(self) -> None:
        """The state is copied."""
        self.world.copy_state("backup")

    @precondition(lambda self: (self.folder / "copies/backup").exists() and self._may_forget())
    @rule(with_journal=st.booleans())
    def restore(self, *, with_journal: bool) -> None:
        """An older copy of the state is put back, unless that is noticed at once, or is beyond what is promised."""
        self.world.copy_state("newest")
        self.world.restore_state("backup", with_journal=with_journal)
        self._go_on_or_undo()

    @precondition(lambda self: self._may_forget())
    @rule()
    def begin_anew(self) -> None:
        """The state is lost: nothing is applied until somebody begins a new one."""
        self.world.copy_state("newest")
        self.world.lose_state()
        assert isinstance(self.world.apply().error, StateMissing)
        self.world.init()
        self._go_on_or_undo()

    # What is held against the ledger.

    @invariant()
    def never_twice(self) -> None:
        """No send is accepted twice, and no address waits twice."""
        self._hold([], self.world.doubles())

    @invariant()
    def never_lost(self) -> None:
        """Every acceptance is in the state, or its address stands unknown."""
        self._hold([], self.world.lost())

    def teardown(self) -> None:
        """When all trouble is over and people told the truth, everything wanted is scheduled once."""
        try:
            if self.kept:
                self._settle()
        finally:
            self.world.close()
            shutil.rmtree(self.folder)

    def _hold(self, expected: object, actual: object) -> None:
        self.kept = False
        assert actual == expected, actual
        self.kept = True

    def _settle(self) -> None:
        world = self.world
        world.hold = ""
        world.moderate(refuses=False)
        while world.clock.due:
            self.wait(max(moment for moment, _ in world.clock.due) - world.clock() + timedelta(seconds=1))
        for entry in world.ledger():
            if entry["id"] in world.forgotten and entry["status"] in WAITING:
                world.others_stop(entry["id"])
        for _ in range(_ROUNDS_TO_SETTLE):
            run = world.apply()
            assert not world.doubles(), world.doubles()
            if not run.code:
                break
            assert run.plan is not None, run.error
            take_the_ways_out(world, run)
            world.wait(**_patience(run))
        assert not run.code, [(action.address, action.reason, action.detail) for action in run.plan.blocked]
        assert not open_records(world), open_records(world)
        assert not world.undone(), world.undone()

    def _declare(self, one: Campaign) -> None:
        known = self.last.get(one.name)
        if known is not None and self._is_bound(known):
            one = replace(one, at=known.at, sender=known.sender)
        self.world.declare(one)
        self.last[one.name] = one

    def _is_bound(self, known: Campaign) -> bool:
        """Whether a campaign that the state has forgotten is known by its sender and its minute alone."""
        return any(
            entry["id"] in self.world.forgotten
            and identity_of(entry).name == known.origin
            and (entry["status"] in WAITING or identity_of(entry).revision >= known.revision)
            for entry in self.world.reaching()
        )

    def _go_on_or_undo(self) -> None:
        """Go on with another state once the lists show all that was submitted, if what it forgot can be noticed."""
        self.wait(timedelta(minutes=2))
        try:
            self.world.note_forgotten()
        except RcsplanError:
            self.world.restore_state("newest", with_journal=True)
            self.world.note_forgotten()
        if not self._is_within_the_promise():
            self.world.restore_state("newest", with_journal=True)
            self.world.note_forgotten()

    def _is_within_the_promise(self) -> bool:
        """Whether what was forgotten still stands in the manifests as it was submitted, or not at all."""
        by_name = {one.origin: one for one in self.last.values()}
        return all(
            (starts_at(entry["payload"]).replace(second=0), entry["payload"]["sender"])
            == (by_name[identity_of(entry).name].at, by_name[identity_of(entry).name].sender)
            for entry in self.world.reaching()
            if entry["id"] in self.world.forgotten
        )

    def _notice_what_came_late(self) -> None:
        if not self.world.late:
            return
        held, self.world.hold = self.world.hold, ""
        self.world.apply()
        stop_what_came_too_late(self.world)
        self.world.hold = held
        self.world.late.clear()

    def _may_forget(self) -> bool:
        """Whether there is something to forget, and nothing on its way to an account whose state knows not of it."""
        return bool(self.world.reaching()) and not self.world.on_their_way

    def _any(self, data: st.DataObject) -> Campaign:
        return self.world.wanted[data.draw(st.sampled_from(sorted(self.world.wanted)))]

    def _gone(self) -> list[Campaign]:
        return [self.last[name] for name in sorted(self.last) if name not in self.world.wanted]

    def _open(self) -> list[str]:
        if self.world.on_their_way:
            return []
        return sorted({address for address, _ in open_records(self.world)})

    def _waiting(self) -> list[dict]:
        return [entry for entry in self.world.ledger() if entry["status"] == "scheduled"]


def _patience(run: Run) -> dict[str, int]:
    """For how long people wait before they apply again: what is being sent ends within its validity."""
    sending = any(action.reason is Reason.TOO_LATE for action in run.plan.blocked)
    return {"hours": 30} if sending else {"minutes": 3}


class Intruder:
    """Somebody who applies in the middle of another apply, or puts the project on hold, at one of its requests."""

    def __init__(self, world: SharedAccount, how: str, step: int) -> None:
        self._world = world
        self._how = how
        self._left = step

    def __call__(self, *_: str) -> None:
        """A request arrives at the provider."""
        self._left -= 1
        # What is on its way while another apply waits for it to be settled would come late.
        if self._left or self._how == "none":
            return
        if self._how == "a hold":
            self._world.hold = "the project has a HOLD file"
            return
        if self._how == "a broken lock":
            self._world.break_lock()
        self._world.apply(settle_timeout=0)
