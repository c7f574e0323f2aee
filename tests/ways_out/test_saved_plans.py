"""A saved plan is applied while everything is as it was reviewed, and else refused with exit 5 and the reason."""

from __future__ import annotations

import json

import pytest

from rcsplan.bsg.client import ReadClient
from rcsplan.cli.providers import SandboxProvider
from rcsplan.manifest.project import load_project
from tests.ways_out.provider import served
from tests.ways_out.shop import STATE, in_days

LATER = {"at": "2026-12-20 10:00", "timezone": "Europe/Kyiv"}


@pytest.fixture
def plan_file(shop):
    """The file of a plan that submits one send."""
    shop.declare("sale")
    assert shop.run("plan", "-o", str(shop.folder / "plan.json")).code == 0
    return shop.folder / "plan.json"


def refused(shop, file, reason, detail):
    """Make sure that the plan is refused for this reason and that nothing of it is submitted."""
    before = len(shop.ledger())
    said = shop.apply(str(file))
    assert said.first == (5, f"Error: {reason}")
    assert detail in said.err
    assert "rcsplan plan -o FILE" in said.err
    assert len(shop.ledger()) == before


def edited(file, **changes):
    """Write other values into a plan file, as by hand."""
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_a_whole_plan_is_applied(shop, plan_file):
    assert shop.apply(str(plan_file)).code == 0
    assert shop.live() == ["Hello from sale"]


@pytest.mark.parametrize(
    "changes", [{"environment": "production"}, {"expires_at": "2027-01-01T00:00:00Z"}, {"actions": []}, {"id": "other"}]
)
def test_it_was_altered(shop, plan_file, changes):
    edited(plan_file, **changes)
    refused(shop, plan_file, f"{plan_file} was altered after it was made", "do not match the checksum")


def test_it_was_used(shop, plan_file):
    assert shop.apply(str(plan_file)).code == 0
    refused(shop, plan_file, "The plan was applied before", "It was applied at 2026-12-01 07:0")


def test_it_was_used_also_where_it_failed_half_way(shop):
    shop.configure(account={"agents": ["Acme"]})
    shop.declare("sale", spec={"sender": "Nobody"})
    file = shop.folder / "plan.json"
    assert shop.run("plan", "-o", str(file)).code == 0
    assert shop.apply(str(file)).code == 1
    refused(shop, file, "The plan was applied before", "It was applied at")


def test_it_is_stale_where_the_send_was_submitted_since(shop, plan_file):
    assert shop.apply().code == 0
    refused(shop, plan_file, "The plan is stale", "sale has changed since")


def test_it_is_stale_where_the_campaign_was_stopped_since(shop, plan_file):
    assert shop.apply(str(plan_file)).code == 0
    shop.declare("sale", spec={"options": {"text": "Changed"}})
    assert shop.run("plan", "-o", str(plan_file)).code == 0
    shop.stop_elsewhere(shop.remote_id("sale"))
    refused(shop, plan_file, "The plan is stale", "sale has changed since")


def test_it_is_not_stale_by_what_it_does_not_touch(shop, plan_file):
    shop.declare("other", schedule=LATER, spec={"groups": [102]})
    assert shop.apply("other").code == 0
    assert shop.apply(str(plan_file)).code == 0
    assert shop.live() == ["Hello from other", "Hello from sale"]


def test_it_expired(shop, plan_file):
    shop.advance("1441m")
    refused(shop, plan_file, "The plan has expired", "It was valid until 2026-12-02 07:0")


def test_it_expires_before_its_first_start(shop):
    shop.declare("sale", schedule={"at": "2026-12-01 11:00", "timezone": "Europe/Kyiv"})
    file = shop.folder / "plan.json"
    assert shop.run("plan", "-o", str(file)).code == 0
    shop.advance("119m")
    refused(shop, file, "The plan has expired", "It was valid until 2026-12-01 08:58")


def test_it_is_for_another_environment(shop, plan_file):
    text = shop.read("rcsplan.yaml").replace('"sandbox": {"provider"', '"staging": {"provider"')
    shop.write("rcsplan.yaml", text)
    refused(shop, plan_file, "The plan is for environment 'sandbox'", "This run is for 'staging'.")


def test_it_is_of_another_lineage(shop, plan_file):
    assert shop.run("state", "init").code == 0
    refused(shop, plan_file, "The plan was made against another state", "That one has lineage")


def test_it_is_of_another_account(live, tmp_path):
    file = live.folder / "plan.json"
    assert live.run("plan", "-o", str(file)).code == 0
    with served(tmp_path / "other/sandbox.db") as other:
        live.configure(**other.settings())
        said = live.apply(str(file))
        assert said.first == (5, "Error: The plan was made for another account")
        assert other.store.ledger() == []


