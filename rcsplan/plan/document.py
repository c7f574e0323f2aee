"""The plan file: seals, checksums, and text ⇄ Plan."""

from __future__ import annotations

import json
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rcsplan.campaign.digest import sha256
from rcsplan.errors import PlanRefused
from rcsplan.plan.model import FORMAT_VERSION, ActionKind, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

    from rcsplan.plan.model import Action
    from rcsplan.state.model import Account

#: No number of a plan is as large.
_TOO_MUCH = 10**15


def checksum_of(environment: str, account: Account, actions: Iterable[Action]) -> str:
    """The checksum of what an approval approves: an unchanged plan keeps it however often it is made anew."""
    approved = [
        {
            "address": action.address,
            "revision": action.revision,
            "action": action.action,
            "digest": action.digest,
            "start": action.start_at.isoformat() if action.start_at else None,
            "lists": [entry.id for entry in action.audience.lists],
            "prior": action.prior.remote_id if action.prior else None,
        }
        # By address and not by start: an instant campaign moves among the starts as time goes by.
        for action in sorted(actions, key=lambda action: action.address)
        if action.action is not ActionKind.NONE
    ]
    return "sha256:" + sha256({"environment": environment, "account": account.model_dump(), "actions": approved})


def sealed(plan: Plan) -> Plan:
    """The plan with the integrity of everything else in it."""
    return plan.model_copy(update={"integrity": _seal(plan.model_dump(mode="json"))})


def format_plan(plan: Plan) -> str:
    """The text of a plan: JSON for people and machines, the same for the same plan."""
    return plan.model_dump_json(indent=2) + "\n"


def parse_plan(text: str, *, name: str) -> Plan:
    """Read a saved plan.

    Raises:
        PlanRefused: it is no plan, of another format version, or was altered after it was made.
    """
    hint = "Make a new one: rcsplan plan -o FILE"
    try:
        document = json.loads(text)
        seal = _seal(document) if isinstance(document, dict) else ""
    except (ValueError, RecursionError):
        raise PlanRefused(f"{name} is not a plan", detail="It is not JSON.", hint=hint) from None
    version = document.get("format_version") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        detail = f"It has format version {version!r}; this rcsplan knows {FORMAT_VERSION}."
        raise PlanRefused(f"{name} is not a plan that this rcsplan reads", detail=detail, hint=hint)
    try:
        plan = Plan.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PlanRefused(f"{name} is not a plan", detail=f"{place}: {first['msg']}", hint=hint) from None
    place = next(_beyond_reckoning(plan.model_dump()), "")
    if place:
        raise PlanRefused(f"{name} is not a plan", detail=f"{place}: nobody can reckon with this.", hint=hint)
    if plan.integrity != seal:
        detail = (
            "Its contents do not match the checksum that it carries: what would be applied is not what was planned."
        )
        raise PlanRefused(f"{name} was altered after it was made", detail=detail, hint=hint)
    return plan


def _beyond_reckoning(value: object, place: str = "") -> Iterator[str]:
    """Where a plan holds numbers, or times, that no planner writes and no arithmetic bears."""
    match value:
        case dict() | list() | tuple():
            for key, part in value.items() if isinstance(value, dict) else enumerate(value):
                yield from _beyond_reckoning(part, f"{place}.{key}" if place else str(key))
        case Decimal() | int() | float() if not -_TOO_MUCH < value < _TOO_MUCH:
            yield place
        case datetime() if value.tzinfo is None or value.year in {MINYEAR, MAXYEAR}:
            yield place


def _seal(document: dict[str, JsonValue]) -> str:
    # Of the values as written, not as read: 1 and true, or two ways to write one time, are not the same.
    return "sha256:" + sha256({key: value for key, value in document.items() if key != "integrity"})
