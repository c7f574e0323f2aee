"""What was seen at an address of a message when somebody asked it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcsplan.campaign.media import FileKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an address leads to.

    `steps` are the addresses that were asked one after the other: what is written, then where redirects led. `problem`
    is the predicate of a sentence that says why there was no answer, or empty; then the rest tells of the last answer.
    `content_type` is what it is called there, `kind` what its first bytes are; `size` is in bytes; `is_whole` says that
    nothing lies beyond those first bytes. None is what nobody told.
    """

    steps: tuple[str, ...]
    problem: str = ""
    status: int | None = None
    content_type: str = ""
    size: int | None = None
    is_whole: bool = False
    kind: FileKind | None = None
    width: int | None = None
    height: int | None = None

    @property
    def is_there(self) -> bool:
        """Whether the address has something, and it was told."""
        return not self.problem and self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  success in HTTP