def test_its_audience_has_grown(shop, plan_file):
    lists = [{"id": 101, "name": "Newsletter", "contacts": 1365}]
    shop.configure(account={"lists": lists})
    reason = "The audience has grown since the plan was reviewed"
    refused(shop, plan_file, reason, "went to 1,240 contacts then, and would go to 1,365 now; 10% more are tolerated.")


def test_its_audience_may_grow_within_the_tolerance(shop, plan_file):
    shop.configure(account={"lists": [{"id": 101, "name": "Newsletter", "contacts": 1364}]})
    assert shop.apply(str(plan_file)).code == 0


def test_a_project_tolerates_what_it_says(shop, plan_file):
    shop.configure(
        account={"lists": [{"id": 101, "name": "Newsletter", "contacts": 1364}]}, policy={"audience_tolerance": 0.05}
    )
    refused(shop, plan_file, "The audience has grown since the plan was reviewed", "5% more are tolerated.")


def test_a_plan_made_anew_keeps_its_checksum_and_with_it_its_approval(shop, plan_file):
    first = json.loads(plan_file.read_text())
    shop.advance("1h")
    again = shop.plan()
    assert (again["checksum"], again["id"] == first["id"]) == (first["checksum"], False)


@pytest.mark.parametrize(
    "changes",
    [
        {"spec": {"options": {"text": "Changed"}}},
        {"spec": {"groups": [102]}},
        {"schedule": {"at": "2026-12-04 10:01", "timezone": "Europe/Kyiv"}},
        {"metadata": {"revision": 2}},
    ],
    ids=["message", "list", "time", "revision"],
)
def test_what_needs_a_new_approval_changes_the_checksum(shop, plan_file, changes):
    shop.declare("sale", **changes)
    assert shop.plan()["checksum"] != json.loads(plan_file.read_text())["checksum"]


def test_a_saved_plan_with_a_block_is_refused_as_any_other(shop, plan_file):
    shop.declare("sale", spec={"groups": [101, 103]})
    assert shop.run("plan", "-o", str(plan_file)).code == 4
    assert shop.apply(str(plan_file)).first == (4, "Error: 1 send is blocked; nothing was applied")


def test_a_saved_plan_is_held_as_any_other(shop, plan_file):
    shop.write("HOLD", "not today")
    assert shop.apply(str(plan_file)).first == (4, "Error: Nothing may be applied: the project is on hold: not today")
    assert shop.sent() == []


@pytest.mark.parametrize(
    ("flags", "summary"),
    [
        (("--var", "a=1"), "Error: Variables cannot change a saved plan"),
        (("--restore", "sale"), "Error: A saved plan brings back what it says and nothing else"),
    ],
)
def test_a_saved_plan_is_not_changed_by_options(shop, plan_file, flags, summary):
    assert shop.apply(str(plan_file), *flags).first == (64, summary)
    assert shop.sent() == []


def test_planning_gets_a_client_that_cannot_send():
    assert [name for name in ("send_groups", "stop") if hasattr(ReadClient, name)] == []


def test_the_client_of_planning_is_that_client(shop):
    environment = load_project(shop.folder).environment("sandbox")
    with SandboxProvider(environment, environment.provider).reader() as client:
        assert type(client) is ReadClient


PLANNING = [("plan",), ("plan", "sale"), ("plan", "--detailed-exitcode"), ("plan", "--format", "json")]


@pytest.mark.parametrize("command", PLANNING, ids=" ".join)
def test_planning_only_reads_at_the_provider(live, provider, command):
    assert live.run(*command).code in {0, 2}
    assert provider.asked() == {"GET"}


def test_planning_only_reads_also_where_there_is_something_to_stop_replace_and_find(live, provider):
    live.declare("other", schedule=in_days(3), spec={"groups": [102]})
    assert live.apply().code == 0
    live.declare("sale", schedule=in_days(4))
    live.remove("other.yaml")
    provider.requests.clear()
    assert set(live.actions().values()) == {"replace", "stop"}
    assert provider.asked() == {"GET"}


@pytest.mark.parametrize("command", PLANNING, ids=" ".join)
def test_planning_leaves_no_state_where_there_was_none(shop, command):
    shop.declare("sale")
    assert shop.run(*command).code in {0, 2}
    assert not (shop.folder / STATE).exists()


def test_planning_writes_nothing_to_the_state_also_where_it_learns_something(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    shop.advance("4d")
    files = {path: path.read_bytes() for path in (shop.folder / ".rcsplan").iterdir() if "state" in path.name}
    assert shop.run("plan").code == 0
    assert {path: path.read_bytes() for path in (shop.folder / ".rcsplan").iterdir() if "state" in path.name} == files
