"""Nothing blocks for ever without a named way out, and nothing that ended long ago holds up what is due today."""

from __future__ import annotations

import pytest

from tests.ways_out.shop import SEND_GROUPS, SOON

LATER = {"at": "2026-12-20 10:00", "timezone": "Europe/Kyiv"}
FLASH = {"at": "now", "until": "2026-12-01 18:00", "timezone": "Europe/Kyiv"}
STRICT = {"agents": ["Acme"], "readings": {"duplicate_window_seconds": 0}}


@pytest.fixture
def accepted(shop):
    """A send of which the answer was lost, and that no list shows yet."""
    shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1", "list_lag:600"])
    shop.declare("sale")
    assert shop.apply("--settle-timeout", "0s").code == 3
    return shop


def test_an_unknown_outcome_whose_manifest_is_gone_holds_up_nothing_else(accepted):
    accepted.remove("sale.yaml")
    accepted.declare("today", spec={"groups": [102]})
    assert accepted.apply("--settle-timeout", "0s").code == 3
    assert accepted.live() == ["Hello from sale", "Hello from today"]


def test_an_unknown_outcome_whose_manifest_is_gone_is_resolved_and_stopped(accepted):
    accepted.remove("sale.yaml")
    command = accepted.blocked("sale").command("--remote-id")
    assert accepted.follow(command.replace("ID", str(accepted.ledger()[0]["id"]))).code == 0
    accepted.converge("--allow-mass-stop")
    assert accepted.live() == []


def test_an_unknown_outcome_whose_start_passed_is_found_and_done(accepted):
    accepted.advance("5d")
    accepted.configure()
    accepted.converge()
    assert accepted.actions() == {"sale": "none"}


def test_an_unknown_outcome_that_never_arrived_and_is_late_by_now_is_put_to_rest(shop):
    shop.configure(faults=[f"{SEND_GROUPS}=drop_request:x1"], **SOON)
    shop.declare("sale")
    assert shop.apply("--settle-timeout", "0s").code == 3
    shop.advance("20d")
    assert shop.apply().code == 4
    assert shop.follow(shop.blocked("sale").command("state skip")).code == 0
    shop.converge()
    assert shop.sent() == []


def test_an_ambiguous_outcome_whose_start_passed_holds_up_its_own_address_alone(shop):
    shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1"])
    shop.declare("flash", schedule=FLASH)
    assert shop.apply("--settle-timeout", "0s").code == 3
    shop.advance("20d")
    shop.declare("today", schedule={"at": "2026-12-22 10:00", "timezone": "Europe/Kyiv"})
    assert shop.apply("--settle-timeout", "0s").code == 3
    assert shop.live() == ["Hello from flash", "Hello from today"]
    block = shop.blocked("flash")
    assert shop.follow(block.command(f"--remote-id {shop.ledger()[0]['id']}")).code == 0
    shop.converge()


def test_an_instant_outcome_that_is_resolved_as_not_sent_late_is_put_to_rest(shop):
    shop.configure(faults=[f"{SEND_GROUPS}=drop_request:x1"])
    shop.declare("flash", schedule=FLASH)
    assert shop.apply("--settle-timeout", "0s").code == 3
    shop.advance("20d")
    assert shop.follow(shop.blocked("flash").command("--not-sent")).code == 0
    assert shop.follow(shop.blocked("flash").command("state skip")).code == 0
    shop.converge()
    assert shop.sent() == []


@pytest.mark.parametrize("span", ["4d", "90d"])
def test_drift_is_a_note_once_its_time_has_passed(shop, span):
    shop.declare("sale")
    assert shop.apply().code == 0
    shop.stop_elsewhere(shop.remote_id("sale"))
    shop.advance(span)
    shop.converge()
    assert "was stopped outside rcsplan" in " ".join(shop.run("plan").out.split())


def test_drift_of_an_instant_send_is_a_note_once_its_last_moment_has_passed(shop):
    shop.configure(account={"moderation": {"minutes": 5, "refuse": True}})
    shop.declare("flash", schedule=FLASH)
    assert shop.apply().code == 0
    shop.advance("1h")
    assert shop.blocked("flash").reason == "drift"
    shop.advance("1d")
    shop.converge()


@pytest.fixture
def refused(shop):
    """A send whose new version the provider refused."""
    shop.configure(account=STRICT)
    shop.declare("sale")
    assert shop.apply().code == 0
    shop.declare("sale", spec={"sender": "Nobody"})
    assert shop.apply().code == 1
    return shop


def test_a_refused_version_whose_time_passed_is_put_to_rest(refused):
    refused.advance("20d")
    assert refused.blocked("sale").reason == "missed"
    assert refused.follow(refused.blocked("sale").command("state skip")).code == 0
    refused.converge()


def test_a_refused_version_that_is_removed_is_archived(refused):
    refused.remove("sale.yaml")
    refused.converge()
    assert refused.actions() == {}


