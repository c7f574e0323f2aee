"""The policy through the command line: what it denies, where it says so, and how each way out ends."""

from __future__ import annotations

import pytest

CLOSED = """
apiVersion: rcsplan/v1
kind: Calendar
metadata: {name: closed}
days: {"2026-12-04": Inventory}
"""
EVERYBODY = {"id": 1, "name": "All contacts", "contacts": 5000, "default": True}
NEWSLETTER = {"id": 101, "name": "Newsletter", "contacts": 1240}
WARN, DENY = {"severity": "warn"}, {"severity": "deny"}
NIGHT = {"quiet-hours": {"from": "21:00", "until": "09:00"}}
KYIV = {"timezone": "Europe/Kyiv"}


def with_sms(text, sender="ACME", **spec):
    """A request body with a fallback."""
    return {"alternative_channel": {"sms": {"sender": sender, "text": text}}, **spec}


def waiver(rule, until="2026-12-31"):
    """The metadata of a campaign that need not keep a rule."""
    return {"waivers": [{"rule": rule, "reason": "The shop opens at midnight.", "owner": "boss", "until": until}]}


def set_rules(shop, **rules):
    """A project with these rules, named with underscores."""
    shop.configure(policy={"rules": {name.replace("_", "-"): settings for name, settings in rules.items()}})


def found(shop, address="sale"):
    """Rule, severity, path and line of what the policy has against a send."""
    (action,) = [action for action in shop.plan()["actions"] if action["address"] == address]
    return [(one["rule"], one["severity"], one["path"], one["place"]["line"]) for one in action["policy"]]


class TestTwoClocks:
    @pytest.fixture
    def evening(self, shop):
        """A send at 18:00 whose SMS leaves at 04:00."""
        shop.configure(policy={"rules": NIGHT})
        self.declare(shop, at="2026-12-04 18:00", validity=10)
        return shop

    def declare(self, shop, *, at, validity, **changes):
        schedule = {"at": at, **KYIV}
        shop.declare("sale", spec=with_sms("Acme: sale", validity=validity), schedule=schedule, **changes)

    def test_the_sms_at_night_is_denied_at_its_line(self, evening):
        assert evening.blocked("sale").reason == "policy"
        shown = " ".join(evening.run("plan").out.split())
        assert (
            "quiet-hours: Its SMS leaves Sat 2026-12-05 04:00 Europe/Kyiv, within the quiet hours from 21:00 to 09:00. "
            "sale.yaml:1" in shown
        )

    def test_a_shorter_validity_mends_it(self, evening):
        assert "spec.validity" in evening.blocked("sale").ways_out[0]
        self.declare(evening, at="2026-12-04 18:00", validity=2)
        evening.converge()
        assert evening.live() == ["Hello from sale"]

    def test_a_start_at_night_gets_another_time(self, evening):
        self.declare(evening, at="2026-12-04 08:00", validity=2)
        assert evening.blocked("sale").ways_out == ("Give it another time in schedule.at.",)
        self.declare(evening, at="2026-12-04 09:00", validity=2)
        evening.converge()
        assert evening.live() == ["Hello from sale"]

    def test_a_waiver_lets_it_go_and_is_shown(self, evening):
        self.declare(evening, at="2026-12-04 18:00", validity=10, metadata=waiver("quiet-hours"))
        shown = " ".join(evening.run("plan").out.split())
        assert "Waived until 2026-12-31." in shown
        assert "waiver quiet-hours until 2026-12-31, by boss: The shop opens at midnight." in shown
        evening.converge()
        assert evening.live() == ["Hello from sale"]

    def test_a_waiver_that_ended_lifts_nothing_and_is_said_to_have_ended(self, evening):
        self.declare(evening, at="2026-12-04 18:00", validity=10, metadata=waiver("quiet-hours", "2026-11-30"))
        assert evening.blocked("sale").reason == "policy"
        shown = " ".join(evening.run("plan").out.split())
        assert "Its waiver of quiet-hours by boss ended on 2026-11-30, and lifts nothing any more." in shown

    def test_every_zone_of_the_audience_is_looked_at(self, shop):
        shop.configure(policy={"rules": NIGHT})
        zones = {"timezones": ["Europe/Kyiv", "America/New_York"]}
        shop.declare("sale", audience=zones)
        assert [rule for rule, *_ in found(shop)] == ["quiet-hours"]


