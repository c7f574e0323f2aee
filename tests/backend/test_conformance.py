"""What every state store keeps, whatever it is made of."""

import pytest

from rcsplan.errors import LockLost, StateDamaged, StateError, StateLocked
from rcsplan.state.model import DropRecord, DropTrial, PutTrial, RenameSend, UsePlan
from tests.backend.outsiders import OUTSIDERS
from tests.backend.stores import contents_of, lock, make_info, number_in, put
from tests.builders import NOW, make_record, make_state, make_trial


@pytest.fixture
def begun(store):
    """A store in which a state was begun."""
    with lock(store) as session:
        session.create(make_state())
    return store


def test_where_nothing_was_kept_there_is_no_state(store):
    assert store.load() is None


def test_a_session_where_nothing_was_kept_has_no_state(store):
    with lock(store) as session:
        assert session.state is None


def test_looking_creates_nothing(open_store):
    assert (open_store().load(), open_store().holder(), open_store().load()) == (None, None, None)


def test_a_store_says_where_it_is(store):
    assert "state" in store.location


def test_a_first_state_is_kept(open_store):
    state = make_state(
        [("spring-sale", make_record())], series={"weekly": NOW}, used_plans={"p": NOW}, trials={1: make_trial()}
    )
    with lock(open_store()) as session:
        session.create(state)
    assert (contents_of(open_store().load()), open_store().load().serial) == (contents_of(state), 0)


def test_a_test_send_is_kept_without_saving_and_taken_back(open_store, begun):
    with lock(begun) as session:
        session.record([PutTrial(number=1, trial=make_trial(remote_id=None))])
        session.record([PutTrial(number=2, trial=make_trial())])
    assert open_store().load().trials == {1: make_trial(remote_id=None), 2: make_trial()}
    with lock(begun) as session:
        session.record([DropTrial(number=1)])
        session.save()
    assert open_store().load().trials == {2: make_trial()}


def test_a_state_that_was_just_created_is_the_sessions(store):
    state = make_state()
    with lock(store) as session:
        session.create(state)
        assert session.state is state


def test_nothing_can_be_recorded_where_there_is_no_state(store):
    with lock(store) as session, pytest.raises(StateError, match="no state"):
        session.record([put(1)])


CHANGES = [
    [put(1)],
    [put(1), put(2)],
    [put(1), put(2, address="b")],
    [put(1), DropRecord(address="spring-sale", revision=1)],
    [put(1), RenameSend(address="summer-sale", former="spring-sale")],
    [UsePlan(plan_id="p", at=NOW)],
    [],
]


@pytest.mark.parametrize("changes", CHANGES)
def test_what_was_recorded_is_there_for_every_reader_at_once(begun, open_store, changes):
    with lock(begun) as session:
        session.record(changes)
        assert contents_of(open_store().load()) == contents_of(session.state)


@pytest.mark.parametrize("changes", CHANGES)
def test_what_was_recorded_and_not_saved_is_there_for_the_next_run(begun, open_store, changes):
    with lock(begun) as session:
        session.record(changes)
    with lock(open_store()) as next_session:
        assert contents_of(next_session.state) == contents_of(session.state)


@pytest.mark.parametrize("changes", CHANGES)
def test_saving_changes_nothing_but_the_serial(begun, open_store, changes):
    with lock(begun) as session:
        session.record(changes)
        session.save()
    assert contents_of(open_store().load()) == contents_of(session.state)


def test_changes_are_made_in_the_order_in_which_they_were_recorded(begun, open_store):
    with lock(begun) as session:
        session.record([put(1)])
        session.save()
        session.record([put(2)])
        session.record([put(3)])
    assert number_in(open_store().load()) == 3


def test_texts_in_any_script_are_kept(begun, open_store):
    record = make_record(payload={"text": "Знижка\u2028 🛍\u0000\n"})
    change = put(1).model_copy(update={"record": record})
    with lock(begun) as session:
        session.record([change])
    assert open_store().load().sends["spring-sale"].newest == record


def test_the_serial_rises_with_every_save(begun, open_store):
    with lock(begun) as session:
        session.record([put(1)])
        session.save()
        session.record([put(2)])
        session.save()
        assert (session.state.serial, open_store().load().serial) == (2, 2)


def test_the_serial_does_not_rise_where_nothing_was_recorded(begun, open_store):
    with lock(begun) as session:
        session.save()
    assert open_store().load().serial == 0


def test_the_lineage_stays(begun, open_store):
    with lock(begun) as session:
        session.record([put(1)])
        session.save()
    assert open_store().load().lineage == make_state().lineage


def test_only_one_session_has_the_lock(begun, open_store):
    with lock(begun, "apply"), pytest.raises(StateLocked) as caught:
        lock(open_store(), "other")
    assert (caught.value.summary, "apply" in caught.value.detail) == (
        "The state is locked by me@here since 2026-11-24 09:00:00 UTC",
        True,
    )


def test_the_lock_of_a_session_that_is_over_is_free(begun, open_store):
    lock(begun).release()
    with lock(open_store()) as session:
        assert session.state is not None


def test_a_session_that_ends_with_an_error_frees_the_lock(begun, open_store):
    with pytest.raises(KeyboardInterrupt), lock(begun):
        raise KeyboardInterrupt
    assert open_store().holder() is None


def test_a_lock_can_be_given_back_twice(begun):
    session = lock(begun)
    session.release()
    session.release()
    assert begun.holder() is None


def test_the_holder_of_the_lock_is_known(begun, open_store):
    with lock(begun, "apply"):
        assert open_store().holder() == make_info("apply")


