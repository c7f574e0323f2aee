"""The approval file: who approved which sends of a plan, sealed against slips of an editor; text ⇄ Approval."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rcsplan.campaign.digest import sha256
from rcsplan.campaign.model import EMAIL_ADDRESS
from rcsplan.errors import ConfigurationError
from rcsplan.plan.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from rcsplan.plan.model import Action, Plan
    from rcsplan.state.model import Account

SCHEMA_VERSION = 1

#: Actions that an approval may approve: what is sent now, and what opens later.
APPROVABLE = frozenset({ActionKind.SUBMIT, ActionKind.REPLACE, ActionKind.RESUBMIT, ActionKind.DEFER})


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ApprovedSend(_Document):
    """One send that was approved, by the digest of all that may not change until it is submitted."""

    address: str
    revision: int
    start_at: datetime | None = None
    contacts: int | None = Field(
        default=None, lt=10**15, description="Recipients that were approved; null where not known."
    )
    approves: str = Field(
        description="Digest of environment, account, address, revision, content, declared time, start and list ids."
    )


class Approval(_Document):
    """What one person approved; `integrity` covers the rest, and is no signature."""

    schema_version: Literal[1] = 1
    project: str = ""
    environment: str
    checksum: str = Field(description="Checksum of the plan.")
    plan: str = Field(description="Id of the plan.")
    who: str = Field(description="Email address of the person, as in the person's commits.")
    at: datetime
    comment: str = ""
    sends: tuple[ApprovedSend, ...]
    integrity: str = ""


def fingerprint_of(environment: str, account: Account, action: Action) -> str:
    """The digest of a send by which it is known again, whichever action it is by then.

    A deferred send is submitted weeks after it was approved, and one that was lost is submitted again: what is sent is
    the same. The second that a send gets of its own depends on its neighbours, and is left out.
    """
    start = action.start_at.replace(second=0, microsecond=0) if action.start_at else None
    approved = {
        "environment": environment,
        "account": account.model_dump(),
        "address": action.address,
        "revision": action.revision,
        "digest": action.digest,
        "start": start.isoformat() if start else None,
        "until": action.until.isoformat() if action.until else None,
        "lists": sorted(entry.id for entry in action.audience.lists),
    }
    return "sha256:" + sha256(approved)


def contacts_of(action: Action) -> int | None:
    """How many recipients a send has; None where the provider did not tell, which is never taken for none."""
    lists = action.audience.lists
    return None if not lists or any(entry.contacts is None for entry in lists) else action.audience.contacts


def approval_of(plan: Plan, *, who: str, at: datetime, comment: str = "") -> Approval:
    """The approval of every send of a plan that is not blocked."""
    sends = tuple(
        ApprovedSend(
            address=action.address,
            revision=action.revision,
            start_at=action.start_at,
            contacts=contacts_of(action),
            approves=fingerprint_of(plan.environment, plan.account, action),
        )
        for action in plan.actions
        if action.action in APPROVABLE
    )
    approval = Approval(
        project=plan.project,
        environment=plan.environment,
        checksum=plan.checksum,
        plan=plan.id,
        who=who,
        at=at,
        comment=comment,
        sends=sends,
    )
    return approval.model_copy(update={"integrity": _seal(approval.model_dump(mode="json"))})


def format_approval(approval: Approval) -> str:
    """The text of an approval file."""
    return approval.model_dump_json(indent=2) + "\n"


def parse_approval(text: str, *, name: str) -> Approval:
    """Read an approval file.

    Raises:
        ConfigurationError: it is none, of another version, or was edited after it was written.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{name} is no approval", detail="It is not JSON.") from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or version != SCHEMA_VERSION:
        detail = f"It has version {version!r}; this rcsplan knows {SCHEMA_VERSION}."
        raise ConfigurationError(f"{name} is no approval that this rcsplan reads", detail=detail)
    try:
        approval = Approval.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{name} is no approval", detail=f"{place}: {first['msg']}") from None
    if EMAIL_ADDRESS.fullmatch(approval.who) is None:
        raise ConfigurationError(f"{name} is no approval", detail="It names nobody by an email address.")
    if approval.integrity != _seal(document):
        raise ConfigurationError(f"{name} was edited after it was written", detail="What it says was not approved so.")
    return approval


def _seal(document: Mapping[str, JsonValue]) -> str:
    return "sha256:" + sha256({key: value for key, value in document.items() if key != "integrity"})