class TestFatigue:
    @pytest.fixture
    def tired(self, shop):
        """A list that was written to on Friday, and may be once a week."""
        set_rules(shop, fatigue={"max": 1, "days": 7})
        shop.declare("friday")
        shop.converge()
        shop.advance("5d")
        assert shop.apply().code == 0
        return shop

    def declare(self, shop, day, **changes):
        shop.declare("next", schedule={"at": f"2026-12-{day} 10:00", **KYIV}, **changes)

    def test_the_history_of_all_campaigns_counts(self, tired):
        self.declare(tired, "10")
        assert tired.blocked("next").reason == "policy"
        assert "friday on 2026-12-04" in " ".join(tired.run("plan").out.split())

    def test_it_counts_after_the_manifest_is_gone(self, tired):
        tired.remove("friday.yaml")
        assert tired.apply().code == 0
        self.declare(tired, "10")
        assert tired.blocked("next").reason == "policy"

    def test_another_day_or_another_list_mends_it(self, tired):
        self.declare(tired, "10")
        assert tired.blocked("next").ways_out == ("Move it to another day, or leave it out.",)
        self.declare(tired, "11")
        assert found(tired, "next") == []
        self.declare(tired, "10", spec={"groups": [102]})
        tired.converge()
        assert tired.live() == ["Hello from friday", "Hello from next"]

    def test_what_is_replaced_does_not_count_against_what_replaces_it(self, shop):
        set_rules(shop, fatigue={"max": 1, "days": 7})
        shop.declare("friday")
        shop.converge()
        shop.declare("friday", spec={"options": {"text": "Better"}})
        shop.converge()
        assert shop.live() == ["Better"]

    @pytest.mark.parametrize(
        ("narrowed", "expected"), [((), {"friday": "stop", "next": "submit"}), (("next",), {"next": "blocked"})]
    )
    def test_what_the_same_run_stops_does_not_count_and_what_it_leaves_alone_does(self, shop, narrowed, expected):
        set_rules(shop, fatigue={"max": 1, "days": 7})
        shop.declare("friday")
        shop.converge()
        shop.remove("friday.yaml")
        self.declare(shop, "10", metadata={"new": True})
        assert shop.actions(*narrowed) == expected

    def test_a_saved_plan_is_judged_by_what_was_sent_since(self, tired):
        self.declare(tired, "11")
        tired.run("plan", "-o", str(tired.folder / "plan.json"), "next")
        tired.declare("between", schedule={"at": "2026-12-08 10:00", **KYIV}, metadata=waiver("fatigue"))
        assert tired.apply("between").code == 0
        applied = tired.apply(str(tired.folder / "plan.json"))
        assert applied.first == (4, "Error: The policy denies the plan by now; nothing was applied")


class TestDefaultList:
    @pytest.fixture
    def careless(self, shop):
        """A send to the account's default list."""
        shop.configure(account={"lists": [EVERYBODY, NEWSLETTER]})
        shop.declare("sale", spec={"groups": [1]})
        return shop

    def test_it_is_warned_of(self, careless):
        assert found(careless) == [("default-list", "warn", "groups[0]", 1)]
        assert careless.apply().code == 0

    def test_it_is_denied_where_the_policy_says_so(self, careless):
        lists = {"lists": [EVERYBODY, NEWSLETTER]}
        careless.configure(account=lists, policy={"rules": {"default-list": DENY}})
        assert careless.blocked("sale").ways_out == ("Name the lists that are meant.",)
        careless.declare("sale")
        careless.converge()
        assert careless.live() == ["Hello from sale"]


class TestResidue:
    def test_a_placeholder_is_denied_until_it_is_filled_in(self, shop):
        set_rules(shop, residue=DENY)
        shop.declare("sale", spec={"options": {"text": "Hello %%first_name%%"}})
        assert shop.blocked("sale").ways_out == ("Write the text that is meant.",)
        shop.declare("sale")
        shop.converge()
        assert shop.live() == ["Hello from sale"]


class TestReplyStop:
    def test_a_reply_to_letters_is_denied_until_there_is_a_link(self, shop):
        set_rules(shop, reply_stop=DENY)
        shop.declare("sale", spec=with_sms("Acme: sale. Reply STOP to opt out"))
        assert shop.blocked("sale").ways_out == ("Give a link, or a number to which it can be sent.",)
        shop.declare("sale", spec=with_sms("Acme: sale. Stop: acme.example/s"))
        shop.converge()
        assert shop.live() == ["Hello from sale"]


