"""What the simulator answers: JSON with a status, and the provider's shapes of refusal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rcsplan.sandbox.readings import Readings

_PUNCTUATION = str.maketrans("", "", "[].")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete HTTP answer; `sent` is how much of the body really leaves, where that is not all of it."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    sent: int | None = None

    @classmethod
    def json(cls, data: object, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Self:
        """An answer with a JSON document."""
        return cls(status=status, body=json.dumps(data).encode(), headers=headers)


class Refused(Exception):
    """The request is refused with this answer, and leaves no trace."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What is wrong with one field; the path is written as in `messages[0].phone`."""

    path: str
    text: str


def rule_broken(message: str, *, status: int = 422) -> Refused:
    """A refusal by a business rule, which names no field (bsg-api.md section 5)."""
    return Refused(Answer.json({"message": message, "errors": []}, status=status))


def invalid(complaints: Iterable[Complaint], readings: Readings) -> Refused:
    """A refusal of fields, in the shape that the readings choose (bsg-api.md section 5)."""
    return Refused(
        Answer.json({"message": "The given data was invalid.", "errors": _errors(complaints, readings)}, status=422)
    )


def unauthorized(message: str) -> Refused:
    """A refusal of a key or token; the body is a guess from the make-up of the token (bsg-api.md section 5)."""
    return Refused(Answer.json({"code": 401, "message": message}, status=401))


def plain_failure(status: int, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """A failure that has nothing but a message."""
    return Answer.json({"message": message}, status=status, headers=headers)


def duplicate_request() -> Answer:
    """The answer of the duplicate guard, worded as on the wire (bsg-api.md section 4.6)."""
    return plain_failure(429, "Too many duplicate request detected")


def _errors(complaints: Iterable[Complaint], readings: Readings) -> Mapping[str, list[str]] | list[str]:
    match readings.errors:
        case "empty":
            return []
        case "list":
            return [complaint.text for complaint in complaints]
        case "map":
            found: dict[str, list[str]] = {}
            for complaint in complaints:
                found.setdefault(complaint.path.translate(_PUNCTUATION), []).append(complaint.text)
            return found
