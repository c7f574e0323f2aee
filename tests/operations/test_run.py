"""`run`: rounds that apply what is due and not blocked, and a loop that outlives what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from rcsplan.backend.local import LocalStore
from rcsplan.errors import ConfigurationError, ExitCode, StateUnwritable
from rcsplan.operations.apply import ApplyOptions, Attendance
from rcsplan.operations.hold import hold_of
from rcsplan.operations.run import Result, StaleCheckout, reconcile
from rcsplan.operations.schedule import Loop
from rcsplan.operations.waits import WaitKind
from tests.backend.stores import make_info
from tests.builders import NEWSLETTER
from tests.manifest.projects import make_project
from tests.operations.shop import SEND


@dataclass
class Watcher:
    """Rounds on a shop, and a loop of so many of them."""

    shop: object
    opened: list = field(default_factory=list)
    rounds: list = field(default_factory=list)
    pauses: list = field(default_factory=list)
    suspend: dict | None = None

    def open(self):
        target = self.shop.target
        if self.suspend is not None:
            project = make_project(
                self.shop.folder, provider=self.shop.settings, policy=self.shop.policy, suspend=self.suspend
            )
            target = replace(target, environment=project.environment(None))
        for change in self.opened:
            target = change(target)
        return target

    def attend(self, target):
        return Attendance(
            show=lambda _: None,
            confirm=lambda _: True,
            listen=lambda _: None,
            hold=lambda: hold_of(target.environment),
        )

    def round(self, *, refused=frozenset(), settle=0.0):
        done = reconcile(self.open, ApplyOptions(settle_timeout=settle), self.attend, refused=refused)
        self.rounds.append(done)
        return done

    def loop(self, rounds, *, every=timedelta(minutes=5), between=lambda _: None):
        """A loop of so many rounds; between two of them something may happen."""

        def sleep(seconds):
            self.pauses.append(seconds)
            self.shop.clock.tick(seconds)
            between(len(self.pauses))

        Loop(
            every=every,
            reconcile=lambda refused: self.round(refused=refused),
            sleep=sleep,
            jitter=lambda: 1.0,
            is_leaving=lambda: len(self.pauses) == rounds,
            tell=lambda *_: None,
        ).run()
        return [done.result for done in self.rounds]


@pytest.fixture
def watcher(shop):
    """Rounds on a project without manifests."""
    return Watcher(shop)


def posts(shop):
    return [path for method, path in shop.provider.arrivals if method == "POST"]


def test_a_round_submits_what_is_due(watcher):
    watcher.shop.declare("spring")
    done = watcher.round()
    assert (done.result, done.exit_code, done.counts["submitted"]) == (Result.DONE, ExitCode.OK, 1)


def test_a_round_passes_over_what_is_blocked_and_says_so(watcher):
    watcher.shop.declare("spring")
    watcher.shop.declare("late", at="2026-11-01 10:00")
    done = watcher.round()
    assert (done.result, done.exit_code, done.counts["submitted"]) == (Result.BLOCKED, ExitCode.BLOCKED, 1)
    assert [(wait.kind, wait.addresses) for wait in done.waits] == [(WaitKind.PERSON, ("late",))]


def test_each_round_reads_the_project_anew(watcher):
    watcher.shop.declare("spring")

    def merge(_):
        watcher.shop.declare("summer", at="2026-12-03 10:00")

    assert watcher.loop(2, between=merge) == [Result.DONE, Result.DONE]
    assert len(watcher.shop.ledger()) == 2


def test_what_vanished_is_stopped(watcher):
    for name, day in (("spring", 1), ("summer", 3)):
        watcher.shop.declare(name, at=f"2026-12-{day:02} 10:00")
    watcher.loop(2, between=lambda number: watcher.shop.remove("summer") if number == 1 else None)
    assert watcher.shop.statuses() == ["scheduled", "stopped"]


def test_an_empty_checkout_stops_nothing(watcher):
    names = [f"send-{number}" for number in range(5)]
    for number, name in enumerate(names, start=1):
        watcher.shop.declare(name, at=f"2026-12-0{number} 10:00")

    def empty(number):
        for name in names if number == 1 else ():
            watcher.shop.remove(name)

    assert watcher.loop(3, between=empty) == [Result.DONE, Result.REFUSED, Result.REFUSED]
    assert watcher.shop.statuses() == ["scheduled"] * 5
    assert watcher.rounds[-1].plan.guards[0].code == "mass_stop"


def test_manifests_with_errors_plan_nothing_and_do_not_end_the_loop(watcher):
    watcher.shop.declare("spring")
    manifest = watcher.shop.folder / "broken.yaml"
    manifest.write_text("apiVersion: rcsplan/v1\nkind: Campaign\n")
    results = watcher.loop(2, between=lambda number: manifest.unlink() if number == 1 else None)
    assert (results, len(watcher.shop.ledger())) == ([Result.INVALID, Result.DONE], 1)
    assert watcher.rounds[0].exit_code == ExitCode.ERROR


def test_a_project_that_cannot_be_opened_does_not_end_the_loop(watcher):
    def without_key(target):
        raise ConfigurationError("The provider's API key is missing")

    watcher.opened.append(without_key)
    assert watcher.loop(2, between=lambda _: watcher.opened.clear()) == [Result.FAILED, Result.DONE]


def test_a_checkout_that_may_be_old_submits_nothing(watcher):
    watcher.shop.declare("spring")

    def diverged(target):
        raise StaleCheckout("The checkout has commits that its upstream has not")

    watcher.opened.append(diverged)
    done = watcher.round()
    assert (done.result, done.exit_code, watcher.shop.ledger()) == (Result.STALE, ExitCode.ERROR, [])


def refuse(shop):
    """The account has no sender of the manifest's name, which the provider complains of."""
    shop.seed(lists=[{"id": NEWSLETTER.id, "name": NEWSLETTER.name, "contacts": NEWSLETTER.contacts}], agents=["Other"])


