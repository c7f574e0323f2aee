"""Recurring campaigns through whole applies: changed rules, late runs, the horizon, and what was put to rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rcsplan.errors import ExitCode
from rcsplan.operations import state_edits
from tests.proof.world import opened_world

_MANIFEST = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: deals{metadata}}}
schedule: {{{schedule}, timezone: Europe/Kyiv, from: "2026-11-01"}}
spec:
  groups: [{{name: VIP}}]
  sender: Acme
  options: {{text: "{text}"}}
"""
FRIDAYS = 'rrule: "FREQ=WEEKLY;BYDAY=FR", at: "10:00"'
TEXT = "deals of {{ occurrence.date }}"


@pytest.fixture
def world(tmp_path):
    with opened_world(tmp_path) as opened:
        yield opened


def declare(world, schedule=FRIDAYS, *, text=TEXT, metadata=""):
    (world.project / "deals.yaml").write_text(
        _MANIFEST.format(schedule=schedule, text=text, metadata=metadata), "utf-8"
    )


def live(world):
    """The starts of what the provider accepted and nobody stopped, to the minute."""
    return [entry["payload"]["start_at"][:16] for entry in world.ledger() if entry["status"] != "stopped"]


def actions(world, **options):
    """What a plan would do, by occurrence."""
    plan = world.plan().plan
    return {action.address.partition("@")[2]: str(action.reason or action.action) for action in plan.actions}


def at(world, text):
    """Let time pass until an instant in UTC."""
    world.clock.instant = datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_occurrences_within_the_horizon_are_submitted_and_the_next_waits(world):
    declare(world)
    assert world.apply().code == 0
    assert live(world) == [f"2026-{day} 10:00" for day in ("11-27", "12-04", "12-11", "12-18")]
    assert actions(world)["2026-12-25"] == "defer"


def test_the_next_is_submitted_on_the_day_on_which_it_opens_in_the_zone_of_the_account(world):
    declare(world)
    world.apply()
    # 25 December is the thirtieth day of 26 November, which begins in Kyiv two hours before it does in UTC.
    at(world, "2026-11-25 21:59:00")
    assert actions(world)["2026-12-25"] == "defer"
    at(world, "2026-11-25 22:00:00")
    assert world.apply().code == 0
    assert live(world)[-1] == "2026-12-25 10:00"


def test_a_plan_after_an_apply_is_empty(world):
    declare(world)
    world.apply()
    assert set(actions(world).values()) == {"none", "defer"}


def test_a_changed_rule_touches_only_what_has_not_begun(world):
    declare(world)
    world.apply()
    at(world, "2026-12-04 12:00:00")
    world.apply()
    declare(world, 'rrule: "FREQ=WEEKLY;BYDAY=SA", at: "11:00"')
    assert world.apply().code == 0
    fridays = [entry["status"] for entry in world.ledger() if entry["payload"]["start_at"].endswith(("-27", "-04"))]
    assert "stopped" not in fridays
    assert [start for start in live(world) if start > "2026-12-04 12:00"] == [
        "2026-12-05 11:00",
        "2026-12-12 11:00",
        "2026-12-19 11:00",
        "2026-12-26 11:00",
        "2027-01-02 11:00",
    ]
    assert world.lost() == []


def test_another_text_replaces_what_has_not_begun_and_blocks_nothing(world):
    declare(world)
    world.apply()
    at(world, "2026-12-04 12:00:00")
    declare(world, text="better deals of {{ occurrence.date }}")
    assert world.converge().code == 0
    texts = [entry["payload"]["options"]["text"] for entry in world.ledger() if entry["status"] != "stopped"]
    assert [text.startswith("better") for text in texts] == [False, False, True, True, True, True]


def test_a_raised_revision_sends_nothing_again(world):
    declare(world)
    world.apply()
    at(world, "2026-12-04 12:00:00")
    declare(world, metadata=", revision: 2")
    assert world.converge().code == 0
    begun = [start for start in live(world) if start <= "2026-12-04 12:00"]
    assert begun == ["2026-11-27 10:00", "2026-12-04 10:00"]


def test_a_run_that_is_late_by_an_hour_sends_nothing_late(world):
    declare(world)
    at(world, "2026-11-25 09:00:00")
    world.apply()
    # The runner was away for so long that nothing of the next month is at the provider.
    at(world, "2027-01-08 09:00:00")
    assert actions(world)["2027-01-01"] == "missed"
    assert actions(world)["2027-01-08"] == "missed"
    assert world.apply().code == ExitCode.BLOCKED
    assert live(world)[-1] == "2027-02-05 10:00"


def test_what_was_missed_is_put_to_rest(world):
    declare(world)
    world.apply()
    at(world, "2027-01-08 09:00:00")
    world.apply()
    state_edits.skip(world.target(), (), missed=True)
    assert world.apply().code == 0
    assert "missed" not in actions(world).values()


def test_a_late_start_is_made_up_for_where_that_is_allowed(world):
    declare(world, f"{FRIDAYS}, catch_up: 3h")
    world.apply()
    at(world, "2027-01-08 09:00:00")
    world.apply()
    assert "2027-01-08 11:06" in live(world)
    assert (actions(world)["2027-01-01"], actions(world)["2027-01-08"]) == ("missed", "none")


def test_a_late_start_is_made_up_for_once(world):
    declare(world, f"{FRIDAYS}, catch_up: 3h")
    world.apply()
    at(world, "2027-01-08 09:00:00")
    for _ in range(5):
        world.apply()
        world.wait(minutes=20)
    assert sum(start.startswith("2027-01-08") for start in live(world)) == 1


def test_what_ended_long_ago_is_archived_and_no_longer_looked_at(world):
    declare(world)
    world.apply()
    at(world, "2027-01-15 12:00:00")
    world.apply()
    world.apply()
    current = {address for address, _ in world.state().sends.current()}
    assert "deals@2026-11-27" not in current
    assert world.state().records_of("deals@2026-11-27").newest is not None


def test_a_stop_by_command_outlasts_what_the_rule_says(world):
    from rcsplan.operations.stop import live_campaigns, stop_campaigns

    declare(world)
    world.apply()
    target = world.target()
    stop_campaigns(target, live_campaigns(target, ("deals@2026-12-04",)), lock_timeout=0)
    assert world.apply().code == 0
    assert "2026-12-04 10:00" not in live(world)
