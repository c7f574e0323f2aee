"""What holds an apply, what lets it go on in part, and the emergency stop."""

from __future__ import annotations

import pytest

from rcsplan.backend.local import LocalStore
from tests.cli.running import lock_info
from tests.ways_out.shop import SEND_GROUPS, STATE

LATER = {"at": "2026-12-20 10:00", "timezone": "Europe/Kyiv"}


@pytest.fixture
def sale(shop):
    """A shop with one scheduled send."""
    shop.declare("sale")
    assert shop.apply().code == 0
    return shop


class TestHold:
    def test_a_file_holds_every_apply_and_says_why(self, shop):
        shop.declare("sale")
        shop.write("HOLD", "ask Olena first\n")
        said = shop.apply()
        assert said.first == (4, "Error: Nothing may be applied: the project is on hold: ask Olena first")
        assert shop.sent() == []
        shop.remove("HOLD")
        shop.converge()

    def test_an_environment_holds_by_its_reason(self, shop):
        shop.declare("sale")
        shop.configure(environment={"hold": "moving house"})
        said = shop.apply()
        assert said.first == (4, "Error: Nothing may be applied: the environment is on hold: moving house")
        assert shop.sent() == []
        shop.configure()
        shop.converge()

    def test_it_holds_replacements_and_stops_as_well(self, sale):
        sale.write("HOLD", "")
        sale.declare("sale", spec={"options": {"text": "Changed"}})
        assert sale.apply().code == 4
        sale.remove("sale.yaml")
        assert sale.apply("--allow-mass-stop").code == 4
        assert sale.live() == ["Hello from sale"]

    def test_it_does_not_hold_what_changes_nothing(self, sale):
        sale.write("HOLD", "")
        sale.converge()

    def test_planning_and_looking_go_on(self, sale):
        sale.write("HOLD", "")
        codes = [sale.run(*command).code for command in (("plan",), ("state", "list"), ("state", "show", "sale"))]
        assert codes == [0, 0, 0]


class TestOnError:
    @pytest.fixture
    def wrong(self, shop):
        """Three sends, of which the first to start is refused by the provider."""
        shop.configure(account={"agents": ["Acme"]})
        shop.declare("a-wrong", spec={"sender": "Nobody", "groups": [103]})
        shop.declare("b-right", schedule=LATER)
        shop.declare("c-right", schedule=LATER, spec={"groups": [102]})
        return shop

    def test_by_default_nothing_new_starts_after_a_refusal(self, wrong):
        said = wrong.apply("--parallelism", "1")
        assert (said.code, wrong.sent()) == (1, [])
        assert "a-wrong failed, and --on-error is stop" in said.err

    def test_the_others_go_on_where_that_is_asked(self, wrong):
        assert wrong.apply("--parallelism", "1", "--on-error", "continue").code == 1
        assert wrong.live() == ["Hello from b-right", "Hello from c-right"]

    def test_what_was_not_started_is_applied_when_the_manifest_is_mended(self, wrong):
        assert wrong.apply("--parallelism", "1").code == 1
        wrong.declare("a-wrong", spec={"groups": [103]})
        wrong.converge()
        assert wrong.live() == ["Hello from a-wrong", "Hello from b-right", "Hello from c-right"]

    def test_another_word_is_wrong_usage(self, wrong):
        assert wrong.apply("--on-error", "ignore").code == 64


class TestSkipBlocked:
    @pytest.fixture
    def mixed(self, shop):
        """A send that is blocked and one that is not."""
        shop.declare("large", spec={"groups": [101, 103]})
        shop.declare("small", spec={"groups": [102]}, schedule=LATER)
        return shop

    def test_by_default_all_are_held_back(self, mixed):
        assert mixed.apply().first == (4, "Error: 1 send is blocked; nothing was applied")
        assert mixed.sent() == []

    def test_the_rest_is_applied_where_that_is_asked_and_the_exit_code_stays(self, mixed):
        assert mixed.apply("--skip-blocked").code == 4
        assert mixed.live() == ["Hello from small"]

    def test_it_skips_no_guard(self, shop):
        for letter in "abcde":
            shop.declare(f"send-{letter}")
        assert shop.apply().code == 0
        for letter in "abcd":
            shop.remove(f"send-{letter}.yaml")
        assert shop.apply("--skip-blocked").code == 4
        assert len(shop.live()) == 5


