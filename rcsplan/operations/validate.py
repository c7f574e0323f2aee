"""`validate --online`: what is seen at the addresses of messages that are still to come, as problems of manifests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rcsplan.campaign.schedule import Instant
from rcsplan.diagnostics import Diagnostic, Severity, in_file_order
from rcsplan.operations.online import looked_at
from rcsplan.operations.policy import policy_of, thresholds_of
from rcsplan.operations.refusals import with_excerpts
from rcsplan.policy import finding
from rcsplan.policy.candidate import Candidate, World
from rcsplan.policy.evaluation import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from rcsplan.campaign.model import Send
    from rcsplan.diagnostics import KeyPath, Location
    from rcsplan.manifest.load import Loaded
    from rcsplan.operations.online import Look
    from rcsplan.policy.finding import Judged


_MOST_NAMED = 3
_SUMMARIES = {
    "link-online": "A link does not lead where it should",
    "media-online": "A file of the message is not as it should be",
    "media-ratio": "A picture is not shown as it is",
}


def online_problems(loaded: Loaded, look: Look, *, now: datetime) -> tuple[Diagnostic, ...]:
    """What the rules that look online have against the sends that have not started: errors where they deny.

    Raises:
        ConfigurationError: nobody can be asked from this system.
        InvalidContent: a calendar that the policy names cannot be used.
    """
    environment = loaded.environment
    sends = {str(send.address): send for send in loaded.desired if _last_moment(send) > now}
    policy = policy_of(environment, reaches_people=True)
    world = World(
        now=now,
        zone=ZoneInfo(environment.provider.timezone),
        environment=environment.name,
        thresholds=thresholds_of(environment),
        candidates=tuple(map(_candidate, sends.values())),
    )
    found = evaluate(policy, looked_at(world, policy, look), online=True)
    problems = (
        _problem(one, locate)
        for address, judged in found.items()
        for locate in (loaded.locator(sends[address].address),)
        for one in judged
    )
    return with_excerpts(_merged(in_file_order(problems)), loaded)


def _last_moment(send: Send) -> datetime:
    return send.schedule.until if isinstance(send.schedule, Instant) else send.schedule.start


def _candidate(send: Send) -> Candidate:
    """A send as far as it is known without the account, which is enough for its addresses."""
    return Candidate(address=str(send.address), payload=send.body, start_at=None, zones=(), waivers=send.waivers)


def _problem(judged: Judged, locate: Callable[[KeyPath], Location]) -> Diagnostic:
    severity = Severity.ERROR if judged.severity is finding.Severity.DENY else Severity.WARNING
    waiver = judged.waiver
    return Diagnostic(
        code=judged.rule,
        summary=_SUMMARIES[judged.rule],
        location=locate(judged.finding.path),
        severity=severity if waiver is None else Severity.NOTE,
        detail=judged.finding.detail if waiver is None else f"{judged.finding.detail} Waived until {waiver.until}.",
        hint=judged.finding.way_out,
    )


def _merged(problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The problems, those together that differ in the address alone: sends of one manifest that share a line."""
    alike: dict[Diagnostic, list[str]] = {}
    for problem in problems:
        url, _, predicate = problem.detail.partition(" ")
        alike.setdefault(replace(problem, detail=predicate), []).append(url)
    for problem, (url, *others) in alike.items():
        named = ", ".join(others[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        yield replace(problem, detail=f"{url} {problem.detail}" + (f" Likewise {named}{more}." if others else ""))
