"""Reads manifests one after another: what each is, its rendering, its validation, its send."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rcsplan.campaign.address import Address
from rcsplan.campaign.digest import source_digest
from rcsplan.campaign.model import AudienceExpectation, Send
from rcsplan.manifest.advice import advice_on
from rcsplan.manifest.campaign import Campaign, CampaignMetadata, with_documented_defaults
from rcsplan.manifest.envelope import envelope_problems, foreign_note, is_foreign, unusable
from rcsplan.manifest.rendering import Rendering
from rcsplan.manifest.source import MAX_PROBLEMS
from rcsplan.manifest.template import Templates
from rcsplan.manifest.timing import scheduled_at
from rcsplan.manifest.validation import Finding, findings_of
from rcsplan.manifest.variables import merged
from rcsplan.manifest.vocabulary import Vocabulary
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rcsplan.campaign.schedule import Schedule
    from rcsplan.diagnostics import Diagnostic, KeyPath
    from rcsplan.manifest.document import Document
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.source import SourceText

_RENDERED = ("schedule", "audience", "spec")
#: What of a manifest is the author's own text about the message; a change elsewhere never makes another send of it.
_DIGESTED = ("vars", *_RENDERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest that was read: enough to find it again, and its send where it is free of errors."""

    name: str
    source: SourceText
    index: int
    moved_from: tuple[str, ...] = ()
    send: Send | None = None
    frozen: tuple[Address, ...] = ()
    filtered: bool = False
    splices: Mapping[KeyPath, tuple[int, ...]] = field(default_factory=dict)

    def document(self) -> Document:
        """The document, parsed again: keeping ten thousand trees for the few that are asked for would cost more."""
        documents, _ = parse_documents(self.source)
        return next(document for document in documents if document.index == self.index)


class ManifestReader:
    """Reads the manifests of one environment, and keeps what it read and what was wrong."""

    def __init__(
        self,
        environment: Environment,
        *,
        shared: Mapping[str, Any],
        frozen: Mapping[tuple[str, int], tuple[Address, ...]],
    ) -> None:
        self.manifests: list[Manifest] = []
        self.problems: list[Diagnostic] = []
        self._environment = environment
        self._project = environment.project
        self._frozen = frozen
        self._templates = Templates(environment.folder)
        self._shared = {**self._templates.globals, **shared}

    def read(self, document: Document) -> None:
        """Read one document: an empty one is nothing, a foreign one a note, and everything else a manifest."""
        if document.tree is None:
            return
        if not isinstance(document.tree, dict):
            detail = "A manifest is a mapping that begins with apiVersion, kind and metadata."
            self.problems.append(document.problem("wrong-type", "Value has the wrong type", (), detail=detail))
        elif is_foreign(document):
            self.problems.append(foreign_note(document))
        elif problem := unusable(document):
            self.problems.append(problem)
        else:
            self.manifests.append(self._manifest(document))

    def _manifest(self, document: Document) -> Manifest:
        metadata = document.tree.get("metadata")
        identity = metadata if isinstance(metadata, dict) else {}
        name, moved_from = identity.get("name"), identity.get("moved_from")
        before = len(self.problems)
        self.problems.extend(islice(envelope_problems(document, self._project.environments), MAX_PROBLEMS))
        frozen, filtered = self._frozen_addresses(identity), self._filters(identity)
        send, splices = None, {}
        if frozen is not None or filtered:
            self._check_metadata(document)
        else:
            rendering = self._render(document, identity)
            splices = rendering.splices
            send = self._send(document, rendering)
        return Manifest(
            name=name if isinstance(name, str) else "",
            source=document.source,
            index=document.index,
            moved_from=tuple(item for item in moved_from if isinstance(item, str))
            if isinstance(moved_from, list)
            else (),
            send=send if not any(problem.is_error for problem in self.problems[before:]) else None,
            frozen=frozen or (),
            filtered=filtered,
            splices=splices,
        )

    def _frozen_addresses(self, identity: Mapping[str, Any]) -> tuple[Address, ...] | None:
        name, revision = identity.get("name"), identity.get("revision", 1)
        if not isinstance(name, str) or not isinstance(revision, int):
            return None
        return self._frozen.get((name, revision))

    def _filters(self, identity: Mapping[str, Any]) -> bool:
        environments = identity.get("environments")
        return isinstance(environments, list) and self._environment.name not in environments

    def _check_metadata(self, document: Document) -> None:
        try:
            CampaignMetadata.model_validate(document.tree.get("metadata"))
        except ValidationError as error:
            data = {"metadata": document.tree.get("metadata")}
            for finding in findings_of(error, data, _vocabulary(), at=("metadata",)):
                self.problems.append(finding.placed_in(document))

    def _render(self, document: Document, identity: Mapping[str, Any]) -> Rendering:
        return Rendering(
            self._templates,
            shared=self._shared,
            manifest=document,
            project=self._project.document,
            metadata={"revision": 1, "labels": {}, **identity},
        )

    def _send(self, document: Document, rendering: Rendering) -> Send | None:
        tree = document.tree
        source = dict(tree)
        if isinstance(tree.get("spec"), dict):
            source["spec"] = merged(self._project.defaults, tree["spec"])
        data = {key: rendering.value(node, (key,)) if key in _RENDERED else node for key, node in source.items()}
        findings = list(_missing_start(data))
        campaign = None
        try:
            campaign = Campaign.model_validate(data, context=self._environment.provider)
        except ValidationError as error:
            findings += findings_of(error, data, _vocabulary())
        else:
            findings += advice_on(campaign.spec)
        problems = [*rendering.problems, *(rendering.origin.place(finding) for finding in findings)]
        self.problems.extend(problems)
        if campaign is None or any(problem.is_error for problem in problems):
            return None
        return self._declared(document, campaign)

    def _declared(self, document: Document, campaign: Campaign) -> Send:
        metadata, expect = campaign.metadata, campaign.audience.expect
        return Send(
            address=Address(metadata.name),
            revision=metadata.revision,
            body=with_documented_defaults(campaign.spec, suggestion_type=self._environment.provider.suggestion_type),
            lists=tuple(campaign.spec["groups"]),
            schedule=_schedule_of(campaign, self._environment.provider.timezone),
            source_digest=source_digest({key: document.tree[key] for key in _DIGESTED if key in document.tree}),
            location=document.location(("metadata", "name")),
            expect=AudienceExpectation(min=expect.min, max=expect.max),
            moved_from=metadata.moved_from,
            declared_new=metadata.new,
            allow_duplicate=metadata.allow_duplicate,
            owner=metadata.owner,
            labels=metadata.labels,
        )


def _schedule_of(campaign: Campaign, account: str) -> Schedule:
    """The schedule that a manifest declares; its own replaces the `start_at` of the body."""
    if campaign.schedule is not None:
        return campaign.schedule.declared(account)
    return scheduled_at(campaign.spec["start_at"], zone=account, account=account, on_wire=True)


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