def test_what_was_refused_is_not_submitted_again(watcher):
    refuse(watcher.shop)
    watcher.shop.declare("spring")
    results = watcher.loop(3)
    assert (results, len(posts(watcher.shop))) == ([Result.FAILED, Result.BLOCKED, Result.BLOCKED], 1)
    assert watcher.rounds[-1].passed_over == ("spring",)


def test_what_was_refused_is_submitted_again_once_it_says_something_else(watcher):
    refuse(watcher.shop)
    watcher.shop.declare("spring")

    def mend(number):
        if number == 2:
            watcher.shop.declare("spring", sender="Other")

    results = watcher.loop(4, between=mend)
    assert results == [Result.FAILED, Result.BLOCKED, Result.DONE, Result.DONE]
    assert len(posts(watcher.shop)) == 2


def test_a_refusal_holds_up_no_other_send(watcher):
    refuse(watcher.shop)
    watcher.shop.declare("autumn")
    watcher.shop.declare("spring", at="2026-12-03 10:00", sender="Other")
    done = watcher.round()
    assert (done.counts["failed"], done.counts["submitted"]) == (1, 1)


def test_a_process_that_begins_anew_asks_again(watcher):
    refuse(watcher.shop)
    watcher.shop.declare("spring")
    watcher.loop(1)
    watcher.round()
    assert len(posts(watcher.shop)) == 2


def test_an_outage_of_the_provider_is_outlived(watcher):
    watcher.shop.declare("spring")
    watcher.shop.break_with("refuse")
    results = watcher.loop(3, between=lambda number: watcher.shop.break_with() if number == 2 else None)
    assert results == [Result.UNAVAILABLE, Result.UNAVAILABLE, Result.DONE]
    assert (watcher.pauses[:2], len(watcher.shop.ledger())) == ([5.0, 10.0], 1)


def test_a_submission_that_never_left_is_tried_again_soon(watcher):
    watcher.shop.declare("spring")
    watcher.shop.break_with(f"{SEND}=refuse")
    results = watcher.loop(2, between=lambda _: watcher.shop.break_with())
    assert (results, watcher.pauses[0], len(watcher.shop.ledger())) == ([Result.FAILED, Result.DONE], 5.0, 1)


