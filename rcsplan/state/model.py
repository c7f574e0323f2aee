"""The state document: every submission that rcsplan made or was about to make (design section 7)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

FORMAT_VERSION = 2

#: Our own word for a campaign that the provider no longer knows; the provider's statuses are in bsg-api.md 4.1.
GONE = "gone"

#: Statuses after which nothing more is sent of what was under way (bsg-api.md section 4.1).
ENDS = frozenset({"done", "stopped"})


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float")


class Account(_Document):
    """The provider account that a state belongs to: where, and which key, told by its fingerprint and never itself."""

    base_url: str = Field(description="Base URL of the provider's API.")
    key_fingerprint: str = Field(description="First 16 hex digits of the SHA-256 of the API key.")


class ListSnapshot(_Document):
    """A contact list as it stood when the send was submitted."""

    id: int
    name: str
    contacts: int | None = Field(default=None, description="Contacts in the list, where the provider told.")


class RemoteStatus(_Document):
    """What the provider last told of a campaign."""

    status: str = Field(description="Status of bsg-api.md section 4.1, or `gone` when the provider knows it no more.")
    sent: int = 0
    delivered: int = 0
    start_at: str | None = Field(default=None, description="The echoed start, as the provider wrote it.")
    observed_at: datetime


class Delivery(_Document):
    """What became of the messages of a campaign, counted once it had ended (bsg-api.md section 2.1, detail)."""

    rcs: dict[str, int] = Field(default_factory=dict, description="RCS messages by their status.")
    sms: dict[str, int] = Field(default_factory=dict, description="Messages of the SMS fallback by their status.")
    phones: int | None = Field(default=None, description="Phones that the campaign was addressed to.")
    price: str | None = Field(default=None, description="What it cost in all, as a decimal.")
    currency: str = ""
    observed_at: datetime


class Submission(_Document):
    """What was posted: all of a record that another version of the message replaces."""

    digest: str
    content_digest: str
    source_digest: str
    sender: str
    start_at: datetime | None = None
    wire_start_at: str | None = None
    declared_start: str
    timezone: str
    validity_hours: int
    payload: dict[str, JsonValue] | None = None
    lists: tuple[ListSnapshot, ...] = ()


class Intent(_Document):
    """A submission that is about to happen, or happened with an outcome that is not known."""

    opened_at: datetime
    not_after: datetime = Field(description="From this moment on the intent may no longer be posted.")
    baseline_id: int = Field(description="The newest campaign id of the account before the submission.")
    attempt: int = Field(default=1, ge=1)
    unknown_since: datetime | None = Field(default=None, description="When the outcome was found to be unknown.")
    problem: str = Field(default="", description="Why the outcome is not known.")
    duplicate: bool = Field(default=False, description="Whether the provider spoke of a duplicate.")
    candidates: tuple[int, ...] = Field(default=(), description="Campaigns that may be this submission.")
    dispute: str = Field(default="", description="Why only a person can tell what became of it.")
    looked_at: datetime | None = Field(default=None, description="When the account was last searched for it.")
    submission: Submission | None = Field(
        default=None, description="What was posted, once it was given up for lost: the record may hold another by then."
    )


class StopCause(StrEnum):
    """Why rcsplan stopped a campaign."""

    REPLACE = "replace"
    REMOVE = "remove"
    COMMAND = "command"


class Stop(_Document):
    """Our own stop of a campaign, recorded before it is asked for, so that it is never taken for somebody else's."""

    cause: StopCause
    opened_at: datetime
    confirmed_at: datetime | None = None
    not_after: datetime | None = Field(
        default=None, description="From this moment on it may no longer be asked for; none once it is confirmed."
    )


class Provenance(_Document):
    """Who submitted, from which commit, in which CI run, by which plan."""

    who: str = ""
    commit: str = ""
    ci_url: str = ""
    plan_checksum: str = ""
    rcsplan_version: str = ""


