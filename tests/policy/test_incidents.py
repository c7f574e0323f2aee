"""Each incident of domain.md section 3 that a rule can stop, stopped; and what is proven of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Project, begin_state
from tests.manifest.projects import make_manifest, make_project, make_spec

ROOT = Path(__file__).parents[2]
ACCOUNT = {
    "timezone": "Europe/Kyiv",
    "clock": "2026-12-01 09:00",
    "balance": {"amount": 50000, "currency": "EUR"},
    "lists": [
        {"id": 1, "name": "Readers", "contacts": 300},
        {"id": 2, "name": "Everybody", "contacts": 4999},
        {"id": 3, "name": "Unsubscribed", "contacts": 900},
        {"id": 4, "name": "Seeds QA", "contacts": 3},
    ],
}
PRICES = {"currency": "EUR", "rcs": 0.021, "sms": 0.038, "reach": "62%"}
NIGHT = {"from": "21:00", "until": "09:00"}


def send(at="2026-12-02 10:00", *, zones=None, text="Sale until Sunday", sms=None, validity=9, **spec):
    """A manifest of a message to the readers."""
    fallback = {} if sms is None else {"alternative_channel": {"sms": {"sender": "ACME", "text": sms}}}
    body = make_spec(**{"groups": [1], "options": {"text": text}, "validity": validity, **fallback, **spec})
    audience = None if zones is None else {"timezones": zones}
    return make_manifest(schedule={"at": at}, audience=audience, spec=body)


def button(url):
    return {"cards": [{"text": "Sale", "suggestions": [{"text": "Shop", "url": url}]}]}


#: What happened: the rule that stops it, its settings, and the manifests of the day.
STOPPED = {
    "1 New York Times: for 300 people, to eight million": (
        "contacts-per-send", {"max": 300}, [send(groups=[2])],
    ),
    "2 HBO Max: an integration test to subscribers": (
        "lists", {"allowed": ["Seeds *"]}, [send(text="Integration Test #1")],
    ),
    "3 Countdown: before ten in the evening, by SMS at night": (
        "quiet-hours", NIGHT, [send("2026-12-02 20:30", validity=5, sms="Acme: sale")],
    ),
    "6 omnigolive: an SMS at 04:40": (
        "quiet-hours", NIGHT, [send("2026-12-02 18:40", validity=10, sms="Acme: sale")],
    ),
    "7 DirectFlow: 570 messages to each of seven people": (
        "fatigue-hours", {"max": 3, "hours": 24}, [send(f"2026-12-02 {hour}:00") for hour in (10, 11, 12, 13)],
    ),
    "7 DirectFlow: found by a billing alert": (
        "cost-per-month", {"max": 20}, [send(f"2026-12-0{day} 10:00") for day in (2, 3, 4, 5)],
    ),
    "15 Silverpop: what a template should have filled in": (
        "residue", {"severity": "deny"}, [send(text="%%DC::Previous Viewed White Paper::Subject Line%")],
    ),
    "16 an agency: a link of x": (
        "links", {"severity": "deny"}, [send(options=button("https://xxx"))],
    ),
    "18 a team: all that had unsubscribed": (
        "stop-list", {"severity": "deny"}, [send(groups=[3])],
    ),
    "18 a team: without the stop list": (
        "stop-list", {"severity": "deny"}, [send(check_stop_list=False)],
    ),
    "21 scoutplan: five hours off in another zone": (
        "quiet-hours", NIGHT, [send("2026-12-02 14:00", zones=["America/Chicago"])],
    ),
    "24 a hundred suits for quiet hours": (
        "quiet-hours", NIGHT, [send("2026-12-02 17:00", zones=["America/New_York", "America/Los_Angeles"])],
    ),
    "25 GetResponse: approved late, sent at once": (
        "lead", {"at_least": "4h"}, [send("2026-12-01 10:00")],
    ),
}  # fmt: skip

#: What no rule stops, but how rcsplan submits, plans or reads a time; and a test that shows it.
PROVEN = {
    "7 DirectFlow: a crash after the acknowledgement": (
        "tests/apply/test_never_twice.py", "test_nothing_is_sent_twice_and_nothing_is_lost",
    ),
    "8 Voyado: retries past the checks": (
        "tests/apply/test_never_twice.py", "test_nothing_is_sent_twice_and_nothing_is_lost",
    ),
    "10 Mautic: 25 copies": ("tests/cli/test_acceptance.py", "test_the_first_apply_submits_each_due_send_once"),
    "13 a practitioner: four times from the command line": (
        "tests/cli/test_acceptance.py", "test_a_second_apply_changes_nothing",
    ),
    "14 cwfrazier: five identical schedules": (
        "tests/plan/test_twins.py", "test_the_same_message_twice_is_blocked_on_both_sides",
    ),
    "17 a last edit after the approval": (
        "tests/operations/test_saved.py", "test_a_plan_is_refused_when_something_has_changed",
    ),
    "25 GetResponse: due before the merge": (
        "tests/cli/test_acceptance.py", "test_what_was_missed_is_blocked_and_never_sent_late",
    ),
    "26 Cakemail: a job that runs again": (
        "tests/operations/test_saved.py", "test_a_plan_is_applied_once",
    ),
}  # fmt: skip


@pytest.fixture
def planned(tmp_path, capsys):
    """Plans manifests in a new project with one rule set, as a person does at a terminal."""

    def plan(rules, manifests):
        files = {f"{number}.yaml": _named(manifest, number) for number, manifest in enumerate(manifests)}
        make_project(tmp_path, files=files, provider={"account": ACCOUNT}, prices=PRICES, policy={"rules": rules})
        begin_state(tmp_path / ".rcsplan/sandbox.state.json")
        return Project(tmp_path, capsys).run("plan")

    return plan


def _named(manifest, number):
    return {**manifest, "metadata": {"name": f"sale-{number}", "allow_duplicate": "The same every time."}}


@pytest.mark.parametrize("incident", STOPPED)
def test_an_incident_is_stopped_by_its_rule(planned, incident):
    rule, settings, manifests = STOPPED[incident]
    refused = planned({rule: settings}, manifests)
    assert (refused.code, f"deny   {rule}: " in refused.out) == (4, True)


@pytest.mark.parametrize("incident", STOPPED)
def test_without_its_rule_nothing_stops_it(planned, incident):
    """So that each case above is stopped by the rule and by nothing else."""
    rule, _, manifests = STOPPED[incident]
    assert planned({rule: {"severity": "off"}}, manifests).code == 0


@pytest.mark.parametrize("incident", PROVEN)
def test_an_incident_that_no_rule_stops_has_a_proof(incident):
    file, test = PROVEN[incident]
    assert f"def {test}(" in (ROOT / file).read_text("utf-8")
