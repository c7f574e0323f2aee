"""Reads manifests one after another: what each is, its rendering, its validation, its send."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rcsplan.campaign.digest import source_digest
from rcsplan.campaign.model import AudienceExpectation, Send
from rcsplan.manifest.advice import advice_on
from rcsplan.manifest.campaign import Campaign, CampaignMetadata, ScheduleSettings, with_documented_defaults
from rcsplan.manifest.composition import Composer
from rcsplan.manifest.envelope import envelope_problems, foreign_note, is_foreign, unusable
from rcsplan.manifest.expansion import Expanded, Expander, shared_problems
from rcsplan.manifest.rendering import Rendering
from rcsplan.manifest.source import MAX_PROBLEMS
from rcsplan.manifest.template import Templates
from rcsplan.manifest.timing import scheduled_at
from rcsplan.manifest.validation import Finding, findings_of
from rcsplan.manifest.vocabulary import Vocabulary
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rcsplan.campaign.address import Address
    from rcsplan.campaign.schedule import Schedule
    from rcsplan.diagnostics import Diagnostic, KeyPath
    from rcsplan.manifest.changes import Concern
    from rcsplan.manifest.composition import Composed
    from rcsplan.manifest.document import Document
    from rcsplan.manifest.expansion import Part
    from rcsplan.manifest.occasion import Occasion
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.source import SourceText

_RENDERED = ("schedule", "audience", "spec")
#: What of a manifest is the author's own text about the message; a change elsewhere never makes another send of it.
_DIGESTED = ("use", "vars", *_RENDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest that was read: enough to find it again, and its sends where it is free of errors.

    What is `unchanged` since the commit that a run starts from was passed over, and is `filtered` as well.
    `splices` says, for those addresses in which a template put several entries into a list, where that was.
    """

    name: str
    source: SourceText
    index: int
    moved_from: tuple[str, ...] = ()
    sends: tuple[Send, ...] = ()
    frozen: tuple[Address, ...] = ()
    series: tuple[Address, ...] = ()
    filtered: bool = False
    unchanged: bool = False
    splices: Mapping[Address, Mapping[KeyPath, tuple[int, ...]]] = field(default_factory=dict)

    def document(self) -> Document:
        """The document, parsed again: keeping ten thousand trees for the few that are asked for would cost more."""
        documents, _ = parse_documents(self.source)
        return next(document for document in documents if document.index == self.index)


@dataclass(frozen=True, slots=True)
class _Identity:
    """What a manifest says of itself before it is checked; what is wrong with it is found when it is."""

    metadata: Mapping[str, Any]

    @property
    def name(self) -> str:
        name = self.metadata.get("name")
        return name if isinstance(name, str) else ""

    @property
    def revision(self) -> int:
        revision = self.metadata.get("revision", 1)
        return revision if isinstance(revision, int) else 1

    @property
    def moved_from(self) -> tuple[str, ...]:
        former = self.metadata.get("moved_from")
        return tuple(name for name in former if isinstance(name, str)) if isinstance(former, list) else ()

    def is_for(self, environment: str) -> bool:
        environments = self.metadata.get("environments")
        return not isinstance(environments, list) or environment in environments


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """How one send was read: what its manifest is made of, which part of it the send is, and its rendering."""

    composed: Composed
    part: Part
    rendering: Rendering
    templates: Templates


