from __future__ import annotations

import pytest

from rcsplan.plan.model import ActionKind, PlannedWaiver, PolicyFinding, Reason
from rcsplan.plan.policy import with_findings
from tests.builders import NOW
from tests.output.plans import make_action

WAIVER = PlannedWaiver(rule="residue", reason="Meant so.", owner="me", until=NOW.date())


def make_finding(severity="deny", rule="residue", **fields):
    return PolicyFinding(**{"rule": rule, "severity": severity, "detail": "Bad.", "way_out": "Mend it.", **fields})


def judged(kind, *findings):
    """An action of a kind after these findings."""
    action = make_action(kind)
    (after,) = with_findings([action], {action.address: findings})
    return after


@pytest.mark.parametrize("kind", [ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT])
def test_what_the_policy_denies_is_blocked(kind):
    action = judged(kind, make_finding(), make_finding(rule="links", way_out="Mend the link."))
    assert (action.action, action.reason, action.way_out) == (
        ActionKind.BLOCKED,
        Reason.POLICY,
        "Mend it.\nMend the link.",
    )


def test_a_block_names_each_rule_once():
    assert judged(ActionKind.SUBMIT, make_finding(), make_finding()).detail == "The policy denies it: residue."


def test_a_denial_without_a_way_out_of_its_own_gets_the_usual_one():
    assert "metadata.waivers" in judged(ActionKind.SUBMIT, make_finding(way_out="")).way_out


@pytest.mark.parametrize("finding", [make_finding("warn"), make_finding(waiver=WAIVER)], ids=["warned", "waived"])
def test_what_is_warned_of_or_waived_goes_on(finding):
    action = judged(ActionKind.SUBMIT, finding)
    assert (action.action, action.policy) == (ActionKind.SUBMIT, (finding,))


def test_what_opens_later_is_not_blocked_yet():
    finding = make_finding()
    action = judged(ActionKind.DEFER, finding)
    assert (action.action, action.policy) == (ActionKind.DEFER, (finding,))


def test_what_the_policy_has_nothing_against_stays_as_it_is():
    action = make_action(ActionKind.SUBMIT)
    assert with_findings([action], {"another": (make_finding(),)}) == (action,)
