"""The schemas that a project keeps for its editors, and the comment by which a file names its own.

They lie in a hidden folder of the project that is kept in git: an editor finds them without a network, and everybody
who works on the project sees the same squiggles.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError
from rcsplan.manifest.files import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMAS_FOLDER = ".schemas"
_SUFFIX = ".schema.json"
#: How an editor is told by which schema a file is written.
SCHEMA_COMMENT = re.compile(r"^# *yaml-language-server: *\$schema=(\S+)[^\n]*\n", re.MULTILINE)


def schema_files(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of schemas by their path in a project, from those by name."""
    return {f"{SCHEMAS_FOLDER}/{name}{_SUFFIX}": text for name, text in texts.items()}


def write_schemas(folder: Path, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Write schemas into a project folder, over those of an older rcsplan; return their paths.

    Raises:
        ConfigurationError: the folder cannot be written.
    """
    files = schema_files(texts)
    try:
        (folder / SCHEMAS_FOLDER).mkdir(exist_ok=True)
        for file, text in files.items():
            (folder / file).write_text(text, "utf-8")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written", detail=error.strerror or "") from None
    return tuple(files)


def schema_comment(name: str, file: Path, folder: Path) -> str:
    """The comment that names a schema in a file of a project: as in the project file where that names one that is."""
    kept = _kept_schemas(folder)
    schemas = kept if kept is not None and (kept / f"{name}{_SUFFIX}").is_file() else folder / SCHEMAS_FOLDER
    return f"# yaml-language-server: $schema={os.path.relpath(schemas / f'{name}{_SUFFIX}', file.parent)}\n"


def _kept_schemas(folder: Path) -> Path | None:
    """The folder of the schema that the project file names, None where it names none."""
    found = SCHEMA_COMMENT.search((folder / PROJECT_FILE).read_text("utf-8", "replace"))
    return None if found is None else (folder / found[1]).parent
