"""Every reason of a block as every output shows it, and each way out that they name, followed to its end."""

from __future__ import annotations

import pytest

from tests.sampling import sampled
from tests.ways_out.shop import SEND_GROUPS, SOON, START, STATE

LATER = {"at": "2026-12-20 10:00", "timezone": "Europe/Kyiv"}
#: One sender, and no duplicate guard, whose minute would have to pass before the same body is taken again.
STRICT = {"agents": ["Acme"], "readings": {"duplicate_window_seconds": 0}}
BEGUN = "2026-12-04T08:01:00Z"
ABOUT_TO_BEGIN = "2026-12-04T07:57:00Z"


@pytest.fixture
def sale(shop):
    """A shop with one scheduled send."""
    shop.declare("sale")
    assert shop.apply().code == 0
    return shop


def at(shop, instant):
    """Set the simulator's clock."""
    assert shop.run("sandbox", "clock", "--set", instant).code == 0


class TestAlreadySent:
    @pytest.fixture
    def changed(self, sale):
        sale.advance("4d")
        sale.declare("sale", spec={"options": {"text": "Changed"}})
        return sale

    def test_the_revision_is_raised(self, changed):
        assert changed.blocked("sale").ways_out == ("Raise metadata.revision to send it again, or revert the change.",)
        changed.declare("sale", spec={"options": {"text": "Changed"}}, metadata={"revision": 2}, schedule=LATER)
        changed.converge()
        assert changed.sent() == [("Hello from sale", "done"), ("Changed", "scheduled")]

    def test_the_change_is_reverted(self, changed):
        assert changed.blocked("sale").reason == "already_sent"
        changed.declare("sale")
        changed.converge()
        assert changed.sent() == [("Hello from sale", "done")]

    def test_a_revision_in_the_past_is_raised(self, sale):
        sale.declare("sale", metadata={"revision": 2})
        sale.converge()
        sale.declare("sale", spec={"options": {"text": "Back"}})
        assert sale.blocked("sale").reason == "already_sent"
        sale.declare("sale", spec={"options": {"text": "Back"}}, metadata={"revision": 3})
        sale.converge()
        assert sale.live() == ["Back"]


class TestMissed:
    @pytest.fixture
    def missed(self, shop):
        shop.declare("sale")
        shop.advance("4d")
        return shop

    def test_it_gets_a_new_time(self, missed):
        assert missed.blocked("sale").ways_out[0] == (
            "Give it a new time, allow it to be late with schedule.catch_up, or remove it."
        )
        missed.declare("sale", schedule=LATER)
        missed.converge()
        assert missed.live() == ["Hello from sale"]

    def test_it_is_allowed_to_be_late(self, missed):
        assert "schedule.catch_up" in missed.blocked("sale").ways_out[0]
        missed.declare("sale", schedule={"at": START, "timezone": "Europe/Kyiv", "catch_up": "2d"})
        missed.converge()
        assert missed.live() == ["Hello from sale"]

    def test_it_is_removed(self, missed):
        assert missed.blocked("sale").reason == "missed"
        missed.remove("sale.yaml")
        missed.converge()
        assert missed.sent() == []

    def test_it_is_put_to_rest(self, missed):
        assert missed.follow(missed.blocked("sale").command("state skip")).code == 0
        missed.converge()
        assert missed.sent() == []

    def test_all_are_put_to_rest(self, missed):
        missed.declare("other")
        assert missed.blocked("other").reason == "missed"
        assert missed.run("state", "skip", "--missed").code == 0
        missed.converge()
        assert missed.sent() == []

    def test_an_instant_one_is_put_to_rest(self, shop):
        shop.declare("flash", schedule={"at": "now", "until": "2026-12-01 18:00", "timezone": "Europe/Kyiv"})
        shop.advance("1d")
        assert shop.follow(shop.blocked("flash").command("state skip")).code == 0
        shop.converge()
        assert shop.sent() == []


