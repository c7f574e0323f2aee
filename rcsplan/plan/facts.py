"""What the planner is told about the world: the account, the clock, and the rules of the project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.schedule import LEAD_FLOOR

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal
    from zoneinfo import ZoneInfo

    from rcsplan.campaign.cost import Funds
    from rcsplan.plan.model import Suspension
    from rcsplan.state.model import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactList:
    """A contact list of the account; `contacts` is None where the provider did not tell (bsg-api.md section 2.2)."""

    id: int
    name: str
    contacts: int | None = None
    default: bool = False


#: How the provider names campaigns that were made through its API (bsg-api.md section 2.1).
API_NAME_PREFIX = "RCS api campaign / "


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A campaign as the account shows it; `start_at` is an instant, None for what has no start.

    `phones` is the size of its audience, None where it was not read or is not yet known.
    """

    id: int
    name: str
    sender: str
    start_at: datetime | None
    status: str
    sent: int = 0
    phones: int | None = None

    @property
    def is_from_api(self) -> bool:
        """Whether it was made through the API, by its name."""
        return self.name.startswith(API_NAME_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The account as observed just before planning; `reaches_people` is false for a sandbox.

    `sightings` are the account's RCS campaigns of the last weeks and of the weeks to come; `adopted` are addresses
    whose lost submission was found among them. `funds` are None where nobody asked for them.
    """

    account: Account
    zone: ZoneInfo
    now: datetime
    reaches_people: bool = False
    lists: tuple[ContactList, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    adopted: frozenset[str] = frozenset()
    funds: Funds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """Above how many recipients, or above what cost, how many people of which role must approve."""

    over: int | None = None
    over_cost: Decimal | None = None
    need: int = 1
    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the project and its environment demand of a plan, and what this run was told to allow.

    `restore` are addresses whose stopped version shall be submitted again after its successor was refused.
    `is_default_environment` says that commands mean this environment also where they name none.
    """

    environment: str
    project: str = ""
    is_default_environment: bool = True
    stop_margin: timedelta = timedelta(minutes=5)
    min_lead: timedelta = LEAD_FLOOR
    freeze_after: timedelta = timedelta(days=7)
    rename_window: timedelta = timedelta(days=30)
    plan_ttl: timedelta = timedelta(hours=24)
    audience_tolerance: float = 0.10
    max_contacts: int = 5000
    max_stop: float = 0.25
    allow_mass_stop: bool = False
    allow_stop_sending: bool = False
    exclusive: bool = False
    restore: frozenset[str] = frozenset()
    fingerprint_seconds: bool = False
    suspensions: tuple[Suspension, ...] = ()

    def suspension_at(self, now: datetime) -> Suspension | None:
        """The pause of `run` that holds now, the longest where there are several."""
        holding = [pause for pause in self.suspensions if pause.holds_at(now)]
        return max(holding, key=lambda pause: (pause.until is None, pause.until or now), default=None)

    approvals: tuple[ApprovalRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which text was planned: the git commit, and whether the work tree differed from it."""

    commit: str = ""
    dirty: bool = False
