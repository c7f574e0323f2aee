"""What the provider says when it says no, in all the forms in which it says it (bsg-api.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.bsg.wire import parse_document
from rcsplan.errors import FieldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A complaint of the provider: its sentence, and what it says of single fields."""

    message: str
    fields: tuple[FieldError, ...] = ()


def parse_refusal(body: bytes, *, quote: Callable[[str], str]) -> Refusal:
    """The complaint in the body of an error, quoted; a body that is not the provider's is quoted as it is."""
    try:
        document = parse_document(body)
    except ValueError:
        return Refusal(message=quote(body.decode(errors="replace")))
    if not isinstance(document, dict):
        return Refusal(message=quote(str(document)))
    message = document.get("message")
    fields = tuple(
        FieldError(key=quote(key), message=quote(complaint)) for key, complaint in _complaints(document.get("errors"))
    )
    return Refusal(message=quote(message) if isinstance(message, str) else "", fields=fields)


def _complaints(errors: object, *, key: str = "") -> Iterator[tuple[str, str]]:
    match errors:
        case None:
            return
        case dict():
            for path, complaint in errors.items():
                yield from _complaints(complaint, key=f"{key}.{path}" if key else str(path))
        case list():
            for complaint in errors:
                yield from _complaints(complaint, key=key)
        case _:
            yield key, str(errors)
