"""The rules of a policy as text and as JSON: what each demands, how much it weighs, why, and how it is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.output.terminal import format_json, listed, visible, wrapped
from rcsplan.policy.finding import Severity
from rcsplan.policy.rules import RULES

if TYPE_CHECKING:
    from rcsplan.output.terminal import Style
    from rcsplan.policy.candidate import Thresholds
    from rcsplan.policy.evaluation import Policy
    from rcsplan.policy.rules import Rule


def format_policy(environment: str, policy: Policy, thresholds: Thresholds, style: Style) -> str:
    """Every rule on a line, with its severity in an environment."""
    rows: list[tuple[str, ...]] = [
        (rule.id, _weight(rule, policy, thresholds), rule.summary) for rule in RULES.values()
    ]
    heading = style.bold(f"Policy of environment {visible(environment)}")
    return "\n".join([heading, *listed(rows, style.prose), "", "What a rule is for: rcsplan policy explain RULE"])


def format_policy_json(environment: str, policy: Policy, thresholds: Thresholds) -> str:
    """The same as one JSON document."""
    rules = [
        {
            "rule": rule.id,
            "severity": policy.of(rule),
            "default_severity": rule.default,
            "configured": rule.is_set(thresholds),
            "summary": rule.summary,
        }
        for rule in RULES.values()
    ]
    return format_json({"environment": environment, "rules": rules})


def format_rule(rule: Rule, style: Style) -> str:
    """All about a rule."""
    asked = "; again when a saved plan is applied" if rule.judged_again else ""
    waits = ", once its threshold is set" if rule.thresholds else ""
    lines = [
        style.bold(rule.id),
        *wrapped(rule.summary, style.prose),
        "",
        *wrapped(rule.why, style.prose),
        "",
        f"Severity where none is given: {rule.default}{waits}",
        "Asked: by plan and validate with --online" if rule.looks_online else f"Asked: whenever a plan is made{asked}",
        "Set in rcsplan.yaml, for all environments or in one:",
        *(f"  {line}" for line in rule.configuration.splitlines()),
        "Waived by a campaign:",
        f'  metadata: {{waivers: [{{rule: {rule.id}, reason: …, owner: …, until: "2026-12-31"}}]}}',
    ]
    return "\n".join(lines) + "\n"


def _weight(rule: Rule, policy: Policy, thresholds: Thresholds) -> str:
    severity = policy.of(rule)
    return severity if severity is Severity.OFF or rule.is_set(thresholds) else "not set"
