"""What PostgreSQL and its driver complain of, in the words of whoever has to mend it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from psycopg import Error, errors

from rcsplan.errors import StateError, StateUnwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rcsplan.backend.postgres_database import Database

_UNREACHABLE_HINT = "Nothing further was submitted. When the database is back, run the same command again."
_GRANTS_HINT = (
    "Grant the role of this URL what the README lists under PostgreSQL. Only the first run, which creates the schema, "
    "needs CREATE on the database."
)
_SLOW = (errors.QueryCanceled, errors.LockNotAvailable)

#: By what the server said, what to do about it.
_HINTS: tuple[tuple[type[Error] | tuple[type[Error], ...], str], ...] = (
    (errors.InsufficientPrivilege, _GRANTS_HINT),
    (errors.ReadOnlySqlTransaction, "Name the primary server in the URL; a standby keeps no state."),
    (
        (errors.InvalidSchemaName, errors.UndefinedTable, errors.UndefinedColumn),
        "The schema rcsplan of the database is not as rcsplan made it. Restore it from a backup.",
    ),
    (_SLOW, "The database is busy, or somebody holds locks in it. Run the same command again."),
    (errors.DiskFull, "Make room on the server; then run the same command again."),
)


@contextmanager
def asking(database: Database) -> Iterator[None]:
    """Turn what the driver raises while the state is read into what people can act on.

    Raises:
        StateError: the database could not be asked.
    """
    try:
        yield
    except Error as error:
        raise unusable(error, database) from None


def unusable(error: Error, database: Database) -> StateError:
    """The database cannot be asked."""
    return StateError(
        f"The state at {database.location} cannot be used",
        detail=_words_of(error, database),
        hint=_hint_for(error) or "Check the URL and that the server runs.",
    )


def unwritable(error: Error, database: Database, *, in_doubt: bool = False) -> StateUnwritable:
    """The database did not confirm a write; `in_doubt` where it may have made it all the same."""
    doubt = "Whether the last change was written is not known." if in_doubt else "The last change was not written."
    return StateUnwritable(
        f"The state at {database.location} cannot be written",
        detail=f"{_words_of(error, database)} {doubt}",
        hint=_hint_for(error) or _UNREACHABLE_HINT,
    )


def _words_of(error: Error, database: Database) -> str:
    said = error.diag.message_primary or "; ".join(line.strip(" -") for line in str(error).splitlines() if line.strip())
    text = database.without_secrets(said) or type(error).__name__
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _hint_for(error: Error) -> str:
    return next((hint for kinds, hint in _HINTS if isinstance(error, kinds)), "")