class Superseded(_Document):
    """An earlier remote campaign of the same address and revision, stopped with nothing sent."""

    remote_id: int
    digest: str
    stopped_at: datetime
    submitted_at: datetime | None = None
    provenance: Provenance | None = Field(default=None, description="Who had submitted it, from what.")


class Refusal(_Document):
    """A new version that the provider refused after the version of this record was stopped for it."""

    digest: str = Field(description="Digest of the refused version.")
    problem: str
    at: datetime


class Record(_Document):
    """All that is known of one (address, revision)."""

    revision: int = Field(ge=1)
    digest: str
    content_digest: str
    source_digest: str
    sender: str
    start_at: datetime | None = Field(default=None, description="Start as an instant; none for an instant campaign.")
    wire_start_at: str | None = Field(default=None, description="Start as it went over the wire, in account time.")
    declared_start: str = Field(description="Start as the manifest declared it.")
    timezone: str = Field(description="Zone of the schedule.")
    validity_hours: int
    payload: dict[str, JsonValue] | None = Field(default=None, description="The request body as posted.")
    lists: tuple[ListSnapshot, ...] = ()
    remote_id: int | None = None
    remote: RemoteStatus | None = None
    price: str | None = Field(default=None, description="What the provider calculated on creation, as a decimal.")
    currency: str | None = None
    delivery: Delivery | None = Field(default=None, description="What became of its messages, once it had ended.")
    submitted_at: datetime | None = None
    archived_at: datetime | None = None
    intent: Intent | None = None
    stop: Stop | None = None
    superseded: tuple[Superseded, ...] = ()
    watched: tuple[Intent, ...] = Field(
        default=(), description="Submissions that never arrived as far as could be seen; watched until the start."
    )
    late_id: int | None = Field(default=None, description="A watched submission that arrived after all.")
    refusal: Refusal | None = None
    evidence: str = Field(default="", description="How the campaign was recognised, where no answer named it.")
    provenance: Provenance = Provenance()

    @property
    def contacts(self) -> int:
        """Contacts in all lists, as far as the provider told."""
        return sum(entry.contacts or 0 for entry in self.lists)


class SendEntry(_Document):
    """The records of one address, by revision, and the addresses that it had before it was renamed."""

    former: tuple[str, ...] = ()
    skipped: tuple[int, ...] = Field(default=(), description="Revisions that were missed and put to rest.")
    revisions: dict[int, Record] = Field(default_factory=dict)

    @property
    def in_order(self) -> tuple[Record, ...]:
        """The records by rising revision, in whatever order they were written."""
        return tuple(self.revisions[revision] for revision in sorted(self.revisions))

    @property
    def newest(self) -> Record | None:
        """The record of the highest revision."""
        return self.revisions[max(self.revisions)] if self.revisions else None


class Awaited(_Document):
    """A send that starts beyond the provider's horizon, as an apply first saw it."""

    revision: int = Field(ge=1)
    digest: str
    contacts: int
    seen_at: datetime


class Trial(_Document):
    """A test send of a message to a seed list, apart from its campaign; without a remote id its outcome is not known.

    Written before the submission, and taken back where that provably did not happen.
    """

    address: str
    revision: int = Field(ge=1)
    content_digest: str = Field(description="Digest of what the recipients got, without to whom and when.")
    seeds: ListSnapshot
    opened_at: datetime
    problem: str = Field(default="", description="Why the outcome is not known, where an answer told of it.")
    remote_id: int | None = None
    submitted_at: datetime | None = None
    provenance: Provenance = Provenance()

    @property
    def is_unknown(self) -> bool:
        """Whether nobody knows if it was sent: also after a run that was killed over it."""
        return self.remote_id is None


