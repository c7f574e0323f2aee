"""Whom a project tells of what its runs did: one webhook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, JsonValue, model_validator

from rcsplan.manifest.notice import SAMPLES, NoticeEvent, render_notice, texts_in
from rcsplan.manifest.quantity import Share
from rcsplan.manifest.settings import Secret, Settings, refuse_literal_secrets
from rcsplan.manifest.validation import complaint

if TYPE_CHECKING:
    from rcsplan.diagnostics import KeyPath


class PoorDelivery(Settings):
    """When the delivery of a send that has ended is poor."""

    below: Share = Field(0.8, description="Share of its messages that were delivered, of either channel.")


class NotificationSettings(Settings):
    """A webhook that is told what a run did; it never holds up a run, nor changes how one ends."""

    url: Secret = Field(
        description="Where the address of the webhook is found: whoever knows it can write there.",
        examples=[{"env": "SLACK_WEBHOOK"}],
    )
    on: Annotated[tuple[NoticeEvent, ...], Field(strict=False)] = Field(
        ("applied", "blocked", "unknown", "missed", "poor_delivery"),
        description="The events that it is told.",
        examples=[["blocked", "unknown", "missed"]],
    )
    body: dict[str, JsonValue] | None = Field(
        None,
        description="JSON that is sent in place of the notice, its texts rendered with the notice's keys.",
        examples=[{"text": "{{ project }}, {{ environment }}: {{ summary }}"}],
    )
    headers: dict[str, Secret | str] = Field(
        {}, description="Further headers of every request.", examples=[{"Authorization": {"env": "WEBHOOK_TOKEN"}}]
    )
    poor_delivery: PoorDelivery = Field(PoorDelivery(), description="What counts as poor delivery.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse_literal_secrets(self.headers)
        for path, text in texts_in(self.body):
            _try(path, text)
        return self


def _try(path: KeyPath, text: str) -> None:
    from rcsplan.manifest.template_problem import TemplateProblemError

    try:
        for sample in SAMPLES:
            render_notice({"text": text}, sample)
    except TemplateProblemError as problem:
        raise complaint(
            problem.code, problem.summary, detail=problem.detail, hint=problem.hint, at=("body", *path)
        ) from None
