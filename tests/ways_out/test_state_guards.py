"""A state that is missing, of something else, or older than it should be is never taken for a reason to send again."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import process
from tests.ways_out.provider import served
from tests.ways_out.shop import STATE, in_days

KEY = {"BSG_TEST_KEY": "live_of_nobody"}
HTTPS = {"type": "bsg", "base_url": "https://one-api.example", "api_key": {"env": "BSG_TEST_KEY"}}

#: Commands that would change the state, or plan against it.
OWNING = [
    ("plan",),
    ("apply", "--auto-approve"),
    ("stop", "sale", "--auto-approve"),
    ("state", "mv", "sale", "spring"),
    ("state", "rm", "sale", "--auto-approve"),
    ("state", "skip", "--missed"),
    ("state", "resolve", "sale", "--not-sent", "--auto-approve"),
    ("state", "resolve", "--not-ours", "7"),
]


@pytest.fixture
def applied(live):
    """The served shop after its first apply."""
    assert live.apply().code == 0
    return live


@pytest.mark.parametrize("command", OWNING, ids=" ".join)
def test_where_people_are_reached_a_missing_state_is_an_error(shop, monkeypatch, command):
    monkeypatch.setenv(*next(iter(KEY.items())))
    monkeypatch.delenv("CI", raising=False)
    shop.configure(**HTTPS)
    shop.declare("sale", schedule=in_days(2))
    said = shop.run(*command)
    assert said.first == (1, f"Error: There is no state at {shop.folder}/{STATE}")
    assert "rcsplan state init" in said.err
    assert not (shop.folder / STATE).exists()


@pytest.fixture
def tunnel(shop, tmp_path, monkeypatch):
    """A shop whose provider answers on this machine, and does not say that it is a simulator."""
    monkeypatch.setenv(*next(iter(KEY.items())))
    monkeypatch.delenv("CI", raising=False)
    with served(tmp_path / "account/sandbox.db", conceals=True) as behind:
        shop.configure(**behind.settings())
        shop.declare("sale", schedule=in_days(2))
        yield shop, behind


def test_what_does_not_say_that_it_is_a_simulator_reaches_people_also_on_this_machine(tunnel):
    shop, behind = tunnel
    refused = shop.run("apply", "--auto-approve")
    assert (refused.code, "There is no state at" in refused.err, behind.store.ledger()) == (1, True, [])
    assert shop.run("state", "init").code == 0
    assert shop.run("plan", "--format", "json").json["reaches_people"] is True


def test_through_a_tunnel_an_instant_send_is_denied(tunnel):
    shop, _ = tunnel
    shop.declare("sale", schedule={"at": "now", "until": "2100-01-01 10:00"})
    assert shop.run("state", "init").code == 0
    (action,) = shop.run("plan", "--format", "json").json["actions"]
    assert (action["reason"], [finding["rule"] for finding in action["policy"]]) == ("policy", ["instant"])


def test_through_a_tunnel_local_state_is_refused_in_ci(tunnel, monkeypatch):
    shop, _ = tunnel
    monkeypatch.setenv("CI", "true")
    assert shop.run("plan").first == (1, "Error: Local state in CI would be lost with the machine")


def test_who_answers_on_this_machine_is_asked_once(live, provider):
    live.run("status")
    logins = [path for _, path in provider.requests if path == "/api/auth/login"]
    assert len(logins) <= 2


def test_a_state_begins_once(applied):
    before = applied.read(STATE)
    said = applied.run("state", "init")
    assert said.first == (64, f"Error: There already is a state at {applied.folder}/{STATE}")
    assert applied.read(STATE) == before


def test_what_the_account_already_held_when_a_state_began_is_not_foreign(live, provider):
    live.configure(**provider.settings(), exclusive=True)
    assert live.apply().code == 0
    (live.folder / STATE).unlink()
    assert live.run("state", "init").code == 0
    live.declare("sale", schedule=in_days(5))
    live.converge()
    assert len(provider.store.ledger()) == 2


@pytest.fixture
def elsewhere(applied, tmp_path):
    """The shop with its provider changed to another account."""
    with served(tmp_path / "other/sandbox.db") as other:
        applied.configure(**other.settings())
        yield applied, other


@pytest.mark.parametrize("command", OWNING, ids=" ".join)
def test_the_state_of_another_account_is_an_error(elsewhere, command):
    shop, other = elsewhere
    before = shop.read(STATE)
    said = shop.run(*command)
    assert said.first == (1, f"Error: The state at {shop.folder}/{STATE} belongs to another account")
    assert "rcsplan state account --accept" in said.err
    assert (shop.read(STATE), other.store.ledger()) == (before, [])


def test_another_account_is_not_accepted_where_it_does_not_show_what_is_live(elsewhere):
    shop, other = elsewhere
    before = shop.read(STATE)
    said = shop.run("state", "account", "--accept")
    assert said.first == (1, "Error: Campaign 54000000 of sale is not in this account")
    assert (shop.read(STATE), other.store.ledger()) == (before, [])


def test_a_renewed_key_is_accepted_and_changes_nothing(applied, provider, monkeypatch):
    monkeypatch.setenv("BSG_TEST_KEY", "test_of_the_same_account_renewed")
    assert applied.run("plan").code == 1
    assert applied.run("state", "account", "--accept").out == (
        "The state belongs to this account; 1 live campaign found in it.\n"
    )
    applied.converge()
    assert len(provider.store.ledger()) == 1


def test_whose_state_it_is_is_shown(applied):
    said = applied.run("state", "account")
    assert (said.code, "http://127.0.0.1" in said.out) == (0, True)


@pytest.mark.parametrize("command", OWNING, ids=" ".join)
def test_the_state_of_another_environment_is_an_error(applied, command):
    text = applied.read("rcsplan.yaml")
    applied.write("rcsplan.yaml", text.replace('"environments": {"sandbox"', '"environments": {"staging"'))
    (applied.folder / STATE).rename(applied.folder / ".rcsplan/staging.state.json")
    said = applied.run(*command)
    assert said.first == (
        1,
        f"Error: The state at {applied.folder}/.rcsplan/staging.state.json is of environment 'sandbox'",
    )


def test_without_its_state_a_journal_is_not_thrown_away(applied, provider):
    journal = applied.folder / f"{STATE}.journal"
    journal.write_text('{"lineage": "x"}\n')
    (applied.folder / STATE).unlink()
    said = applied.apply()
    assert said.first == (1, f"Error: {journal} is the journal of a state that is gone")
    assert (journal.exists(), len(provider.store.ledger())) == (True, 1)


def test_an_older_state_sends_nothing_again(applied, provider):
    older = applied.read(STATE)
    applied.declare("second", schedule=in_days(3), spec={"groups": [102]})
    assert applied.apply().code == 0
    applied.write(STATE, older)
    assert applied.apply().code == 4
    assert applied.reasons() == {"second": "lookalike"}
    assert len(provider.store.ledger()) == 2


def test_local_state_is_kept_in_ci_where_the_project_says_so(live):
    live.configure(**HTTPS, state={"path": ".rcsplan/{{ environment }}.state.json", "allow_local_in_ci": True})
    said = process("--project", str(live.folder), "plan", env={**KEY, "CI": "true"})
    assert said.first == (1, f"Error: There is no state at {live.folder}/{STATE}")


def test_local_state_is_refused_in_ci(live):
    live.configure(**HTTPS)
    said = process("--project", str(live.folder), "plan", env={**KEY, "CI": "true"})
    assert said.first == (1, "Error: Local state in CI would be lost with the machine")
    assert "state.allow_local_in_ci: true" in said.err


def test_a_simulator_may_keep_its_state_in_ci(live):
    said = live.process("plan", env={**KEY, "CI": "true"})
    assert said.code == 0


def test_a_state_that_was_edited_is_an_error_that_names_the_backup(applied):
    document = json.loads(applied.read(STATE))
    document["sends"] = {}
    applied.write(STATE, json.dumps(document))
    said = applied.apply()
    assert (said.code, ".backup" in said.err, applied.apply().code) == (1, True, 1)
