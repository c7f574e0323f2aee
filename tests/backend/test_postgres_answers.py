"""A state in PostgreSQL whose server loses answers, falls silent, restarts or is gone."""

import uuid

import psycopg
import pytest

from rcsplan.backend import postgres_tables
from rcsplan.backend.postgres import PostgresStore
from rcsplan.backend.postgres_rows import Batch
from rcsplan.errors import LockLost, StateError, StateLocked, StateUnwritable
from tests.backend.postgres_server import execute, server
from tests.backend.proxies import Once
from tests.backend.stores import contents_of, lock, make_info, number_in, put
from tests.builders import make_state

#: What the requests hold that write rows, that take the lock, and that check it.
WRITE, TAKE, CHECK = b"WITH mine AS", b"COMMIT", b"SELECT fence, holder, seal"


@pytest.fixture
def project():
    return f"acme-{uuid.uuid4().hex}"


def open_store(project, *, port=None, **limits):
    return PostgresStore(server().url(port=port), project=project, environment="production", **limits)


@pytest.fixture
def direct(project):
    """A store with a line of its own, in which a state was begun."""
    store = open_store(project)
    with lock(store) as session:
        session.create(make_state())
    return store


@pytest.fixture
def store(direct, project, proxy):
    """The same store behind the proxy; it has little patience."""
    return open_store(project, port=proxy.port, patience=0.5, answer_seconds=0.5)


@pytest.fixture
def session(store):
    with lock(store) as session:
        yield session


def test_a_write_whose_answer_was_lost_is_found_to_be_made(session, proxy, direct):
    proxy.verdict_on = Once("cut after", WRITE)
    session.record([put(1)])
    assert (proxy.verdict_on.seen, number_in(direct.load()), number_in(session.state)) == (1, 1, 1)


def test_a_write_that_never_arrived_is_made_over_a_new_connection(session, proxy, direct):
    proxy.verdict_on = Once("cut", WRITE)
    session.record([put(1)])
    assert (proxy.verdict_on.seen, number_in(direct.load()), number_in(session.state)) == (1, 1, 1)


@pytest.mark.parametrize("verdict", ["cut", "cut after"])
def test_a_session_goes_on_after_a_lost_line(session, proxy, direct, verdict):
    proxy.verdict_on = Once(verdict, WRITE)
    session.record([put(1)])
    session.check()
    session.record([put(2)])
    session.save()
    assert (contents_of(direct.load()), direct.load().serial) == (contents_of(session.state), 1)


@pytest.mark.parametrize("verdict", ["cut", "cut after"])
def test_a_save_whose_line_was_lost_raises_the_serial_once(session, proxy, direct, verdict):
    session.record([put(1)])
    proxy.verdict_on = Once(verdict, WRITE)
    session.save()
    assert (direct.load().serial, session.state.serial) == (1, 1)


@pytest.mark.parametrize("verdict", ["cut", "cut after"])
def test_a_state_that_replaces_another_over_a_lost_line_is_there_whole(session, proxy, direct, verdict):
    newer = make_state([("a", put(1).record), ("b", put(2).record)], serial=5)
    proxy.verdict_on = Once(verdict, b"COMMIT")
    session.replace(newer)
    assert (contents_of(direct.load()), proxy.verdict_on.seen) == (contents_of(newer), 1)


def test_a_write_whose_line_is_lost_twice_is_not_confirmed_nor_made(session, proxy, direct):
    proxy.verdict_on = Once("cut", WRITE, times=2)
    with pytest.raises(StateUnwritable, match="cannot be written"):
        session.record([put(1)])
    assert (number_in(direct.load()), number_in(session.state)) == (0, 0)


class GoneAfter:
    """The server is gone for good once a request of this kind was sent."""

    def __init__(self, verdict, mark):
        self._first = Once(verdict, mark)

    def __call__(self, data):
        return "cut" if self._first.seen else self._first(data)


@pytest.mark.parametrize(("verdict", "written"), [("cut", 0), ("cut after", 1)])
def test_a_write_of_which_nothing_can_be_learned_is_not_confirmed(session, proxy, direct, verdict, written):
    proxy.verdict_on = GoneAfter(verdict, WRITE)
    with pytest.raises(StateUnwritable) as caught:
        session.record([put(1)])
    assert "Whether the last change was written is not known." in caught.value.detail
    assert (number_in(session.state), number_in(direct.load())) == (0, written)


@pytest.mark.parametrize("act", ["check", "save", "record"])
def test_after_a_write_in_doubt_a_session_does_nothing_more(session, proxy, act):
    session.record([put(1)])
    proxy.verdict_on = GoneAfter("cut", WRITE)
    with pytest.raises(StateUnwritable):
        session.record([put(2)])
    proxy.verdict_on = Once("forward", WRITE)
    with pytest.raises(StateUnwritable):
        getattr(session, act)(*([[put(3)]] if act == "record" else []))
    assert proxy.verdict_on.seen == 0


