"""The target of an operation: one environment of a project, with the account, the state and the clocks it speaks to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from rcsplan.backend.protocol import LockInfo
from rcsplan.backend.recovery import RecoveryFile
from rcsplan.plan.facts import ApprovalRule, Rules, Source
from rcsplan.plan.model import Suspension
from rcsplan.state.model import Provenance

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from rcsplan.backend.protocol import StateStore
    from rcsplan.bsg.client import ReadClient, SendClient
    from rcsplan.manifest.project import Environment
    from rcsplan.manifest.variables import Variables
    from rcsplan.operations.history import History
    from rcsplan.state.model import Account


class Provider(Protocol):
    """Opens connections to the provider of an environment."""

    @property
    def account(self) -> Account:
        """The account that the configured key belongs to."""

    @property
    def reaches_people(self) -> bool:
        """Whether a submission here ends on phones: false for a sandbox alone, embedded or served on loopback.

        Raises:
            ConfigurationError: it had to be asked, and does not take the key.
            ProviderError: it had to be asked, and does not answer.
        """

    def reader(self) -> AbstractContextManager[ReadClient]:
        """A client that can only read; planning gets no other."""

    def sender(self) -> AbstractContextManager[SendClient]:
        """A client that can submit and stop."""


class Runtime(Protocol):
    """What the surroundings of a run supply, so that nothing below reads them by itself."""

    @property
    def who(self) -> str:
        """The person or job that runs, for provenance and locks."""

    @property
    def version(self) -> str:
        """The version of rcsplan."""

    @property
    def ci_url(self) -> str:
        """The page of the CI run, or an empty text."""

    @property
    def in_ci(self) -> bool:
        """Whether this is a CI system's machine, whose disk does not outlive the run."""

    def now(self) -> datetime:
        """The local clock, aware and in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def new_id(self) -> str:
        """A new UUID."""

    def source(self) -> Source:
        """The git commit of the project, and whether the work tree differs from it."""

    def history(self) -> History:
        """Who wrote what of the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One environment of a project, ready to be planned and applied."""

    environment: Environment
    provider: Provider
    store: StateStore
    variables: Variables
    runtime: Runtime

    @property
    def zone(self) -> ZoneInfo:
        """The account's zone: `start_at` goes over the wire in it."""
        return ZoneInfo(self.environment.provider.timezone)

    @property
    def response_zone(self) -> ZoneInfo:
        """The zone of the times in the provider's answers."""
        provider = self.environment.provider
        return ZoneInfo(provider.response_timezone or provider.timezone)

    @property
    def in_flight(self) -> timedelta:
        """How long a request that was given up may still take effect, and stay unseen."""
        return self.environment.provider.deadline + self.environment.provider.settle

    @property
    def recovery(self) -> RecoveryFile:
        """Where this machine keeps outcomes that the store did not confirm."""
        return RecoveryFile(self.environment.path_of(f".rcsplan/{self.environment.name}.recovery"))

    @property
    def rules(self) -> Rules:
        """What the project and its environment demand of a plan."""
        policy = self.environment.policy
        return Rules(
            max_stop=policy.max_stop,
            exclusive=self.environment.provider.exclusive,
            environment=self.environment.name,
            project=self.environment.project.metadata.name,
            is_default_environment=self.environment.is_default,
            stop_margin=policy.stop_margin,
            min_lead=policy.min_lead,
            freeze_after=policy.freeze_after,
            plan_ttl=policy.plan_ttl,
            audience_tolerance=policy.audience_tolerance,
            max_contacts=self.environment.provider.max_contacts,
            fingerprint_seconds=self.environment.provider.fingerprint_start_at,
            suspensions=tuple(
                Suspension(reason=pause.reason, until=pause.ends_at(self.zone))
                for pause in self.environment.suspensions
            ),
            approvals=tuple(
                ApprovalRule(over=one.over, over_cost=one.cost, need=one.need, role=one.role or "")
                for one in policy.approvals
            ),
        )

    def lock_info(self, operation: str) -> LockInfo:
        """Who we are, for those who find the state locked."""
        return LockInfo(
            id=self.runtime.new_id(),
            who=self.runtime.who,
            operation=operation,
            created=self.runtime.now(),
            version=self.runtime.version,
        )

    def provenance(self, source: Source, *, plan_checksum: str) -> Provenance:
        """Who submits, from which commit, in which CI run, by which plan."""
        return Provenance(
            who=self.runtime.who,
            commit=source.commit,
            ci_url=self.runtime.ci_url,
            plan_checksum=plan_checksum,
            rcsplan_version=self.runtime.version,
        )
