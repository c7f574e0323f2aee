"""What a webhook is told of a run: version 1 of the notice, and the body that a project may make of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

if TYPE_CHECKING:
    from rcsplan.diagnostics import KeyPath
    from rcsplan.manifest.template import Templates

NoticeEvent = Literal["applied", "blocked", "unknown", "missed", "poor_delivery"]

#: A body is rendered from its document alone: there is no folder whose files it could include.
_NOWHERE = Path("/nonexistent/rcsplan")


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NoticedSend(_Document):
    """A send that an event is about; `what` is what became of it, `share` of its messages that were delivered."""

    address: str
    revision: int | None = None
    what: str
    contacts: int | None = None
    campaign: int | None = None
    share: float | None = None


class Notice(_Document):
    """One event of one run: addresses and counts, and nothing of what is sent or to whom."""

    version: Literal[1] = 1
    event: NoticeEvent
    project: str
    environment: str
    reaches_people: bool
    summary: str
    counts: dict[str, int]
    sends: tuple[NoticedSend, ...]
    more: int = 0
    who: str = ""
    commit: str = ""
    ci_url: str = ""
    plan: str = ""
    at: datetime


#: A notice with everything in it.
SAMPLE = Notice(
    event="applied",
    project="acme-crm",
    environment="production",
    reaches_people=True,
    summary="1 submitted.",
    counts={"submitted": 1},
    sends=(NoticedSend(address="acme/winter", revision=1, what="submitted", contacts=1240, campaign=54001, share=0.9),),
    who="ci@acme",
    commit="9f3c1e7a",
    ci_url="https://ci.example/1",
    plan="9f3c1e7a",
    at=datetime(2026, 12, 1, tzinfo=UTC),
)

#: What the templates of a body are tried on when a project is read: also a notice without what may be unknown.
SAMPLES = (SAMPLE, SAMPLE.model_copy(update={"sends": (NoticedSend(address="acme/winter", what="missed"),)}))


def render_notice(body: dict[str, JsonValue] | None, notice: Notice) -> JsonValue:
    """The JSON that is sent: the notice itself, or the body of a project with each of its texts rendered.

    Raises:
        TemplateProblemError: a text is no template, or does not render.
    """
    document: dict[str, JsonValue] = notice.model_dump(mode="json")
    if body is None:
        return document
    # Imported here: most projects have no such body, and Jinja takes longer than the rest of reading a project.
    from rcsplan.manifest.template import Templates

    return _rendered(body, Templates(_NOWHERE), document)


def texts_in(body: JsonValue, path: KeyPath = ()) -> tuple[tuple[KeyPath, str], ...]:
    """The texts of a body, each with where it stands."""
    match body:
        case str():
            return ((path, body),)
        case dict():
            return tuple(found for key, value in body.items() for found in texts_in(value, (*path, key)))
        case list():
            return tuple(found for index, value in enumerate(body) for found in texts_in(value, (*path, index)))
        case _:
            return ()


def _rendered(node: JsonValue, templates: Templates, scope: dict[str, JsonValue]) -> JsonValue:
    match node:
        case str():
            value: JsonValue = templates.render(node, scope)
            return value
        case dict():
            return {key: _rendered(value, templates, scope) for key, value in node.items()}
        case list():
            return [_rendered(value, templates, scope) for value in node]
        case _:
            return node
