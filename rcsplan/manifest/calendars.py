"""Calendars of a project: days on which nothing is sent, each file with the years that it covers."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from rcsplan.diagnostics import Diagnostic, did_you_mean
from rcsplan.errors import InvalidContent
from rcsplan.manifest.files import read_source
from rcsplan.manifest.name import Name
from rcsplan.manifest.settings import Settings
from rcsplan.manifest.validation import complaint, findings_of
from rcsplan.manifest.vocabulary import Vocabulary
from rcsplan.manifest.yaml import parse_documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.project import Project

CALENDARS_FOLDER = "calendars"


def parse_date(text: str) -> date:
    """Read a date, `YYYY-MM-DD`.

    Raises:
        PydanticCustomError: it is none.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        detail = f"{text!r} is no date of the calendar: {error}."
        raise complaint("wrong-time", "Not a date", detail=detail, hint='Write it as "2026-12-25".') from None
    if day.isoformat() != text:
        detail = f"{text!r} is not written as YYYY-MM-DD."
        raise complaint("wrong-time", "Not a date", detail=detail, hint=f'Write "{day}".')
    return day


def _check_date(text: str) -> str:
    parse_date(text)
    return text


Day = Annotated[str, AfterValidator(_check_date)]


class CalendarMetadata(Settings):
    """Which calendar it is, and where its days come from."""

    name: Name = Field(description="Name of the calendar; that of its file.", examples=["ua-holidays"])
    source: str = Field("", description="Where the days come from, for those who review them.")
    reviewed: Day | None = Field(
        None, description="When somebody last compared them with the source.", examples=["2026-11-01"]
    )


class Calendar(Settings):
    """Days on which nothing is sent."""

    api_version: Literal["rcsplan/v1"] = Field(alias="apiVersion", description="Version of the format.")
    kind: Literal["Calendar"] = Field(description="What the document declares.")
    metadata: CalendarMetadata = Field(description="Which calendar it is.", examples=[{"name": "ua-holidays"}])
    days: dict[Day, str] = Field(description="The days, each with its name.", examples=[{"2026-12-25": "Christmas"}])

    def covers(self, year: int) -> bool:
        """Whether it has any day in a year; an empty year is a calendar that nobody has kept up."""
        return any(day.startswith(f"{year:04}-") for day in self.days)

    def name_of(self, day: date) -> str | None:
        """What a day is called, None where it is no day of the calendar."""
        return self.days.get(day.isoformat())


class Calendars:
    """The calendars of a project folder, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Calendar | tuple[Diagnostic, ...]] = {}
        self.problems: list[Diagnostic] = []

    def find(self, name: str) -> Calendar:
        """The calendar of a name.

        Raises:
            PydanticCustomError: there is none, or it has problems, which then are in `problems`.
        """
        if name not in self._read:
            self._read[name] = self._load(name)
            found = self._read[name]
            if isinstance(found, tuple):
                self.problems.extend(found)
        calendar = self._read[name]
        if isinstance(calendar, tuple):
            raise complaint(
                "unknown-calendar", "Calendar cannot be used", detail=f"{CALENDARS_FOLDER}/{name}.yaml has errors."
            )
        return calendar

    def _load(self, name: str) -> Calendar | tuple[Diagnostic, ...]:
        path = self._folder / CALENDARS_FOLDER / f"{name}.yaml"
        if not path.is_file():
            known = sorted(file.stem for file in (self._folder / CALENDARS_FOLDER).glob("*.yaml"))
            detail = f"There is no {CALENDARS_FOLDER}/{name}.yaml."
            hint = did_you_mean(name, known) or "A calendar is a file of kind: Calendar in the folder calendars."
            raise complaint("unknown-calendar", "Unknown calendar", detail=detail, hint=hint)
        source = read_source(path, self._folder)
        if isinstance(source, Diagnostic):
            return (source,)
        documents, problems = parse_documents(source)
        if problems:
            return problems
        if len(documents) != 1:
            detail = f"There are {len(documents)}."
            return (source.problem("wrong-document", "A calendar is exactly one document", 0, detail=detail),)
        (document,) = documents
        try:
            return Calendar.model_validate(document.tree)
        except ValidationError as error:
            return tuple(finding.placed_in(document) for finding in findings_of(error, document.tree, _vocabulary()))


def calendars_of(project: Project, environment: str) -> tuple[Calendar, ...]:
    """The calendars that the policy of an environment names.

    Raises:
        InvalidContent: there is none of a name, or it has errors.
    """
    known = Calendars(project.folder)
    policy = project.environment(environment).policy
    own = project.environments[environment].policy
    is_own = own is not None and "calendars" in own.rules.blackout.model_fields_set
    prefix: KeyPath = ("environments", environment) if is_own else ()
    problems: list[Diagnostic] = []
    found: list[Calendar] = []
    for index, name in enumerate(policy.rules.blackout.calendars):
        try:
            found.append(known.find(name))
        except PydanticCustomError as error:
            said = error.context or {}
            path = (*prefix, "policy", "rules", "blackout", "calendars", index)
            problems.append(
                project.document.problem(said["code"], said["summary"], path, detail=said["detail"], hint=said["hint"])
            )
    if problems:
        raise InvalidContent((*problems, *known.problems))
    return tuple(found)


def skipped(calendars: tuple[Calendar, ...], day: date) -> str | None:
    """The name of the first day of a calendar that a date is, None where it is none."""
    return next((name for calendar in calendars if (name := calendar.name_of(day)) is not None), None)


def uncovered(calendars: tuple[Calendar, ...], day: date) -> Iterator[str]:
    """The names of the calendars that say nothing of the year of a date."""
    yield from (calendar.metadata.name for calendar in calendars if not calendar.covers(day.year))


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(Calendar.model_json_schema(by_alias=True))
