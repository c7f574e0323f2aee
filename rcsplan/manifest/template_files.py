"""The files of `templates/`, the only ones that a template can import or include."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BaseLoader, TemplateNotFound
from jinja2.exceptions import TemplateError

from rcsplan.diagnostics import Diagnostic
from rcsplan.manifest.files import name_of, read_source
from rcsplan.manifest.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from jinja2 import Environment

TEMPLATES_FOLDER = "templates"


class UnreadableTemplateError(TemplateError):
    """A template file that may not or cannot be read."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic


class ProjectTexts:
    """The texts of a project that manifests name as {file: PATH}, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, SourceText | Diagnostic] = {}

    def find(self, path: str) -> SourceText | Diagnostic:
        """The text of a file, or why it cannot be used; the line break at its end is not part of it."""
        if path not in self._read:
            found = read_source(self._folder / path, self._folder)
            self._read[path] = found if isinstance(found, Diagnostic) else _without_last_break(found)
        return self._read[path]


def _without_last_break(source: SourceText) -> SourceText:
    return SourceText(name=source.name, text=source.text.removesuffix("\n").removesuffix("\r"))


class ProjectTemplates(BaseLoader):
    """Loads templates by their path below `templates/`; no path and no symlink leaves that folder."""

    def __init__(self, folder: Path) -> None:
        self.sources: dict[str, SourceText] = {}
        self._folder = folder
        self._templates = folder / TEMPLATES_FOLDER

    def names(self) -> tuple[str, ...]:
        """Every template there is."""
        return tuple(sorted(name_of(path, self._templates) for path in self._templates.rglob("*") if path.is_file()))

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template.

        Raises:
            TemplateNotFound: there is none of this name in the folder.
            UnreadableTemplateError: it lies outside, is too large, or is no text.
        """
        del environment
        path = self._templates / template
        inside = not template.startswith("/") and ".." not in template.split("/")
        if not inside or not path.exists():
            raise TemplateNotFound(template)
        source = read_source(path, self._templates)
        if isinstance(source, Diagnostic):
            raise UnreadableTemplateError(source)
        named = SourceText(name=name_of(path, self._folder), text=source.text)
        self.sources[template] = named
        return named.text, named.name, lambda: True
