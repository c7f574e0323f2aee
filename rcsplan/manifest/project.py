"""The project file: finding and reading it, and what an environment comes to once it is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, PrivateAttr, ValidationError, model_validator

from rcsplan.diagnostics import Diagnostic, did_you_mean
from rcsplan.errors import ConfigurationError, InvalidContent, UsageError
from rcsplan.manifest.approval_settings import role_problem
from rcsplan.manifest.document import Document
from rcsplan.manifest.files import PROJECT_FILE, read_source
from rcsplan.manifest.name import Name
from rcsplan.manifest.notification_settings import NotificationSettings
from rcsplan.manifest.policy_settings import PolicySettings
from rcsplan.manifest.prices import PriceSettings
from rcsplan.manifest.settings import ProviderSettings, Settings
from rcsplan.manifest.state_settings import LocalStateSettings, StateSettings
from rcsplan.manifest.suspension import SuspensionSettings
from rcsplan.manifest.validation import complaint, findings_of
from rcsplan.manifest.vocabulary import Vocabulary
from rcsplan.manifest.yaml import parse_documents

API_VERSION = "rcsplan/v1"


def _check_local_path(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise complaint("path-leaves-project", "A path leaves the project", hint="Name a file of the project folder.")
    return path


LocalPath = Annotated[str, AfterValidator(_check_local_path)]


class ProjectMetadata(Settings):
    """Who the project is."""

    name: Name = Field(description="Name of the project, in the style of a DNS label.", examples=["acme-crm"])


class EnvironmentSettings(Settings):
    """One place to send from: a provider account with its variables, its state and its policy."""

    provider: ProviderSettings = Field(
        description="The account that this environment submits to.",
        examples=[{"type": "bsg", "api_key": {"env": "BSG_API_KEY"}, "timezone": "Europe/Kyiv"}],
    )
    vars: Annotated[tuple[LocalPath, ...], Field(strict=False)] = Field(
        (), description="Files of variables, later ones over earlier ones.", examples=[["vars/common.yaml"]]
    )
    defaults: dict[str, JsonValue] = Field(
        {},
        description="Merged under the spec of every campaign, over the project's.",
        examples=[{"check_stop_list": True}],
    )
    state: StateSettings | None = Field(
        None,
        description="Where state is kept; the project's where it is not given.",
        examples=[{"path": ".rcsplan/production.state.json"}],
    )
    policy: PolicySettings | None = Field(
        None, description="What differs from the project's policy.", examples=[{"instant": "allow"}]
    )
    prices: PriceSettings | None = Field(
        None, description="What differs from the project's prices.", examples=[{"reach": "70%"}]
    )
    notifications: NotificationSettings | None = Field(
        None,
        description="The webhook that its runs tell; the project's where it is not given.",
        examples=[{"url": {"env": "SLACK_WEBHOOK"}, "on": ["blocked", "unknown"]}],
    )
    hold: str | None = Field(
        None,
        min_length=1,
        description="A reason, for which every apply refuses.",
        examples=["Migration of the account until Monday"],
    )
    suspend: SuspensionSettings | None = Field(
        None,
        description="A pause of `run` in this environment; the project's own holds as well.",
        examples=[{"reason": "Stock-taking", "until": "2026-12-24 09:00"}],
    )


class Project(Settings):
    """What `rcsplan.yaml` says."""

    api_version: Literal["rcsplan/v1"] = Field(alias="apiVersion", description="Version of the format.")
    kind: Literal["Project"] = Field(description="What the document declares.")
    metadata: ProjectMetadata = Field(description="Who the project is.", examples=[{"name": "acme-crm"}])
    default_environment: Name | None = Field(
        None, description="The environment where none is chosen.", examples=["sandbox"]
    )
    defaults: dict[str, JsonValue] = Field(
        {},
        description="Merged under the spec of every campaign: mappings deeply, everything else is replaced.",
        examples=[{"check_stop_list": True}],
    )
    catalogues: dict[Name, LocalPath] = Field(
        {},
        description="Variables of texts by locale: a folder of files named LOCALE.yaml for each.",
        examples=[{"copy": "vars/copy"}],
    )
    environments: dict[Name, EnvironmentSettings] = Field(
        min_length=1,
        description="The environments, by name.",
        examples=[{"sandbox": {"provider": {"type": "sandbox"}}}],
    )
    state: StateSettings = Field(LocalStateSettings(), description="Where state is kept.")
    policy: PolicySettings = Field(PolicySettings(), description="What planning allows.")
    prices: PriceSettings | None = Field(
        None, description="What messages cost.", examples=[{"currency": "EUR", "rcs": 0.021, "sms": 0.038}]
    )
    suspend: SuspensionSettings | None = Field(
        None,
        description="A pause of `run` in every environment; apply by hand goes on.",
        examples=[{"reason": "Stock-taking", "until": "2026-12-24 09:00"}],
    )
    notifications: NotificationSettings | None = Field(
        None, description="The webhook that runs tell.", examples=[{"url": {"env": "SLACK_WEBHOOK"}}]
    )
    manifests: Annotated[tuple[str, ...], Field(strict=False)] | None = Field(
        None, description="Globs that narrow which files are manifests.", examples=[["acme/**/*.yaml"]]
    )
    _document: Document | None = PrivateAttr(None)
    _folder: Path | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _know_the_default(self) -> Self:
        name = self.default_environment
        if name is not None and name not in self.environments:
            raise complaint(
                "unknown-environment",
                "Unknown environment",
                detail=f"There is no environment {name!r}.",
                hint=did_you_mean(name, self.environments),
                at=("default_environment",),
            )
        return self

    @model_validator(mode="after")
    def _price_everything(self) -> Self:
        for name, environment in self.environments.items():
            at = () if environment.prices is None else ("environments", name)
            self.prices_of(environment).check(at=at)
        return self

    def prices_of(self, environment: EnvironmentSettings) -> PriceSettings:
        """The prices of an environment: the project's, with what it says itself."""
        return (self.prices or PriceSettings()).overridden_by(environment.prices)

    @model_validator(mode="after")
    def _know_the_roles(self) -> Self:
        for name, environment in self.environments.items():
            merged = self.policy.overridden_by(environment.policy)
            own = environment.policy is not None and "approvals" in environment.policy.model_fields_set
            at = ("environments", name, "policy", "approvals") if own else ("policy", "approvals")
            problem = role_problem(merged.approvals, merged.roles, at=at)
            if problem is not None:
                raise problem
        return self

    def found_in(self, folder: Path, document: Document) -> Self:
        """This project, knowing the folder it was read from and the document that says it."""
        self._folder = folder
        self._document = document
        return self

    @property
    def folder(self) -> Path:
        """The project folder, to which every path of the project is relative."""
        assert self._folder is not None, "load_project sets the folder"
        return self._folder

    @property
    def document(self) -> Document:
        """The document that says this project, for the positions of its keys."""
        assert self._document is not None, "load_project sets the document"
        return self._document

    def environment(self, name: str | None = None) -> Environment:
        """The environment of a name, or the default one, with everything settled that depends on it.

        Raises:
            UsageError: none is chosen and the project has several.
            ConfigurationError: there is none of this name.
        """
        chosen = name or self.default_environment or self._only_environment()
        if chosen not in self.environments:
            known = ", ".join(sorted(self.environments))
            raise ConfigurationError(
                "Unknown environment",
                detail=f"The project has no environment {chosen!r}; it has {known}.",
                hint=did_you_mean(chosen, self.environments),
            )
        settings = self.environments[chosen]
        return Environment(
            name=chosen,
            project=self,
            provider=settings.provider,
            state=(settings.state or self.state).of_environment(chosen),
            policy=self.policy.overridden_by(settings.policy),
            prices=self.prices_of(settings),
            vars_files=tuple(self.folder / file for file in settings.vars),
            hold=settings.hold,
            suspensions=tuple(pause for pause in (self.suspend, settings.suspend) if pause is not None),
            notifications=settings.notifications or self.notifications,
        )

    def is_default(self, name: str) -> bool:
        """Whether an environment is the one that is meant where none is named."""
        return name == self.default_environment or (self.default_environment is None and len(self.environments) == 1)

    def _only_environment(self) -> str:
        if len(self.environments) > 1:
            raise UsageError(
                "No environment is chosen",
                detail=f"The project has {', '.join(sorted(self.environments))}.",
                hint="Choose one with --env NAME, or set default_environment in rcsplan.yaml.",
            )
        return next(iter(self.environments))


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An environment as a run uses it: its name is filled in, its policy merged, its paths are those of this disk."""

    name: str
    project: Project
    provider: ProviderSettings
    state: StateSettings
    policy: PolicySettings
    prices: PriceSettings
    vars_files: tuple[Path, ...]
    hold: str | None
    suspensions: tuple[SuspensionSettings, ...] = ()
    notifications: NotificationSettings | None = None

    @property
    def folder(self) -> Path:
        """The project folder."""
        return self.project.folder

    @property
    def is_default(self) -> bool:
        """Whether commands mean this environment also where they name none."""
        return self.project.is_default(self.name)

    @property
    def asks_for_balance(self) -> bool:
        """Whether the account's balance is worth a look: it can be compared with prices, or a rule demands it."""
        severity = self.policy.rules.balance.severity
        return severity != "off" and (severity is not None or bool(self.prices.currency))

    def path_of(self, path: str) -> Path:
        """A path of the project on this disk: relative ones are relative to the project folder."""
        return self.folder / path


