"""What a manifest is made of: its own text over a partial, the defaults of its folders, environment and project."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, JsonValue, ValidationError

from rcsplan.diagnostics import Diagnostic, did_you_mean
from rcsplan.manifest.files import name_of, read_source
from rcsplan.manifest.origin import Layer
from rcsplan.manifest.project import LocalPath
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import findings_of
from rcsplan.manifest.variables import merged, variable_name_problems
from rcsplan.manifest.vocabulary import Vocabulary
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rcsplan.manifest.document import Document
    from rcsplan.manifest.project import Environment

FOLDER_DEFAULTS = "_defaults.yaml"
_PARTS = ("vars", "schedule", "audience", "spec")


def _as_mapping(use: object) -> object:
    return {"template": use} if isinstance(use, str) else use


class UseSettings(Settings):
    """A partial, with what it is to be used for."""

    template: LocalPath = Field(description="The file, by its path in the project.", examples=["templates/sale.yaml"])
    given: dict[str, JsonValue] = Field(
        {}, alias="with", description="Values of its parameters, which may be templates.", examples=[{"percent": 30}]
    )


Use = Annotated[UseSettings, BeforeValidator(_as_mapping)]


class Parameter(Settings):
    """A parameter of a partial: a variable that who uses it gives."""

    description: str = Field("", description="What it is for.")
    default: JsonValue = Field(
        None, description="Its value where none is given; without a default it must be.", examples=[30]
    )

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return "default" not in self.model_fields_set


class Partial(Settings):
    """A part of a spec that several campaigns use."""

    api_version: Literal["rcsplan/v1"] = Field(alias="apiVersion", description="Version of the format.")
    kind: Literal["Partial"] = Field(description="What the document declares.")
    parameters: dict[str, Parameter] = Field({}, description="What its users may or must give.")
    spec: dict[str, JsonValue] = Field(
        description="Part of a request body, under the spec of its users.",
        examples=[{"sender": "Acme", "validity": 24}],
    )


class FolderDefaults(Settings):
    """What the manifests of a folder, and of those below it, have in common."""

    api_version: Literal["rcsplan/v1"] = Field(alias="apiVersion", description="Version of the format.")
    kind: Literal["Defaults"] = Field(description="What the document declares.")
    vars: dict[str, JsonValue] = Field({}, description="Variables under those of the manifests.")
    schedule: dict[str, JsonValue] = Field(
        {}, description="Under the schedule of manifests that have one.", examples=[{"timezone": "Europe/Kyiv"}]
    )
    audience: dict[str, JsonValue] = Field(
        {}, description="Under the audience of the manifests.", examples=[{"expect": {"max": 5000}}]
    )
    spec: dict[str, JsonValue] = Field(
        {}, description="Under the spec of the manifests.", examples=[{"sender": "Acme"}]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A manifest on its layers: `tree` as if it had been written in one piece, and its variables."""

    document: Document
    tree: Mapping[str, Any]
    variables: Mapping[str, Any]
    layers: tuple[Layer, ...]
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contribution:
    """What a layer adds to a manifest, by part of the manifest."""

    layer: Layer
    parts: Mapping[str, Any]


