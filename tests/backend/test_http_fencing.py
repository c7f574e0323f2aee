"""A run that lost its lock, or whose state was put back or damaged by others, goes no further."""

import pytest

from rcsplan.errors import LockLost, StateDamaged, StateError, StateVersionUnsupported
from tests.backend.dialects import Plain
from tests.backend.stores import DIALECTS, contents_of, lock, make_info, number_in, put
from tests.builders import make_state


@pytest.fixture(params=DIALECTS)
def rig(request, serve):
    return serve(DIALECTS[request.param]()).begin()


ACTS = [lambda session: session.check(), lambda session: session.record([put(2)]), lambda session: session.save()]


def test_breaking_a_lock_raises_the_serial_and_nothing_else(rig):
    session = rig.hold()
    session.record([put(1)])
    rig.store().unlock()
    state = rig.store().load()
    assert (state.serial, contents_of(state)) == (2, contents_of(session.state))


def test_breaking_a_lock_that_nobody_holds_writes_nothing(rig):
    before = rig.text
    rig.store().unlock()
    assert rig.text == before


def test_a_lock_can_be_broken_where_the_state_cannot_be_read(rig):
    rig.hold("lost")
    rig.dialect.put_back("crm-state", b"{}")
    assert (rig.store().unlock(), rig.held) == (make_info("lost"), None)


def test_a_lock_can_be_broken_where_there_is_no_state_yet(serve):
    rig = serve(Plain())
    rig.hold("lost")
    assert (rig.store().unlock(), rig.store().load()) == (make_info("lost"), None)


@pytest.mark.parametrize("act", ACTS)
def test_a_lock_freed_past_rcsplan_is_noticed(rig, act):
    session = rig.hold()
    session.record([put(1)])
    rig.dialect.states["crm-state"].lock = None
    with pytest.raises(LockLost, match="was broken"):
        act(session)
    assert rig.store().load().serial == 1


def test_who_finds_its_lock_broken_leaves_it_free(rig):
    session = rig.hold()
    rig.dialect.states["crm-state"].lock = None
    with pytest.raises(LockLost):
        session.check()
    assert rig.held is None


def test_who_finds_its_lock_taken_by_others_leaves_it_to_them(rig):
    session = rig.hold()
    rig.dialect.states["crm-state"].lock = None
    with lock(rig.store(), "next"):
        with pytest.raises(LockLost, match="was broken") as caught:
            session.check()
        assert rig.store().holder() == make_info("next")
    assert "others hold it now" in caught.value.detail


@pytest.mark.parametrize("act", ACTS)
def test_an_older_document_put_back_during_a_run_is_noticed(rig, act):
    older = rig.text
    session = rig.hold()
    session.record([put(1)])
    rig.dialect.put_back("crm-state", older)
    with pytest.raises(LockLost, match="changed by somebody else during this run"):
        act(session)


@pytest.mark.parametrize("act", ACTS)
def test_a_document_of_another_lineage_is_noticed(rig, serve, act):
    session = rig.hold()
    session.record([put(1)])
    other = serve(Plain())
    with lock(other.store()) as stranger:
        stranger.create(make_state(lineage="another"))
    rig.dialect.put_back("crm-state", other.text)
    with pytest.raises(LockLost, match="changed by somebody else during this run"):
        act(session)


@pytest.mark.parametrize("act", ACTS)
def test_a_document_that_is_gone_is_noticed(rig, act):
    session = rig.hold()
    session.record([put(1)])
    rig.dialect.put_back("crm-state", b"")
    with pytest.raises(LockLost, match="changed by somebody else during this run"):
        act(session)


def test_a_state_that_appeared_meanwhile_is_not_overwritten_by_a_first_one(serve):
    rig = serve(Plain())
    session = rig.hold(lock_url="", no_lock_i_know=True)
    rig.begin()
    with pytest.raises(LockLost):
        session.create(make_state(lineage="another"))
    assert rig.store().load().lineage == make_state().lineage


DAMAGE = [b"{}", b'{"version": 4, "serial": 7, "lineage": "of terraform"}', b"\xff\xfe", b"\0" * 4096, b"[" * 100_000]


