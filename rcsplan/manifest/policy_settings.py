"""What planning allows: spans, shares, and the rules that a send must keep."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from rcsplan.campaign.schedule import LEAD_FLOOR
from rcsplan.manifest.approval_settings import ApprovalSettings, Members
from rcsplan.manifest.name import Name
from rcsplan.manifest.policy_rules import RulesSettings, overridden
from rcsplan.manifest.quantity import Duration, Share
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from rcsplan.manifest.policy_rules import Severity


def _check_lead(lead: timedelta) -> timedelta:
    if lead < LEAD_FLOOR:
        raise complaint(
            "out-of-range", "Value out of range", detail="No submission leaves later than 2m before its start."
        )
    return lead


class PolicySettings(Settings):
    """What planning allows."""

    stop_margin: Duration = Field(
        timedelta(minutes=5), description="A send that starts sooner than this is neither changed nor stopped."
    )
    min_lead: Annotated[Duration, AfterValidator(_check_lead)] = Field(
        LEAD_FLOOR, description="A send that starts sooner than this is not submitted; 2m at least."
    )
    freeze_after: Duration = Field(
        timedelta(days=7), description="What ended longer ago than this is neither rendered nor compared."
    )
    audience_tolerance: Share = Field(0.10, description="Share by which an audience may grow after it was reviewed.")
    plan_ttl: Duration = Field(timedelta(hours=24), description="How long a saved plan may be applied.")
    max_stop: Share = Field(0.25, description="Share of the live sends that one run may remove or replace.")
    max_test_contacts: int = Field(20, ge=1, description="Contacts that a list may have to be sent a test.")
    instant: Literal["deny", "allow"] | None = Field(
        None, description="Whether sends without a start time are allowed; only in a sandbox where it is not said."
    )
    approvals: Annotated[tuple[ApprovalSettings, ...], Field(strict=False)] = Field(
        (),
        description="Approvals by people, without which nothing is submitted.",
        examples=[[{"over": 1000, "need": 1}]],
    )
    roles: dict[Name, Members] = Field(
        {},
        description="Who may approve in which role, by the email addresses of their commits.",
        examples=[{"legal": ["ann@acme.example"]}],
    )
    rules: RulesSettings = Field(RulesSettings(), description="The rules that a send must keep.")

    def overridden_by(self, other: PolicySettings | None) -> PolicySettings:
        """This policy with everything that the other one says itself; of the rules and roles, key by key."""
        if other is None:
            return self
        merged = {"rules": self.rules.overridden_by(other.rules), "roles": {**self.roles, **other.roles}}
        return overridden(self, other).model_copy(update=merged)

    @property
    def severities(self) -> dict[str, Severity]:
        """The severities that are given, by the id of the rule."""
        of_instant: dict[str, Severity] = {"instant": "deny" if self.instant == "deny" else "off"}
        return {**self.rules.severities, **(of_instant if self.instant is not None else {})}
