"""GitLab's and Gitea's ways of the protocol, quirk by quirk."""

import json

import pytest

from rcsplan.errors import LockLost, StateError, StateLocked, StateUnwritable
from tests.backend.dialects import Gitea, GitLab, Plain, Refused
from tests.backend.stores import lock, make_info, number_in, put
from tests.builders import make_state


@pytest.fixture
def gitlab(serve):
    return serve(GitLab()).begin()


@pytest.fixture
def gitea(serve):
    return serve(Gitea()).begin()


def hold(rig, **fields):
    """A lock of somebody else's Terraform."""
    rig.dialect.states["crm-state"].lock = {
        "ID": "8b08ccb1-f514-e9c5-7271-88f5c13c3155",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "ann@laptop",
        "Version": "1.9.0",
        "Created": "2026-11-20T10:00:00.123456789Z",
        "Path": "",
        **fields,
    }


def test_gitlab_echoes_whoever_is_refused_and_is_not_believed(gitlab):
    with lock(gitlab.store(), "apply"), pytest.raises(StateLocked) as caught:
        lock(gitlab.store(), "state rm")
    assert "That run does: apply " in caught.value.detail


def test_of_a_lock_of_terraform_gitlab_tells_only_who_and_when(gitlab):
    gitlab.dialect.states["crm-state"].lock = {"ID": "8b08", "Who": "ann", "Created": "2026-11-20T10:00:00Z"}
    with pytest.raises(StateLocked) as caught:
        lock(gitlab.store(), "state rm")
    assert caught.value.summary == "The state is locked by ann since 2026-11-20 10:00:00 UTC"
    assert caught.value.detail == "That run does: something else than rcsplan (lock 8b08)."


def test_of_a_lock_of_terraform_other_servers_tell_all(gitea):
    hold(gitea)
    holder = gitea.store().holder()
    assert (holder.who, holder.operation, holder.version) == ("ann@laptop", "OperationTypeApply", "1.9.0")
    assert holder.created.isoformat() == "2026-11-20T10:00:00.123456+00:00"


@pytest.mark.parametrize("fields", [{"Created": "yesterday"}, {"Created": ""}, {"Who": ""}, {"Operation": ""}])
def test_a_holder_that_is_told_badly_still_keeps_us_out(gitea, fields):
    hold(gitea, **fields)
    with pytest.raises(StateLocked, match="locked by"):
        lock(gitea.store())


@pytest.mark.parametrize("body", [b"", b"locked", b"[]", b'{"ID": 7}', b"[" * 100_000])
def test_a_server_that_does_not_say_who_holds_the_lock_keeps_us_out_in_words(serve, body):
    class Server(Plain):
        def lock(self, _):
            return "423 Locked", body

    with pytest.raises(StateLocked, match="does not say by whom"):
        lock(serve(Server()).store())


def test_a_lock_of_terraform_can_be_broken(gitea):
    hold(gitea)
    assert (gitea.store().unlock().id, gitea.held) == ("8b08ccb1-f514-e9c5-7271-88f5c13c3155", None)


def test_gitlab_has_a_record_without_a_file_once_it_was_locked(serve):
    rig = serve(GitLab())
    lock(rig.store()).release()
    assert rig.store().load() is None
    assert rig.server.requests != []


def test_gitlab_refuses_a_serial_that_it_has_and_the_run_is_told(serve):
    class Server(GitLab):
        def write(self, _):
            raise Refused("422 Unprocessable Entity", {"message": "duplicate key value"})

    session = serve(Server()).hold()
    with pytest.raises(StateUnwritable, match=r"refuses to write the state \(422\)") as caught:
        session.create(make_state())
    assert "this serial already" in caught.value.detail


def test_gitlab_keeps_reading_the_highest_serial(gitlab):
    with lock(gitlab.store()) as session:
        session.replace(make_state(serial=9))
        session.record([put(1)])
    assert (gitlab.store().load().serial, number_in(gitlab.store().load())) == (10, 1)


