"""A state server that is not there, does not answer, or says no: what is wrong, how to mend it, and no secret."""

import socket
import traceback

import pytest

from rcsplan.backend.http_store import HttpStore
from rcsplan.errors import ConfigurationError, RcsplanError, StateError, StateUnwritable
from tests.backend.dialects import PASSWORD, GitLab, Plain
from tests.backend.stores import lock, put
from tests.builders import make_state


@pytest.fixture
def plain(serve):
    return serve(Plain(), headers={"X-Secret": "header-do-not-tell"}).begin()


def test_a_server_that_is_not_there_is_an_error_in_words(plain):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/state/crm"
    with pytest.raises(StateError, match="did not answer") as caught:
        plain.store(url=url).load()
    assert caught.value.detail == "No connection could be made."
    assert "run the same command again" in caught.value.hint


def test_a_server_that_is_silent_is_an_error_in_words(plain):
    plain.server.fail("silent", "GET", times=9)
    with pytest.raises(StateError, match="did not answer") as caught:
        plain.store(patience=0.05).load()
    assert caught.value.detail == "It gave no sign of life for 0.05 seconds."


@pytest.mark.parametrize("fault", ["drop_request", "truncate"])
def test_a_server_that_hangs_up_is_an_error_in_words(plain, fault):
    plain.server.fail(fault, "GET", times=9)
    with pytest.raises(StateError) as caught:
        plain.store().load()
    assert caught.value.detail == "The connection was closed before the answer was complete."


@pytest.mark.parametrize("act", [lambda session: session.check(), lambda session: session.record([put(1)])])
def test_a_server_that_falls_silent_during_a_run_stops_it(plain, act):
    session = plain.hold(retry_max="0")
    plain.server.fail("drop_request", "GET", times=9)
    with pytest.raises(StateError, match="did not answer"):
        act(session)


def test_a_record_that_cannot_begin_is_a_write_that_was_not_confirmed(plain):
    session = plain.hold()
    plain.server.fail("error_before", "LOCK", times=9)
    with pytest.raises(StateUnwritable, match="503"):
        session.record([put(1)])


@pytest.mark.parametrize("host", ["1.2.3.999", "[::g]"])
def test_a_host_that_cannot_be_is_an_error_in_words(plain, host):
    with pytest.raises(ConfigurationError, match="is not usable"):
        plain.store(url=f"https://{host}/crm").load()


def test_a_write_is_refused_in_the_words_of_its_first_problem_where_the_lock_cannot_be_asked_either(serve):
    class Dying(Plain):
        def write(self, _):
            rig.server.fail("drop_request", "*", times=99)
            return "413 Request Entity Too Large", b""

    rig = serve(Dying())
    session = rig.hold()
    with pytest.raises(StateUnwritable, match="413"):
        session.create(make_state())


@pytest.mark.parametrize(
    ("fault", "summary", "hint"),
    [
        ("html", "answers with a web page", "Check state.url"),
        ("redirect", r"refuses to read the state \(302\)", "Write the address that is meant"),
        ("error_before", r"refuses to read the state \(503\)", "When it is well again"),
        ("too_many", r"refuses to read the state \(429\)", "Wait a while"),
        ("teapot", r"refuses to read the state \(418\)", "Check state.url"),
    ],
)
def test_an_answer_that_is_none_is_an_error_in_words(plain, fault, summary, hint):
    plain.server.fail(fault, "GET", times=9)
    with pytest.raises(StateError, match=summary) as caught:
        plain.store().load()
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    ("fault", "summary"),
    [("html", "answers with a web page"), ("bad_method", r"refuses to lock the state \(405\)")],
)
def test_a_lock_that_is_no_lock_is_an_error_in_words(plain, fault, summary):
    plain.server.fail(fault, "LOCK", times=9)
    with pytest.raises(StateError, match=summary):
        lock(plain.store())


def test_a_lock_address_that_is_not_known_is_an_error_in_words(plain):
    with pytest.raises(StateError, match=r"refuses to lock the state \(404\)") as caught:
        lock(plain.store(lock_url=f"{plain.server.url}/elsewhere/crm"))
    assert "lock_url" in caught.value.hint


@pytest.mark.parametrize("settings", [{"password": "wrong"}, {"username": "", "password": ""}])
def test_wrong_credentials_are_an_error_in_words(serve, settings):
    with pytest.raises(StateError, match=r"refuses to read the state \(401\)") as caught:
        serve(GitLab()).begin().store(**settings).load()
    assert "username and password" in caught.value.hint


def test_a_lock_that_cannot_be_freed_for_lack_of_rights_is_an_error_in_words(plain):
    plain.hold()
    plain.server.fail("bad_method", "UNLOCK")
    with pytest.raises(StateError, match=r"refuses to free the lock \(405\)"):
        plain.store().unlock()


def test_a_lock_that_the_server_frees_for_nobody_is_an_error_in_words(serve):
    class Stubborn(Plain):
        def unlock(self, _):
            return "409 Conflict", b""

    rig = serve(Stubborn())
    rig.hold()
    with pytest.raises(StateError, match="could not be broken"):
        rig.store().unlock()


def failure_of(act):
    """The traceback of an error with everything that it says."""
    with pytest.raises(RcsplanError) as caught:
        act()
    error = caught.value
    return "".join(traceback.format_exception(error)) + error.summary + error.detail + error.hint


@pytest.mark.parametrize("fault", ["drop_request", "html", "error_before", "teapot", "redirect", "damage", "truncate"])
def test_no_secret_shows_in_an_error(plain, fault, caplog):
    caplog.set_level("DEBUG")
    plain.server.fail(fault, "GET", times=9)
    shown = failure_of(plain.store().load) + caplog.text
    assert [secret for secret in (PASSWORD, "header-do-not-tell") if secret in shown] == []


def test_no_secret_shows_in_the_representation_of_address_store_and_session(plain):
    with lock(plain.store()) as session:
        shown = repr(plain.address()) + repr(plain.store()) + repr(session) + plain.store().location
    assert [secret for secret in (PASSWORD, "header-do-not-tell") if secret in shown] == []


def test_the_query_of_an_address_is_shown_nowhere(plain):
    store = plain.store(url=f"{plain.server.url}/elsewhere?token=query-do-not-tell")
    plain.server.fail("teapot", "GET", times=9)
    assert "query-do-not-tell" not in failure_of(store.load) + store.location + repr(plain.address())


def test_a_store_needs_no_more_than_an_address(plain):
    assert HttpStore(plain.address()).load().serial == 0
