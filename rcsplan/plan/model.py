"""The plan document: frozen, sorted, and the same bytes for the same input (design section 5)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from rcsplan.state.model import Account

FORMAT_VERSION = 1


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ActionKind(StrEnum):
    """What happens to an address."""

    SUBMIT = "submit"
    REPLACE = "replace"
    STOP = "stop"
    ADOPT = "adopt"
    RESUBMIT = "resubmit"
    ARCHIVE = "archive"
    DEFER = "defer"
    NONE = "none"
    BLOCKED = "blocked"


#: Actions that change something at the provider; status refresh and archiving are no changes (design section 10).
CHANGES = frozenset(
    {ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.STOP, ActionKind.ADOPT, ActionKind.RESUBMIT},
)


class Reason(StrEnum):
    """Why an address is blocked."""

    ALREADY_SENT = "already_sent"
    MISSED = "missed"
    UNKNOWN_OUTCOME = "unknown_outcome"
    AMBIGUOUS = "ambiguous"
    LOOKALIKE = "lookalike"
    POSSIBLE_RENAME = "possible_rename"
    DUPLICATE = "duplicate"
    OVERSIZE = "oversize"
    UNRESOLVED_LIST = "unresolved_list"
    AUDIENCE = "audience"
    TOO_LATE = "too_late"
    DRIFT = "drift"
    FOREIGN = "foreign"
    DUPLICATE_GUARD = "duplicate_guard"
    REPLACE_REFUSED = "replace_refused"
    POLICY = "policy"
    APPROVAL = "approval"


#: Blocks of an outcome that is not known: they hold up their own address and no other (design section 6).
UNSETTLED = frozenset({Reason.UNKNOWN_OUTCOME, Reason.AMBIGUOUS})


class PlannedList(_Document):
    """A contact list of a send, resolved; `contacts` is null where the provider did not tell."""

    id: int
    name: str
    contacts: int | None = None


class Audience(_Document):
    """To whom a send goes."""

    lists: tuple[PlannedList, ...] = ()
    contacts: int = 0


class Prior(_Document):
    """The record that an action was planned against; an apply refuses the action when it has changed."""

    revision: int
    digest: str
    remote_id: int | None = None
    status: str | None = None
    wire_start_at: str | None = None
    start_at: datetime | None = None
    lists: tuple[PlannedList, ...] = ()


class FieldChange(_Document):
    """One field of the request body that differs from what was last submitted."""

    path: str
    before: JsonValue = None
    after: JsonValue = None


class Place(_Document):
    """Where the manifest declares the send."""

    file: str
    line: int | None = None


class PlannedWaiver(_Document):
    """A rule that a send need not keep, by the word of its manifest."""

    rule: str
    reason: str
    owner: str
    until: date = Field(description="The last day on which it holds, in the account's zone.")


class PolicyFinding(_Document):
    """What a rule of the policy has against a send."""

    rule: str = Field(description="Id of the rule.")
    severity: Literal["deny", "warn"]
    detail: str
    way_out: str = Field(default="", description="What to do about it, for people.")
    path: str = Field(default="", description="Place in the request body.")
    place: Place | None = None
    waiver: PlannedWaiver | None = Field(default=None, description="What lifts it; it then weighs nothing.")

    @property
    def denies(self) -> bool:
        """Whether it blocks the send."""
        return self.severity == "deny" and self.waiver is None


class ChannelEstimate(_Document):
    """What one channel of a send is expected to cost; `price` is null, and never zero, where nobody knows it."""

    channel: Literal["rcs", "sms"]
    messages: int = Field(description="Contacts that it is expected to reach.")
    worst_messages: int = Field(description="Contacts that it reaches where that costs most.")
    parts: int = Field(default=1, description="Parts of a message, each of them paid for; 1 for RCS.")
    price: Decimal | None = Field(default=None, description="Of one message, or one part of an SMS.")
    origin: str = Field(default="", description="Where the price comes from, for people.")


class Estimate(_Document):
    """What a send costs: as expected, and where everything falls back to SMS; null where a price is unknown."""

    currency: str = ""
    expected: Decimal | None = None
    worst: Decimal | None = None
    reach: float | None = Field(default=None, description="Share of the contacts that RCS is expected to reach.")
    reach_origin: str = Field(default="", description="Where that share comes from, for people.")
    channels: tuple[ChannelEstimate, ...] = ()
    learned: str = Field(default="", description="What comes from earlier sends, as nobody set it; for people.")
    unknown: tuple[str, ...] = Field(default=(), description="What is not known, each in a sentence.")


class PlanEstimate(_Document):
    """What the sends of a plan cost together; those whose price is unknown are counted, and not added."""

    currency: str = ""
    expected: Decimal | None = None
    worst: Decimal | None = None
    unknown: int = Field(default=0, description="Sends whose cost is not known.")
    balance: Decimal | None = Field(default=None, description="What the account may still spend, credit included.")
    month: Decimal | None = Field(default=None, description="Worst case of this plan's busiest month, with all before.")


class ApprovalDemand(_Document):
    """Approvals without which a plan is not applied."""

    need: int
    role: str = Field(default="", description="Role whose members count; anybody where it is empty.")
    because: str = Field(description="What makes them necessary, for people.")
    opens_on: date | None = Field(default=None, description="When deferred sends will need them; null for now.")


class Action(_Document):
    """What happens to one address, and everything that is needed to do it."""

    address: str
    revision: int
    action: ActionKind
    reason: Reason | None = None
    detail: str = Field(default="", description="Why, for people.")
    way_out: str = Field(default="", description="What to do about a block, for people.")
    notes: tuple[str, ...] = ()
    sender: str = ""
    digest: str | None = None
    content_digest: str | None = None
    source_digest: str | None = None
    payload: dict[str, JsonValue] | None = None
    prior: Prior | None = None
    diff: tuple[FieldChange, ...] = ()
    start_at: datetime | None = Field(default=None, description="Start as an instant; null for an instant campaign.")
    wire_start_at: str | None = Field(default=None, description="Start as it goes over the wire, in account time.")
    until: datetime | None = Field(default=None, description="Last moment for an instant campaign.")
    declared_start: str = ""
    timezone: str = Field(default="", description="Zone of the schedule.")
    validity_hours: int = 0
    fallback_at: datetime | None = Field(default=None, description="When undelivered messages go out as SMS.")
    opens_on: date | None = Field(default=None, description="First date on which a deferred send can be submitted.")
    audience: Audience = Audience()
    estimate: Estimate | None = Field(default=None, description="What it costs; null where it sends nothing.")
    policy: tuple[PolicyFinding, ...] = Field(default=(), description="What the rules of the policy have against it.")
    waivers: tuple[PlannedWaiver, ...] = Field(default=(), description="Rules that it need not keep.")
    timezones: tuple[str, ...] = Field(default=(), description="Zones of its audience; its own zone where none.")
    moved_from: str | None = None
    archives: bool = Field(default=False, description="Whether a stop archives the record in the same step.")
    despite_margin: bool = Field(default=False, description="Whether a stop may come after the first message.")
    rule: str = Field(default="", description="Digest of the rule of which it is an occurrence.")
    place: Place | None = None
    authors: tuple[str, ...] | None = Field(
        default=None, description="Who wrote it, by git, where approvals are demanded; null where it is not known."
    )


class PlannedState(_Document):
    """The state that a plan was made against."""

    lineage: str
    serial: int


class PlannedSource(_Document):
    """The text that was planned."""

    commit: str = ""
    dirty: bool = False


class Guard(_Document):
    """What stands against a plan as a whole, and what allows it."""

    code: str
    detail: str
    way_out: str


class Drift(_Document):
    """A difference between state and account that nobody here made."""

    address: str
    remote_id: int | None
    detail: str


class Suspension(_Document):
    """A pause of `run`: an apply by hand goes on."""

    reason: str
    until: datetime | None = Field(default=None, description="When it ends; null where only an edit ends it.")

    def holds_at(self, now: datetime) -> bool:
        """Whether it is not over."""
        return self.until is None or now < self.until


class Plan(_Document):
    """A whole plan. `checksum` covers what an approval approves, `integrity` the whole document."""

    format_version: Literal[1] = 1
    id: str
    project: str = ""
    environment: str
    account: Account
    account_timezone: str
    reaches_people: bool = Field(description="Whether what is submitted ends on phones: false for a sandbox.")
    created_at: datetime
    expires_at: datetime
    state: PlannedState
    source: PlannedSource
    actions: tuple[Action, ...]
    summary: dict[str, int]
    estimate: PlanEstimate | None = Field(default=None, description="What it costs as a whole.")
    approvals: tuple[ApprovalDemand, ...] = Field(default=(), description="Approvals that it needs.")
    drift: tuple[Drift, ...] = ()
    guards: tuple[Guard, ...] = ()
    diagnostics: tuple[str, ...] = Field(default=(), description="Warnings and notes about the manifests.")
    next_due: datetime | None = Field(default=None, description="When the next deferred send opens.")
    suspension: Suspension | None = Field(default=None, description="Why `run` leaves it alone; apply does not.")
    applyable: bool
    checksum: str
    integrity: str = ""

    @property
    def has_changes(self) -> bool:
        """Whether applying would change anything at the provider."""
        return any(action.action in CHANGES for action in self.actions)

    @property
    def blocked(self) -> tuple[Action, ...]:
        """The actions that are blocked."""
        return tuple(action for action in self.actions if action.action is ActionKind.BLOCKED)

    @property
    def refusing(self) -> tuple[Action, ...]:
        """The blocked actions for which the others are held back as well."""
        return tuple(action for action in self.blocked if action.reason not in UNSETTLED)
