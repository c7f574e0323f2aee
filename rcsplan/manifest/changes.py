"""Changes since a commit, and which manifests they concern: those that any changed file may have a part in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from rcsplan.manifest.calendars import CALENDARS_FOLDER
from rcsplan.manifest.composition import FOLDER_DEFAULTS, Composer
from rcsplan.manifest.files import PROJECT_FILE
from rcsplan.manifest.template_files import TEMPLATES_FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rcsplan.manifest.composition import Composed
    from rcsplan.manifest.load import Loaded
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.variables import Variables

#: Only a statement can bring in a file of `templates/`; by which name may depend on variables.
_STATEMENT = "{%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Files of a folder that changed, by paths without symlinks; of what lies elsewhere nothing is known."""

    folder: Path
    files: frozenset[Path]
    _touched: frozenset[Path] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        above = {folder for file in self.files for folder in file.parents}
        object.__setattr__(self, "_touched", self.files | above)

    def include(self, path: Path) -> bool:
        """Whether a file, one below it, or what a symlink on its way stands for may have changed."""
        real = Path(os.path.realpath(path))
        return not real.is_relative_to(self.folder) or self._has(path) or self._has(real)

    def _has(self, path: Path) -> bool:
        # A folder above it is listed in its stead where it is a repository of its own.
        return path in self._touched or any(above in self.files for above in path.parents)


def files_behind(loaded: Loaded, campaigns: Iterable[str], variables: Variables) -> dict[str, tuple[str, list[str]]]:
    """The file of each campaign's manifest, and the files and folders beside it of which it is made, by its name."""
    environment = loaded.environment
    composer = Composer(environment)
    shared = [os.path.relpath(path, environment.folder) for path in _shared(environment, variables)]
    found: dict[str, tuple[str, list[str]]] = {}
    for name in campaigns:
        manifest = loaded.read.get(name)
        if manifest is not None:
            own, *others = map(str, _files_of(composer.compose(manifest.document())))
            # Of a symlink it is the target that somebody wrote.
            real = os.path.relpath(os.path.realpath(environment.path_of(own)), environment.folder)
            found[name] = real, [*shared, own, *others]
    return found


class Concern:
    """Which manifests of an environment changes concern.

    What every manifest may use concerns all of them: the project file, and the files of variables and of catalogues.
    """

    def __init__(self, changes: Changes, environment: Environment, variables: Variables) -> None:
        self._changes = changes
        self._folder = environment.folder
        self._everything = any(changes.include(path.absolute()) for path in _shared(environment, variables))
        self._known: dict[PurePosixPath, bool] = {}

    def includes(self, composed: Composed) -> bool:
        """Whether a changed file has a part in a manifest, or may have."""
        return self._everything or any(self._changed(path) for path in _files_of(composed))

    def _changed(self, path: PurePosixPath) -> bool:
        if path not in self._known:
            self._known[path] = self._changes.include(self._folder / path)
        return self._known[path]


def _shared(environment: Environment, variables: Variables) -> tuple[Path, ...]:
    """The files and folders of which every manifest may be made."""
    catalogues = map(environment.path_of, environment.project.catalogues.values())
    return (environment.folder / PROJECT_FILE, *environment.vars_files, *catalogues, *variables.files)


def _files_of(composed: Composed) -> Iterator[PurePosixPath]:
    """The files and folders of the project of which a manifest is made, also where they are no longer there."""
    own = PurePosixPath(composed.document.source.name)
    yield own
    yield from (folder / FOLDER_DEFAULTS for folder in own.parents)
    use = composed.tree.get("use")
    template = use.get("template") if isinstance(use, dict) else use
    if isinstance(template, str):
        yield PurePosixPath(template)
    texts = [PurePosixPath(text) for text in _texts(composed.tree.get("spec"))]
    yield from texts
    # Texts are templates as well; they are not read for the answer.
    if texts or any(_STATEMENT in layer.document.source.text for layer in composed.layers):
        yield PurePosixPath(TEMPLATES_FOLDER)
    schedule = composed.tree.get("schedule")
    if isinstance(schedule, dict) and "calendars" in schedule:
        yield PurePosixPath(CALENDARS_FOLDER)


def _texts(node: Any) -> Iterator[str]:
    """The files whose texts stand somewhere in a spec, as {file: NAME}."""
    if isinstance(node, dict):
        file = node.get("file")
        if isinstance(file, str):
            yield file
        for child in node.values():
            yield from _texts(child)
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child)