def test_a_state_that_is_too_large_for_gitlab_is_refused_in_words(gitlab):
    with lock(gitlab.store()) as session:
        gitlab.dialect.largest = 10
        with pytest.raises(StateUnwritable, match="413") as caught:
            session.record([put(1)])
    assert caught.value.detail.startswith("The state is larger than it takes.")
    assert "Raise its limit" in caught.value.hint


def test_a_state_that_was_deleted_in_gitlab_is_refused_in_words(gitlab):
    gitlab.dialect.states["crm-state"].deleted = True
    with pytest.raises(StateError, match="422") as caught:
        gitlab.store().load()
    assert "deleted" in caught.value.detail


def test_a_state_that_was_deleted_in_gitlab_during_a_run_stops_it(gitlab):
    with lock(gitlab.store()) as session:
        gitlab.dialect.states["crm-state"].deleted = True
        with pytest.raises(StateError, match="422"):
            session.check()


class BrokenInBetween(GitLab):
    """Somebody breaks the lock between the last check and the write."""

    armed = False

    def write(self, request):
        if self.armed:
            self.states["crm-state"].lock = None
        return super().write(request)


@pytest.mark.parametrize("status", ["500 Internal Server Error", "409 Conflict"])
def test_gitlab_refuses_a_write_under_a_broken_lock_and_the_run_learns_why(serve, status):
    rig = serve(BrokenInBetween(mismatch=status)).begin()
    session = rig.hold()
    rig.dialect.armed = True
    with pytest.raises(LockLost, match="was broken"):
        session.record([put(1)])
    assert rig.store().load().serial == 0


def test_a_developer_may_read_from_gitlab(gitlab):
    gitlab.dialect._role = "developer"
    assert gitlab.store().load().serial == 0


def test_a_developer_may_not_lock_in_gitlab_and_is_told_which_role_may(gitlab):
    gitlab.dialect._role = "developer"
    with pytest.raises(StateError, match=r"refuses to lock the state \(403\)") as caught:
        lock(gitlab.store())
    assert "Maintainer" in caught.value.hint


def test_gitlab_and_gitea_need_no_more_than_an_address_and_who_we_are(serve, gitea):
    rig = serve(GitLab(), lock_url="", lock_method="", unlock_method="").begin()
    with lock(rig.store()) as session:
        session.record([put(1)])
    assert rig.server.methods() == ["POST", "GET", "POST", "GET", "POST", "GET", "DELETE"]


def test_gitea_reads_the_version_that_was_written_last(gitea):
    with lock(gitea.store()) as session:
        session.record([put(1)])
        session.record([put(2)])
    assert (list(gitea.dialect.states["crm-state"].versions), number_in(gitea.store().load())) == ([0, 1, 2], 2)


def test_gitea_may_send_readers_on_to_its_object_store_which_is_shown_no_secret(serve):
    rig = serve(Gitea(), headers={"X-Team": "crm"}).begin()
    rig.dialect.objects = rig.server.url.replace("127.0.0.1", "localhost")
    assert rig.store().load().serial == 0


def test_what_the_object_store_does_not_have_is_lost_and_no_new_beginning(serve):
    rig = serve(Gitea()).begin()
    rig.dialect.objects = rig.server.url.replace("127.0.0.1", "localhost") + "/elsewhere"
    with pytest.raises(StateError, match="307"):
        rig.store().load()


def requests_of(rig, method):
    return [request for request in rig.server.requests if request["REQUEST_METHOD"] == method]


def test_a_lock_is_broken_with_the_holders_own_words(gitea):
    hold(gitea)
    gitea.store().unlock()
    bodies = [request["wsgi.input"].getvalue() for request in requests_of(gitea, "DELETE")]
    assert json.loads(bodies[0])["Who"] == "ann@laptop"


def test_who_waits_gets_the_lock_when_it_is_free(gitlab):
    gitlab.while_sleeping = gitlab.hold().release
    with lock(gitlab.store(), "next", timeout=60):
        assert gitlab.store().holder() == make_info("next")
