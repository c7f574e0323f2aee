"""Where a simulator lives on between requests and processes: account, clock, ledger and counters in one SQLite file."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rcsplan.sandbox.account import DEFAULT_ACCOUNT, Account
from rcsplan.sandbox.clock import SimulatedClock, real_now
from rcsplan.sandbox.database import Database
from rcsplan.sandbox.ledger import Ledger

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from datetime import datetime

_MICROSECOND = timedelta(microseconds=1)
_SET = "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)"
_COUNT_FAULT = """
INSERT INTO faults (name, matched) VALUES (?, 1)
ON CONFLICT (name) DO UPDATE SET matched = matched + 1
RETURNING matched - 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What one request sees: the account, both times, the ledger, and the secret that signs tokens."""

    account: Account
    now: datetime
    real: datetime
    secret: str
    ledger: Ledger


class SandboxStore:
    """A simulator's memory, safe for many threads and processes at once.

    The file and its folders are made on first use, with a ready-made account. `real_clock` gives the real time, on
    which the simulated clock, the duplicate guard, token lifetimes and faults run.

    Raises:
        ConfigurationError: the file cannot be used; every method may find that.
    """

    def __init__(self, path: Path | str, *, real_clock: Callable[[], datetime] = real_now) -> None:
        self.path = Path(path)
        self._real_clock = real_clock
        self._database = Database(self.path)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One request that only reads."""
        with self._database.reading() as connection:
            yield self._transaction(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One request that writes; nothing of it stays if it raises."""
        with self._database.writing() as connection:
            yield self._transaction(connection)

    def seed(self, account: Account) -> None:
        """Replace the account data; clock and ledger stay, save that the very first clock is the account's."""
        with self._database.writing() as connection:
            connection.execute(_SET, ("account", account.model_dump_json()))
            if account.first_clock is not None and "clock" not in _settings(connection):
                _set_clock(connection, SimulatedClock().set_to(account.first_clock, real=self._real_clock()))

    def reset(self) -> None:
        """Start over: ready-made account, real time, empty ledger, faults as new; ids go on rising."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM campaigns")
            connection.execute("DELETE FROM faults")
            connection.execute("DELETE FROM settings WHERE name <> 'secret'")

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        with self.reading() as transaction:
            return transaction.now

    def set_clock(self, instant: datetime) -> None:
        """Let the simulated clock jump to an aware instant, and run on from there.

        Raises:
            ConfigurationError: the instant is centuries away.
        """
        with self._database.writing() as connection:
            _set_clock(connection, SimulatedClock().set_to(instant, real=self._real_clock()))

    def advance(self, by: timedelta) -> None:
        """Put the simulated clock forward.

        Raises:
            ConfigurationError: that would be centuries away.
        """
        with self._database.writing() as connection:
            _set_clock(connection, _clock(_settings(connection)).advanced(by, real=self._real_clock()))

    def use_real(self) -> None:
        """Let the simulated clock show the real time again."""
        with self._database.writing() as connection:
            _set_clock(connection, SimulatedClock())

    def ledger(self) -> list[dict[str, object]]:
        """Every accepted submission, oldest first, under the keys of design section 8."""
        with self.reading() as transaction:
            return transaction.ledger.entries(transaction.now)

    def count_fault(self, name: str) -> int:
        """Note that a request matched a fault, and return how many had before, in any process."""
        with self._database.writing() as connection:
            ((earlier,),) = connection.execute(_COUNT_FAULT, (name,)).fetchall()
        return int(earlier)

    def rearm_faults(self) -> None:
        """Forget what counted faults have struck, so that they strike anew."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM faults")

    def close(self) -> None:
        """Let go of the file; a later use opens it again."""
        self._database.close()

    def _transaction(self, connection: sqlite3.Connection) -> Transaction:
        settings = _settings(connection)
        real = self._real_clock()
        account = settings.get("account")
        return Transaction(
            account=DEFAULT_ACCOUNT if account is None else _account(account),
            now=_clock(settings).now(real),
            real=real,
            secret=settings["secret"],
            ledger=Ledger(connection),
        )


def _settings(connection: sqlite3.Connection) -> dict[str, str]:
    return {row["name"]: row["value"] for row in connection.execute("SELECT name, value FROM settings")}


def _clock(settings: dict[str, str]) -> SimulatedClock:
    return SimulatedClock(ahead=int(settings.get("clock", "0")) * _MICROSECOND)


def _set_clock(connection: sqlite3.Connection, clock: SimulatedClock) -> None:
    connection.execute(_SET, ("clock", str(clock.ahead // _MICROSECOND)))


@lru_cache(maxsize=4)
def _account(text: str) -> Account:
    """The stored account; requests between two seeds share one."""
    return Account.model_validate_json(text)