class TestUnknownOutcome:
    @pytest.fixture
    def accepted(self, shop):
        """A send of which the answer was lost, and that no list shows yet."""
        shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1", "list_lag:600"])
        shop.declare("sale")
        assert shop.apply("--settle-timeout", "0s").code == 3
        return shop

    @pytest.fixture
    def lost(self, shop):
        """A send that got lost on its way."""
        shop.configure(faults=[f"{SEND_GROUPS}=drop_request:x1"], **SOON)
        shop.declare("sale")
        assert shop.apply("--settle-timeout", "0s").code == 3
        return shop

    def test_waiting_shows_that_it_arrived(self, accepted):
        command = accepted.blocked("sale").command("rcsplan apply")
        accepted.configure()
        assert accepted.follow(command).code == 0
        accepted.converge()
        assert accepted.live() == ["Hello from sale"]

    def test_waiting_shows_that_it_never_arrived(self, lost):
        command = lost.blocked("sale").command("rcsplan apply")
        assert lost.follow(command).code == 0
        lost.converge()
        assert lost.live() == ["Hello from sale"]

    def test_it_is_resolved_as_sent(self, accepted):
        command = accepted.blocked("sale").command("--remote-id")
        campaign = accepted.ledger()[0]["id"]
        assert accepted.follow(command.replace("ID", str(campaign))).code == 0
        accepted.converge("--settle-timeout", "0s")
        assert accepted.live() == ["Hello from sale"]

    def test_it_is_resolved_as_not_sent(self, lost):
        command = lost.blocked("sale").command("--not-sent")
        assert lost.follow(command).code == 0
        lost.converge()
        assert lost.live() == ["Hello from sale"]


class TestAmbiguous:
    @pytest.fixture
    def two(self, shop):
        """A send without a second of its own whose answer was lost, and another just like it, by other people."""
        shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1", "list_lag:600"], fingerprint_start_at=False)
        shop.declare("sale")
        assert shop.apply("--settle-timeout", "0s").code == 3
        shop.configure(fingerprint_start_at=False)
        shop.submit_elsewhere("2026-12-04 10:00:00", groups=[101])
        return shop

    def test_it_is_said_which_one_it_is(self, two):
        ours, _ = two.ledger()
        block = two.blocked("sale")
        assert block.reason == "ambiguous"
        assert two.follow(block.command(f"--remote-id {ours['id']}")).code == 0
        two.converge()
        assert two.live() == ["By others", "Hello from sale"]

    def test_it_is_said_that_it_is_none_of_them(self, shop):
        shop.configure(faults=[f"{SEND_GROUPS}=drop_request:x1"], fingerprint_start_at=False, **SOON)
        shop.declare("sale")
        assert shop.apply("--settle-timeout", "0s").code == 3
        for text in ("By others", "By others again"):
            shop.submit_elsewhere("2026-12-04 10:00:00", text, groups=[101])
        block = shop.blocked("sale")
        assert block.reason == "ambiguous"
        assert shop.follow(block.command("--not-sent")).code == 0
        shop.converge()
        assert shop.live() == ["By others", "By others again", "Hello from sale"]


class TestLookalike:
    def test_it_is_somebody_elses(self, shop):
        shop.declare("sale")
        shop.submit_elsewhere()
        block = shop.blocked("sale")
        assert block.reason == "lookalike"
        assert shop.follow(block.command("--not-ours")).code == 0
        shop.converge()
        assert shop.live() == ["By others", "Hello from sale"]

    def test_it_is_ours_and_taken_under_management(self, shop):
        shop.declare("sale")
        shop.submit_elsewhere()
        block = shop.blocked("sale")
        assert shop.follow(block.command("import")).code == 0
        shop.converge()
        assert shop.live() == ["By others"]

    def test_it_is_ours_and_the_state_is_restored(self, shop):
        shop.declare("first", schedule=LATER)
        assert shop.apply().code == 0
        older = shop.read(STATE)
        shop.declare("sale")
        assert shop.apply().code == 0
        newer = shop.read(STATE)
        shop.write(STATE, older)
        assert shop.blocked("sale").ways_out[0] == "If the state was restored from a backup, put the newer one back."
        shop.write(STATE, newer)
        shop.converge()
        assert shop.live() == ["Hello from first", "Hello from sale"]


