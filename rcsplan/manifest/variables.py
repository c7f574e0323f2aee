"""Variables: where they come from, and which of them wins."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from rcsplan.diagnostics import Diagnostic, Location, Severity, format_key_path
from rcsplan.manifest.files import name_of, read_source
from rcsplan.manifest.source import MAX_PROBLEMS
from rcsplan.manifest.template import holds_template
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.document import Document
    from rcsplan.manifest.project import Environment

#: Variables that rcsplan itself sets.
BUILT_IN = frozenset({"environment", "metadata", "occurrence"})

_PREFIX = "RCSPLAN_VAR_"

#: Words that an expression takes for something else than a variable.
_TAKEN = frozenset({"true", "false", "none", "and", "or", "not", "in", "is", "if", "else", "self", "loop", "super"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """What the surroundings of a run set: `RCSPLAN_VAR_<name>` without its prefix, `--var-file`, and `--var`."""

    environ: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)


def load_variables(environment: Environment, variables: Variables) -> tuple[dict[str, Any], tuple[Diagnostic, ...]]:
    """The variables that every manifest of a run sees, and what is wrong with them.

    Precedence, low to high: the environment's files in order, RCSPLAN_VAR_<name>, --var-file, --var (design section 3).
    """
    problems: list[Diagnostic] = []
    values: dict[str, Any] = {}
    for name, folder in environment.project.catalogues.items():
        values[name] = _catalogue(environment.path_of(folder), environment.folder, problems)
    for file in environment.vars_files:
        values = merged(values, _read(file, environment.folder, problems))
    values = merged(values, _given(variables.environ, _PREFIX, problems))
    for file in variables.files:
        values = merged(values, _read(file, file.resolve().parent, problems))
    values = merged(values, _given(variables.flags, "--var ", problems))
    return {**values, "environment": environment.name}, tuple(problems)


class VariablePlaces:
    """Where the shared variables of a run are set."""

    def __init__(self, environment: Environment, variables: Variables) -> None:
        self._catalogues = environment.project.catalogues
        self._flags = variables.flags
        self._environ = variables.environ
        folder = environment.folder
        self._given = tuple(_documents(variables.files, None))
        self._common = tuple(_documents(environment.vars_files, folder))
        self._texts = {
            (name, file.stem): document
            for name, path in self._catalogues.items()
            for file in sorted(environment.path_of(path).glob("*.yaml"))
            for document in _documents((file,), folder)
        }

    def find(self, path: KeyPath) -> tuple[Location | None, str]:
        """The place of a variable, or of a value in it, in a file; or where else it is set, as the second entry says.

        Mappings of several files are merged: it is the last one that knows most of the path.
        """
        name = str(path[0])
        if name in self._flags:
            return None, f"--var {name}"
        for documents, covered in ((self._given, name in self._environ), (self._common, False)):
            known = [(len(document.known_part(path)), document) for document in documents if name in document.tree]
            if known:
                deepest = max(depth for depth, _ in known)
                document = next(document for depth, document in reversed(known) if depth == deepest)
                return document.location(path, on_key=True), "file"
            if covered:
                return None, f"{_PREFIX}{name}"
        return self._in_catalogue(path)

    def _in_catalogue(self, path: KeyPath) -> tuple[Location | None, str]:
        document = self._texts.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
        if document is not None:
            return document.location(path[2:], on_key=True), "file"
        folder = self._catalogues.get(str(path[0]))
        return (Location(file=folder), "catalogue") if folder is not None else (None, "built in")


def _documents(files: Iterable[Path], folder: Path | None) -> Iterator[Document]:
    """The documents of files of variables that hold any."""
    for file in files:
        source = read_source(file, folder or file.resolve().parent)
        documents = () if isinstance(source, Diagnostic) else parse_documents(source)[0]
        yield from (document for document in documents if isinstance(document.tree, dict))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings as one: mappings deeply, everything else from `above`."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        result[key] = merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return result


def name_problem(name: str) -> tuple[str, str, str] | None:
    """Code, detail and hint of what is wrong with the name of a variable."""
    if name in BUILT_IN:
        return "reserved-variable", f"{name!r} is set by rcsplan itself.", "Choose another name."
    if name.lower() in _TAKEN:
        return "wrong-name", f"{name!r} means something else in an expression.", "Choose another name."
    if not name.isidentifier():
        better = "".join(character if character.isalnum() else "_" for character in name)
        return "wrong-name", f"No expression can say {name!r}.", f"Name it {better!r}." if better.isidentifier() else ""
    return None


def _catalogue(folder: Path, root: Path, problems: list[Diagnostic]) -> dict[str, Any]:
    """The texts of a catalogue by locale; what one of them has and another lacks is a warning at the one that lacks it.

    Where a manifest needs such a text, it is undefined, which is an error.
    """
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not files:
        detail = "A catalogue is a folder with a file of texts for each locale, such as uk.yaml."
        location = Location(file=name_of(folder, root))
        problems.append(
            Diagnostic(code="empty-catalogue", summary="Catalogue is empty", location=location, detail=detail)
        )
    texts = {file.stem: _read(file, root, problems) for file in files}
    known: dict[KeyPath, str] = {}
    for locale, tree in texts.items():
        for path in _leaves(tree, ()):
            known.setdefault(path, locale)
    for file in files:
        lacking = known.keys() - set(_leaves(texts[file.stem], ()))
        problems.extend(_lacking(name_of(file, root), path, known[path]) for path in sorted(lacking, key=str))
    return texts


def _leaves(node: Any, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(child, (*path, key))
    else:
        yield path


def _lacking(file: str, path: KeyPath, locale: str) -> Diagnostic:
    return Diagnostic(
        code="missing-text",
        summary="Text is missing",
        location=Location(file=file, path=path),
        severity=Severity.WARNING,
        detail=f"{locale}.yaml has {format_key_path(path)}, and this locale has not.",
    )


def _read(file: Path, folder: Path, problems: list[Diagnostic]) -> dict[str, Any]:
    source = read_source(file, folder)
    if isinstance(source, Diagnostic):
        problems.append(source)
        return {}
    documents, found = parse_documents(source)
    problems.extend(found)
    values: dict[str, Any] = {}
    for document in documents:
        if isinstance(document.tree, dict):
            problems.extend(islice(_check(document), MAX_PROBLEMS))
            values = merged(values, document.tree)
        elif document.tree is not None:
            detail = "A file of variables is a mapping of names to values."
            problems.append(document.problem("wrong-type", "Value has the wrong type", (), detail=detail))
    return values


def variable_name_problems(document: Document, path: KeyPath) -> Iterator[Diagnostic]:
    """What is wrong with the names of the variables that the mapping at a path of a document sets."""
    node = document.tree
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    for name in node if isinstance(node, dict) else ():
        if problem := name_problem(name):
            code, detail, hint = problem
            yield document.problem(
                code, "Not a name for a variable", (*path, name), on_key=True, detail=detail, hint=hint
            )


def _check(document: Document) -> Iterator[Diagnostic]:
    yield from variable_name_problems(document, ())
    for path in template_paths(document.tree, ()):
        yield document.problem(
            "template-not-allowed",
            "Template is not rendered here",
            path,
            detail="Files of variables are data: a template in them would reach people as it stands.",
            hint="Put it into the vars of the manifest, or into a macro of templates/.",
        )


def template_paths(node: Any, path: KeyPath) -> Iterator[KeyPath]:
    """The paths of all values that hold a template."""
    if isinstance(node, str):
        if holds_template(node):
            yield path
        return
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from template_paths(value, (*path, key))


def _given(values: Mapping[str, str], prefix: str, problems: list[Diagnostic]) -> dict[str, str]:
    for name in values:
        if problem := name_problem(name):
            code, detail, hint = problem
            location = Location(file=f"{prefix}{name}", is_file=False)
            problems.append(
                Diagnostic(code=code, summary="Not a name for a variable", location=location, detail=detail, hint=hint)
            )
    return dict(values)
