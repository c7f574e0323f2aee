"""Every manifest of a project as sends, with everything that is wrong with them."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.model import DesiredSet
from rcsplan.diagnostics import Diagnostic, Location, Severity, in_file_order
from rcsplan.manifest.changes import Concern
from rcsplan.manifest.composition import Composer
from rcsplan.manifest.files import files_matching, manifest_files, name_of, read_source
from rcsplan.manifest.names import name_problems
from rcsplan.manifest.origin import Origin
from rcsplan.manifest.reader import ManifestReader
from rcsplan.manifest.variables import load_variables
from rcsplan.manifest.wire_key import find_wire_key
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from rcsplan.campaign.address import Address
    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.changes import Changes
    from rcsplan.manifest.occasion import Occasion
    from rcsplan.manifest.project import Environment, Project
    from rcsplan.manifest.reader import Manifest
    from rcsplan.manifest.variables import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the manifests of an environment declare, and what is wrong with them.

    Only a manifest that is free of errors has its sends in `desired`.
    """

    desired: DesiredSet
    diagnostics: tuple[Diagnostic, ...]
    manifests: int
    environment: Environment
    read: Mapping[str, Manifest]

    @property
    def has_errors(self) -> bool:
        """Whether any manifest is wrong, so that nothing may be planned."""
        return any(diagnostic.is_error for diagnostic in self.diagnostics)

    def locate(self, address: Address, path: KeyPath) -> Location:
        """The place of a path of the send-groups body, or of its nearest known parent; the text is parsed again."""
        return self.locator(address)(path)

    def locator(self, address: Address) -> Callable[[KeyPath], Location]:
        """Finds the places of paths of one send, for which its text is parsed once more."""
        manifest = self.read[address.campaign]
        composed = Composer(self.environment).compose(manifest.document())
        origin = Origin(layers=composed.layers, splices=manifest.splices.get(address, {}))

        def locate(path: KeyPath) -> Location:
            replaced = path[:1] == ("start_at",) and "schedule" in composed.tree
            found, written = origin.find(("schedule", "at") if replaced else ("spec", *path))
            return found.location(written)

        return locate

    def locate_wire_key(self, address: Address, key: str) -> Location | None:
        """The place of the field that the provider calls `key`, punctuation or not (bsg-api.md section 5)."""
        send = self.desired.sends.get(address)
        if send is None:
            return None
        body = {"groups": [str(ref) for ref in send.lists], "start_at": "", **send.body}
        path = find_wire_key(key, body)
        return None if path is None else self.locate(address, path)


def load_sends(
    environment: Environment,
    *,
    variables: Variables,
    occasion: Occasion,
    paths: tuple[Path, ...] | None = None,
    changes: Changes | None = None,
) -> Loaded:
    """Read every manifest of an environment, or those at `paths` alone, or those that `changes` concern.

    Of the manifests that no change concerns only the names are read, which are never given twice. Content problems are
    never raised: they are all in the result.
    """
    with _collector_paused():
        return _load(environment, variables=variables, occasion=occasion, paths=paths, changes=changes)


def campaigns_left_out(loaded: Loaded, changes: Changes, variables: Variables) -> frozenset[str]:
    """The campaigns, by their names and former names, with whose manifests no change has anything to do."""
    concern = Concern(changes, loaded.environment, variables)
    composer = Composer(loaded.environment)
    concerned = {name for name, one in loaded.read.items() if concern.includes(composer.compose(one.document()))}
    others = (manifest for name, manifest in loaded.read.items() if name not in concerned)
    # By a former name its sends may still stand in the state.
    return frozenset(name for other in others for name in (other.name, *other.moved_from)) - concerned


def _load(
    environment: Environment,
    *,
    variables: Variables,
    occasion: Occasion,
    paths: tuple[Path, ...] | None,
    changes: Changes | None,
) -> Loaded:
    shared, variable_problems = load_variables(environment, variables)
    files, file_problems = _chosen_files(environment, paths)
    concern = None if changes is None else Concern(changes, environment, variables)
    reader = ManifestReader(environment, shared=shared, occasion=occasion, concern=concern)
    problems = [*variable_problems, *file_problems]
    for file in files:
        source = read_source(file, environment.folder, found=True)
        if isinstance(source, Diagnostic):
            problems.append(source)
            continue
        documents, syntax = parse_documents(source)
        problems.extend(syntax)
        for document in documents:
            reader.read(document)
    manifests = {manifest.name: manifest for manifest in reader.manifests if manifest.name}
    problems += [*reader.problems, *name_problems(reader.manifests)]
    return Loaded(
        desired=DesiredSet(
            sends={send.address: send for manifest in manifests.values() for send in manifest.sends},
            frozen=frozenset(address for manifest in manifests.values() for address in manifest.frozen),
            passed_over=frozenset(
                name
                for manifest in manifests.values()
                if manifest.filtered
                # By a former name its sends may still stand in the state.
                for name in (manifest.name, *manifest.moved_from)
            ),
            series=frozenset(address for manifest in manifests.values() for address in manifest.series),
        ),
        # What is wrong beside the manifests shows in each of them, and is told once.
        diagnostics=in_file_order(dict.fromkeys(problems)),
        manifests=sum(1 for manifest in reader.manifests if not manifest.unchanged),
        environment=environment,
        read=manifests,
    )


def _chosen_files(
    environment: Environment, paths: tuple[Path, ...] | None
) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    folder = environment.folder
    files, problems = manifest_files(folder)
    globs = environment.project.manifests
    if globs is not None:
        files, unmatched = _narrowed(files, environment.project, globs)
        problems += unmatched
    if paths is None:
        return files, problems
    chosen: dict[Path, None] = {}
    missing: list[Diagnostic] = []
    for path in paths:
        # Of the path itself only its folder is resolved: a symlink that leaves the project is reported as one.
        place = path.parent.resolve() / path.name
        inside = [file for file in files if file.is_relative_to(path.resolve())]
        if inside or path.is_dir():
            chosen.update(dict.fromkeys(inside))
        elif place.exists() and place.is_relative_to(folder):
            chosen[place] = None
        else:
            missing.append(_missing_path(name_of(place, folder)))
    return tuple(sorted(chosen)), (*problems, *missing)


def _narrowed(
    files: tuple[Path, ...], project: Project, globs: tuple[str, ...]
) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """The files that some glob of the project matches, and the globs that match none."""
    matched = [files_matching(glob, files, project.folder) for glob in globs]
    unmatched = tuple(
        project.document.problem(
            "unmatched-glob",
            "Glob matches nothing",
            ("manifests", index),
            severity=Severity.WARNING,
            detail=f"No manifest file of the project matches {glob!r}.",
        )
        for index, (glob, found) in enumerate(zip(globs, matched, strict=True))
        if not found
    )
    chosen = {file for found in matched for file in found}
    return tuple(file for file in files if file in chosen), unmatched


def _missing_path(name: str) -> Diagnostic:
    return Diagnostic(
        code="no-such-manifest",
        summary="No such manifest",
        location=Location(file=name),
        detail="There is no such file in the project.",
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Looking for cyclic garbage among a million fresh objects would take longer than making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
