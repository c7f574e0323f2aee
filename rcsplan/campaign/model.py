"""The send: one submission as a manifest declares it, before anything is known of the account."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rcsplan.campaign.digest import content_digest, send_digest
from rcsplan.campaign.message import sms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from rcsplan.campaign.address import Address
    from rcsplan.campaign.schedule import Schedule
    from rcsplan.diagnostics import Location

#: Hours for which the provider tries RCS before the SMS fallback leaves, where nothing is said (bsg-api.md 3.1).
DEFAULT_VALIDITY = 72


#: How people are named where it matters who they are: by the email address of their commits.
EMAIL_ADDRESS = re.compile(r"[^\s@<>\x00-\x1f\ud800-\udfff]+@[^\s@<>\x00-\x1f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRef:
    """A contact list as declared: by id, by name, or pinned by both."""

    id: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        if self.id is None:
            return repr(self.name)
        return str(self.id) if self.name is None else f"{self.id} ({self.name!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceExpectation:
    """How many contacts a send expects to reach; None where a side is open."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A rule of the policy that a campaign need not keep, why, on whose word, and until which day."""

    rule: str
    reason: str
    owner: str
    until: date

    def holds_on(self, day: date) -> bool:
        """Whether it still holds."""
        return day <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One submission: one POST to send-groups, one remote campaign.

    `body` is the request body with the documented defaults filled in, without `groups` and `start_at`, which depend on
    the account. `source_digest` covers the manifest's own text before rendering, so that a change of that text can be
    told from a change of variables, templates or defaults. `rule` is the digest of the rule of which it is
    an occurrence, `catch_up` how late it may still start. Where it is
    `split`, each of its lists gets a send of its own, `stagger` after the one before. `timezones` are those in which
    its audience lives, that of the schedule where there are none. `notes` are for people.
    """

    address: Address
    revision: int
    body: Mapping[str, JsonValue]
    lists: tuple[ListRef, ...]
    schedule: Schedule
    source_digest: str
    location: Location
    expect: AudienceExpectation = AudienceExpectation()
    moved_from: tuple[str, ...] = ()
    declared_new: bool = False
    allow_duplicate: str = ""
    rule: str = ""
    catch_up: timedelta = timedelta(0)
    split: bool = False
    stagger: timedelta = timedelta(0)
    timezones: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    notes: tuple[str, ...] = ()
    owner: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    content_digest: str = field(init=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        content = content_digest(self.body)
        object.__setattr__(self, "content_digest", content)
        object.__setattr__(self, "digest", send_digest(content, self.lists, self.schedule.declared))

    @property
    def sender(self) -> str:
        """The RCS agent in whose name the messages go out."""
        return str(self.body["sender"])

    @property
    def validity(self) -> timedelta:
        """How long RCS is tried; at start + validity whatever was not delivered goes out as SMS."""
        hours = self.body.get("validity", DEFAULT_VALIDITY)
        return timedelta(hours=hours if isinstance(hours, int) else DEFAULT_VALIDITY)

    @property
    def has_sms_fallback(self) -> bool:
        """Whether undelivered messages go out as SMS."""
        return sms_of(self.body) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredSet:
    """Every send that the manifests declare, by address.

    `frozen` are addresses that are declared but were not rendered, because they ended long ago and can no longer
    change; `filtered` are declared addresses that this run leaves out on request; `passed_over` are campaigns, by name,
    that are declared and of which this run does nothing, whatever their addresses. None of these counts as removed.
    `left_alone` are addresses that nothing declares and that this run does not act on: they still count as vanished.
    `series` are the addresses, without occurrence, of which a rule declares the occurrences.
    `beside` are the sends of filtered addresses that were read all the same: what this run sends is compared with them.
    """

    sends: Mapping[Address, Send]
    frozen: frozenset[Address] = frozenset()
    filtered: frozenset[Address] = frozenset()
    passed_over: frozenset[str] = frozenset()
    left_alone: frozenset[Address] = frozenset()
    series: frozenset[Address] = frozenset()
    beside: Mapping[Address, Send] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Send]:
        """The sends in order of their addresses."""
        return iter(send for _, send in sorted(self.sends.items()))

    def declares(self, address: Address) -> bool:
        """Whether the manifests still declare the address, rendered in this run or not."""
        declared = address in self.sends or address in self.frozen or address in self.filtered
        return declared or address.campaign in self.passed_over