class StateHeader(_Document):
    """All of the document but the sends."""

    format_version: Literal[2] = 2
    lineage: str = Field(description="UUID that all serials of one state share.")
    serial: int = Field(ge=0, description="Rises with every save.")
    environment: str
    account: Account
    series: dict[str, datetime] = Field(default_factory=dict, description="When a series was first applied, by name.")
    rules: dict[str, str] = Field(default_factory=dict, description="Digest of the rule of a series since then.")
    used_plans: dict[str, datetime] = Field(default_factory=dict, description="Saved plans that were applied, by id.")
    baseline_id: int = Field(default=0, description="The account's newest campaign when the state began.")
    not_ours: tuple[int, ...] = Field(default=(), description="Campaigns that a person declared to be of others.")
    awaited: dict[str, Awaited] = Field(default_factory=dict, description="Sends beyond the horizon, by address.")
    trials: dict[int, Trial] = Field(default_factory=dict, description="Test sends to seed lists, by number.")
    moved_to: str = Field(default="", description="Where the state is kept now; empty where it is kept here.")


class Segment(_Document):
    """A part of the history that lies beside the document and never changes; in object stores alone."""

    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Checksum of the object, which is also its name.")
    sends: int = Field(ge=0, description="How many sends it holds.")


class StateDocument(StateHeader):
    """The state of one environment of a project."""

    segments: tuple[Segment, ...] = Field(default=(), description="Where the history is, oldest first.")
    forgotten: tuple[str, ...] = Field(default=(), description="Addresses in the segments that are no longer.")
    sends: dict[str, SendEntry] = Field(default_factory=dict, description="Every send ever submitted, by address.")
    integrity: str = Field(description="SHA-256 of all text before this key.")


class PutRecord(_Document):
    """Change: this is now the record of (address, revision)."""

    kind: Literal["put"] = "put"
    address: str
    record: Record


class DropRecord(_Document):
    """Change: there is no record of (address, revision); only for a submission that provably never happened."""

    kind: Literal["drop"] = "drop"
    address: str
    revision: int


class RenameSend(_Document):
    """Change: the records of `former` belong to `address` from now on."""

    kind: Literal["rename"] = "rename"
    address: str
    former: str


class UsePlan(_Document):
    """Change: a saved plan was applied and may not be applied again."""

    kind: Literal["use_plan"] = "use_plan"
    plan_id: str
    at: datetime


class SkipSend(_Document):
    """Change: a missed revision was put to rest; nothing of it will ever be submitted."""

    kind: Literal["skip"] = "skip"
    address: str
    revision: int


class ForgetSend(_Document):
    """Change: everything about an address is forgotten, on a person's word."""

    kind: Literal["forget"] = "forget"
    address: str


class DisownCampaign(_Document):
    """Change: a person declared that a campaign of the account is somebody else's."""

    kind: Literal["disown"] = "disown"
    remote_id: int


class SeeSeries(_Document):
    """Change: from now on, occurrences of a series under this rule that nobody submits are missed."""

    kind: Literal["see_series"] = "see_series"
    series: str
    rule: str
    at: datetime


class AwaitSend(_Document):
    """Change: a send beyond the horizon was seen, with so many contacts."""

    kind: Literal["await"] = "await"
    address: str
    awaited: Awaited


class PutTrial(_Document):
    """Change: this is now the test send of a number; accepted ones of months ago are forgotten."""

    kind: Literal["put_trial"] = "put_trial"
    number: int
    trial: Trial


class DropTrial(_Document):
    """Change: the test send of a number provably never happened."""

    kind: Literal["drop_trial"] = "drop_trial"
    number: int


class AcceptAccount(_Document):
    """Change: a person declared that the state belongs to this account and environment."""

    kind: Literal["accept_account"] = "accept_account"
    account: Account
    environment: str


class MoveState(_Document):
    """Change: the state is kept at another place from now on, and nothing is submitted by it here.

    An empty `to` says that it is kept here.
    """

    kind: Literal["move_state"] = "move_state"
    to: str


SendChange = PutRecord | DropRecord | RenameSend | SkipSend | ForgetSend
HeaderChange = UsePlan | DisownCampaign | SeeSeries | AwaitSend | PutTrial | DropTrial | AcceptAccount | MoveState
Change = Annotated[SendChange | HeaderChange, Field(discriminator="kind")]


def first_complaint(error: ValidationError) -> str:
    """What is wrong with a text that should be one of these, and where; values are not repeated."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
