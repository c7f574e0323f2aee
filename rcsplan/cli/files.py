"""Plans and states as files on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from rcsplan.backend.disk import Disk
from rcsplan.errors import ConfigurationError, PlanRefused
from rcsplan.output.page import PAGE_MARK
from rcsplan.plan.document import parse_plan

if TYPE_CHECKING:
    from pydantic import JsonValue

    from rcsplan.plan.model import Plan


#: A state of a hundred thousand records has a fifth of it; what is larger is a device, or something else by mistake.
_MAX_BYTES = 512 * 1024 * 1024


def read_plan(path: Path) -> Plan:
    """Read a saved plan.

    Raises:
        ConfigurationError: it cannot be read.
        PlanRefused: it is no plan, or was altered.
    """
    try:
        text = _read(path).decode()
    except UnicodeDecodeError:
        raise PlanRefused(f"{path} is not a plan", detail="It is not UTF-8 text.") from None
    return parse_plan(text, name=str(path))


def read_json(path: Path) -> JsonValue:
    """Read a JSON document.

    Raises:
        ConfigurationError: it cannot be read, or is none.
    """
    try:
        document: JsonValue = json.loads(_read(path))
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{path} is no JSON") from None
    return document


def read_state(path: Path) -> str:
    """Read the text of a state document.

    Raises:
        ConfigurationError: it cannot be read.
    """
    # What is no UTF-8 becomes another text than was written, and the checksum tells of it.
    return _read(path).decode(errors="replace")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read", detail=_why(error)) from None
    if len(content) > _MAX_BYTES:
        raise ConfigurationError(f"{path} cannot be read", detail=f"It has more than {_MAX_BYTES:,} bytes.")
    return content


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, for the owner alone.

    Raises:
        ConfigurationError: it cannot be written.
    """
    if path.exists() and not path.is_file():
        # Put in the place of /dev/null, a plan would break the machine; of a folder, it would leave a stray file.
        raise ConfigurationError(f"{path} cannot be written", detail="It is not a regular file.")
    try:
        Disk().replace(path, text.encode("utf-8", "surrogatepass"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be written", detail=_why(error)) from None


def write_page(folder: Path, page: str) -> Path:
    """Write index.html of a folder, whole or not at all, for everybody; its path.

    Raises:
        ConfigurationError: it cannot be written, or one is there that is not ours.
    """
    path = folder / "index.html"
    try:
        if path.exists() and PAGE_MARK not in path.read_text("utf-8", errors="replace"):
            detail = "It is no page of rcsplan, and would be lost."
            raise ConfigurationError(f"{path} is left as it is", detail=detail, hint="Name another folder with -o DIR.")
        Disk().make_folder(folder)
        Disk().replace(path, page.encode("utf-8", "surrogatepass"), mode=0o644)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be written", detail=_why(error)) from None
    return path


def rewrite(path: Path, text: str) -> None:
    """Put another text into a file, whole or not at all; its permissions stay.

    Raises:
        ConfigurationError: it cannot be written.
    """
    try:
        mode = path.stat().st_mode
        Disk().replace(path, text.encode(), mode=mode & 0o777)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written", detail=_why(error)) from None


def _why(error: OSError | ValueError) -> str:
    # A ValueError is about the name itself: empty, or with a null byte.
    return (error.strerror or "") if isinstance(error, OSError) else "It is not the name of a file."


def from_here(path: Path) -> str:
    """A path as it is reached from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path)