class TestPossibleRename:
    @pytest.fixture
    def renamed(self, sale):
        sale.remove("sale.yaml")
        sale.declare("spring", spec={"options": {"text": "Hello from sale"}})
        return sale

    def test_it_is_the_same_send(self, renamed):
        assert renamed.blocked("spring").ways_out == (
            "Name the old campaign in metadata.moved_from, or set metadata.new: true.",
        )
        renamed.declare("spring", spec={"options": {"text": "Hello from sale"}}, metadata={"moved_from": ["sale"]})
        renamed.converge()
        assert renamed.live() == ["Hello from sale"]

    def test_it_is_another(self, renamed):
        assert renamed.blocked("spring").reason == "possible_rename"
        renamed.declare("spring", spec={"options": {"text": "Hello from sale"}}, metadata={"new": True})
        renamed.converge("--allow-mass-stop")
        assert renamed.live() == ["Hello from sale"]


class TestDuplicate:
    @pytest.fixture
    def twice(self, sale):
        sale.declare("again", spec={"options": {"text": "Hello from sale"}})
        return sale

    def test_one_of_the_two_is_changed(self, twice):
        assert twice.blocked("again").reason == "duplicate"
        twice.declare("again")
        twice.converge()
        assert twice.live() == ["Hello from again", "Hello from sale"]

    def test_it_is_said_why_both_are_wanted(self, twice):
        assert twice.blocked("again").reason == "duplicate"
        twice.declare("again", spec={"options": {"text": "Hello from sale"}}, metadata={"allow_duplicate": "a test"})
        twice.converge()
        assert twice.live() == ["Hello from sale", "Hello from sale"]


class TestAudiences:
    def test_an_oversize_send_names_fewer_lists(self, shop):
        shop.declare("sale", spec={"groups": [101, 103]})
        assert shop.blocked("sale").reason == "oversize"
        shop.declare("sale", spec={"groups": [103]})
        shop.converge()
        assert [entry["contacts"] for entry in shop.ledger()] == [4900]

    def test_an_oversize_send_gives_each_list_a_send_of_its_own(self, shop):
        shop.declare("sale", spec={"groups": [101, 103]})
        assert "audience.split: true" in shop.blocked("sale").ways_out[0]
        shop.declare("sale", spec={"groups": [101, 103]}, audience={"split": True})
        shop.converge()
        assert sorted(entry["contacts"] for entry in shop.ledger()) == [1240, 4900]

    def test_the_lists_of_the_account_are_shown_for_an_unresolved_one(self, shop):
        shop.declare("sale", spec={"groups": [{"name": "Newsleter"}]})
        assert shop.blocked("sale").ways_out == (
            "Correct the list in spec.groups; what the account holds is shown by: rcsplan lists",
        )
        listed = shop.follow(shop.blocked("sale").command("lists"))
        assert (listed.code, "Newsletter" in listed.out) == (0, True)
        shop.declare("sale", spec={"groups": [{"name": "Newsletter"}]})
        shop.converge()
        assert [entry["payload"]["groups"] for entry in shop.ledger()] == [[101]]

    def test_an_expectation_is_corrected(self, shop):
        shop.declare("sale", audience={"expect": {"min": 2000}})
        assert shop.blocked("sale").reason == "audience"
        shop.declare("sale", audience={"expect": {"min": 1000}})
        shop.converge()
        assert [entry["contacts"] for entry in shop.ledger()] == [1240]

    def test_the_lists_are_mended(self, shop):
        shop.declare("sale", audience={"expect": {"max": 1000}})
        assert shop.blocked("sale").reason == "audience"
        shop.configure(account={"lists": [{"id": 101, "name": "Newsletter", "contacts": 900}]})
        shop.converge()
        assert [entry["contacts"] for entry in shop.ledger()] == [900]


