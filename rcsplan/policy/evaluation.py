"""Asks the rules about every candidate, and lets waivers lift what they find."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rcsplan.policy.finding import Judged, Severity
from rcsplan.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from rcsplan.campaign.model import Waiver
    from rcsplan.policy.candidate import Candidate, World
    from rcsplan.policy.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The severity of every rule, where a policy says one: of the others it is their own."""

    severities: Mapping[str, Severity] = field(default_factory=dict)

    def of(self, rule: Rule) -> Severity:
        """How much a rule weighs."""
        return self.severities.get(rule.id, rule.default)


def evaluate(
    policy: Policy, world: World, *, again: bool = False, online: bool = False
) -> dict[str, tuple[Judged, ...]]:
    """What the rules find, by address.

    `again` asks those alone that time and other campaigns decide, `online` those alone that look at addresses.
    """
    asked = [rule for rule in RULES.values() if policy.of(rule) is not Severity.OFF]
    asked = [rule for rule in asked if (rule.judged_again or not again) and (rule.looks_online or not online)]
    found = {candidate.address: tuple(_judged(candidate, asked, policy, world)) for candidate in world.candidates}
    return {address: judged for address, judged in found.items() if judged}


def _judged(candidate: Candidate, rules: list[Rule], policy: Policy, world: World) -> Iterator[Judged]:
    today = world.now.astimezone(world.zone).date()
    for rule in rules:
        for finding in rule.check(candidate, world):
            waiver = _waiver(rule.id, candidate.waivers, today)
            yield Judged(rule=rule.id, severity=policy.of(rule), finding=finding, waiver=waiver)


def _waiver(rule: str, waivers: tuple[Waiver, ...], today: date) -> Waiver | None:
    return next((waiver for waiver in waivers if waiver.rule == rule and waiver.holds_on(today)), None)
