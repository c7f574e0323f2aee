"""`fmt`: the canonical form of every YAML file of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.diagnostics import Diagnostic
from rcsplan.errors import UsageError
from rcsplan.manifest.files import name_of, read_source, yaml_files
from rcsplan.manifest.formatting import Formatted, format_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FormattedFile:
    """A file of a project with its canonical form."""

    path: Path
    name: str
    before: str
    result: Formatted

    @property
    def changes(self) -> bool:
        """Whether the canonical form is another."""
        return self.before != self.result.text


def format_files(folder: Path, paths: tuple[Path, ...]) -> Iterator[FormattedFile]:
    """The YAML files of a project folder, all of them or those at and below some paths, with their canonical form.

    Raises:
        UsageError: a path is no YAML file or folder of the project.
    """
    every = yaml_files(folder)
    for path in paths:
        if not any(file.is_relative_to(path.resolve()) for file in every):
            raise UsageError(f"{path} is no YAML file of the project, and has none below it")
    resolved = tuple(path.resolve() for path in paths)
    for file in every:
        if not resolved or any(file.is_relative_to(path) for path in resolved):
            yield _formatted(file, folder)


def _formatted(file: Path, folder: Path) -> FormattedFile:
    name = name_of(file, folder)
    source = read_source(file, folder)
    if isinstance(source, Diagnostic):
        result = Formatted(text="", left_because="it cannot be read", problems=(source,))
        return FormattedFile(path=file, name=name, before="", result=result)
    return FormattedFile(path=file, name=name, before=source.text, result=format_text(source))