@pytest.mark.parametrize("contents", DAMAGE)
def test_a_damaged_document_is_an_error_and_leaves_the_lock_free(rig, contents):
    rig.dialect.put_back("crm-state", contents)
    with pytest.raises(StateDamaged):
        rig.store().load()
    with pytest.raises(StateDamaged):
        lock(rig.store())
    assert (rig.held, rig.text) == (None, contents)


def test_a_document_that_was_edited_is_an_error(rig):
    rig.dialect.put_back("crm-state", rig.text.replace(b"production", b"elsewhere"))
    with pytest.raises(StateDamaged, match="changed outside rcsplan"):
        rig.store().load()


def test_a_document_of_a_newer_rcsplan_is_an_error(rig):
    rig.dialect.put_back("crm-state", b'{"format_version": 99}')
    with pytest.raises(StateVersionUnsupported):
        lock(rig.store())
    assert rig.held is None


def test_without_a_lock_a_change_by_others_is_noticed_by_what_is_read(serve):
    rig = serve(Plain()).begin()
    session = rig.hold(lock_url="", no_lock_i_know=True)
    with lock(rig.store()) as other:
        other.record([put(7)])
    with pytest.raises(LockLost, match="changed by somebody else"):
        session.record([put(1)])
    assert number_in(rig.store().load()) == 7


def test_without_a_lock_nobody_holds_it_and_there_is_nothing_to_break(serve):
    rig = serve(Plain()).begin()
    store = rig.store(lock_url="", no_lock_i_know=True)
    with lock(store):
        assert (store.holder(), store.unlock()) == (None, None)


class ChangedInBetween(Plain):
    """Somebody past the lock writes between the last check and the write."""

    armed = False

    def write(self, request):
        if self.armed:
            self.armed = False
            self.put_back(request.name, b"of somebody else")
        return super().write(request)


def test_where_the_server_has_entity_tags_nothing_is_written_over_a_change_by_others(serve):
    rig = serve(ChangedInBetween(etags=True)).begin()
    session = rig.hold()
    rig.dialect.armed = True
    with pytest.raises(LockLost, match="changed by somebody else"):
        session.record([put(1)])
    assert rig.text == b"of somebody else"


def test_with_entity_tags_records_follow_one_another(serve):
    rig = serve(Plain(etags=True)).begin()
    with lock(rig.store()) as session:
        session.record([put(1)])
        session.record([put(2)])
    assert "HTTP_IF_MATCH" in rig.server.last("POST")
    assert number_in(rig.store().load()) == 2


def test_a_weak_entity_tag_is_no_condition(serve):
    rig = serve(DIALECTS["gitlab"]()).begin()
    with lock(rig.store()) as session:
        session.record([put(1)])
    assert [request for request in rig.server.requests if "HTTP_IF_MATCH" in request] == []


def test_a_server_that_does_not_look_at_the_id_of_a_write_is_still_fenced(serve):
    rig = serve(Plain(checks_writes=False)).begin()
    session = rig.hold()
    session.record([put(1)])
    rig.store().unlock()
    with lock(rig.store(), "next") as successor:
        successor.record([put(7)])
        with pytest.raises(LockLost):
            session.record([put(2)])
    assert number_in(rig.store().load()) == 7


def test_a_server_that_does_not_name_the_holder_is_not_used(serve):
    rig = serve(Plain(names_holder=False))
    session = rig.hold()
    with pytest.raises(StateError, match="does not say by whom"):
        session.create(make_state())
    assert rig.store().load() is None


def test_a_server_whose_lock_excludes_nobody_is_not_used(serve):
    class Careless(Plain):
        def lock(self, _):
            return "200 OK", b""

    rig = serve(Careless())
    session = rig.hold()
    with pytest.raises(LockLost):
        session.create(make_state())
    assert rig.store().load() is None


def test_whoever_only_looks_for_the_holder_turns_nobody_away(rig):
    state = rig.dialect.states["crm-state"]
    glance = "rcsplan|nonce|look who holds the lock|2026-11-24T09:00:00+00:00||look who holds the lock|rcsplan"
    state.lock = {"ID": glance}

    def looked():
        state.lock = None

    rig.while_sleeping = looked
    with lock(rig.store()) as session:
        assert (session.state.serial, len(rig.slept)) == (0, 1)
