"""Operational problems as exceptions, in one tree that is grouped by what the caller can do about them.

RcsplanError                      exit 1: an error that the user can mend
├── UsageError                    exit 64: the command line itself is wrong
├── InvalidContent                exit 1: manifests or project are wrong; carries every diagnostic
├── ConfigurationError            exit 1: the project, an environment or a credential is not usable
├── ProviderError                 exit 1: talking to the provider failed
│   ├── Rejected                  the provider said no, nothing was accepted: mend the request
│   ├── NotSent                   the request was provably not executed: it may be repeated
│   └── OutcomeUnknown            exit 3: it may or may not have been executed: never repeat it blindly
├── StateError                    exit 1: the state cannot be used as it is
│   ├── StateMissing              there is none where one is demanded
│   ├── StateDamaged              torn, edited or not a state
│   ├── StateVersionUnsupported   written by a newer rcsplan
│   ├── StateMismatch             it belongs to another environment or account
│   ├── StateMoved                it is kept at another place now
│   ├── StateUnwritable           the store does not confirm a write: nothing further may be submitted
│   ├── StateLocked               exit 6: somebody else holds the lock
│   └── LockLost                  exit 6: the lock was ours and is no longer
├── PlanRefused                   exit 5: a saved plan is stale, used, expired or altered
├── Blocked                       exit 4: blocked sends, or a policy, forbid the run
└── Interrupted                   exit 130 or 143: a signal ended the run
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rcsplan.diagnostics import Diagnostic


class ExitCode(IntEnum):
    """The frozen exit codes of every command (design section 10)."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    UNKNOWN = 3
    BLOCKED = 4
    PLAN_REFUSED = 5
    LOCKED = 6
    USAGE = 64
    BUG = 70
    SIGINT = 130
    SIGTERM = 143


class RcsplanError(Exception):
    """A problem that stops the command: a short summary, a detail that says why, a hint that says what to do."""

    exit_code = ExitCode.ERROR

    def __init__(self, summary: str, *, detail: str = "", hint: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.hint = hint


class UsageError(RcsplanError):
    """The command line itself is wrong."""

    exit_code = ExitCode.USAGE


class InvalidContent(RcsplanError):
    """Manifests or project are wrong; carries every diagnostic of the run."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        errors = sum(1 for diagnostic in diagnostics if diagnostic.is_error)
        super().__init__(f"{errors} {'error' if errors == 1 else 'errors'} in the manifests")
        self.diagnostics = diagnostics


class ConfigurationError(RcsplanError):
    """The project, an environment or a credential is not usable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One complaint of the provider about one field; `key` is as on the wire (`optionscards0text`), or empty."""

    key: str
    message: str


class ProviderError(RcsplanError):
    """Talking to the provider failed; `status` is the HTTP status where an answer came."""

    def __init__(self, summary: str, *, detail: str = "", hint: str = "", status: int | None = None) -> None:
        super().__init__(summary, detail=detail, hint=hint)
        self.status = status


class Rejected(ProviderError):
    """The provider said no and nothing was accepted: mend the request before repeating it."""

    def __init__(
        self,
        summary: str,
        *,
        detail: str = "",
        hint: str = "",
        status: int | None = None,
        fields: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(summary, detail=detail, hint=hint, status=status)
        self.fields = fields


class NotSent(ProviderError):
    """The request was provably not executed: it may be repeated, after `retry_after` seconds where they are known."""

    def __init__(
        self,
        summary: str,
        *,
        detail: str = "",
        hint: str = "",
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(summary, detail=detail, hint=hint, status=status)
        self.retry_after = retry_after


class OutcomeUnknown(ProviderError):
    """The request may or may not have been executed: it is never repeated blindly.

    `duplicate` says that the provider spoke of a duplicate, which is evidence that a copy of the request arrived.
    """

    exit_code = ExitCode.UNKNOWN

    def __init__(
        self,
        summary: str,
        *,
        detail: str = "",
        hint: str = "",
        status: int | None = None,
        duplicate: bool = False,
    ) -> None:
        super().__init__(summary, detail=detail, hint=hint, status=status)
        self.duplicate = duplicate


class StateError(RcsplanError):
    """The state cannot be used as it is."""


class StateMissing(StateError):
    """There is no state where one is demanded."""


class StateDamaged(StateError):
    """The state is torn, edited by hand, or no state at all."""


class StateVersionUnsupported(StateError):
    """The state was written by a newer rcsplan."""


class StateMismatch(StateError):
    """The state belongs to another environment or account."""


class StateMoved(StateError):
    """The state is kept at another place now, and nothing may be submitted by what is left of it here."""


class StateUnwritable(StateError):
    """The store does not confirm a write, so nothing further may be submitted."""


class StateLocked(StateError):
    """Somebody else holds the lock of the state."""

    exit_code = ExitCode.LOCKED


class LockLost(StateError):
    """The lock of the state was ours and is no longer."""

    exit_code = ExitCode.LOCKED


class PlanRefused(RcsplanError):
    """A saved plan is stale, used, expired, altered, or made for something else."""

    exit_code = ExitCode.PLAN_REFUSED


class Blocked(RcsplanError):
    """Blocked sends, or a policy, forbid the run."""

    exit_code = ExitCode.BLOCKED


class Interrupted(RcsplanError):
    """A signal ended the run; `signal_number` says which."""

    def __init__(self, summary: str, *, signal_number: int, detail: str = "", hint: str = "") -> None:
        super().__init__(summary, detail=detail, hint=hint)
        self.exit_code = ExitCode(128 + signal_number)
