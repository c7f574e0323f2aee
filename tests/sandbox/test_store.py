import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.sandbox.account import parse_account
from rcsplan.sandbox.store import SandboxStore

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
MOON_LANDING = datetime(2069, 7, 20, 20, 17, tzinfo=UTC)


def names(store):
    with store.reading() as transaction:
        return [entry.name for entry in transaction.account.lists]


def test_folders_are_made_on_first_use(tmp_path):
    SandboxStore(tmp_path / "a" / "b" / "sandbox.db").close()
    assert (tmp_path / "a" / "b" / "sandbox.db").is_file()


def test_a_new_store_has_the_ready_made_account(store):
    assert names(store) == ["Newsletter UA", "Newsletter EN", "VIP", "Test phones"]


def test_the_ledger_has_the_documented_keys(simulator):
    payload = {"groups": [1864275], "sender": "Acme", "options": {"text": "Привіт"}, "extra": None, "validity": 24}
    simulator.post(payload)
    simulator.store.advance(timedelta(seconds=10))
    simulator.stop(54_000_000)
    assert simulator.store.ledger() == [
        {
            "id": 54_000_000,
            "received_at": "2026-12-01T10:00:00Z",
            "endpoint": "/api/campaigns/rcs/send-groups",
            "payload": payload,
            "status": "stopped",
            "contacts": 1240,
            "delivered": 0,
            "sent": 200,
            "stopped_at": "2026-12-01T10:00:10Z",
        }
    ]


def test_the_ledger_is_in_order_of_acceptance(simulator):
    ids = [simulator.accept(sender=name) for name in "cab"]
    assert [entry["id"] for entry in simulator.store.ledger()] == ids


def test_everything_survives_a_restart(simulator, real):
    simulator.seed(lists=[{"id": 1, "name": "Only", "contacts": 5}])
    simulator.store.set_clock(MOON_LANDING)
    simulator.accept(groups=[1])
    before = simulator.store.ledger()
    simulator.store.close()
    reopened = SandboxStore(simulator.store.path, real_clock=real)
    assert (reopened.ledger(), names(reopened), reopened.now()) == (before, ["Only"], MOON_LANDING)
    reopened.close()


def test_tokens_survive_a_restart(simulator):
    simulator.store.close()
    assert simulator.get("/api/groups").status == 200


def test_a_seed_keeps_clock_and_ledger(simulator):
    simulator.accept()
    simulator.store.advance(timedelta(hours=1))
    simulator.seed(clock="2030-01-01 00:00:00", lists=[])
    assert (len(simulator.store.ledger()), simulator.store.now()) == (1, NOW + timedelta(hours=1))


def test_the_first_seed_may_set_the_clock(store, real):
    store.seed(parse_account({"clock": "2069-07-20T20:17:00Z"}))
    real.tick(60)
    assert store.now() == MOON_LANDING + timedelta(minutes=1)


@pytest.mark.parametrize("data", [{"clock": "2030-01-01 00:00:00"}, {}])
def test_a_later_seed_does_not_set_it_again(store, data):
    store.seed(parse_account({"clock": "2069-07-20T20:17:00Z"}))
    store.seed(parse_account(data))
    assert store.now() == MOON_LANDING


def test_whoever_chose_the_real_time_keeps_it(store):
    store.use_real()
    store.seed(parse_account({"clock": "2069-07-20T20:17:00Z"}))
    assert store.now() == NOW


def test_a_reset_starts_over(simulator):
    simulator.accept()
    simulator.seed(lists=[])
    simulator.store.advance(timedelta(days=5))
    simulator.store.reset()
    assert (simulator.store.ledger(), len(names(simulator.store)), simulator.store.now()) == ([], 4, NOW)


def test_ids_never_come_again_not_even_after_a_reset(simulator):
    simulator.accept()
    simulator.store.reset()
    assert simulator.accept() == 54_000_001


def test_the_clock_jumps_and_runs_on(store, real):
    store.set_clock(MOON_LANDING)
    real.tick(5)
    assert store.now() == MOON_LANDING + timedelta(seconds=5)


def test_the_clock_is_put_forward_from_where_it_is(store):
    store.set_clock(MOON_LANDING)
    store.advance(timedelta(hours=36))
    assert store.now() == MOON_LANDING + timedelta(hours=36)


def test_the_clock_can_show_the_real_time_again(store):
    store.set_clock(MOON_LANDING)
    store.use_real()
    assert store.now() == NOW


@pytest.mark.parametrize("by", [timedelta(days=100_000), timedelta(days=-100_000), timedelta.max, timedelta.min])
def test_the_clock_goes_nowhere_from_where_it_could_not_be_read(store, by):
    with pytest.raises(ConfigurationError, match="cannot be set that far"):
        store.advance(by)


def wipe_and_fail(store):
    with store.writing() as transaction:
        transaction.ledger._connection.execute("DELETE FROM settings")
        raise KeyError


def test_a_request_that_fails_leaves_nothing(store):
    store.set_clock(MOON_LANDING)
    with pytest.raises(KeyError):
        wipe_and_fail(store)
    assert store.now() == MOON_LANDING


def test_a_file_that_is_no_database_is_an_error_of_configuration(tmp_path):
    (tmp_path / "sandbox.db").write_text("no database, but long enough to be looked at" * 50)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        SandboxStore(tmp_path / "sandbox.db")


def test_a_folder_in_its_place_is_an_error_of_configuration(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be used"):
        SandboxStore(tmp_path)


def test_a_file_in_the_place_of_its_folder_is_an_error_of_configuration(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be used"):
        SandboxStore(tmp_path / "file" / "sandbox.db")


def test_another_format_is_refused(store):
    store.close()
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigurationError, match="written by another version"):
        SandboxStore(store.path)