class ManifestReader:
    """Reads the manifests of one environment, and keeps what it read and what was wrong."""

    def __init__(
        self,
        environment: Environment,
        *,
        shared: Mapping[str, Any],
        occasion: Occasion,
        concern: Concern | None = None,
    ) -> None:
        self.manifests: list[Manifest] = []
        self._problems: list[Diagnostic] = []
        self._concern = concern
        self._environment = environment
        self._project = environment.project
        self._templates = Templates(environment.folder)
        self._shared = {**self._templates.globals, **shared}
        self._composer = Composer(environment)
        self._expander = Expander(environment, occasion, _vocabulary())

    @property
    def problems(self) -> list[Diagnostic]:
        """What was wrong with the manifests, and with the files that they are made of."""
        return [*self._problems, *self._composer.problems, *self._expander.calendars.problems]

    def read(self, document: Document) -> None:
        """Read one document: an empty one is nothing, a foreign one a note, and everything else a manifest."""
        if document.tree is None:
            return
        if not isinstance(document.tree, dict):
            detail = "A manifest is a mapping that begins with apiVersion, kind and metadata."
            self._problems.append(document.problem("wrong-type", "Value has the wrong type", (), detail=detail))
        elif is_foreign(document):
            self._problems.append(foreign_note(document))
        elif problem := unusable(document):
            self._problems.append(problem)
        else:
            self.manifests.append(self._manifest(document))

    def trace(self, document: Document, address: Address) -> Traced | None:
        """How a send of a manifest that is free of errors comes about; None where the manifest has no such send."""
        composed, identity = self._composer.compose(document), _Identity(document.tree["metadata"])
        for part in self._expand(composed, identity).parts:
            if part.address == address:
                rendering = self._render(composed, identity, part.variables)
                return Traced(composed=composed, part=part, rendering=rendering, templates=self._templates)
        return None

    def _manifest(self, document: Document) -> Manifest:
        metadata = document.tree.get("metadata")
        identity = _Identity(metadata if isinstance(metadata, dict) else {})
        manifest = Manifest(
            name=identity.name, source=document.source, index=document.index, moved_from=identity.moved_from
        )
        composed = self._composer.compose(document)
        if self._concern is not None and not self._concern.includes(composed):
            return replace(manifest, filtered=True, unchanged=True)
        filtered = not identity.is_for(self._environment.name)
        problems = list(islice(envelope_problems(document, self._project.environments), MAX_PROBLEMS))
        problems += composed.problems
        expanded = Expanded() if filtered or composed.problems else self._expand(composed, identity)
        problems += expanded.problems
        if not expanded.parts and not problems:
            problems += self._metadata_problems(document)
        found = [(part, *self._read_part(composed, identity, part)) for part in expanded.parts]
        problems += shared_problems([(part.address, rendered.problems) for part, rendered, _ in found])
        self._problems += problems
        is_sound = not any(problem.is_error for problem in problems)
        return replace(
            manifest,
            sends=tuple(send for _, _, send in found if send is not None) if is_sound else (),
            frozen=tuple(expanded.frozen),
            series=tuple(expanded.series),
            filtered=filtered,
            splices={part.address: rendered.splices for part, rendered, _ in found if rendered.splices},
        )

    def _expand(self, composed: Composed, identity: _Identity) -> Expanded:
        def render(values: Mapping[str, Any]) -> Rendering:
            return self._render(composed, identity, values, is_partial=True)

        return self._expander.expand(
            composed.tree, name=identity.name, revision=identity.revision, former=identity.moved_from, render=render
        )

    def _metadata_problems(self, document: Document) -> Iterator[Diagnostic]:
        """What is wrong with the metadata of a manifest of which nothing else is read."""
        try:
            CampaignMetadata.model_validate(document.tree.get("metadata"))
        except ValidationError as error:
            data = {"metadata": document.tree.get("metadata")}
            for finding in findings_of(error, data, _vocabulary(), at=("metadata",)):
                yield finding.placed_in(document)

    def _render(
        self, composed: Composed, identity: _Identity, values: Mapping[str, Any], *, is_partial: bool = False
    ) -> Rendering:
        return Rendering(
            self._templates,
            shared={**self._shared, "metadata": {"revision": 1, "labels": {}, **identity.metadata}},
            composed=composed,
            above=values,
            is_partial=is_partial,
        )

    def _read_part(self, composed: Composed, identity: _Identity, part: Part) -> tuple[Rendering, Send | None]:
        """One send of a manifest, with its rendering, which holds what is wrong with it."""
        rendering = self._render(composed, identity, part.variables)
        data = _rendered(composed, rendering, part)
        findings = [] if part.occurrence is not None else list(_missing_start(data))
        campaign = None
        try:
            campaign = Campaign.model_validate(data, context=self._environment.provider)
        except ValidationError as error:
            findings += findings_of(error, data, _vocabulary())
        else:
            findings += advice_on(campaign.spec)
        rendering.problems += [rendering.origin.place(finding) for finding in findings]
        if campaign is None or any(problem.is_error for problem in rendering.problems):
            return rendering, None
        return rendering, self._declared(composed.document, campaign, part)

    def _declared(self, document: Document, campaign: Campaign, part: Part) -> Send:
        metadata, expect, occurrence = campaign.metadata, campaign.audience.expect, part.occurrence
        schedule, catch_up = _start_of(campaign, part, self._environment.provider.timezone)
        return Send(
            address=part.address,
            revision=metadata.revision,
            body=with_documented_defaults(campaign.spec, suggestion_type=self._environment.provider.suggestion_type),
            lists=tuple(campaign.spec["groups"]),
            schedule=schedule,
            source_digest=source_digest({key: document.tree[key] for key in _DIGESTED if key in document.tree}),
            location=document.location(("metadata", "name")),
            expect=AudienceExpectation(min=expect.min, max=expect.max),
            moved_from=metadata.moved_from,
            declared_new=metadata.new,
            allow_duplicate=metadata.allow_duplicate,
            rule=occurrence.rule if occurrence is not None else "",
            catch_up=catch_up,
            split=campaign.audience.split,
            stagger=campaign.audience.stagger or timedelta(0),
            timezones=campaign.audience.timezones,
            waivers=tuple(waiver.declared for waiver in metadata.waivers),
            notes=(occurrence.note,) if occurrence is not None and occurrence.note else (),
            owner=metadata.owner,
            labels=metadata.labels,
        )


def _rendered(composed: Composed, rendering: Rendering, part: Part) -> dict[str, Any]:
    """The manifest as it is for one send: rendered, without what was expanded or composed before."""
    done = {"matrix", "use"} if part.occurrence is None else {"matrix", "use", "schedule"}
    return {
        key: rendering.value(node, (key,)) if key in _RENDERED else node
        for key, node in composed.tree.items()
        if key not in done
    }


def _start_of(campaign: Campaign, part: Part, account: str) -> tuple[Schedule, timedelta]:
    """When a send starts, and how late it still may; a schedule of its own replaces the `start_at` of the body."""
    schedule = campaign.schedule
    if part.occurrence is not None:
        return part.occurrence.schedule, part.occurrence.catch_up
    if isinstance(schedule, ScheduleSettings):
        return schedule.declared(account), schedule.catch_up or timedelta(0)
    start = scheduled_at(campaign.spec["start_at"], zone=account, account=account, on_wire=True)
    return start, timedelta(0)


def _missing_start(data: Mapping[str, Any]) -> Iterator[Finding]:
    spec = data.get("spec")
    if data.get("schedule") is not None or not isinstance(spec, dict) or "start_at" in spec:
        return
    yield Finding(
        code="no-schedule",
        summary="Campaign has no start",
        path=("spec",),
        on_key=True,
        detail="The provider would send it the moment it arrives, which nobody reviews by accident.",
        hint='Add schedule: {at: "2026-12-01 10:00"}; to send as soon as it is applied, say so with '
        '{at: now, until: "2026-12-01 18:00"}.',
    )


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(Campaign.model_json_schema(by_alias=True))
