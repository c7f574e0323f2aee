"""Reading a long list page by page, and all of it, while others change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from rcsplan.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class _Row(Protocol):
    @property
    def id(self) -> int: ...


_T = TypeVar("_T", bound=_Row)
_T_co = TypeVar("_T_co", bound=_Row, covariant=True)


class _Page(Protocol[_T_co]):
    @property
    def rows(self) -> Sequence[_T_co]: ...

    @property
    def total(self) -> int | None: ...


def read_all(fetch: Callable[[int], _Page[_T]]) -> Iterator[_T]:
    """Every row of a list, each once, in the order of the provider; `fetch` reads the page from an offset on.

    Each page is asked to begin with the last row of the one before. Where new rows have pushed that one further down,
    the page begins with rows that are known already; where it is missing before rows that are not known, others have
    been passed over. The list ends where it has as many rows as the first page promised or, without a promise, where
    nothing follows its last row: a page may well be shorter than it could be.

    Raises:
        ProviderError: rows may have been passed over.
    """
    seen: set[int] = set()
    promised: int | None = None
    last: int | None = None
    offset = 0
    while True:
        page = fetch(offset)
        fresh = {row.id: row for row in page.rows if row.id not in seen}
        if last is None:
            promised = page.total
        elif not page.rows or (fresh and all(row.id != last for row in page.rows)):
            raise _incomplete("It changed while it was read.")
        yield from fresh.values()
        seen.update(fresh)
        last = next(reversed(fresh), last)
        if promised is not None and len(seen) >= promised:
            return
        if not fresh and len(page.rows) <= 1:
            break
        offset += max(len(page.rows) - 1, 0)
    if promised is not None:
        raise _incomplete(f"It has {promised} rows, of which {len(seen)} came.")


def _incomplete(detail: str) -> ProviderError:
    return ProviderError("A list of the provider could not be read completely", detail=detail, hint="Try again.")
