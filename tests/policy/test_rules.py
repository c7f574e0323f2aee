"""The rules as a whole: known to the settings, documented, quiet until asked, and lifted by waivers."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from rcsplan.campaign.model import Waiver
from rcsplan.manifest import policy_rules
from rcsplan.policy.candidate import Thresholds
from rcsplan.policy.evaluation import Policy, evaluate
from rcsplan.policy.finding import Severity
from rcsplan.policy.rules import RULES
from tests.policy.candidates import make_candidate, make_world

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
RESIDUE = make_candidate(text="Hello {name}")
TODAY = date(2026, 11, 24)


def make_waiver(rule="residue", until=TODAY):
    return Waiver(rule=rule, reason="Meant so.", owner="me", until=until)


def judged(candidate, severities=None, **fields):
    """Rule, severity and waiver of what is found of a candidate."""
    policy = Policy(severities=severities or {})
    found = evaluate(policy, make_world(candidate), **fields)
    return [(one.rule, one.severity, one.waiver) for one in found.get("sale", ())]


def test_the_settings_know_every_rule_and_no_other():
    assert sorted(policy_rules.RULES) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_documented(rule):
    documented = RULES[rule]
    assert f"| `{rule}` | {documented.default} | {documented.summary} | `{documented.setting}` |" in README


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_says_what_it_demands(rule):
    assert rule.summary.endswith(".")


def test_every_threshold_belongs_to_a_rule():
    used = {name for rule in RULES.values() for name in rule.thresholds}
    details = {"fatigue_days", "fatigue_hours", "opt_out_phrases", "allowed_hosts"}
    assert used | details == {field.name for field in fields(Thresholds)}


def test_without_configuration_nothing_but_instant_sends_is_denied():
    unset = [rule.id for rule in RULES.values() if rule.default is Severity.DENY and rule.is_set(Thresholds())]
    assert unset == ["instant"]


def test_a_rule_weighs_what_it_weighs_by_itself():
    assert judged(RESIDUE) == [("residue", Severity.WARN, None)]


@pytest.mark.parametrize(("severity", "expected"), [("deny", [("residue", Severity.DENY, None)]), ("off", [])])
def test_a_policy_says_how_much_a_rule_weighs(severity, expected):
    assert judged(RESIDUE, {"residue": Severity(severity)}) == expected


@pytest.mark.parametrize(
    ("waiver", "lifts"),
    [(make_waiver(), True), (make_waiver(until=date(2026, 11, 23)), False), (make_waiver("links"), False)],
    ids=["on its last day", "a day later", "of another rule"],
)
def test_a_waiver_lifts_its_rule_until_its_last_day(waiver, lifts):
    ((_, _, found),) = judged(make_candidate(text="Hello {name}", waivers=(waiver,)))
    assert (found is not None) is lifts


def test_of_a_saved_plan_only_what_time_decides_is_asked_again():
    candidate = make_candidate(None, text="Hello {name}")
    assert judged(candidate, again=True) == [("instant", Severity.DENY, None)]
