"""Objects of one bucket: read whole, written only on a condition, with every doubt about a write resolved or told."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from rcsplan.backend.object_problems import is_hopeless, lacks_bucket, unreadable, unwritable
from rcsplan.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from obstore import ObjectMeta, PutMode, PutResult
    from obstore.store import ObjectStore as Client

_Answer = TypeVar("_Answer")

#: What obstore raises where a request fails; some of its errors are Python's own.
_FAILURES = (BaseError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class Version:
    """Which contents an object has: its entity tag, and its generation or version where the store counts them."""

    e_tag: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """An object as it was read."""

    data: bytes
    version: Version
    modified: datetime


class Overtaken(Exception):
    """The object is not, or no longer, what a write was to replace: somebody else wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a store is waited for, in seconds: by one request, in the pauses between its repetitions, altogether.

    Google allows one write a second to the same object, so the pauses together are longer than that.
    """

    request: float = 30
    pauses: tuple[float, ...] = (0.2, 0.8, 2, 4)
    longest: float = 60

    def attempts(self) -> Iterator[None]:
        """One turn for each attempt."""
        deadline = time.monotonic() + self.longest
        yield
        for pause in self.pauses:
            if time.monotonic() + pause >= deadline:
                return
            time.sleep(pause)
            yield


class Bucket:
    """The objects of one bucket; `location` says for people where it is."""

    def __init__(self, client: Client, *, location: str, patience: Patience) -> None:
        self._client = client
        self._patience = patience
        self.location = location

    def hurried(self) -> Bucket:
        """The same bucket, whose store is asked once and not again."""
        return Bucket(self._client, location=self.location, patience=replace(self._patience, pauses=()))

    def get(self, key: str) -> Kept | None:
        """The object, None where there is none.

        Raises:
            StateError: the store could not be asked.
        """

        def read() -> Kept:
            result = obstore.get(self._client, key)
            return Kept(bytes(result.bytes()), _version(result.meta), result.meta["last_modified"])

        return self._ask(read, key)

    def version_of(self, key: str) -> Version | None:
        """Which contents an object has now, None where there is none.

        Raises:
            StateError: the store could not be asked.
        """
        return self._ask(lambda: _version(obstore.head(self._client, key)), key)

    def put(self, key: str, data: bytes, *, replaces: Version | None) -> Version:
        """Write the object if it is still what it `replaces`, None standing for no object at all.

        The data must be unlike all that the object ever was: then a condition that fails after an answer was lost can
        be told from somebody else's write, and repeating a write is harmless.

        Raises:
            Overtaken: it is something else; nothing was written.
            StateUnwritable: the store did not confirm the write, which may have happened or may yet happen.
        """
        place = f"{self.location}/{key}"
        problem: Exception | None = None
        for _ in self._patience.attempts():
            try:
                return _version(obstore.put(self._client, key, data, mode=_mode(replaces), use_multipart=False))
            except (AlreadyExistsError, PreconditionError) as error:
                problem = error
                present = self._present(key)
                if present is not None and present.data == data:
                    return present.version
                if (present.version if present else None) != replaces:
                    raise Overtaken(key) from None
                # A store that is busy with another request for the same object says so with the same code.
            except _FAILURES as error:
                if is_hopeless(error):
                    raise unwritable(place, error) from None
                problem = error
        present = self._present(key)
        if present is not None and present.data == data:
            return present.version
        raise unwritable(place, problem) from None

    def remove(self, key: str) -> None:
        """Remove an object that nothing depends on; whether that succeeds does not matter."""
        try:
            obstore.delete(self._client, key)
        except _FAILURES:
            return

    def _present(self, key: str) -> Kept | None:
        try:
            return self.get(key)
        except StateError as error:
            raise unwritable(f"{self.location}/{key}", error) from None

    def _ask(self, question: Callable[[], _Answer], key: str) -> _Answer | None:
        problem: Exception | None = None
        for _ in self._patience.attempts():
            try:
                return question()
            except FileNotFoundError as error:
                if not lacks_bucket(error):
                    return None
                problem = error
                break
            except _FAILURES as error:
                problem = error
                if is_hopeless(error):
                    break
        raise unreadable(f"{self.location}/{key}", problem) from None


def _version(meta: PutResult | ObjectMeta) -> Version:
    return Version(meta.get("e_tag"), meta.get("version"))


def _mode(replaces: Version | None) -> PutMode:
    if replaces is None:
        return "create"
    return {
        **({"e_tag": replaces.e_tag} if replaces.e_tag is not None else {}),
        **({"version": replaces.number} if replaces.number is not None else {}),
    }