def test_a_lost_answer_is_settled_by_a_later_round_and_nothing_twice(watcher):
    watcher.shop.declare("spring")
    watcher.shop.break_with(f"{SEND}=drop_response:x1")
    results = watcher.loop(3)
    assert (results[-1], len(watcher.shop.ledger())) == (Result.DONE, 1)


class Unwritable:
    """A session whose store stops confirming once a submission is accepted."""

    def __init__(self, session, shop):
        self._session, self._shop = session, shop

    def __getattr__(self, name):
        return getattr(self._session, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return self._session.__exit__(*error)

    def record(self, changes):
        if self._shop.ledger():
            raise StateUnwritable("The store does not answer")
        self._session.record(changes)


@dataclass
class Leaky:
    """A store whose sessions are such."""

    store: LocalStore
    shop: object

    def __getattr__(self, name):
        return getattr(self.store, name)

    def lock(self, info, *, timeout):
        return Unwritable(self.store.lock(info, timeout=timeout), self.shop)


def test_what_an_outage_of_the_store_left_unrecorded_is_recorded_when_it_is_back(watcher):
    watcher.shop.declare("spring")
    watcher.opened.append(lambda target: replace(target, store=Leaky(target.store, watcher.shop)))
    results = watcher.loop(2, between=lambda _: watcher.opened.clear())
    assert results == [Result.UNAVAILABLE, Result.DONE]
    assert (watcher.shop.record().remote_id, len(watcher.shop.ledger())) == (watcher.shop.ledger()[0]["id"], 1)
    assert not watcher.shop.target.recovery.is_there


def test_a_locked_state_is_waited_for(watcher):
    watcher.shop.declare("spring")
    store = LocalStore(watcher.shop.folder / "state.json")
    watcher.shop.folder.mkdir(exist_ok=True)
    other = store.lock(make_info(), timeout=0)
    results = watcher.loop(2, between=lambda number: other.release() if number == 1 else None)
    assert (results, watcher.pauses[0]) == ([Result.LOCKED, Result.DONE], 15.0)
    assert watcher.rounds[0].exit_code == ExitCode.LOCKED


def test_a_hold_is_waited_out(watcher):
    watcher.shop.declare("spring")
    hold = watcher.shop.folder / "HOLD"
    hold.write_text("black Friday")
    results = watcher.loop(2, between=lambda number: hold.unlink() if number == 1 else None)
    assert (results, len(watcher.shop.ledger())) == ([Result.REFUSED, Result.DONE], 1)


def test_a_suspended_project_is_left_alone(watcher):
    watcher.shop.declare("spring")
    watcher.suspend = {"reason": "Stock-taking"}
    done = watcher.round()
    assert (done.result, done.exit_code, done.suspension.reason) == (Result.SUSPENDED, ExitCode.OK, "Stock-taking")
    assert watcher.shop.provider.arrivals == []


def test_a_suspension_ends_by_itself(watcher):
    watcher.shop.declare("spring")
    end = watcher.shop.clock() + timedelta(minutes=7)
    watcher.suspend = {"reason": "Stock-taking", "until": end.isoformat()}
    results = watcher.loop(3)
    assert (results, watcher.pauses[0]) == ([Result.SUSPENDED, Result.SUSPENDED, Result.DONE], 300.0)


def test_the_loop_wakes_when_a_deferred_send_opens(watcher):
    watcher.shop.declare("far", at="2026-12-24 10:00")
    opens = watcher.round().plan.next_due
    watcher.shop.clock.instant = opens - timedelta(seconds=90)
    watcher.rounds.clear()
    watcher.loop(2)
    assert (watcher.pauses[0] < 92, watcher.rounds[1].counts["submitted"]) == (True, 1)


def test_two_loops_on_one_state_send_once(watcher):
    watcher.shop.declare("spring")
    other = Watcher(watcher.shop)
    watcher.shop.provider.on_answer.append(lambda *_: other.round())
    assert (watcher.round().result, other.rounds[0].result) == (Result.DONE, Result.LOCKED)
    watcher.shop.provider.on_answer.clear()
    assert (other.round().result, len(watcher.shop.ledger())) == (Result.DONE, 1)
