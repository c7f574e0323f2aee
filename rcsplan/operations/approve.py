"""`approve`: writes down that a person approves a plan, for the pull request to carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.backend.disk import Disk
from rcsplan.campaign.model import EMAIL_ADDRESS
from rcsplan.errors import ConfigurationError, PlanRefused, UsageError
from rcsplan.operations.history import APPROVALS_FOLDER
from rcsplan.plan.approval import approval_of, format_approval

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from rcsplan.manifest.project import Environment, Project
    from rcsplan.operations.history import History
    from rcsplan.plan.approval import Approval
    from rcsplan.plan.model import Plan

#: For everybody to read: it is committed, and holds nothing that the plan in the pull request does not.
_MODE = 0o644
_MARKS = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An approval that is not given yet, and what will keep it from counting."""

    approval: Approval
    remarks: tuple[str, ...]

    @property
    def recipients(self) -> int:
        """How many recipients it approves, as far as their number is known."""
        return sum(send.contacts or 0 for send in self.approval.sends)

    @property
    def file_name(self) -> str:
        """Where it is kept in the project: one file for a person and a plan."""
        checksum = self.approval.checksum.partition(":")[2][:12]
        return f"{APPROVALS_FOLDER}/{checksum}-{_MARKS.sub('-', self.approval.who.casefold()).strip('-.')}.json"


def draft(plan: Plan, project: Project, history: History, *, who: str, at: datetime, comment: str) -> Draft:
    """What somebody would approve, with what will keep it from counting.

    Raises:
        PlanRefused: the plan is of another project.
        ConfigurationError: the plan sends nothing, or all of it was written by who approves it.
        UsageError: who approves it has no email address.
    """
    if plan.project and plan.project != project.metadata.name:
        raise PlanRefused(
            f"The plan is of project {plan.project!r}", detail=f"This project is {project.metadata.name!r}."
        )
    if EMAIL_ADDRESS.fullmatch(who) is None:
        raise UsageError(
            "It is not known who approves",
            detail="People are named by the email address of their commits.",
            hint="Set it in git, or say it here: rcsplan approve FILE --as ann@acme.example",
        )
    person = history.canonical({who})[who]
    approval = approval_of(plan, who=person, at=at, comment=comment)
    if not approval.sends:
        raise ConfigurationError("There is nothing to approve", detail="No send of this plan can be submitted.")
    wrote = {action.address for action in plan.actions if action.authors is not None and person in action.authors}
    own = [send.address for send in approval.sends if send.address in wrote]
    if len(own) == len(approval.sends):
        raise ConfigurationError(
            "Nobody approves what they wrote",
            detail=f"By git, {person} is an author of everything that this plan sends.",
            hint="Let somebody else approve it.",
        )
    remarks = [f"It does not count for {address}, which {person} wrote." for address in own]
    return Draft(
        approval=approval, remarks=(*remarks, *_role_remarks(project.environment(plan.environment), person, history))
    )


def _role_remarks(environment: Environment, person: str, history: History) -> list[str]:
    """The roles that are asked for and that a person does not have."""
    policy = environment.policy
    return [
        f"It does not count as an approval of {role}: {person} is no member."
        for role in dict.fromkeys(one.role for one in policy.approvals if one.role)
        if person not in history.canonical(policy.roles[role]).values()
    ]


def write_approval(approval: Approval, path: Path) -> None:
    """Write an approval, whole or not at all.

    Raises:
        ConfigurationError: it cannot be written.
    """
    if path.exists() and not path.is_file():
        raise ConfigurationError(f"{path} cannot be written", detail="It is not a regular file.")
    disk = Disk()
    try:
        disk.make_folder(path.parent)
        disk.replace(path, format_approval(approval).encode(), mode=_MODE)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be written", detail=getattr(error, "strerror", "") or "") from None
