"""What went wrong with an object store, in words of our own: its client's messages may hold signed addresses."""

from __future__ import annotations

import re

from obstore.exceptions import (
    InvalidPathError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnknownConfigurationKeyError,
)

from rcsplan.backend.protocol import NOT_SUBMITTED
from rcsplan.errors import StateError, StateUnwritable

_STATUS = re.compile(r"non-2xx status code: (\d{3}(?: [A-Za-z]+)*)")
_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")

#: Statuses after which the same request may succeed a little later; others will say the same again.
_PASSING = frozenset({"408", "409", "412", "425", "429", "500", "502", "503", "504"})

_REFUSALS = (PermissionDeniedError, UnauthenticatedError)
_MISUSES = (InvalidPathError, NotSupportedError, UnknownConfigurationKeyError, FileNotFoundError)

#: Codes of an answer that says that not the object is missing, but what it should be in.
_NO_BUCKET = {"NoSuchBucket": "There is no such bucket.", "ContainerNotFound": "There is no such container."}

#: What the client says, and what it means.
_MEANINGS = (
    ("Received redirect", "The bucket is in another region than the one that was asked: set `region`."),
    ("token request", "No credentials could be had."),
    ("timed out", "It did not answer in time."),
    ("TimedOut", "It did not answer in time."),
    ("error sending request", "It cannot be reached."),
)


def lacks_bucket(error: Exception) -> bool:
    """Whether it is the bucket that is not there, rather than the object."""
    code = _CODE.search(str(error))
    return code is not None and code[1] in _NO_BUCKET


def is_hopeless(error: Exception) -> bool:
    """Whether asking again would give the same answer."""
    if isinstance(error, (*_REFUSALS, *_MISUSES)):
        return True
    status = _STATUS.search(str(error))
    return status is not None and status[1][:3] not in _PASSING


def unreadable(place: str, error: Exception | None) -> StateError:
    """The error for what could not be asked."""
    return StateError(f"{place} cannot be read", detail=_words(error), hint=_hint(error))


def unwritable(place: str, error: Exception | None) -> StateUnwritable:
    """The error for a write that was not confirmed."""
    detail = f"{_words(error)} {NOT_SUBMITTED}".lstrip()
    return StateUnwritable(f"{place} cannot be written", detail=detail, hint=_hint(error))


def _words(error: Exception | None) -> str:
    if isinstance(error, StateError):
        return error.detail
    text = str(error)
    status, code = _STATUS.search(text), _CODE.search(text)
    if code is not None and code[1] in _NO_BUCKET:
        return _NO_BUCKET[code[1]]
    meaning = next((words for sign, words in _MEANINGS if sign in text), "")
    if status is not None and not meaning:
        meaning = f"The store answers {status[1]}" + (f" ({code[1]})." if code else ".")
    return meaning or f"Its client reports: {type(error).__name__}."


def _hint(error: Exception | None) -> str:
    if isinstance(error, _REFUSALS):
        return "The README lists the permissions that the state needs. Check which credentials are used."
    if error is not None and lacks_bucket(error):
        return "Create it, or correct `state.url`."
    return "Run the same command again when the store can be reached."