class TestAddresses:
    @pytest.fixture
    def two(self, shop):
        shop.declare("large", spec={"groups": [101, 103]})
        shop.declare("small", spec={"groups": [102]}, schedule=LATER)
        return shop

    def test_a_block_elsewhere_does_not_hold_what_is_named(self, two):
        assert two.apply("small").code == 0
        assert two.live() == ["Hello from small"]

    def test_what_is_not_named_is_never_taken_for_removed(self, two):
        assert two.apply("small").code == 0
        two.remove("small.yaml")
        assert two.actions("large") == {"large": "blocked"}
        assert two.live() == ["Hello from small"]

    def test_what_is_named_may_be_a_record_alone(self, two):
        assert two.apply("small").code == 0
        two.remove("small.yaml")
        assert two.actions("small") == {"small": "stop"}

    @pytest.mark.parametrize("command", [("plan", "smal"), ("apply", "--auto-approve", "smal")], ids=" ".join)
    def test_a_name_of_nothing_is_wrong_usage_with_a_suggestion(self, two, command):
        said = two.run(*command)
        assert said.first == (64, "Error: Nothing is declared or recorded under 'smal'")
        assert "'small'" in said.err
        assert two.sent() == []

    @pytest.mark.parametrize("flag", ["sal", "other"])
    def test_only_what_the_state_knows_is_brought_back(self, sale, flag):
        said = sale.apply("--restore", flag)
        assert said.first == (64, f"Error: The state has no record of {flag!r}")


class TestStop:
    def test_it_stops_and_stays_stopped_until_the_revision_rises(self, sale):
        assert sale.run("stop", "sale", "--auto-approve").code == 0
        sale.converge()
        assert "stays so until metadata.revision rises" in sale.run("plan").out
        sale.declare("sale", spec={"options": {"text": "Changed"}})
        sale.converge()
        sale.declare("sale", spec={"options": {"text": "Changed"}}, metadata={"revision": 2})
        sale.converge()
        assert sale.sent() == [("Hello from sale", "stopped"), ("Changed", "scheduled")]

    def test_it_stops_what_is_sending(self, sale):
        assert sale.run("sandbox", "clock", "--set", "2026-12-04T08:01:00Z").code == 0
        assert sale.run("stop", "sale", "--auto-approve").code == 0
        assert sale.live() == []
        sale.converge()

    def test_it_works_under_hold(self, sale):
        sale.write("HOLD", "everything stops")
        assert sale.run("stop", "sale", "--auto-approve").code == 0
        assert sale.live() == []

    def test_it_works_where_the_manifests_are_broken(self, sale):
        sale.write("sale.yaml", "kind: [")
        assert sale.run("stop", "sale", "--auto-approve").code == 0
        assert sale.live() == []

    def test_it_stops_before_it_waits_for_the_lock(self, sale):
        with LocalStore(sale.folder / STATE).lock(lock_info("apply"), timeout=0):
            said = sale.process("stop", "sale", "--auto-approve", "--lock-timeout", "0s")
        assert (said.code, sale.live()) == (6, [])
        assert "tester@desk" in said.err

    def test_what_it_could_not_record_is_recorded_by_the_same_command(self, sale):
        with LocalStore(sale.folder / STATE).lock(lock_info("apply"), timeout=0):
            assert sale.process("stop", "sale", "--auto-approve", "--lock-timeout", "0s").code == 6
        assert sale.run("stop", "sale", "--auto-approve").code == 0
        sale.converge()
        assert "stays so until metadata.revision rises" in sale.run("plan").out

    def test_it_asks_first(self, sale):
        assert sale.process("stop", "sale").code == 64
        assert sale.live() == ["Hello from sale"]

    @pytest.mark.parametrize("address", ["sal", "other"])
    def test_what_is_not_live_is_wrong_usage(self, sale, address):
        said = sale.run("stop", address, "--auto-approve")
        assert said.first == (64, f"Error: Nothing of {address!r} can be stopped")

    def test_one_wrong_name_stops_nothing(self, sale):
        assert sale.run("stop", "sale", "other", "--auto-approve").code == 64
        assert sale.live() == ["Hello from sale"]

    def test_what_the_provider_does_not_stop_is_said(self, sale):
        sale.configure(faults=["PATCH /api/campaigns/*=error_before"])
        said = sale.run("stop", "sale", "--auto-approve")
        assert said.code != 0
        assert sale.live() == ["Hello from sale"]
        sale.configure()
        sale.converge()

    def test_a_stop_of_which_the_answer_was_lost_is_repeated(self, sale):
        sale.configure(faults=["PATCH /api/campaigns/*=drop_response:x1"])
        assert sale.run("stop", "sale", "--auto-approve").code == 0
        sale.converge()
        assert sale.live() == []

    def test_what_has_an_unknown_outcome_says_how_to_go_on(self, shop):
        shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1", "list_lag:600"])
        shop.declare("sale")
        assert shop.apply("--settle-timeout", "0s").code == 3
        said = shop.run("stop", "sale", "--auto-approve")
        assert (said.code, "rcsplan state resolve sale --remote-id ID" in said.err) == (64, True)