class Composer:
    """Composes the manifests of one environment; every file beside them is read once, and its problems told once."""

    def __init__(self, environment: Environment) -> None:
        self.problems: list[Diagnostic] = []
        self._environment = environment
        self._folders: dict[PurePosixPath, tuple[_Contribution, ...]] = {}
        self._partials: dict[str, tuple[Document, Partial] | None] = {}
        self._common = tuple(self._common_defaults())

    def compose(self, document: Document) -> Composed:
        """A manifest on its layers."""
        problems: list[Diagnostic] = []
        own = _Contribution(layer=Layer(document=document), parts=document.tree)
        above, below = self._used(document, problems) if "use" in document.tree else ((), ())
        folder = PurePosixPath(document.source.name).parent
        contributions = (*above, own, *below, *self._folder_defaults(folder), *self._common)
        return Composed(
            document=document,
            tree=_tree(document.tree, contributions),
            variables=_merged_part("vars", contributions),
            layers=tuple(contribution.layer for contribution in contributions),
            problems=tuple(problems),
        )

    def _common_defaults(self) -> Iterator[_Contribution]:
        project, name = self._environment.project, self._environment.name
        of_environment = project.environments[name].defaults
        if of_environment:
            layer = Layer(document=project.document, places={"spec": ("environments", name, "defaults")})
            yield _Contribution(layer=layer, parts={"spec": of_environment})
        layer = Layer(document=project.document, places={"spec": ("defaults",)})
        yield _Contribution(layer=layer, parts={"spec": project.defaults})

    def _folder_defaults(self, folder: PurePosixPath) -> tuple[_Contribution, ...]:
        """The defaults of a folder of the project and of those above it, the innermost first."""
        known = self._folders.get(folder)
        if known is None:
            above = self._folder_defaults(folder.parent) if folder.name else ()
            known = self._folders[folder] = (*self._defaults_in(folder), *above)
        return known

    def _defaults_in(self, folder: PurePosixPath) -> Iterator[_Contribution]:
        path = self._environment.folder / folder / FOLDER_DEFAULTS
        if not path.is_file():
            return
        document = self._read(path, self.problems)
        if document is None or _validated(FolderDefaults, document, self.problems) is None:
            return
        self.problems.extend(variable_name_problems(document, ("vars",)))
        parts = {name: document.tree[name] for name in _PARTS if name in document.tree}
        yield _Contribution(layer=Layer(document=document, places={name: (name,) for name in _PARTS}), parts=parts)

    def _used(
        self, document: Document, problems: list[Diagnostic]
    ) -> tuple[tuple[_Contribution, ...], tuple[_Contribution, ...]]:
        """What the partial of a manifest adds: above the manifest what it was given, below it what it says itself."""
        data = {"use": _as_mapping(document.tree["use"])}
        try:
            use = UseSettings.model_validate(data["use"])
        except ValidationError as error:
            found = findings_of(error, data, _vocabulary(UseSettings), at=("use",))
            problems.extend(finding.placed_in(document) for finding in found)
            return (), ()
        partial = self._partial(use, document, problems)
        if partial is None:
            return (), ()
        source, settings = partial
        problems.extend(_given_problems(use, settings, document))
        given = Layer(document=document, places={"vars": ("use", "with")})
        below = Layer(document=source, places={"spec": ("spec",), "vars": ("parameters",)})
        defaults = {name: one.default for name, one in settings.parameters.items() if not one.is_required}
        return (
            (_Contribution(layer=given, parts={"vars": use.given}),),
            (_Contribution(layer=below, parts={"spec": settings.spec, "vars": defaults}),),
        )

    def _partial(
        self, use: UseSettings, document: Document, problems: list[Diagnostic]
    ) -> tuple[Document, Partial] | None:
        path = self._environment.folder / use.template
        if not path.is_file():
            files = self._environment.folder.rglob("*.yaml")
            hint = did_you_mean(use.template, (name_of(file, self._environment.folder) for file in files))
            detail = f"The project has no file {use.template}."
            problems.append(
                document.problem("unknown-template", "Unknown template", ("use",), detail=detail, hint=hint)
            )
            return None
        if use.template not in self._partials:
            self._partials[use.template] = self._load_partial(path)
        partial = self._partials[use.template]
        if partial is None:
            detail = f"{use.template} has errors."
            problems.append(document.problem("unknown-template", "Template cannot be used", ("use",), detail=detail))
        return partial

    def _load_partial(self, path: Path) -> tuple[Document, Partial] | None:
        document = self._read(path, self.problems)
        if document is None:
            return None
        partial = _validated(Partial, document, self.problems)
        self.problems.extend(variable_name_problems(document, ("parameters",)))
        return None if partial is None else (document, partial)

    def _read(self, path: Path, problems: list[Diagnostic]) -> Document | None:
        source = read_source(path, self._environment.folder)
        if isinstance(source, Diagnostic):
            problems.append(source)
            return None
        documents, found = parse_documents(source)
        problems.extend(found)
        if not found and len(documents) != 1:
            detail = f"There are {len(documents)}."
            problems.append(source.problem("wrong-document", "Such a file is exactly one document", 0, detail=detail))
        return documents[0] if len(documents) == 1 and not found else None


def _tree(tree: Mapping[str, Any], contributions: tuple[_Contribution, ...]) -> dict[str, Any]:
    composed = dict(tree)
    for part in ("audience", "spec"):
        if any(part in contribution.parts for contribution in contributions):
            composed[part] = _merged_part(part, contributions, whole=tree.get(part))
    if "schedule" in tree:
        composed["schedule"] = _merged_part("schedule", contributions, whole=tree["schedule"])
    return composed


def _merged_part(part: str, contributions: tuple[_Contribution, ...], *, whole: Any = None) -> Any:
    """A part of a manifest from all layers; what is no mapping in the manifest itself stays what it is."""
    if whole is not None and not isinstance(whole, dict):
        return whole
    result: dict[str, Any] = {}
    for contribution in reversed(contributions):
        value = contribution.parts.get(part)
        if isinstance(value, dict):
            result = merged(result, value)
    return result


def _given_problems(use: UseSettings, partial: Partial, document: Document) -> Iterator[Diagnostic]:
    for name in use.given.keys() - partial.parameters.keys():
        detail = f"{use.template} has no parameter {name!r}."
        hint = did_you_mean(name, partial.parameters) or f"It has {', '.join(partial.parameters) or 'none'}."
        yield document.problem(
            "unknown-key", "Unknown parameter", ("use", "with", name), on_key=True, detail=detail, hint=hint
        )
    for name, parameter in partial.parameters.items():
        if parameter.is_required and name not in use.given:
            meaning = f": {parameter.description}" if parameter.description else ""
            detail = f"{use.template} needs {name}{meaning}"
            hint = f"Write it as use: {{template: {use.template}, with: {{{name}: …}}}}."
            yield document.problem("missing-key", "Parameter is missing", ("use",), detail=f"{detail}.", hint=hint)


_Model = TypeVar("_Model", bound=Settings)


def _validated(model: type[_Model], document: Document, problems: list[Diagnostic]) -> _Model | None:
    try:
        return model.model_validate(document.tree)
    except ValidationError as error:
        found = findings_of(error, document.tree, _vocabulary(model))
        problems.extend(finding.placed_in(document) for finding in found)
        return None


@cache
def _vocabulary(model: type[Settings]) -> Vocabulary:
    return Vocabulary(model.model_json_schema(by_alias=True))
