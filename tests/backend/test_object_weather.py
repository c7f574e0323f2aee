"""A state in an object store, whatever happens to its requests and answers."""

import re
from collections import Counter
from dataclasses import dataclass

import pytest

from rcsplan.backend.object_bucket import Patience
from rcsplan.backend.object_url import open_object_store
from rcsplan.errors import LockLost, StateError, StateLocked, StateUnwritable
from tests.backend import object_servers
from tests.backend.object_servers import IMPATIENT, SERVERS, endpoint_of, url_of
from tests.backend.stores import STORES, lock, number_in, put
from tests.backend.weather import FOREVER, Detour, Fault, delay, ignore, lose_answer, lose_request, say
from tests.builders import make_record, make_state
from tests.sampling import sampled


def only_quickly(quick):
    """All kinds in the long proofs, one of them in the quick ones: they keep what they promise by the same code."""
    return [pytest.param(kind, marks=[] if kind == quick else pytest.mark.full) for kind in SERVERS]


@pytest.fixture(params=only_quickly("s3"))
def kind(request):
    return request.param


@pytest.fixture
def server(kind):
    """The server, in fair weather; what is added to its `weather` is over after the test."""
    server = SERVERS[kind]()
    yield server
    server.weather.clear()


@dataclass
class Life:
    """A run at a place of its own: what it was told to be safe, and what it was about to do next; -1 is no state."""

    open_store: object
    confirmed: int = -1
    begun: int = -1

    def live(self):
        with lock(self.open_store()) as session:
            self.begun = 0
            session.create(make_state())
            self.confirmed = 0
            self._record(session, 1, 2)
            session.save()
            self._record(session, 3)
            session.check()
            session.save()
            self._record(session, 4)
            self.begun = 5
            session.replace(make_state([("spring-sale", make_record(remote_id=5))], serial=50))
            self.confirmed = 5

    def _record(self, session, *numbers):
        for number in numbers:
            self.begun = number
            session.record([put(number)])
            self.confirmed = number

    def complaint(self):
        """What the run is told, an empty text where it comes to its end."""
        try:
            self.live()
        except StateError as error:
            return type(error).__name__
        return ""

    def found(self):
        """The number that a reader finds."""
        state = self.open_store().load()
        return -1 if state is None else number_in(state)

    def carried_on(self):
        """The number that a next run finds once it has recorded one more and saved: that one."""
        self.open_store().unlock()
        with lock(self.open_store()) as session:
            if session.state is None:
                session.create(make_state())
            session.record([put(99)])
            session.save()
        return self.found()


@pytest.fixture
def a_life(kind, server, tmp_path):
    """A life at a place of its own, named by a number."""
    return lambda number: Life(lambda: STORES[kind](tmp_path / str(number)))


STEPS = 37

#: Of these so many are writes, the probe of the conditions before the first lock among them.
WRITES = 19


def test_the_life_of_a_state_has_this_many_requests(a_life, server):
    before = len(server.seen)
    a_life(0).live()
    methods = [method for method, *_ in server.seen[before:]]
    assert (len(methods), methods.count("PUT")) == (STEPS, WRITES)


FAULTS = {
    "lost-request": lose_request,
    "lost-answer": lose_answer,
    "503": say("503 Slow Down", "SlowDown"),
    "500": say("500 Internal Server Error", "InternalError"),
    "429": say("429 Too Many Requests", "rateLimitExceeded"),
    "409": say("409 Conflict", "ConditionalRequestConflict"),
}
QUICK = {("s3", "lost-answer")}


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        pytest.param(kind, act, id=f"{kind}-{name}", marks=[] if (kind, name) in QUICK else pytest.mark.full)
        for kind in SERVERS
        for name, act in FAULTS.items()
    ],
)
def test_whichever_single_request_fails_the_run_goes_on_as_if_it_had_not(a_life, server, act):
    def ending(step):
        server.weather[:] = [Fault(act, after=step)]
        life = a_life(step)
        return (life.complaint(), life.found(), life.open_store().holder())

    assert Counter(map(ending, range(STEPS))) == {("", 5, None): STEPS}


@pytest.mark.parametrize("kind", only_quickly("gcs"))
@pytest.mark.parametrize("act", sampled([lose_answer, lose_request], every=2), ids=["answers", "requests"])
def test_whenever_an_outage_begins_nothing_confirmed_is_lost(a_life, server, act):
    def ending(step):
        server.weather[:] = [Fault(act, after=step, times=FOREVER)]
        life = a_life(step)
        complaint = life.complaint()
        server.weather.clear()
        return complaint != "" or life.confirmed == 5, life.found() in {life.confirmed, life.begun}, life.carried_on()

    assert Counter(map(ending, range(STEPS))) == {(True, True, 99): STEPS}


@pytest.mark.parametrize("kind", only_quickly("gcs"))
@pytest.mark.parametrize("moment", sampled(range(5), every=3))
def test_a_write_that_arrives_late_harms_nobody(a_life, server, moment):
    def ending(step):
        detour = Detour()
        server.weather[:] = [
            Fault(detour, method="PUT", after=step),
            Fault(lose_request, method="PUT", after=step, times=FOREVER),
        ]
        life = a_life(step)
        life.complaint()
        server.weather.clear()
        moments = [lambda: None] * 5
        moments[moment] = detour.arrive
        moments[0]()
        life.open_store().unlock()
        moments[1]()
        # What arrived may have been the lock: then a person finds it held once more, and breaks it once more.
        life.open_store().unlock()
        before = life.found()
        with lock(life.open_store()) as session:
            moments[2]()
            found_what_was_confirmed = number_in(session.state) if session.state else -1
            told = succeed(session, moments[3])
            moments[4]()
        return (
            found_what_was_confirmed in {life.confirmed, life.begun},
            before in {life.confirmed, life.begun},
            # Whoever was told that it is recorded finds it; whoever was not may find it too.
            told is None or life.found() == told,
        )

    assert Counter(map(ending, range(WRITES))) == {(True, True, True): WRITES}


