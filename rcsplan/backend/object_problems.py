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

from rcsplan.errors import StateError, StateUnwritable

_STATUS = re.compile(r"non-2xx status code: (\d{3}(?: [A-Za-z]+)*)")
_CODE = re.compile(r"<Code>([A-Za-z]{1,60})</Code>")

#: Statuses after which the same request may succeed a little later; others will say the same again.
_PASSING = frozenset({"408", "409", "412", "425", "429", "500", "502", "503", "504"})

_REFUSALS = (PermissionDeniedError, UnauthenticatedError)
_MISUSES = (InvalidPathError, NotSupportedError, UnknownConfigurationKeyError, FileNotFoundError)

#: What the client says, and what it means.
_MEANINGS = (
    ("NoSuchBucket", "There is no such bucket."),
    ("ContainerNotFound", "There is no such container."),
    ("redirect", "The bucket is in another region than the one that was asked: set `region`."),
    ("token request", "No credentials could be had."),
    ("timed out", "It did not answer in time."),
    ("TimedOut", "It did not answer in time."),
    ("error sending request", "It cannot be reached."),
)


def lacks_bucket(error: Exception) -> bool:
    """Whether it is the bucket that is not there, rather than the object."""
    return any(code in str(error) for code in ("NoSuchBucket", "ContainerNotFound"))


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
    detail = f"{_words(error)} What was not recorded was not submitted.".lstrip()
    return StateUnwritable(f"{place} cannot be written", detail=detail, hint=_hint(error))


def _words(error: Exception | None) -> str:
    if isinstance(error, StateError):
        return error.detail
    text = str(error)
    meaning = next((words for sign, words in _MEANINGS if sign in text), "")
    status, code = _STATUS.search(text), _CODE.search(text)
    if status is not None and not meaning:
        meaning = f"The store answers {status[1]}" + (f" ({code[1]})." if code else ".")
    return meaning or f"Its client reports: {type(error).__name__}."


def _hint(error: Exception | None) -> str:
    if isinstance(error, _REFUSALS):
        return "The README lists the permissions that the state needs. Check which credentials are used."
    if error is not None and lacks_bucket(error):
        return "Create it, or correct `state.url`."
    return "Run the same command again when the store can be reached."