class TestContactsPerRun:
    def test_fewer_are_applied_at_once(self, shop):
        set_rules(shop, contacts_per_run={"max": 1300})
        shop.declare("first")
        shop.declare("second", spec={"groups": [102]}, schedule={"at": "2026-12-05 10:00", **KYIV})
        block = shop.blocked("second")
        assert shop.follow(block.command("apply")).code == 0
        shop.converge()
        assert shop.live() == ["Hello from first", "Hello from second"]


class TestLead:
    @pytest.fixture
    def reviewed(self, shop):
        """A plan that was saved 49 hours before its start, where two days are demanded."""
        shop.configure(policy={"plan_ttl": "90h", "rules": {"lead": {"at_least": "2d"}}})
        shop.declare("sale")
        shop.advance("24h")
        assert shop.run("plan", "-o", str(shop.folder / "plan.json")).code == 0
        return shop

    def test_it_is_applied_in_time(self, reviewed):
        assert reviewed.apply(str(reviewed.folder / "plan.json")).code == 0

    def test_it_is_judged_again_when_it_is_applied(self, reviewed):
        reviewed.advance("2h")
        applied = reviewed.apply(str(reviewed.folder / "plan.json"))
        assert (applied.code, reviewed.ledger()) == (4, [])
        assert "sale: lead: It starts in" in applied.err


class TestBlackout:
    def test_a_day_of_a_calendar_is_denied(self, shop):
        set_rules(shop, blackout={"calendars": ["closed"]})
        shop.write("calendars/closed.yaml", CLOSED)
        shop.declare("sale")
        assert shop.blocked("sale").ways_out == ("Give it another time in schedule.at.",)
        shop.declare("sale", schedule={"at": "2026-12-05 10:00", **KYIV})
        shop.converge()
        assert shop.live() == ["Hello from sale"]

    def test_a_calendar_that_does_not_exist_is_an_error_at_its_line(self, shop):
        set_rules(shop, blackout={"calendars": ["closed"]})
        shop.declare("sale")
        shown = shop.run("plan")
        assert (shown.code, "calendars" in shown.err, "rcsplan.yaml:1" in shown.err) == (1, True, True)


def test_an_environment_overrides_a_rule_key_by_key(shop):
    shop.configure(policy={"rules": NIGHT}, environment={"policy": {"rules": {"quiet-hours": WARN}}})
    shop.declare("sale", schedule={"at": "2026-12-04 08:00", **KYIV})
    assert found(shop) == [("quiet-hours", "warn", "start_at", 1)]


def test_a_send_that_opens_later_shows_what_will_be_denied(shop):
    shop.configure(policy={"rules": NIGHT})
    shop.declare("sale", schedule={"at": "2027-02-01 08:00", **KYIV})
    shown = shop.run("plan")
    assert (shown.code, "deny   quiet-hours: It starts Mon 2027-02-01 08:00" in shown.out) == (0, True)


def test_the_part_of_a_split_audience_is_judged_by_itself(shop):
    set_rules(shop, contacts_per_send={"max": 100})
    shop.declare("sale", spec={"groups": [101, 102]}, audience={"split": True})
    assert (found(shop, "sale[list=101]"), found(shop, "sale[list=102]")) == (
        [("contacts-per-send", "deny", "groups", 1)],
        [],
    )


def test_the_list_of_a_part_is_not_taken_for_the_first_of_the_whole(shop):
    set_rules(shop, lists={"forbidden": ["VIP"]})
    manifest = shop.folder / "sale.yaml"
    shop.declare("sale", spec={"groups": [101, 102]}, audience={"split": True})
    manifest.write_text(manifest.read_text().replace('"groups": [', '"groups":\n[\n').replace("101, 102", "101,\n102"))
    assert found(shop, "sale[list=102]") == [("lists", "deny", "groups[0]", 2)]


def test_what_was_stopped_before_anybody_got_it_tires_nobody(shop):
    set_rules(shop, fatigue={"max": 1, "days": 7})
    shop.declare("friday")
    shop.converge()
    assert shop.run("stop", "friday", "--auto-approve").code == 0
    shop.declare("next", schedule={"at": "2026-12-05 10:00", **KYIV})
    assert found(shop, "next") == []


def test_a_waiver_of_a_rule_that_does_not_exist_is_an_error(shop):
    shop.declare("sale", metadata=waiver("quiet-hour"))
    shown = shop.run("validate")
    assert (shown.code, "Did you mean 'quiet-hours'?" in shown.err + shown.out) == (1, True)