class TestTooLate:
    def test_a_change_just_before_the_start_is_reverted(self, sale):
        at(sale, ABOUT_TO_BEGIN)
        sale.declare("sale", spec={"options": {"text": "Changed"}})
        assert sale.blocked("sale").reason == "too_late"
        sale.declare("sale")
        sale.converge()
        assert sale.live() == ["Hello from sale"]

    def test_what_changed_just_before_the_start_is_stopped(self, sale):
        at(sale, ABOUT_TO_BEGIN)
        sale.declare("sale", spec={"options": {"text": "Changed"}})
        assert sale.follow(sale.blocked("sale").command("rcsplan stop")).code == 0
        sale.converge()
        assert sale.sent() == [("Hello from sale", "stopped")]

    @pytest.fixture
    def removed(self, sale):
        """A send that was removed just before its start, and one that stays."""
        sale.declare("other", schedule=LATER)
        assert sale.apply().code == 0
        at(sale, ABOUT_TO_BEGIN)
        sale.remove("sale.yaml")
        return sale

    def test_what_was_removed_just_before_the_start_is_put_back(self, removed):
        assert removed.blocked("sale").reason == "too_late"
        removed.declare("sale")
        removed.converge()
        assert removed.live() == ["Hello from other", "Hello from sale"]

    def test_what_was_removed_just_before_the_start_is_only_archived_once_it_has_begun(self, removed):
        assert "wait until it has begun" in removed.blocked("sale").ways_out[0]
        at(removed, BEGUN)
        removed.converge()
        assert removed.live() == ["Hello from other", "Hello from sale"]

    def test_what_was_removed_just_before_the_start_is_stopped_all_the_same(self, removed):
        assert removed.follow(removed.blocked("sale").command("--allow-stop-sending")).code == 0
        removed.converge()
        assert removed.live() == ["Hello from other"]

    def test_the_guard_of_the_last_one_keeps_the_permission_that_was_given(self, sale):
        at(sale, ABOUT_TO_BEGIN)
        sale.remove("sale.yaml")
        refused = sale.follow(sale.blocked("sale").command("--allow-stop-sending"))
        (command,) = [line.strip() for line in refused.out.splitlines() if "--allow-mass-stop" in line]
        assert refused.code == 4
        assert sale.follow(command[command.index("rcsplan") :]).code == 0
        sale.converge()
        assert sale.live() == []

    @pytest.fixture
    def raised(self, sale):
        """A send whose revision rose while it is sending."""
        at(sale, BEGUN)
        sale.declare("sale", metadata={"revision": 2}, schedule=LATER)
        return sale

    def test_what_was_raised_while_sending_follows_when_it_has_ended(self, raised):
        assert "Wait until it has ended" in raised.blocked("sale").ways_out[0]
        raised.advance("2d")
        raised.converge()
        assert [status for _, status in raised.sent()] == ["done", "scheduled"]

    def test_what_was_raised_while_sending_follows_when_that_is_stopped(self, raised):
        assert raised.follow(raised.blocked("sale").command("rcsplan stop")).code == 0
        raised.converge()
        assert [status for _, status in raised.sent()] == ["stopped", "scheduled"]

    def test_a_new_time_without_room_to_stop_the_old_is_made_later(self, sale):
        sale.declare("sale", schedule={"at": "2026-12-01 09:06", "timezone": "Europe/Kyiv"})
        assert sale.blocked("sale").ways_out == ("Give it a later time, or revert the change.",)
        sale.declare("sale", schedule=LATER)
        sale.converge()
        assert [status for _, status in sale.sent()] == ["stopped", "scheduled"]


class TestDrift:
    @pytest.fixture
    def stopped(self, sale):
        sale.stop_elsewhere(sale.remote_id("sale"))
        return sale

    def test_the_revision_is_raised(self, stopped):
        assert stopped.blocked("sale").ways_out == (
            "If the state was restored from a backup, put the newer one back.",
            "Raise metadata.revision to submit it again, or remove the manifest.",
        )
        stopped.declare("sale", metadata={"revision": 2})
        stopped.converge()
        assert [status for _, status in stopped.sent()] == ["stopped", "scheduled"]

    def test_the_manifest_is_removed(self, stopped):
        assert stopped.blocked("sale").reason == "drift"
        stopped.remove("sale.yaml")
        stopped.converge()
        assert stopped.live() == []

    def test_what_moderation_refused_is_raised(self, shop):
        shop.configure(account={"moderation": {"minutes": 5, "refuse": True}})
        shop.declare("sale")
        assert shop.apply().code == 0
        shop.advance("1h")
        assert shop.blocked("sale").reason == "drift"
        shop.configure()
        shop.declare("sale", metadata={"revision": 2}, spec={"options": {"text": "Better"}})
        shop.converge()
        assert [status for _, status in shop.sent()] == ["spam", "scheduled"]

    def test_what_the_provider_lost_is_raised(self, sale):
        assert sale.run("sandbox", "reset").code == 0
        assert sale.blocked("sale").reason == "drift"
        sale.declare("sale", metadata={"revision": 2})
        sale.converge()
        assert sale.live() == ["Hello from sale"]


