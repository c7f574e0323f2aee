"""Connections to a PostgreSQL database: bounded waits, settings that durability needs, and errors in plain words."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import conninfo

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

#: What is true of every connection, unless the URL says otherwise: a host that went silent is noticed in half a minute.
_DEFAULTS = {
    "application_name": "rcsplan",
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
    # A standby may lag behind, and what it does not know yet would be sent again.
    "target_session_attrs": "read-write",
}

#: Settings of the server's side of the connection. A holder whose machine vanished is noticed within half a minute
#: too, which frees its lock; a transaction that is never ended does not keep others out.
_SETTINGS = {
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": "10s",
    "idle_session_timeout": "0",
    "lock_timeout": "15s",
    "statement_timeout": "120s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}

_APPLY_SETTINGS = """
    SELECT set_config(name, wanted.value, false)
    FROM unnest(%s::text[], %s::text[]) AS wanted (name, value) JOIN pg_settings USING (name)
"""

#: Raised to what a crash of the server survives, never lowered: it may be stricter, and wait for standbys.
_CONFIRM_DURABLY = """
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
"""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 1.0

#: Parameters that no message may show.
_SECRETS = ("password", "sslpassword")


class SilentServer(psycopg.OperationalError):
    """The server neither answered nor hung up."""


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose server may be slow, but not silent."""

    answer_seconds = 30.0

    def wait(self, gen: Generator[Any, Any, Any], *arguments: Any, **options: Any) -> Any:
        """Wait for an answer as long as bytes of it arrive.

        Raises:
            SilentServer: none arrived for `answer_seconds`; the connection is closed.
        """
        try:
            return super().wait(_bounded(gen, self.answer_seconds), *arguments, **options)
        except SilentServer:
            self.close()
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database as its URL names it; `patience` is how many seconds it may be gone in the middle of a run."""

    parameters: Mapping[str, Any] = field(repr=False)
    patience: float
    answer_seconds: float

    @property
    def location(self) -> str:
        """Where the database is, without user and password."""
        host = self.parameters.get("host") or self.parameters.get("hostaddr") or ""
        port = f":{self.parameters['port']}" if self.parameters.get("port") else ""
        return f"postgresql://{host}{port}/{self.parameters.get('dbname', '')}"

    def without_secrets(self, text: str) -> str:
        """A text of the driver or the server that can be shown."""
        for secret in filter(None, map(self.parameters.get, _SECRETS)):
            text = text.replace(str(secret), "***")
        return text

    def connect(self, **limits: Any) -> Connection:
        """A connection that commits each statement by itself; limits stand in the place of the parameters.

        Raises:
            psycopg.Error: the server cannot be reached, or does not let us in.
        """
        # Statements are not prepared: a pooler hands them to servers that know nothing of them.
        connection = Connection.connect(**{**self.parameters, **limits}, autocommit=True, prepare_threshold=None)
        connection.answer_seconds = self.answer_seconds
        try:
            connection.execute(_APPLY_SETTINGS, (list(_SETTINGS), list(_SETTINGS.values())))
            connection.execute(_CONFIRM_DURABLY)
        except BaseException:
            connection.close()
            raise
        return connection

    def connections(self) -> Iterator[Connection]:
        """New connections, one after the other, until the caller is content or `patience` ends.

        Raises:
            psycopg.OperationalError: it ended, and the server is gone.
        """
        deadline, pause = time.monotonic() + self.patience, _FIRST_PAUSE_SECONDS
        while True:
            left = deadline - time.monotonic()
            is_last = left <= pause
            try:
                yield self.connect(connect_timeout=max(2, min(int(left), int(self.parameters["connect_timeout"]))))
            except psycopg.OperationalError:
                if is_last:
                    raise
            if is_last:
                return
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


def database_at(url: str, *, patience: float, answer_seconds: float) -> Database:
    """The database that a connection URL, or a string of libpq's keywords, names.

    Raises:
        ConfigurationError: it names none. The message repeats nothing of it, for it holds a password.
    """
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise _illegible() from None
    # Both are what becomes of a password with a bare `@`, `/` or `:` in it.
    if "@" in str(given.get("host", "")) or str(given.get("port", "")).strip("0123456789,"):
        raise _illegible()
    return Database(parameters={**_DEFAULTS, **given}, patience=patience, answer_seconds=answer_seconds)


def _bounded(answer: Generator[Any, Any, Any], seconds: float) -> Generator[Any, Any, Any]:
    """The driver's steps of one exchange, which end with an error when nothing arrives for so long."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(answer)
        while True:
            ready = yield wanted
            now = time.monotonic()
            if ready:
                deadline = now + seconds
            elif now >= deadline:
                raise SilentServer(f"no answer for {seconds:g} seconds")
            wanted = answer.send(ready)
    except StopIteration as end:
        return end.value


def _illegible() -> ConfigurationError:
    return ConfigurationError(
        "The URL of the state database cannot be read",
        detail="It is written postgresql://USER:PASSWORD@HOST:5432/DATABASE and is not repeated here: it may hold a "
        "password.",
        hint="In user and password, write characters such as @ : / ? # % as their percent codes (@ is %40).",
    )
