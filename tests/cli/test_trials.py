"""`test`: a message on the phones of a few, for real, recorded apart from its campaign and never twice by accident."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest

from rcsplan.errors import ExitCode
from tests.cli.reviewed import begin_reviewed, manifest
from tests.cli.running import COMMAND, begin_state, surroundings

SEEDS = "3"
TESTED = "  rules: {tested: {over: 1000}}\n"


@pytest.fixture
def shop(project):
    """A project with one send to 1,240 people, and a list of three seeds."""
    return begin_reviewed(project, approvals="[]")


def try_out(shop, *options, address="sale", to=SEEDS):
    """Test a send on a list without being asked."""
    return shop.run("test", address, "--to-list", to, "--auto-approve", *options)


def suffer(shop, fault):
    """Let the simulator play a fault in each run from now on; none without one."""
    text = re.sub(r" faults: \[.*?\],", "", shop.read("rcsplan.yaml"))
    shop.write(
        "rcsplan.yaml",
        text.replace("account: sandbox", f"faults: ['{fault}'], account: sandbox" if fault else "account: sandbox"),
    )


def trials(shop):
    """The test sends that the state records."""
    return json.loads(shop.run("state", "pull").out).get("trials", {})


def test_it_is_an_instant_campaign_of_the_same_content(shop):
    assert try_out(shop).code == 0
    assert shop.apply().code == 0
    trial, campaign = (entry["payload"] for entry in shop.ledger())
    assert trial == {**{key: campaign[key] for key in campaign if key != "start_at"}, "groups": [3]}


def test_it_says_what_it_sends_and_what_became_of_it(shop, golden):
    begin_state(shop.folder / ".rcsplan/sandbox.state.json")
    done = try_out(shop)
    golden("trials/sent.txt", done.err + re.sub(r"campaign\s+\d+", "campaign 1", done.out))


def test_it_leaves_the_campaign_alone(shop):
    before = shop.plan()["actions"]
    try_out(shop)
    assert shop.plan()["actions"] == before


@pytest.mark.parametrize("name", ["sale", "other"])
def test_the_list_shows_it_as_a_test(shop, name):
    try_out(shop)
    rows = shop.run("state", "list", name, "--format", "json").json
    expected = {"sale": [("sale", "test", True, 3)], "other": []}
    assert [(row["address"], row["phase"], row["test"], row["contacts"]) for row in rows] == expected[name]


def test_the_list_tells_a_test_from_its_campaign(shop):
    try_out(shop)
    shop.apply()
    rows = shop.run("state", "list", "--format", "json").json
    assert sorted((row["phase"], row["test"]) for row in rows) == [("scheduled", False), ("test", True)]


def test_the_history_credits_it_to_who_sent_it(shop):
    try_out(shop)
    (row,) = shop.run("state", "history", "--format", "json").json
    (trial,) = trials(shop).values()
    assert (row["what"], row["address"], row["remote_id"], row["who"]) == (
        "test",
        "sale",
        shop.ledger()[0]["id"],
        trial["provenance"]["who"],
    )


def test_one_of_unknown_outcome_is_shown_as_such(shop):
    suffer(shop, "POST /api/campaigns/rcs/*=drop_response")
    try_out(shop)
    assert [row["phase"] for row in shop.run("state", "list", "--format", "json").json] == ["test, outcome unknown"]
    assert [row["what"] for row in shop.run("state", "history", "--format", "json").json] == ["test, unknown"]


def test_it_is_recorded_with_who_and_what(shop):
    try_out(shop)
    (trial,) = trials(shop).values()
    assert (trial["address"], trial["seeds"], trial["content_digest"]) == (
        "sale",
        {"id": 3, "name": "Seeds", "contacts": 3},
        shop.plan()["actions"][0]["content_digest"],
    )
    assert trial["provenance"]["who"]


def test_the_same_is_not_sent_again_by_a_second_run_of_a_job(shop):
    try_out(shop)
    done = try_out(shop)
    assert (done.code, "before: campaign" in done.out.replace("\n", " ")) == (0, True)
    assert len(shop.ledger()) == 1


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [("vars/common.yaml", "Sale", "Sail"), ("sale.yaml", "options:", "validity: 5, options:")],
)
def test_another_content_is(shop, file, before, after):
    try_out(shop)
    shop.edit(file, before, after)
    assert (try_out(shop).code, len(shop.ledger())) == (0, 2)


@pytest.mark.parametrize(("before", "after"), [("10:00", "11:00"), ("{name: Newsletter}", "{name: Everybody}")])
def test_another_time_or_audience_is_no_other_content(shop, before, after):
    try_out(shop)
    shop.edit("sale.yaml", before, after)
    assert (try_out(shop).code, len(shop.ledger())) == (0, 1)


def test_it_is_sent_again_where_that_is_said(shop):
    try_out(shop)
    assert (try_out(shop, "--again").code, len(shop.ledger()), len(trials(shop))) == (0, 2, 2)


@pytest.mark.parametrize("fault", ["drop_response", "error_after", "truncate", "garbage", "drop_request", "duplicate"])
def test_an_outcome_that_is_not_known_is_never_repeated_blindly(shop, fault):
    suffer(shop, f"POST /api/campaigns/rcs/send-groups={fault}")
    assert try_out(shop).code == ExitCode.UNKNOWN
    sent = len(shop.ledger())
    suffer(shop, "")
    done = try_out(shop)
    assert done.first == (ExitCode.BLOCKED, "Error: Nobody knows whether this test was sent before")
    assert len(shop.ledger()) == sent
    assert (try_out(shop, "--again").code, len(shop.ledger())) == (0, sent + 1)
    assert (try_out(shop).code, len(shop.ledger())) == (0, sent + 1)


def test_a_way_out_of_an_unknown_test_works_as_it_stands(shop):
    suffer(shop, "POST /api/campaigns/rcs/send-groups=drop_response")
    try_out(shop)
    suffer(shop, "")
    command = re.search(r"rcsplan (test .*)", try_out(shop).err)[1].replace("'", "")
    assert shop.run(*command.split(), "--auto-approve").code == 0


@pytest.mark.parametrize("fault", ["refuse", "too_many"])
def test_what_provably_was_not_sent_leaves_nothing_behind(shop, fault):
    suffer(shop, f"POST /api/campaigns/rcs/send-groups={fault}")
    assert (try_out(shop).code, trials(shop), shop.ledger()) == (ExitCode.ERROR, {}, [])
    suffer(shop, "")
    assert (try_out(shop).code, len(shop.ledger())) == (0, 1)


def test_a_refusal_by_the_provider_leaves_nothing_behind(shop):
    shop.edit("sandbox/account.yaml", "lists:", "agents: [Other]\nlists:")
    assert (try_out(shop).code, trials(shop), shop.ledger()) == (ExitCode.ERROR, {}, [])


def test_a_run_that_is_killed_over_it_leaves_an_unknown_outcome(shop):
    suffer(shop, "POST /api/campaigns/rcs/send-groups=slow:30")
    command = [*COMMAND, "--project", str(shop.folder), "test", "sale", "--to-list", SEEDS, "--auto-approve"]
    with subprocess.Popen(command, env=surroundings(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        await_journal(shop)
        run.kill()
    suffer(shop, "")
    done = try_out(shop)
    assert done.first == (ExitCode.BLOCKED, "Error: Nobody knows whether this test was sent before")
    assert (try_out(shop, "--again").code, [trial.get("remote_id") is None for trial in trials(shop).values()]) == (
        0,
        [True, False],
    )


def await_journal(shop):
    """Wait until the intent of a test is on the disk."""
    deadline = time.monotonic() + 30
    while not any(b"put_trial" in file.read_bytes() for file in (shop.folder / ".rcsplan").glob("*journal*")):
        assert time.monotonic() < deadline, sorted((shop.folder / ".rcsplan").iterdir())
        time.sleep(0.05)


def test_an_apply_is_not_held_up_by_an_unknown_test(shop):
    suffer(shop, "POST /api/campaigns/rcs/send-groups=drop_response")
    try_out(shop)
    suffer(shop, "")
    assert (shop.apply().code, len(shop.ledger())) == (0, 2)


def test_where_nobody_else_submits_a_test_is_nobody_elses(shop):
    shop.edit("rcsplan.yaml", "type: sandbox,", "type: sandbox, exclusive: true,")
    try_out(shop)
    assert shop.actions() == {"sale": "submit"}


@pytest.mark.parametrize(
    ("account", "detail"),
    [
        ("{id: 3, name: Seeds, contacts: 21}", "has 21 contacts; policy.max_test_contacts allows 20."),
        ("{id: 3, name: Seeds, contacts: 0}", "has no contacts."),
        ("{id: 3, name: Seeds, contacts: 3, default: true}", "is the account's default list"),
    ],
)
def test_a_list_that_is_none_of_seeds_is_refused(shop, account, detail):
    shop.edit("sandbox/account.yaml", "{id: 3, name: Seeds, contacts: 3}", account)
    done = try_out(shop)
    assert (done.code, detail in done.err, shop.ledger()) == (ExitCode.BLOCKED, True, [])


def test_the_size_of_a_seed_list_can_be_set(shop):
    shop.edit("rcsplan.yaml", "policy:\n", "policy:\n  max_test_contacts: 2\n")
    assert try_out(shop).code == ExitCode.BLOCKED


def test_a_list_that_campaigns_go_to_is_warned_of(shop):
    shop.write("seeds.yaml", manifest("seeds", to="Seeds"))
    assert "Warning: campaigns go to that list: seeds." in try_out(shop).err


@pytest.mark.parametrize(
    ("address", "to", "first"),
    [
        ("sael", SEEDS, "Error: No send is declared under 'sael'"),
        ("sale", "99", "Error: The account has no contact list 99"),
    ],
)
def test_what_does_not_exist_is_wrong_usage(shop, address, to, first):
    assert try_out(shop, address=address, to=to).first == (ExitCode.USAGE, first)


def test_of_several_sends_one_must_be_named(shop):
    shop.edit("sale.yaml", "schedule:", "matrix: {locale: [uk, en]}\nschedule:")
    assert try_out(shop).first == (ExitCode.USAGE, "Error: 'sale' comes to 2 sends; a test is of one")
    assert try_out(shop, address="sale[locale=uk]").code == 0


def test_a_hold_holds_tests_as_well(shop):
    shop.write("HOLD", "The agent is being renamed")
    done = try_out(shop)
    assert (done.first, shop.ledger()) == (
        (ExitCode.BLOCKED, "Error: Nothing may be sent: the project is on hold: The agent is being renamed"),
        [],
    )


def test_a_rule_against_instant_sends_does_not_concern_tests(shop):
    shop.edit("rcsplan.yaml", "policy:\n", "policy:\n  instant: deny\n")
    assert try_out(shop).code == 0


def test_without_a_terminal_it_must_be_said(shop):
    assert shop.run("test", "sale", "--to-list", SEEDS).code == ExitCode.USAGE


def test_an_error_in_a_manifest_is_told(shop):
    shop.edit("sale.yaml", "sender:", "sendre:")
    assert (try_out(shop).code, shop.ledger()) == (ExitCode.ERROR, [])


def test_the_policy_can_demand_a_test_before_a_large_send(shop):
    shop.write("rcsplan.yaml", shop.read("rcsplan.yaml") + TESTED)
    assert shop.reasons() == {"sale": "policy"}
    assert "rcsplan test sale --to-list ID" in shop.run("plan").out
    try_out(shop)
    assert shop.apply().code == 0


def test_an_edit_after_the_test_demands_another(shop):
    shop.write("rcsplan.yaml", shop.read("rcsplan.yaml") + TESTED)
    try_out(shop)
    shop.edit("vars/common.yaml", "Sale", "Sail")
    assert shop.reasons() == {"sale": "policy"}


def test_a_test_that_may_not_have_arrived_is_none(shop):
    shop.write("rcsplan.yaml", shop.read("rcsplan.yaml") + TESTED)
    suffer(shop, "POST /api/campaigns/rcs/send-groups=drop_response")
    try_out(shop)
    assert shop.reasons() == {"sale": "policy"}


def test_a_small_send_needs_no_test(shop):
    shop.write("rcsplan.yaml", shop.read("rcsplan.yaml") + TESTED)
    shop.edit("sale.yaml", "{name: Newsletter}", "{name: Seeds}")
    assert shop.reasons() == {}
