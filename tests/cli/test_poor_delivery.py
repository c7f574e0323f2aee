"""Notifications of poor delivery: from the account's own numbers, once they are final, and once."""

from __future__ import annotations

import pytest

from tests.cli.running import Project

PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: shop}
environments:
  sandbox:
    provider:
      type: sandbox
      timezone: Europe/Kyiv
      account: {timezone: Europe/Kyiv, clock: "2026-12-01 09:00", lists: [{id: 1, name: VIP, contacts: 200}]}
notifications: {url: {env: HOOK}, on: [poor_delivery], poor_delivery: {below: 95%}}
"""

CAMPAIGN = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: {name}, new: true, allow_duplicate: both are meant}}
schedule: {{at: "2026-12-02 {at}"}}
spec: {{groups: [{{name: VIP}}], sender: Acme, validity: 9, options: {{text: "{name}"}}{fallback}}}
"""

#: Of phones without RCS only an SMS reaches any: with one, about 99 of 100 are reached, without one at most 93.
FALLBACK = ", alternative_channel: {sms: {sender: ACME, text: Hello, validity: 9}}"

ONCE = ("run", "--once")
APPLY = ("apply", "--auto-approve")


@pytest.fixture
def shop(tmp_path, capsys):
    """A project with a send that nobody without RCS gets, and one that falls back to SMS."""
    shop = Project(tmp_path, capsys)
    shop.write("rcsplan.yaml", PROJECT)
    shop.write("alone.yaml", CAMPAIGN.format(name="alone", at="10:00", fallback=""))
    shop.write("backed.yaml", CAMPAIGN.format(name="backed", at="11:00", fallback=FALLBACK))
    assert shop.apply().code == 0
    return shop


def reached(project, text):
    """The share of the phones of a send that the simulator delivered to."""
    (entry,) = (entry for entry in project.ledger() if entry["payload"]["options"]["text"] == text)
    return round(entry["delivered"] / entry["contacts"], 4)


def test_nothing_is_told_before_the_numbers_are_final(shop, webhook):
    shop.advance("36h")
    assert (shop.apply().code, webhook.told) == (0, [])


@pytest.mark.parametrize("command", [APPLY, ONCE], ids=" ".join)
def test_a_poor_delivery_is_told_once_with_its_share(shop, webhook, command):
    shop.advance("5d")
    codes = [shop.run(*command).code for _ in range(2)]
    (notice,) = webhook.told
    (send,) = notice["sends"]
    assert (codes, notice["event"], notice["summary"]) == ([0, 0], "poor_delivery", "Poor delivery: 1 send.")
    assert (send["address"], send["contacts"], send["share"]) == ("alone", 200, reached(shop, "alone"))
    assert 0.8 < send["share"] < 0.95


def test_it_is_told_also_where_an_earlier_run_saw_the_end(shop, webhook):
    shop.advance("36h")
    shop.run(*ONCE)
    shop.advance("5d")
    shop.run(*ONCE)
    shop.advance("1d")
    shop.run(*ONCE)
    assert [[send["address"] for send in notice["sends"]] for notice in webhook.told] == [["alone"]]


def test_it_is_told_of_a_send_that_was_archived_meanwhile(shop, webhook):
    shop.advance("36h")
    shop.remove("alone.yaml")
    shop.apply()
    shop.advance("5d")
    shop.apply()
    assert [[send["address"] for send in notice["sends"]] for notice in webhook.told] == [["alone"]]


def test_a_good_delivery_is_told_to_nobody(shop, webhook):
    shop.edit("rcsplan.yaml", "below: 95%", "below: 50%")
    shop.advance("5d")
    assert (shop.apply().code, webhook.told) == (0, [])


def test_what_the_webhook_did_not_take_is_not_kept_for_later(shop, webhook):
    """What is told once is told by the run that recorded it, as the README says: `report` keeps the numbers."""
    webhook.server.fail("teapot", "POST")
    shop.advance("5d")
    codes = [shop.apply().code for _ in range(2)]
    assert (codes, webhook.told) == ([0, 0], [])
