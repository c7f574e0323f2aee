"""What the policy found, put into the actions that it was found of; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.plan.model import ActionKind, Reason
from rcsplan.plan.verdict import WAYS_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rcsplan.plan.model import Action, PolicyFinding


def with_findings(actions: Iterable[Action], findings: Mapping[str, tuple[PolicyFinding, ...]]) -> tuple[Action, ...]:
    """The actions with what the policy has against them: what it denies is blocked.

    What opens later is not blocked yet: it may be mended until then, and the findings are shown with it.
    """
    return tuple(_with(action, findings.get(action.address, ())) for action in actions)


def _with(action: Action, found: tuple[PolicyFinding, ...]) -> Action:
    if not found:
        return action
    denying = [finding for finding in found if finding.denies]
    if not denying or action.action is ActionKind.DEFER:
        return action.model_copy(update={"policy": found})
    block = {
        "action": ActionKind.BLOCKED,
        "reason": Reason.POLICY,
        "detail": f"The policy denies it: {', '.join(dict.fromkeys(finding.rule for finding in denying))}.",
        "way_out": "\n".join(dict.fromkeys(finding.way_out or WAYS_OUT[Reason.POLICY] for finding in denying)),
    }
    return action.model_copy(update={"policy": found, **block})