def succeed(session, moment):
    """Record 7, save and check; the number that was recorded, None where the run was stopped before."""
    try:
        if session.state is None:
            session.create(make_state())
        session.record([put(7)])
        moment()
        session.save()
        session.check()
    except LockLost:
        return None
    return 7


#: Not those of Azure, whose requests are signed with their conditions: nobody can drop them on the way.
HEADERS = {
    "s3": ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"),
    "gcs": ("HTTP_X_GOOG_IF_GENERATION_MATCH", "HTTP_X_GOOG_IF_GENERATION_MATCH"),
}


@pytest.fixture
def liar(server, kind):
    """Makes the server ignore the condition on creation (0) or on replacement (1)."""

    def lie(which):
        server.weather[:] = [Fault(ignore(HEADERS[kind][which]), method="PUT", times=FOREVER)]

    return lie


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("which", [0, 1])
def test_a_store_that_ignores_a_condition_does_not_pass_its_probe(open_store, liar, which):
    liar(which)
    kept = [probe.holds for probe in open_store().probe()]
    assert (kept[which], all(kept)) == (False, False)


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("which", [0, 1])
def test_no_state_is_begun_in_a_store_that_ignores_a_condition(open_store, liar, which):
    liar(which)
    with pytest.raises(StateError, match="does not honour conditions") as caught:
        lock(open_store())
    assert ("ignored the condition" in caught.value.detail, open_store().load()) == (True, None)


@pytest.fixture
def begun(open_store):
    """A state that was begun, its session still open."""
    with lock(open_store()) as session:
        session.create(make_state())
        yield session


def test_a_record_that_was_not_confirmed_counts_once_it_is(begun, server, open_store):
    server.weather[:] = [Fault(lose_request, times=FOREVER)]
    with pytest.raises(StateUnwritable):
        begun.record([put(1)])
    before = number_in(begun.state)
    server.weather.clear()
    begun.record([put(2, address="b")])
    assert (before, number_in(begun.state), number_in(open_store().load())) == (0, 1, 1)


def test_a_save_that_was_not_confirmed_is_finished_before_anything_else(begun, server, open_store):
    begun.record([put(1)])
    server.weather[:] = [Fault(lose_request, method="PUT", times=FOREVER)]
    with pytest.raises(StateUnwritable):
        begun.save()
    server.weather.clear()
    begun.record([put(2)])
    assert (open_store().load().serial, number_in(open_store().load())) == (1, 2)


def test_who_finds_the_state_locked_is_told_when_its_holder_wrote_last(begun, open_store):
    begun.record([put(1)])
    with pytest.raises(StateLocked) as caught:
        lock(open_store(), "other")
    assert re.search(r"It wrote last at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$", caught.value.detail)


def test_while_the_store_is_down_no_check_passes(begun, server):
    server.weather[:] = [Fault(say("503 Slow Down", "SlowDown"), times=FOREVER)]
    with pytest.raises(StateError, match="cannot be read") as caught:
        begun.check()
    assert "503" in caught.value.detail


def test_after_an_outage_the_lock_is_given_back_without_waiting_once_more(begun, server):
    outage = Fault(lose_request, times=FOREVER)
    server.weather[:] = [outage]
    with pytest.raises(StateUnwritable):
        begun.record([put(1)])
    before = outage.times
    begun.release()
    # The write that is owed, the one that frees the lock, and after each a look whether it arrived all the same.
    assert before - outage.times == 4


def test_what_a_store_says_is_not_repeated(begun, server):
    server.weather[:] = [Fault(say("403 Forbidden", "AccessDenied", text="a-secret-key"), times=FOREVER)]
    with pytest.raises(StateUnwritable, match="cannot be written") as caught:
        begun.record([put(1)])
    shown = caught.value.summary + caught.value.detail + caught.value.hint
    assert ("a-secret-key" in shown, "http" in shown, "permissions" in shown) == (False, False, True)


def test_what_is_refused_is_not_asked_again(begun, server):
    fault = Fault(say("403 Forbidden", "AccessDenied"), method="PUT", times=FOREVER)
    server.weather[:] = [fault]
    with pytest.raises(StateUnwritable):
        begun.record([put(1)])
    assert FOREVER - fault.times == 1


def test_a_store_that_is_too_slow_is_not_waited_for(begun, server, open_store, kind, tmp_path):
    server.weather[:] = [Fault(delay(0.5), times=FOREVER)]
    hasty = Patience(request=0.05, pauses=(0.01,))
    store = object_servers.open_store(kind, tmp_path / "state", patience=hasty)
    with pytest.raises(StateError, match="cannot be read") as caught:
        store.load()
    assert caught.value.detail == "It did not answer in time."


def test_a_bucket_that_is_not_there_is_no_empty_state(server, kind, tmp_path):
    url = url_of(kind, tmp_path).replace("/state/", "/nowhere/")
    store = open_object_store(url, endpoint=endpoint_of(kind), patience=IMPATIENT)
    with pytest.raises(StateError, match="cannot be read") as caught:
        store.load()
    assert caught.value.detail.startswith("There is no such")
