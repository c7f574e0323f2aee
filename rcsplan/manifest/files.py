"""Files of a project: which of them are manifests, and their text, read with every caution."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from rcsplan.diagnostics import Diagnostic, Location, Severity
from rcsplan.manifest.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECT_FILE = "rcsplan.yaml"
#: A manifest is some kilobytes; what is larger is something else that bears its name.
MAX_FILE_BYTES = 1024 * 1024
_SUFFIXES = (".yaml", ".yml")
_OTHER_FOLDERS = frozenset({"vars", "templates", "calendars", "sandbox"})


def name_of(path: Path, folder: Path) -> str:
    """The name by which diagnostics speak of a file: its path in the project, where it lies there."""
    return path.as_posix().removeprefix(f"{folder.as_posix()}/")


def read_source(path: Path, folder: Path, *, found: bool = False) -> SourceText | Diagnostic:
    """The text of a file below a folder, which has no symlinks in its path, or why it is not read.

    Nothing outside the folder is, nothing large, and nothing special such as a pipe, on which reading would wait. What
    was `found` by walking the folder can only be a symlink itself: the folders on the way to it are none.
    """
    name = name_of(path, folder)
    try:
        status = path.lstat()
        if not found or stat.S_ISLNK(status.st_mode):
            if not os.path.realpath(path, strict=True).startswith(f"{folder}{os.sep}"):
                return _leaves_project(name)
            status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return _refused(name, "not-a-file", "Not a regular file", detail="Only regular files are read.")
        if status.st_size > MAX_FILE_BYTES:
            detail = f"It has {status.st_size:,} bytes; a manifest has at most {MAX_FILE_BYTES:,}."
            return _refused(name, "file-too-large", "File is too large", detail=detail)
        content = path.read_bytes()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "Symlink loop"
        return _refused(name, "unreadable-file", "File cannot be read", detail=f"{reason}.")
    try:
        return SourceText(name=name, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _not_utf8(name, content, error)


def manifest_files(folder: Path) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """Every manifest file of a project in order of its name, and what is wrong with the folders (design section 3)."""
    problems: list[Diagnostic] = []
    files = sorted(_walk(folder, folder, problems))
    return tuple(files), tuple(problems)


def yaml_files(folder: Path) -> tuple[Path, ...]:
    """Every YAML file of a project in order of its name, manifest or not; none that is hidden or of another project."""
    return tuple(sorted(_walk_all(folder)))


def _walk_all(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            if not (entry / PROJECT_FILE).exists():
                yield from _walk_all(entry)
        elif entry.suffix in _SUFFIXES:
            yield entry


def files_matching(glob: str, files: tuple[Path, ...], folder: Path) -> frozenset[Path]:
    """The files whose path in the folder a glob matches: `**` spans folders, `*` and `?` stay inside a name."""
    pattern = _pattern_of(glob)
    return frozenset(file for file in files if pattern.fullmatch(name_of(file, folder)))


def _walk(folder: Path, root: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        detail = f"{error.strerror}."
        problems.append(_refused(name_of(folder, root), "unreadable-file", "Folder cannot be read", detail=detail))
        return
    for entry in entries:
        if entry.name.startswith((".", "_")) or entry.name == PROJECT_FILE:
            continue
        if _is_folder(entry):
            yield from _subfolder(entry, root, problems)
        elif entry.suffix in _SUFFIXES:
            yield entry


def _subfolder(folder: Path, root: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    if folder.is_symlink():
        # What lies inside the project is found at its own place, so that no manifest is read twice.
        if not folder.resolve().is_relative_to(root.resolve()):
            problems.append(_leaves_project(name_of(folder, root)))
    elif folder.suffix in _SUFFIXES:
        yield folder
    elif folder.name not in _OTHER_FOLDERS and not (folder / PROJECT_FILE).exists():
        yield from _walk(folder, root, problems)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _pattern_of(glob: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens))


def _refused(name: str, code: str, summary: str, *, detail: str, hint: str = "") -> Diagnostic:
    return Diagnostic(
        code=code,
        summary=summary,
        location=Location(file=name),
        severity=Severity.ERROR,
        detail=detail,
        hint=hint,
    )


def _leaves_project(name: str) -> Diagnostic:
    return _refused(
        name,
        "path-leaves-project",
        "A path leaves the project",
        detail="It is a symlink to something outside the project folder.",
        hint="Copy the file into the project.",
    )


def _not_utf8(name: str, content: bytes, error: UnicodeDecodeError) -> Diagnostic:
    readable = SourceText(name=name, text=content.decode("utf-8-sig", "replace"))
    offset = len(content[: error.start].decode("utf-8-sig", "replace"))
    return readable.problem(
        "not-utf-8",
        "File is not UTF-8",
        offset,
        detail=f"The byte 0x{content[error.start]:02X} here is no UTF-8; the file may be Latin-1 or Windows-1251.",
        hint="Save the file as UTF-8.",
    )
