import pytest


def test_the_same_body_at_once_is_refused(simulator):
    simulator.accept()
    reply = simulator.submit()
    assert (reply.status, reply.json) == (429, {"message": "Too many duplicate request detected"})


def test_it_leaves_the_first_alone(simulator):
    simulator.accept()
    simulator.submit()
    assert len(simulator.store.ledger()) == 1


@pytest.mark.parametrize(("seconds", "status"), [(2.9, 429), (3.1, 200)])
def test_the_window_is_of_real_seconds(simulator, seconds, status):
    simulator.accept()
    simulator.real.tick(seconds)
    assert simulator.submit().status == status


def test_a_refused_copy_does_not_prolong_the_window(simulator):
    simulator.accept()
    simulator.real.tick(2)
    simulator.submit()
    simulator.real.tick(1.5)
    assert simulator.submit().status == 200


def test_the_order_of_keys_makes_no_other_body(simulator):
    simulator.post({"groups": [1864275], "sender": "Acme", "options": {"text": "Hello"}})
    reply = simulator.post({"options": {"text": "Hello"}, "sender": "Acme", "groups": [1864275]})
    assert reply.status == 429


@pytest.mark.parametrize("fields", [{"start_at": "2026-12-05 09:00:01"}, {"sender": "Other"}, {"validity": 24}])
def test_any_other_body_passes(simulator, fields):
    simulator.accept(start_at="2026-12-05 09:00:00")
    assert simulator.submit(**fields).status == 200


def test_what_was_refused_may_come_again(simulator):
    simulator.submit(validity=0)
    assert simulator.submit(validity=0).status == 422


def test_a_stopped_campaign_still_guards(simulator):
    simulator.stop(simulator.accept(start_at="2026-12-05 09:00:00"))
    assert simulator.submit(start_at="2026-12-05 09:00:00").status == 429


def test_a_window_of_nothing_switches_it_off(simulator):
    simulator.seed(readings={"duplicate_window_seconds": 0})
    simulator.accept()
    assert simulator.submit().status == 200