def test_a_free_lock_has_no_holder(begun):
    assert begun.holder() is None


def test_a_lock_that_is_ours_passes_the_check(begun):
    with lock(begun) as session:
        session.record([put(1)])
        session.check()
        session.save()
        session.check()
        assert number_in(session.state) == 1


def test_breaking_a_lock_names_its_holder_and_frees_it(begun, open_store):
    with lock(begun, "apply"):
        assert open_store().unlock() == make_info("apply")
        with lock(open_store(), "next") as session:
            assert session.state is not None


def test_breaking_a_lock_that_nobody_holds_harms_nobody(begun, open_store):
    assert begun.unlock() is None
    with lock(open_store()) as session:
        assert session.state is not None


def do_check(session):
    session.check()


def do_record(session):
    session.record([put(2)])


def do_save(session):
    session.save()


@pytest.mark.parametrize("act", [do_check, do_record, do_save])
def test_the_holder_of_a_broken_lock_can_do_nothing_more(begun, open_store, act):
    with lock(begun) as session:
        session.record([put(1)])
        open_store().unlock()
        with pytest.raises(LockLost):
            act(session)
    assert number_in(open_store().load()) == 1


@pytest.mark.parametrize("act", [do_check, do_record, do_save])
def test_the_holder_of_a_broken_lock_can_do_nothing_to_its_successor(begun, open_store, act):
    with lock(begun) as session:
        session.record([put(1)])
        open_store().unlock()
        with lock(open_store()) as successor:
            successor.record([put(7)])
            successor.save()
            with pytest.raises(LockLost):
                act(session)
    assert number_in(open_store().load()) == 7


def test_a_holder_of_a_broken_lock_does_not_free_that_of_its_successor(begun, open_store):
    session = lock(begun)
    open_store().unlock()
    with lock(open_store(), "next"):
        session.release()
        assert open_store().holder() == make_info("next")


def test_a_state_cannot_be_created_under_a_broken_lock(store, open_store):
    with lock(store) as session:
        open_store().unlock()
        with pytest.raises(LockLost):
            session.create(make_state())
    assert open_store().load() is None


def test_another_state_takes_the_place_of_the_present_one(begun, open_store):
    newer = make_state([("winter-sale", make_record(remote_id=9))], serial=5, not_ours=(7,))
    with lock(begun) as session:
        session.record([put(1)])
        session.replace(newer)
    assert (contents_of(open_store().load()), open_store().load().serial) == (contents_of(newer), 5)


def test_a_state_that_took_the_place_of_another_is_the_sessions_and_goes_on(begun, open_store):
    with lock(begun) as session:
        session.record([put(1)])
        session.replace(make_state(serial=5))
        session.record([put(2)])
        session.check()
        assert number_in(open_store().load()) == number_in(session.state) == 2
        session.save()
    assert (number_in(open_store().load()), open_store().load().serial) == (2, 6)


def test_what_replaced_a_state_needs_no_saving(begun, open_store):
    with lock(begun) as session:
        session.record([put(1)])
        session.replace(make_state(serial=5))
        session.save()
    assert open_store().load().serial == 5


@pytest.mark.parametrize("serial", [0, 1])
def test_a_state_that_is_not_newer_takes_no_place(begun, open_store, serial):
    with lock(begun) as session:
        session.record([put(1)])
        session.save()
        with pytest.raises(StateError, match=f"has serial 1; serial {serial} cannot take its place"):
            session.replace(make_state(serial=serial))
    assert number_in(open_store().load()) == 1


def test_where_there_is_no_state_none_can_be_replaced(store, open_store):
    with lock(store) as session, pytest.raises(StateError, match="no state"):
        session.replace(make_state(serial=5))
    assert open_store().load() is None


def test_a_state_cannot_be_replaced_under_a_broken_lock(begun, open_store):
    with lock(begun) as session:
        open_store().unlock()
        with pytest.raises(LockLost):
            session.replace(make_state(serial=5))
    # Breaking a lock may raise the serial.
    assert open_store().load().serial < 5


@pytest.fixture
def outsider(begun, kind, home):
    """Whoever has access to what the store keeps: a state with one record, saved once."""
    with lock(begun) as session:
        session.record([put(54000001)])
        session.save()
    return OUTSIDERS[kind](kind, home)


def test_what_others_damaged_is_told_and_never_taken_for_the_truth(outsider, open_store):
    outsider.damage()
    with pytest.raises(StateDamaged):
        open_store().load()
    with pytest.raises(StateDamaged):
        lock(open_store())


# Recording alone may add to a journal that is whole; the check stands before every submission.
@pytest.mark.parametrize("act", [do_check, do_save])
def test_older_contents_put_back_during_a_run_stop_it(outsider, open_store, act):
    put_back = outsider.backup()
    with lock(open_store()) as session:
        session.record([put(1)])
        session.save()
        session.record([put(3)])
        put_back()
        with pytest.raises(LockLost):
            act(session)


def test_a_store_keeps_what_it_promises(store):
    assert [probe for probe in store.probe() if not probe.holds] == []


def test_a_store_that_is_probed_is_asked_several_questions(store):
    assert len({probe.question for probe in store.probe()}) >= 3


def test_probing_a_store_begins_no_state(store, open_store):
    store.probe()
    assert open_store().load() is None


def test_probing_touches_neither_the_state_nor_the_session_of_somebody_else(begun, open_store):
    with lock(begun) as session:
        session.record([put(1)])
        open_store().probe()
        session.record([put(2)])
        assert number_in(open_store().load()) == 2
