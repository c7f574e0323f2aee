"""What `probe` finds out about a state server, and that it leaves nothing behind."""

import pytest

from rcsplan.backend.protocol import Probe
from rcsplan.errors import StateError
from tests.backend.dialects import Gitea, GitLab, Plain
from tests.backend.stores import make_info


def broken(rig):
    """The questions to which the answer is no."""
    return [probe.question for probe in rig.store().probe() if not probe.holds]


@pytest.mark.parametrize("dialect", [GitLab, Gitea])
def test_with_names_that_are_free_a_neighbour_is_tried_and_deleted(serve, dialect):
    rig = serve(dialect()).begin()
    assert broken(rig) == []
    assert [name for name, state in rig.dialect.states.items() if not state.deleted] == ["crm-state"]


def test_the_neighbour_is_deleted_also_where_trying_it_failed(serve):
    class Full(GitLab):
        def write(self, _):
            return "204 No Content", b""

    rig = serve(Full())
    with pytest.raises(StateError, match="does not keep it"):
        rig.store().probe()
    assert [state.deleted for state in rig.dialect.states.values()] == [True]


def test_of_a_plain_server_only_the_lock_is_tried_and_given_back(serve):
    rig = serve(Plain()).begin()
    assert (broken(rig), rig.held) == ([], None)
    assert set(rig.server.methods()) == {"LOCK", "UNLOCK"}


def test_a_lock_that_a_run_holds_serves_as_well_and_stays(serve):
    rig = serve(Plain()).begin()
    session = rig.hold()
    assert broken(rig) == []
    session.check()
    assert rig.store().holder() == make_info()


def test_a_lock_that_excludes_nobody_is_found_out(serve):
    class Careless(Plain):
        def lock(self, _):
            return "200 OK", b""

    assert broken(serve(Careless())) == ["Does a lock keep a second one out?", "Does a refused lock name its holder?"]


def test_a_refusal_that_does_not_name_the_holder_is_found_out(serve):
    assert broken(serve(Plain(names_holder=False))) == ["Does a refused lock name its holder?"]


def test_a_lock_that_is_never_free_again_is_found_out(serve):
    class Stubborn(Plain):
        def unlock(self, _):
            return "409 Conflict", b""

    assert broken(serve(Stubborn())) == ["Is a lock that was given back free?"]


def test_a_server_without_a_lock_does_not_keep_the_promise(serve):
    rig = serve(Plain(), lock_url="", no_lock_i_know=True)
    assert rig.store().probe() == (
        Probe(question="Does a lock keep a second one out?", holds=False, detail="No lock_url is set."),
    )


def test_a_server_that_is_not_there_cannot_be_probed(serve):
    rig = serve(Plain())
    rig.server.fail("drop_request", "*", times=99)
    with pytest.raises(StateError, match="did not answer"):
        rig.store().probe()