def test_it_can_be_too_late_to_bring_a_stopped_version_back(refused):
    refused.declare("sale", spec={"sender": "Nobody"}, schedule=LATER)
    assert refused.apply().code == 1
    refused.advance("5d")
    said = refused.apply("--restore", "sale")
    assert (said.code, "it is too late to bring it back" in " ".join(said.out.split())) == (4, True)
    refused.declare("sale", spec={"options": {"text": "Better"}}, schedule=LATER)
    refused.converge()
    assert refused.live() == ["Better"]


def test_bringing_back_what_was_brought_back_changes_nothing(refused):
    assert refused.apply("--restore", "sale").code == 0
    refused.declare("sale")
    refused.converge("--restore", "sale")
    assert refused.live() == ["Hello from sale"]


def test_what_was_refused_as_a_duplicate_and_is_late_by_now_is_put_to_rest(shop):
    shop.configure(faults=[f"{SEND_GROUPS}=duplicate:x2"], **SOON)
    shop.declare("sale")
    assert shop.apply().code == 1
    shop.advance("20d")
    assert shop.follow(shop.blocked("sale").command("state skip")).code == 0
    shop.converge()
    assert shop.sent() == []


def test_what_ended_long_ago_is_not_rendered_any_more(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    shop.advance("20d")
    shop.converge()
    shop.declare("sale", spec={"options": {"text": "{{ no_longer_there }}"}})
    shop.declare("today", schedule={"at": "2026-12-22 10:00", "timezone": "Europe/Kyiv"})
    shop.converge()
    assert shop.sent()[1:] == [("Hello from today", "scheduled")]


def test_what_drifted_long_ago_is_not_rendered_any_more(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    shop.stop_elsewhere(shop.remote_id("sale"))
    shop.advance("20d")
    shop.converge()
    shop.declare("sale", spec={"options": {"text": "{{ no_longer_there }}"}})
    shop.converge()


def test_what_was_stopped_by_command_long_ago_is_not_rendered_any_more(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    assert shop.run("stop", "sale", "--auto-approve").code == 0
    shop.advance("20d")
    shop.declare("sale", spec={"options": {"text": "{{ no_longer_there }}"}})
    shop.converge()


def test_what_was_stopped_by_command_and_is_removed_is_archived(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    assert shop.run("stop", "sale", "--auto-approve").code == 0
    shop.remove("sale.yaml")
    shop.converge()
    assert shop.actions() == {}


def test_what_is_forgotten_only_after_it_is_resolved_says_so(accepted):
    refused = accepted.run("state", "rm", "sale", "--auto-approve")
    assert refused.code == 64
    (command,) = [line[line.index("rcsplan") :] for line in refused.err.splitlines() if "--remote-id" in line]
    assert accepted.follow(command.replace("ID", str(accepted.ledger()[0]["id"]))).code == 0
    accepted.configure()
    accepted.converge()


def test_what_is_forgotten_only_after_it_is_stopped_says_so(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    refused = shop.run("state", "rm", "sale", "--auto-approve")
    assert refused.code == 64
    (command,) = [
        line.strip()[line.strip().index("rcsplan") :] for line in refused.err.splitlines() if "rcsplan" in line
    ]
    assert shop.follow(command).code == 0
    assert shop.run("state", "rm", "sale", "--auto-approve").code == 0


def test_a_move_that_was_renamed_by_mistake_is_moved_back(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    assert shop.run("state", "mv", "sale", "spring").code == 0
    assert shop.blocked("sale").reason == "possible_rename"
    assert shop.run("state", "mv", "spring", "sale").code == 0
    shop.converge()


def test_a_mass_stop_is_allowed_as_it_says(shop):
    for letter in "abcde":
        shop.declare(f"send-{letter}")
    assert shop.apply().code == 0
    for letter in "abcd":
        shop.remove(f"send-{letter}.yaml")
    refused = shop.apply()
    (command,) = [line[line.index("rcsplan") :] for line in refused.out.splitlines() if "--allow-mass-stop" in line]
    assert refused.code == 4
    assert shop.follow(command).code == 0
    shop.converge()
    assert shop.live() == ["Hello from send-e"]


def test_a_mass_stop_of_a_saved_plan_is_allowed_as_it_says_and_of_that_plan_alone(shop):
    for letter in "abcde":
        shop.declare(f"send-{letter}")
    assert shop.apply().code == 0
    for letter in "abcd":
        shop.remove(f"send-{letter}.yaml")
    file = shop.folder / "plan.json"
    shop.run("plan", "-o", str(file))
    shop.declare("send-f")
    refused = shop.apply(str(file))
    (command,) = [line[line.index("rcsplan") :] for line in refused.out.splitlines() if "--allow-mass-stop" in line]
    assert (refused.code, str(file) in command) == (4, True)
    assert shop.follow(command).code == 0
    assert shop.live() == ["Hello from send-e"]


def test_what_is_too_long_ago_to_be_seen_is_not_taken_for_never_arrived(accepted):
    accepted.configure(**SOON)
    accepted.advance("90d")
    block = accepted.blocked("sale")
    assert block.reason == "ambiguous"
    campaign = accepted.ledger()[0]["id"]
    assert accepted.follow(block.command("--remote-id").replace("ID", str(campaign))).code == 0
    accepted.converge()
    assert accepted.sent() == [("Hello from sale", "done")]