def find_project(start: Path, *, explicit: Path | None = None) -> Path:
    """The project folder: the explicit one, else the nearest above `start`, else `campaigns` (design section 3).

    Raises:
        ConfigurationError: there is none.
    """
    candidates = (explicit,) if explicit is not None else (start, *start.parents, start / "campaigns")
    for folder in candidates:
        if (folder / PROJECT_FILE).is_file():
            return folder.resolve()
    raise ConfigurationError(
        "No project found",
        detail=f"There is no {PROJECT_FILE} in {candidates[0]}"
        + (", above it, or in ./campaigns." if explicit is None else "."),
        hint="Choose the folder with --project DIR, or start a project with\n  rcsplan init",
    )


def load_project(folder: Path) -> Project:
    """Read the project file of a folder.

    Raises:
        InvalidContent: it cannot be read, is no YAML, or is no project; with every problem at its place.
    """
    folder = folder.resolve()
    document = _only_document(folder)
    try:
        project = Project.model_validate(document.tree)
    except ValidationError as error:
        findings = findings_of(error, document.tree, _vocabulary())
        raise InvalidContent(tuple(finding.placed_in(document) for finding in findings)) from None
    return project.found_in(folder, document)


def _only_document(folder: Path) -> Document:
    source = read_source(folder / PROJECT_FILE, folder)
    if isinstance(source, Diagnostic):
        raise InvalidContent((source,))
    documents, problems = parse_documents(source)
    if problems:
        raise InvalidContent(problems)
    if len(documents) != 1:
        detail = f"There are {len(documents)}."
        raise InvalidContent((source.problem("wrong-document", "A project is exactly one document", 0, detail=detail),))
    return documents[0]


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(Project.model_json_schema(by_alias=True))
