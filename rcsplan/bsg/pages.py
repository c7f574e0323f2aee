"""Reading a long list page by page, and all of it, while others change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from rcsplan.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class _Row(Protocol):
    @property
    def id(self) -> int: ...


_T_co = TypeVar("_T_co", bound=_Row, covariant=True)


class _Page(Protocol[_T_co]):
    @property
    def rows(self) -> Sequence[_T_co]: ...

    @property
    def total(self) -> int | None: ...


def read_all(fetch: Callable[[int], _Page[_T_co]]) -> Iterator[_T_co]:
    """Every row of a list, each once, in the order of the provider; `fetch` reads the page from an offset on.

    Each page is asked to begin with the last row of the one before. New rows push that one further down, which shows
    as rows that are known already; if it is missing, rows were taken away and others were passed over. The list is
    complete when it has as many rows as the first page promised or, without a promise, when a page brings none: a page
    may well be shorter than it could be.

    Raises:
        ProviderError: rows may have been passed over.
    """
    seen: set[int] = set()
    promised: int | None = None
    last: int | None = None
    while True:
        page = fetch(max(len(seen) - 1, 0))
        if last is None:
            promised = page.total
        elif all(row.id != last for row in page.rows):
            raise _incomplete("It changed while it was read.")
        before = len(seen)
        for row in page.rows:
            if row.id not in seen:
                seen.add(row.id)
                last = row.id
                yield row
        if promised is not None and len(seen) >= promised:
            return
        if len(seen) == before:
            break
    if promised is not None:
        raise _incomplete(f"It has {promised} rows, of which {len(seen)} came.")


def _incomplete(detail: str) -> ProviderError:
    return ProviderError("A list of the provider could not be read completely", detail=detail, hint="Try again.")