class TestForeign:
    def test_they_are_somebody_elses(self, shop):
        shop.configure(exclusive=True)
        shop.declare("sale")
        for day in (6, 7):
            shop.submit_elsewhere(f"2026-12-0{day} 10:00:17")
        for _ in range(2):
            block = shop.blocked("sale")
            assert block.reason == "foreign"
            assert shop.follow(block.commands[0]).code == 0
        shop.converge()
        assert shop.live() == ["By others", "By others", "Hello from sale"]

    def test_the_newer_state_is_put_back(self, shop):
        shop.configure(exclusive=True)
        shop.declare("first", schedule=LATER)
        assert shop.apply().code == 0
        older = shop.read(STATE)
        shop.declare("second", schedule={"at": "2026-12-21 10:00", "timezone": "Europe/Kyiv"})
        assert shop.apply().code == 0
        newer = shop.read(STATE)
        shop.declare("third", schedule={"at": "2026-12-22 10:00", "timezone": "Europe/Kyiv"})
        shop.write(STATE, older)
        assert shop.blocked("third").ways_out[0] == "If the state was restored from a backup, put the newer one back."
        shop.write(STATE, newer)
        shop.converge()
        assert len(shop.live()) == 3


class TestDuplicateGuard:
    @pytest.fixture
    def refused(self, shop):
        shop.configure(faults=[f"{SEND_GROUPS}=duplicate:x2"], **SOON)
        shop.declare("sale")
        assert shop.apply().code == 1
        return shop

    @pytest.mark.parametrize(
        "changes",
        sampled(
            [
                {"spec": {"options": {"text": "Hello again"}}},
                {"schedule": {"at": "2026-12-04 11:00", "timezone": "Europe/Kyiv"}},
                {"metadata": {"revision": 2}},
            ],
            every=3,
        ),
        ids=["message", "time", "revision"],
    )
    def test_it_is_changed(self, refused, changes):
        assert refused.blocked("sale").ways_out == ("Change the message or its time, or raise metadata.revision.",)
        refused.declare("sale", **changes)
        refused.converge()
        assert len(refused.live()) == 1


class TestReplaceRefused:
    @pytest.fixture
    def refused(self, shop):
        """A send whose new version names a sender that the account has not."""
        shop.configure(account=STRICT)
        shop.declare("sale")
        assert shop.apply().code == 0
        shop.declare("sale", spec={"sender": "Nobody"})
        assert shop.apply().code == 1
        return shop

    def test_the_manifest_is_mended(self, refused):
        assert refused.blocked("sale").ways_out[0] == "Mend the manifest."
        refused.declare("sale", spec={"options": {"text": "Better"}})
        refused.converge()
        assert refused.sent() == [("Hello from sale", "stopped"), ("Better", "scheduled")]

    def test_the_stopped_version_is_brought_back_and_the_manifest_taken_back_to_it(self, refused):
        assert refused.follow(refused.blocked("sale").command("--restore")).code == 0
        assert refused.blocked("sale").ways_out == ("Mend the manifest, or take it back to what is scheduled.",)
        refused.declare("sale")
        refused.converge()
        assert refused.sent() == [("Hello from sale", "stopped"), ("Hello from sale", "scheduled")]

    def test_a_raised_revision_is_brought_back_as_well(self, shop):
        shop.configure(account=STRICT)
        shop.declare("sale")
        assert shop.apply().code == 0
        shop.declare("sale", spec={"sender": "Nobody"}, metadata={"revision": 2})
        assert shop.apply().code == 1
        assert shop.follow(shop.blocked("sale").command("--restore")).code == 0
        shop.declare("sale")
        shop.converge()
        assert shop.live() == ["Hello from sale"]


class TestPolicy:
    @pytest.fixture
    def instant(self, shop):
        shop.configure(policy={"instant": "deny"})
        shop.declare("flash", schedule={"at": "now", "until": "2026-12-01 18:00", "timezone": "Europe/Kyiv"})
        return shop

    def test_it_is_allowed(self, instant):
        assert instant.blocked("flash").ways_out == ("Set policy.instant: allow, or give it a time in schedule.at.",)
        instant.configure(policy={"instant": "allow"})
        instant.converge()
        assert instant.live() == ["Hello from flash"]

    def test_it_gets_a_time(self, instant):
        assert instant.blocked("flash").reason == "policy"
        instant.declare("flash")
        instant.converge()
        assert instant.live() == ["Hello from flash"]
