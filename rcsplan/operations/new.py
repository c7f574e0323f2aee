"""`new`: the manifest of a new campaign, from nothing or from another campaign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from rcsplan.diagnostics import Diagnostic, did_you_mean
from rcsplan.errors import ConfigurationError, UsageError
from rcsplan.manifest.clone import cloned
from rcsplan.manifest.edits import UneditableError, written
from rcsplan.manifest.files import files_matching, manifest_files, name_of, read_source
from rcsplan.manifest.name import check_name
from rcsplan.manifest.timing import instant_of_wall_time
from rcsplan.manifest.yaml import parse_documents
from rcsplan.operations.schema_files import SCHEMA_COMMENT, SCHEMAS_FOLDER, schema_comment, write_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from rcsplan.manifest.document import Document
    from rcsplan.manifest.project import Environment

_FIRST_START = timedelta(days=7)
_TEXT = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata:
  name: NAME
schedule:
  at: "AT"
  timezone: ZONE
spec:
  groups: [{name: Name of a contact list}] # of those that `rcsplan lists` shows; until then it is blocked
  sender: Name of the RCS agent
  validity: 24 # hours; then whoever was not reached gets the SMS
  options:
    cards:
      - title: The headline
        text: What it is about.
        media: {url: https://cdn.example.com/picture.jpg}
        suggestions:
          - {text: Shop, url: https://example.com}
  alternative_channel:
    sms: {sender: SENDER, text: What it is about. https://example.com, validity: 24}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A new manifest, and what else was written for it, as paths in the project."""

    path: Path
    others: tuple[str, ...] = ()


def new_campaign(
    environment: Environment,
    name: str,
    *,
    now: datetime,
    schemas: Mapping[str, str],
    source: str | None = None,
    at: str | None = None,
) -> Written:
    """Write the manifest of a new campaign: beside that of the `source` it is made from, else into the project folder.

    Where the project keeps no schemas for its editors, they are written too.

    Raises:
        UsageError: the name is none or is taken, its file is there already or would be no manifest, there is no such
            source, or the time is none or has passed.
        ConfigurationError: it cannot be written, or the text of the source cannot be kept.
    """
    _check_name(name)
    folder = environment.folder
    known = dict(_campaigns(folder))
    if name in known:
        raise UsageError(
            f"There is a campaign {name!r} already",
            detail=f"It is in {known[name].source.name}.",
            hint="Choose another name.",
        )
    original = None if source is None else _found(source, known)
    place = folder if original is None else (folder / original.source.name).parent
    path = place / f"{name}.yaml"
    _check_place(path, environment)
    account = environment.provider.timezone
    if at is not None:
        _check_time(at, zone=_zone_of(original, account), account=account, now=now)
    text = _fresh(name, at, account, now) if original is None else _copy(original, name, at)
    if SCHEMA_COMMENT.search(text) is None:
        text = schema_comment("campaign", path, folder) + text
    others = (
        () if f"{SCHEMAS_FOLDER}/" not in text or (folder / SCHEMAS_FOLDER).exists() else write_schemas(folder, schemas)
    )
    _write(path, text, folder)
    return Written(path=path, others=others)


def _campaigns(folder: Path) -> Iterator[tuple[str, Document]]:
    """Every manifest that can be read, by the name of its campaign."""
    for file in manifest_files(folder)[0]:
        source = read_source(file, folder, found=True)
        for document in () if isinstance(source, Diagnostic) else parse_documents(source)[0]:
            metadata = document.tree.get("metadata") if isinstance(document.tree, dict) else None
            if isinstance(metadata, dict) and isinstance(metadata.get("name"), str):
                yield metadata["name"], document


def _check_name(name: str) -> None:
    try:
        check_name(name)
    except PydanticCustomError as error:
        raise _refusal(f"{name!r} is not a name", error) from None


def _refusal(summary: str, error: PydanticCustomError) -> UsageError:
    words = error.context or {}
    return UsageError(summary, detail=str(words.get("detail", "")), hint=str(words.get("hint", "")))


def _found(source: str, known: dict[str, Document]) -> Document:
    if source not in known:
        raise UsageError(f"There is no campaign {source!r}", hint=did_you_mean(source, known))
    return known[source]


def _check_place(path: Path, environment: Environment) -> None:
    folder, globs = environment.folder, environment.project.manifests
    name = name_of(path, folder)
    if path.exists() or path.is_symlink():
        raise UsageError(f"{name} is there already", hint="Choose another name.")
    if globs is not None and not any(files_matching(glob, (path,), folder) for glob in globs):
        raise UsageError(
            f"{name} would be no manifest of the project",
            detail=f"rcsplan.yaml says manifests: {', '.join(globs)}.",
            hint="Choose a name that one of these matches, or copy a campaign whose folder one of them matches.",
        )


def _zone_of(original: Document | None, account: str) -> str:
    schedule = original.tree.get("schedule") if original is not None else None
    zone = schedule.get("timezone") if isinstance(schedule, dict) else None
    try:
        return ZoneInfo(zone).key if isinstance(zone, str) else account
    except (KeyError, ValueError, OSError):
        return account


def _check_time(at: str, *, zone: str, account: str, now: datetime) -> None:
    try:
        start = instant_of_wall_time(at, zone=zone, account=account)
    except PydanticCustomError as error:
        raise _refusal(f"--at {at!r} is no start", error) from None
    if start <= now:
        raise UsageError(f"--at {at!r} has passed", detail=f"It is {now.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}.")


def _fresh(name: str, at: str | None, zone: str, now: datetime) -> str:
    day = (now.astimezone(ZoneInfo(zone)) + _FIRST_START).date()
    return _TEXT.replace("NAME", written(name)).replace("AT", at or f"{day} 10:00", 1).replace("ZONE", zone)


def _copy(original: Document, name: str, at: str | None) -> str:
    try:
        return cloned(original, name=name, at=at)
    except UneditableError:
        raise ConfigurationError(
            f"{original.source.name} cannot be copied",
            detail="Its text cannot be changed in the places that a copy needs; an alias may stand in one of them.",
            hint="Copy the file by hand, and change name, revision and date.",
        ) from None


def _write(path: Path, text: str, folder: Path) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{name_of(path, folder)} is there already", hint="Choose another name.") from None
    except OSError as error:
        raise ConfigurationError(f"{name_of(path, folder)} cannot be written", detail=error.strerror or "") from None
