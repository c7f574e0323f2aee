"""What the planner is told about the world: the account, the clock, and the rules of the project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.schedule import LEAD_FLOOR

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from rcsplan.state.model import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """A contact list of the account; `contacts` is None where the provider did not tell (bsg-api.md section 2.2)."""

    id: int
    name: str
    contacts: int | None = None
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The account as observed just before planning; `reaches_people` is false for a sandbox."""

    account: Account
    zone: ZoneInfo
    now: datetime
    reaches_people: bool = False
    lists: tuple[ContactList, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the project and its environment demand of a plan."""

    environment: str
    stop_margin: timedelta = timedelta(minutes=5)
    min_lead: timedelta = LEAD_FLOOR
    freeze_after: timedelta = timedelta(days=7)
    rename_window: timedelta = timedelta(days=30)
    plan_ttl: timedelta = timedelta(hours=24)
    audience_tolerance: float = 0.10
    max_contacts: int = 5000
    instant_allowed: bool = False
    fingerprint_seconds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which text was planned: the git commit, and whether the work tree differed from it."""

    commit: str = ""
    dirty: bool = False
