"""Reads the approvals of a project: who wrote what is planned, who approved it, and what does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.address import parse_address
from rcsplan.errors import ConfigurationError
from rcsplan.manifest.changes import files_behind
from rcsplan.operations.history import APPROVALS_FOLDER
from rcsplan.plan.approval import APPROVABLE, parse_approval
from rcsplan.plan.consent import Approvals, with_consent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.history import History
    from rcsplan.operations.target import Target
    from rcsplan.plan.approval import Approval
    from rcsplan.plan.model import Action, Plan

#: An approval of ten thousand sends has a third of it.
_MAX_BYTES = 8 * 1024 * 1024


def with_authors(actions: Iterable[Action], loaded: Loaded, target: Target) -> tuple[Action, ...]:
    """The actions that send, with who wrote them; as they are where no approvals are demanded."""
    actions = tuple(actions)
    if not target.environment.policy.approvals:
        return actions
    history = target.runtime.history()
    if not history.is_kept or history.obstacle:
        return actions
    wanted = {parse_address(action.address).campaign for action in actions if action.action in APPROVABLE}
    known = {
        campaign: history.authors(own, others)
        for campaign, (own, others) in files_behind(loaded, wanted, target.variables).items()
    }
    return tuple(
        action.model_copy(update={"authors": tuple(sorted(authors))})
        if action.action in APPROVABLE and (authors := known.get(parse_address(action.address).campaign)) is not None
        else action
        for action in actions
    )


def consented(plan: Plan, target: Target) -> Plan:
    """The plan in which every send is blocked that has too few approvals."""
    if not target.environment.policy.approvals:
        return plan
    return with_consent(plan, target.rules, approvals_of(target))


def approvals_of(target: Target) -> Approvals:
    """What people approved, by the files of the project as they are on this disk."""
    history = target.runtime.history()
    roles = target.environment.policy.roles
    members = history.canonical({email for emails in roles.values() for email in emails})
    given, remarks = _given(target, history)
    return Approvals(
        given=given,
        remarks=remarks,
        roles={role: frozenset(members[email] for email in emails) for role, emails in roles.items()},
    )


def _given(target: Target, history: History) -> tuple[tuple[tuple[str, Approval], ...], tuple[str, ...]]:
    if history.obstacle:
        return (), (history.obstacle,)
    given: list[tuple[str, Approval]] = []
    remarks: list[str] = []
    for path in _files(target.environment.folder):
        name = f"{APPROVALS_FOLDER}/{path.name}"
        try:
            approval = parse_approval(_text(path, name), name=name)
        except ConfigurationError as error:
            remarks.append(f"{error.summary}, and does not count.")
            continue
        if approval.environment != target.environment.name:
            continue
        who = history.canonical({approval.who})[approval.who]
        objection = _objection(name, who, history)
        if objection:
            remarks.append(objection)
        else:
            given.append((who, approval))
    return tuple(given), tuple(remarks)


def _objection(name: str, who: str, history: History) -> str:
    """Why a file is not taken for an approval of the person that it names, or an empty text."""
    if not history.is_kept:
        return ""
    committers = history.committers(name)
    if committers is None:
        return f"{name} does not count before it is committed."
    if who not in committers:
        return f"{name} does not count: {who} did not commit it, but {', '.join(sorted(committers))}."
    return ""


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in (folder / APPROVALS_FOLDER).glob("*.json") if path.is_file())
    except OSError:
        return


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise ConfigurationError(f"{name} is too large")
        return content.decode()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{name} cannot be read") from None
