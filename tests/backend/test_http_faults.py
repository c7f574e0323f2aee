"""A state server that fails, and answers that are lost: what was confirmed is there, and nothing is done twice."""

import pytest

from rcsplan.errors import LockLost, StateError, StateUnwritable
from tests.backend.dialects import Gitea, GitLab, Plain
from tests.backend.stores import DIALECTS, lock, make_info, number_in, put
from tests.builders import make_state

PASSING = ["drop_request", "drop_answer", "truncate", "error_before", "error_after", "too_many"]
BEFORE, AFTER = ["drop_request", "error_before", "too_many"], ["drop_answer", "error_after"]


@pytest.fixture(params=DIALECTS)
def rig(request, serve):
    return serve(DIALECTS[request.param]()).begin()


def lock_method(rig):
    return rig.dialect.methods[0]


@pytest.mark.parametrize("fault", PASSING)
def test_a_read_is_asked_again(rig, fault):
    rig.server.fail(fault, "GET", times=2)
    assert rig.store().load().serial == 0


@pytest.mark.parametrize("fault", PASSING)
def test_a_lock_is_asked_again_and_is_ours_where_only_the_answer_was_lost(rig, fault):
    rig.server.fail(fault, lock_method(rig), times=2)
    with lock(rig.store()) as session:
        assert rig.store().holder() == make_info()
        session.check()
    assert rig.store().holder() is None


@pytest.mark.parametrize("fault", AFTER)
def test_a_lock_whose_every_answer_was_lost_is_given_back(rig, fault):
    rig.server.fail(fault, lock_method(rig), times=3)
    with pytest.raises(StateError):
        lock(rig.store())
    assert rig.held is None


@pytest.mark.parametrize("fault", PASSING)
def test_a_write_is_made_once_though_its_answer_was_lost_and_its_repetition_refused(rig, fault):
    with lock(rig.store()) as session:
        rig.server.fail(fault, "POST", times=1)
        session.record([put(1)])
        session.record([put(2)])
    state = rig.store().load()
    assert (number_in(state), state.serial) == (2, 2)


@pytest.fixture
def plain(serve):
    return serve(Plain()).begin()


@pytest.mark.parametrize("fault", AFTER)
def test_a_write_that_no_answer_confirms_counts_when_it_is_read_back(plain, fault):
    with lock(plain.store()) as session:
        plain.server.fail(fault, "POST", times=3)
        session.record([put(1)])
        assert number_in(session.state) == 1
    assert number_in(plain.store().load()) == 1


@pytest.mark.parametrize("fault", BEFORE)
def test_a_write_that_is_not_read_back_is_refused_and_changes_nothing(plain, fault):
    with lock(plain.store()) as session:
        plain.server.fail(fault, "POST", times=3)
        with pytest.raises(StateUnwritable) as caught:
            session.record([put(1)])
        assert (number_in(session.state), session.state.serial) == (0, 0)
    assert caught.value.detail.endswith("What was not recorded was not submitted.")
    assert plain.store().load().serial == 0


def test_when_the_server_is_back_recording_goes_on(plain):
    with lock(plain.store()) as session:
        plain.server.fail("drop_request", "POST", times=3)
        with pytest.raises(StateUnwritable):
            session.record([put(1)])
        session.record([put(2)])
        session.save()
    state = plain.store().load()
    assert (number_in(state), state.serial) == (2, 1)


class MuteAfterWrite(Plain):
    """A server that, once it has written, says nothing until it is told to."""

    mute = False
    armed = False

    def __call__(self, environ, start_response):
        if self.mute:
            start_response("500 Internal Server Error", [])
            return [b""]
        answer = super().__call__(environ, start_response)
        self.mute = self.armed and environ["REQUEST_METHOD"] == "POST"
        return answer


@pytest.fixture
def unconfirmed(serve):
    """A server, and a session on it whose record arrived without anybody being told."""
    rig = serve(MuteAfterWrite()).begin()
    with lock(rig.store(retry_max="0")) as session:
        rig.dialect.armed = True
        rig.server.fail("drop_answer", "POST")
        with pytest.raises(StateUnwritable):
            session.record([put(1)])
        rig.dialect.mute = rig.dialect.armed = False
        yield rig, session


def test_a_record_that_arrived_after_all_is_made_in_memory_when_it_is_seen(unconfirmed):
    rig, session = unconfirmed
    assert number_in(session.state) == 0
    session.check()
    assert (number_in(session.state), session.state.serial, number_in(rig.store().load())) == (1, 1, 1)


def test_after_a_record_that_arrived_after_all_recording_goes_on(unconfirmed):
    rig, session = unconfirmed
    session.record([put(2)])
    session.save()
    assert (number_in(rig.store().load()), rig.store().load().serial) == (2, 2)


def test_a_server_that_confirms_a_write_and_keeps_nothing_is_found_out(serve):
    class Forgetful(Plain):
        def write(self, _):
            return "204 No Content", b""

    session = serve(Forgetful()).hold()
    with pytest.raises(StateUnwritable, match="confirms a write and does not keep it"):
        session.create(make_state())


def test_a_server_that_keeps_something_else_than_was_written_is_found_out(serve):
    class Tidy(Plain):
        def write(self, request):
            request.body = request.body.replace(b":", b": ")
            return super().write(request)

    session = serve(Tidy()).hold()
    with pytest.raises(LockLost, match="changed by somebody else"):
        session.create(make_state())


@pytest.mark.parametrize("method", ["UNLOCK", "*"])
def test_giving_a_lock_back_never_fails(plain, method):
    session = plain.hold()
    plain.server.fail("drop_request", method, times=100)
    session.release()
    session.release()
    assert plain.held is not None


def test_a_lock_whose_release_was_not_answered_is_free(plain):
    session = plain.hold()
    plain.server.fail("drop_answer", "UNLOCK", times=3)
    session.release()
    assert plain.held is None


@pytest.mark.parametrize("dialect", [GitLab, Gitea])
def test_breaking_a_lock_whose_answer_was_lost_still_names_its_holder(serve, dialect):
    rig = serve(dialect()).begin()
    rig.hold("lost")
    rig.server.fail("drop_answer", "DELETE", times=1)
    assert (rig.store().unlock(), rig.held) == (make_info("lost"), None)


def test_waits_between_repetitions_double_up_to_a_bound(plain):
    plain.server.fail("error_before", "GET", times=5)
    plain.store(retry_max="5", retry_wait_min="1", retry_wait_max="6").load()
    assert plain.slept == [1, 2, 4, 6, 6]


def test_a_server_that_says_when_to_come_back_is_obeyed_within_the_bound(plain):
    plain.server.fail("too_many", "GET", times=2)
    plain.store(retry_wait_max="8").load()
    assert plain.slept == [7, 7]


def test_a_server_is_not_asked_more_often_than_configured(plain):
    plain.server.fail("error_before", "GET", times=9)
    with pytest.raises(StateError):
        plain.store(retry_max="3").load()
    assert plain.server.methods() == ["GET"] * 4


def test_what_was_damaged_on_its_way_is_not_taken_for_the_state(plain):
    plain.server.fail("damage", "GET")
    with pytest.raises(StateError, match="was damaged on its way"):
        plain.store().load()


def test_a_checksum_that_is_none_is_an_error(serve):
    class Server(Plain):
        def read(self, request):
            return *super().read(request)[:2], ("Content-MD5", "not base64")

    with pytest.raises(StateError, match="was damaged on its way"):
        serve(Server()).begin()
