"""`state …`: what each command does, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

import pytest

from rcsplan.backend.local import LocalStore
from tests.cli.running import lock_info
from tests.ways_out.shop import SEND_GROUPS, SOON, STATE

LATER = {"at": "2026-12-20 10:00", "timezone": "Europe/Kyiv"}


@pytest.fixture
def two(shop):
    """A shop with two scheduled sends."""
    shop.declare("sale")
    shop.declare("other", schedule=LATER, spec={"groups": [102]})
    assert shop.apply().code == 0
    return shop


@pytest.fixture
def accepted(shop):
    """A send of which the answer was lost and that no list shows yet, beside one that is scheduled."""
    shop.declare("other", schedule=LATER, spec={"groups": [102]})
    assert shop.apply().code == 0
    shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1", "list_lag:600"])
    shop.declare("sale")
    assert shop.apply("--settle-timeout", "0s").code == 3
    return shop


#: What is refused of two scheduled sends, with the first line of the error.
REFUSED = [
    (("state", "init"), 64, "There already is a state at"),
    (("state", "mv", "sale", "other"), 64, "The state already has records of 'other'"),
    (("state", "mv", "sale", "No Address!"), 64, "That is no address"),
    (("state", "mv", "sal", "new"), 64, "The state has no record of 'sal'"),
    (("state", "rm", "sal", "--auto-approve"), 64, "The state has no record of 'sal'"),
    (("state", "rm", "sale", "--auto-approve"), 64, "sale may still send: campaign 54000000"),
    (("state", "show", "sal"), 64, "The state has no record of 'sal'"),
    (("state", "skip"), 64, "Name the addresses, or --missed, and not both"),
    (("state", "skip", "sale", "--missed"), 64, "Name the addresses, or --missed, and not both"),
    (("state", "skip", "sale"), 64, "'sale' was not missed"),
    (("state", "resolve"), 64, "Say one thing: ADDRESS --remote-id ID, ADDRESS --not-sent, or --not-ours ID"),
    (("state", "resolve", "sale"), 64, "Say one thing: ADDRESS --remote-id ID, ADDRESS --not-sent, or --not-ours ID"),
    (("state", "resolve", "sale", "--not-ours", "7"), 64, "Say one thing:"),
    (("state", "resolve", "sale", "--remote-id", "7", "--not-sent"), 64, "Say one thing:"),
    (("state", "resolve", "--not-sent"), 64, "Say one thing:"),
    (("state", "resolve", "sale", "--not-sent", "--auto-approve"), 64, "Nothing of 'sale' is open"),
    (("state", "resolve", "sale", "--remote-id", "7"), 64, "Nothing of 'sale' is open"),
    (("state", "resolve", "sal", "--remote-id", "7"), 64, "The state has no record of 'sal'"),
    (("state", "resolve", "--not-ours", "54000000"), 64, "Campaign 54000000 belongs to a record of this state"),
]


@pytest.mark.parametrize(
    ("command", "code", "summary"), REFUSED, ids=lambda value: " ".join(value) if value is tuple else None
)
def test_what_is_refused_changes_nothing(two, command, code, summary):
    before = two.read(STATE)
    said = two.run(*command)
    assert (said.code, said.err.startswith(f"Error: {summary}")) == (code, True)
    assert two.read(STATE) == before


@pytest.mark.parametrize(
    ("remote_id", "summary"),
    [("7", "The account has no campaign 7"), ("54000000", "Campaign 54000000 belongs to another record of this state")],
)
def test_a_campaign_that_it_cannot_be_is_refused(accepted, remote_id, summary):
    said = accepted.run("state", "resolve", "sale", "--remote-id", remote_id)
    assert said.first == (64, f"Error: {summary}")
    assert accepted.reasons() == {"sale": "unknown_outcome"}


#: What would be lost by a slip: without a terminal each has to be said twice.
ASKING = [("state", "rm", "other"), ("state", "resolve", "sale", "--not-sent"), ("stop", "other")]


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_what_cannot_be_taken_back_is_asked_for(accepted, command):
    before = accepted.read(STATE)
    assert accepted.process(*command).code == 64
    assert (accepted.read(STATE), len(accepted.live())) == (before, 2)


class TestMove:
    def test_the_records_go_with_the_name(self, two):
        two.remove("sale.yaml")
        two.declare("spring", spec={"options": {"text": "Hello from sale"}})
        assert two.run("state", "mv", "sale", "spring").out == "sale is now spring.\n"
        two.converge()
        assert two.live() == ["Hello from other", "Hello from sale"]


class TestForget:
    def test_what_has_ended_and_is_forgotten_may_be_sent_again(self, two):
        two.advance("4d")
        assert two.apply().code == 0
        assert two.run("state", "rm", "sale", "--auto-approve").out == "Forgot 1 record of sale.\n"
        two.declare("sale", schedule=LATER)
        two.converge()
        assert sorted(text for text, _ in two.sent()) == ["Hello from other", "Hello from sale", "Hello from sale"]


class TestSkip:
    def test_where_nothing_was_missed_it_says_so(self, two):
        said = two.run("state", "skip", "--missed")
        assert (said.code, said.out) == (0, "Nothing was missed.\n")

    def test_what_is_put_to_rest_stays_so_at_any_time_until_the_revision_rises(self, shop):
        shop.declare("sale")
        shop.advance("4d")
        assert shop.run("state", "skip", "sale").out == "sale: put to rest\n"
        shop.declare("sale", schedule=LATER)
        shop.converge()
        assert shop.sent() == []
        shop.declare("sale", schedule=LATER, metadata={"revision": 2})
        shop.converge()
        assert shop.live() == ["Hello from sale"]

    def test_only_what_is_named_is_put_to_rest(self, shop):
        shop.declare("sale")
        shop.declare("other")
        shop.advance("4d")
        assert shop.run("state", "skip", "sale").code == 0
        assert shop.reasons() == {"other": "missed"}


class TestResolve:
    def test_the_evidence_is_shown_of_what_a_person_said(self, accepted):
        campaign = accepted.ledger()[-1]["id"]
        assert (
            accepted.run("state", "resolve", "sale", "--remote-id", str(campaign)).out
            == f"sale is campaign {campaign}.\n"
        )
        shown = accepted.run("state", "show", "sale")
        assert f"resolved it as campaign {campaign}" in " ".join(shown.out.split())

    def test_the_evidence_is_shown_of_what_a_machine_found(self, accepted):
        accepted.configure()
        assert accepted.apply().code == 0
        shown = " ".join(accepted.run("state", "show", "sale").out.split())
        assert "was the only unclaimed one with this sender and start, told by a start second of its own" in shown

    def test_what_a_wrong_answer_would_cost_is_said_first(self, accepted):
        accepted.configure(fingerprint_start_at=False)
        said = accepted.run("state", "resolve", "sale", "--not-sent", "--auto-approve")
        assert "1,240" in said.out
        assert str(accepted.ledger()[-1]["id"]) in said.out

    def test_several_campaigns_are_somebody_elses_at_once(self, shop):
        shop.configure(exclusive=True)
        first, second = (shop.submit_elsewhere(f"2026-12-0{day} 10:00:17") for day in (6, 7))
        said = shop.run("state", "resolve", "--not-ours", str(first), "--not-ours", str(second))
        assert said.out == f"Noted as somebody else's: {first}, {second}.\n"
        shop.declare("sale")
        shop.converge()


class TestUnlock:
    def test_where_nobody_holds_it_it_says_so(self, two):
        assert two.run("state", "unlock").out == "Nobody holds the lock.\n"

    def test_who_holds_it_is_shown_and_the_lock_stays_where_nobody_agrees(self, two):
        with LocalStore(two.folder / STATE).lock(lock_info("apply"), timeout=0) as session:
            said = two.process("state", "unlock")
            session.check()
        assert said.code == 64
        assert "Locked by tester@desk since 2026-12-01 00:00:00 UTC: apply" in said.out

    def test_it_is_broken_where_that_is_said(self, two):
        with LocalStore(two.folder / STATE).lock(lock_info("apply"), timeout=0):
            assert two.process("state", "unlock", "--auto-approve").code == 0
            assert two.process("apply", "--auto-approve").code == 0


class TestHistory:
    def test_it_tells_what_was_done_by_whom_and_by_which_plan(self, shop):
        shop.declare("sale")
        checksum = shop.plan()["checksum"]
        assert shop.apply().code == 0
        shop.remove("sale.yaml")
        assert shop.apply("--allow-mass-stop").code == 0
        rows = shop.run("state", "history", "--format", "json").json
        assert sorted(row["what"] for row in rows) == ["archived", "stopped", "submitted"]
        assert [(row["address"], row["plan"]) for row in rows if row["what"] == "submitted"] == [("sale", checksum)]
        # Who stopped and archived is not recorded: it need not be who had submitted.
        assert {row["what"]: bool(row["who"]) for row in rows} == {
            "submitted": True,
            "stopped": False,
            "archived": False,
        }

    def test_it_is_empty_where_nothing_was_done(self, shop):
        assert shop.run("state", "history").out == "Nothing was done yet.\n"


@pytest.mark.parametrize("command", [("state", "list"), ("state", "list", "--format", "json"), ("state", "history")])
def test_looking_at_a_state_needs_no_lock(two, command):
    with LocalStore(two.folder / STATE).lock(lock_info("apply"), timeout=0):
        assert two.process(*command).code == 0


#: Everything that changes the state waits for nobody.
CHANGING = [
    ("state", "mv", "sale", "new"),
    ("state", "rm", "sale", "--auto-approve"),
    ("state", "skip", "--missed"),
    ("state", "resolve", "--not-ours", "7"),
    ("state", "account", "--accept"),
]


@pytest.mark.parametrize("command", CHANGING, ids=" ".join)
def test_nothing_is_changed_while_somebody_else_holds_the_lock(two, command):
    before = two.read(STATE)
    with LocalStore(two.folder / STATE).lock(lock_info("apply"), timeout=0):
        said = two.run(*command)
    assert (said.code, two.read(STATE)) == (6, before)


def test_a_lost_submission_is_shown_as_watched(shop):
    shop.configure(faults=[f"{SEND_GROUPS}=drop_request:x1"], **SOON)
    shop.declare("sale")
    assert shop.apply().code == 0
    assert "watched" in shop.run("state", "show", "sale").out
