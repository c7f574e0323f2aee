"""Expansion: the sends that one manifest comes to, by its matrix and its recurrence, with the variables they set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from rcsplan.campaign.address import Address
from rcsplan.campaign.schedule import horizon
from rcsplan.manifest.calendars import Calendars
from rcsplan.manifest.campaign import recurs
from rcsplan.manifest.matrix import WHOLE, Cell, MatrixSettings
from rcsplan.manifest.occurrences import Occurrence, occurrences
from rcsplan.manifest.recurrence import RecurringSettings
from rcsplan.manifest.validation import finding_of_complaint, findings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rcsplan.diagnostics import Diagnostic
    from rcsplan.manifest.occasion import Occasion
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.rendering import Rendering
    from rcsplan.manifest.vocabulary import Vocabulary

#: For so long a start that no run submitted is remembered as missed; what is older holds up nothing any more.
_MEMORY = timedelta(days=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One send of a manifest: its cell, and its occurrence where it recurs."""

    address: Address
    cell: Cell = WHOLE
    occurrence: Occurrence | None = None

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables that it sets, above all others."""
        if self.occurrence is None:
            return self.cell.values
        return {**self.cell.values, "occurrence": self.occurrence.variables}


@dataclass(slots=True)
class Expanded:
    """What a manifest comes to: parts to render, addresses that stay as they are, and what is wrong with either."""

    parts: list[Part] = field(default_factory=list)
    frozen: list[Address] = field(default_factory=list)
    series: list[Address] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)


#: Renders with the variables of a cell, before the occurrence is known.
Render = Callable[[Mapping[str, Any]], "Rendering"]


class Expander:
    """Expands the manifests of one environment on one occasion."""

    def __init__(self, environment: Environment, occasion: Occasion, vocabulary: Vocabulary) -> None:
        self.calendars = Calendars(environment.folder)
        self._account = environment.provider.timezone
        self._provider = environment.provider
        self._min_lead = environment.policy.min_lead
        self._occasion = occasion
        self._vocabulary = vocabulary

    def expand(
        self, tree: Mapping[str, Any], *, name: str, revision: int, former: tuple[str, ...], render: Render
    ) -> Expanded:
        """The sends of a composed manifest of a name and revision, in order of their addresses."""
        schedule = tree.get("schedule")
        expanded = Expanded()
        for cell in self._cells(tree, render, expanded):
            part = Part(address=Address(name, cell.key), cell=cell)
            if recurs(schedule):
                expanded.series.append(part.address)
                self._recur(schedule, part, former, render, expanded)
            else:
                self._keep(part, revision, expanded)
        return expanded

    def _keep(self, part: Part, revision: int, expanded: Expanded) -> None:
        if (part.address, revision) in self._occasion.frozen:
            expanded.frozen.append(part.address)
        else:
            expanded.parts.append(part)

    def _cells(self, tree: Mapping[str, Any], render: Render, expanded: Expanded) -> tuple[Cell, ...]:
        if "matrix" not in tree:
            return (WHOLE,)
        rendering = render({})
        data = {"matrix": rendering.value(tree["matrix"], ("matrix",))}
        try:
            return MatrixSettings.model_validate(data).cells
        except ValidationError as error:
            found = findings_of(error, data, self._vocabulary)
            expanded.problems += [*rendering.problems, *map(rendering.origin.place, found)]
            return ()

    def _recur(self, schedule: Any, part: Part, former: tuple[str, ...], render: Render, expanded: Expanded) -> None:
        rendering = render(part.cell.values)
        data = {"schedule": rendering.value(schedule, ("schedule",))}
        try:
            settings = RecurringSettings.model_validate(data["schedule"], context=self._provider)
        except ValidationError as error:
            found = findings_of(error, data, self._vocabulary, at=("schedule",))
            expanded.problems += [*rendering.problems, *map(rendering.origin.place, found)]
            return
        try:
            for occurrence in self._occurrences(settings, part.address, former):
                address = replace(part.address, occurrence=occurrence.key)
                begun = occurrence.schedule.start <= self._occasion.now
                if begun and self._is_settled(address, former):
                    expanded.frozen.append(address)
                else:
                    expanded.parts.append(replace(part, address=address, occurrence=occurrence))
        except PydanticCustomError as error:
            expanded.problems.append(rendering.origin.place(finding_of_complaint(error, at=("schedule",))))

    def _occurrences(
        self, settings: RecurringSettings, address: Address, former: tuple[str, ...]
    ) -> Iterator[Occurrence]:
        now = self._occasion.now
        names = (str(one) for one in (address, *(address.renamed(name) for name in former)))
        # What another rule declared is no miss of this one.
        known = (name for name in names if self._occasion.rules.get(name) == settings.digest)
        first_seen = next((self._occasion.first_seen[name] for name in known), now + self._min_lead)
        since = max(first_seen, now - _MEMORY)
        last = horizon(now, ZoneInfo(self._account))
        last = max(last, self._occasion.ahead or last)
        return occurrences(settings, account=self._account, since=since, last=last, calendars=self.calendars)

    def _is_settled(self, address: Address, former: tuple[str, ...]) -> bool:
        return any(self._occasion.is_settled(one) for one in (address, *(address.renamed(name) for name in former)))


def shared_problems(found: Sequence[tuple[Address, Sequence[Diagnostic]]]) -> list[Diagnostic]:
    """The problems of the parts of one manifest, each once; one that not all of them have says whose it is."""
    if len(found) == 1:
        return list(found[0][1])
    concerned: dict[Diagnostic, list[Address]] = {}
    for address, problems in found:
        for problem in problems:
            concerned.setdefault(problem, []).append(address)
    return [_naming(problem, addresses, of=len(found)) for problem, addresses in concerned.items()]


def _naming(problem: Diagnostic, addresses: Sequence[Address], *, of: int) -> Diagnostic:
    if len(addresses) == of:
        return problem
    more = f" and {len(addresses) - 1} more" if len(addresses) > 1 else ""
    return replace(problem, detail=f"{problem.detail} This is so for {addresses[0]}{more}.".strip())