@pytest.mark.parametrize(("verdict", "written"), [("cut", 0), ("cut after", 1)])
def test_the_next_run_finds_what_was_in_doubt(session, proxy, store, verdict, written):
    proxy.verdict_on = GoneAfter(verdict, WRITE)
    with pytest.raises(StateUnwritable):
        session.record([put(1)])
    proxy.verdict_on = Once("forward", WRITE)
    with lock(store, "next", timeout=30) as successor:
        assert number_in(successor.state) == written


@pytest.mark.parametrize("verdict", ["cut", "cut after"])
def test_a_lock_that_was_taken_while_the_line_was_lost_is_lost(session, proxy, direct, verdict):
    cut = Once(verdict, WRITE)

    def steal(data):
        if WRITE in data and not cut.seen:
            direct.unlock()
        return cut(data)

    proxy.verdict_on = steal
    with pytest.raises(LockLost):
        session.record([put(1)])
    assert number_in(direct.load()) == 0


def test_what_an_earlier_connection_had_under_way_changes_nothing_any_more(session):
    earlier = session._claim
    execute("postgres", "SELECT pg_terminate_backend(%s)", earlier.connection.info.backend_pid)
    session.check()
    with psycopg.connect(server().url(), autocommit=True) as line:
        straggler = type(earlier)(connection=line, state=earlier.state, token=earlier.token, fence=earlier.fence)
        assert not postgres_tables.change(straggler, Batch(head=session._head), known=session._seal)


def test_a_check_whose_answer_is_lost_is_made_again(session, proxy):
    proxy.verdict_on = Once("cut after", CHECK)
    session.check()
    assert proxy.verdict_on.seen == 1


def test_a_check_that_nobody_answers_is_an_error(session, proxy):
    proxy.verdict_on = GoneAfter("cut", CHECK)
    with pytest.raises(StateError, match="cannot be written"):
        session.check()


@pytest.mark.parametrize("verdict", ["cut", "cut after"])
def test_a_lock_whose_answer_was_lost_is_taken_all_the_same(store, proxy, direct, verdict):
    proxy.verdict_on = Once(verdict, TAKE)
    with lock(store) as session:
        session.record([put(1)])
        assert (direct.holder(), proxy.verdict_on.seen) == (make_info(), 1)
        with pytest.raises(StateLocked):
            lock(direct, "other")


def test_a_lock_whose_holder_is_silently_gone_stays_until_the_server_notices(store, proxy, direct):
    session = lock(store)
    proxy.verdict_on = lambda _: "hang"
    with pytest.raises(StateLocked):
        lock(direct, "other")
    session.release()
    proxy.close()
    with lock(direct, "other", timeout=30) as other:
        assert other.state is not None


def test_a_server_that_falls_silent_in_a_write_does_not_confirm_it(session, proxy):
    proxy.verdict_on = lambda _: "hang"
    with pytest.raises(StateUnwritable) as caught:
        session.record([put(1)])
    assert "not known" in caught.value.detail


def test_a_server_that_is_silent_from_the_start_is_an_error(store, proxy):
    proxy.verdict_on = Once("hang", b"FROM pg_class")
    with pytest.raises(StateError) as caught:
        store.load()
    assert caught.value.detail == "No answer for 0.5 seconds."


def test_a_session_goes_on_after_a_restart_of_the_server(direct):
    with lock(direct) as session:
        session.record([put(1)])
        server().stop()
        server().start()
        session.check()
        session.record([put(2)])
    assert number_in(direct.load()) == 2


def test_a_lock_that_somebody_took_after_a_restart_is_lost(direct, project):
    session = lock(direct)
    server().stop()
    server().start()
    with lock(open_store(project), "next") as successor:
        successor.record([put(7)])
        with pytest.raises(LockLost, match="was broken"):
            session.check()
        with pytest.raises(LockLost):
            session.record([put(2)])
        session.release()
    assert number_in(direct.load()) == 7


def test_a_server_that_stays_down_confirms_nothing(direct, project):
    session = lock(open_store(project, patience=0.5))
    server().stop()
    with pytest.raises(StateUnwritable, match="cannot be written"):
        session.record([put(1)])
    server().start()
    assert number_in(direct.load()) == 0


@pytest.mark.parametrize("ask", [PostgresStore.load, PostgresStore.holder, PostgresStore.unlock, lock])
def test_a_server_that_is_not_there_is_an_error_for_everybody(proxy, ask):
    proxy.close()
    with pytest.raises(StateError, match="cannot be used") as caught:
        ask(open_store("acme", port=proxy.port))
    assert "refused" in caught.value.detail
