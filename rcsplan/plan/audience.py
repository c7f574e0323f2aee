"""To whom a send goes: declared lists resolved against the account, and the contract of the manifest checked."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.plan.model import Audience, PlannedList, Reason
from rcsplan.plan.verdict import blocked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rcsplan.campaign.model import ListRef, Send
    from rcsplan.plan.facts import ContactList
    from rcsplan.plan.verdict import Verdict
    from rcsplan.state.sends import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The audience of a send, and what is wrong with it."""

    audience: Audience
    block: Verdict | None = None


class Directory:
    """The account's contact lists, found by id and by name."""

    def __init__(self, lists: Iterable[ContactList]) -> None:
        self._by_id: dict[int, ContactList] = {}
        self._by_name: defaultdict[str, list[ContactList]] = defaultdict(list)
        for entry in lists:
            self._by_id[entry.id] = entry
            self._by_name[entry.name].append(entry)

    def resolve(self, send: Send, *, max_contacts: int) -> Resolution:
        """Find every list of a send, and check how many contacts they hold together."""
        found: list[ContactList] = []
        problems: list[str] = []
        for ref in send.lists:
            match self._find(ref):
                case str(problem):
                    problems.append(problem)
                case entry:
                    found.append(entry)
        lists = tuple(PlannedList(id=entry.id, name=entry.name, contacts=entry.contacts) for entry in found)
        audience = Audience(lists=lists, contacts=sum(entry.contacts or 0 for entry in found))
        if problems:
            return Resolution(audience=audience, block=blocked(Reason.UNRESOLVED_LIST, " ".join(problems)))
        return Resolution(audience=audience, block=_contract(send, audience, max_contacts=max_contacts))

    def ids_of(self, send: Send) -> tuple[int, ...] | None:
        """The ids of the lists of a send, in the order in which it names them; None where one cannot be found."""
        found = [entry.id for ref in send.lists if not isinstance(entry := self._find(ref), str)]
        return tuple(found) if len(found) == len(send.lists) else None

    def contract_of(self, send: Send) -> Verdict | None:
        """The block of a send whose lists together are not what its author expects."""
        found = [entry for ref in send.lists if not isinstance(entry := self._find(ref), str)]
        return _expectation(send, sum(entry.contacts or 0 for entry in found))

    def _find(self, ref: ListRef) -> ContactList | str:
        if ref.id is None:
            return self._find_by_name(ref.name or "")
        entry = self._by_id.get(ref.id)
        if entry is None:
            return f"The account has no list {ref}."
        if ref.name is not None and ref.name != entry.name:
            return f"List {ref.id} is pinned to the name {ref.name!r}, but the account calls it {entry.name!r}."
        return entry

    def _find_by_name(self, name: str) -> ContactList | str:
        entries = self._by_name.get(name, [])
        if len(entries) == 1:
            return entries[0]
        if entries:
            ids = ", ".join(str(entry.id) for entry in entries)
            return f"{len(entries)} lists are named {name!r}: {ids}. Name one by its id."
        near = difflib.get_close_matches(name, self._by_name, n=1)
        suggestion = f" Did you mean {near[0]!r}?" if near else ""
        return f"The account has no list named {name!r}.{suggestion}"


def _contract(send: Send, audience: Audience, *, max_contacts: int) -> Verdict | None:
    ids = [entry.id for entry in audience.lists]
    if len(set(ids)) < len(ids):
        return blocked(Reason.UNRESOLVED_LIST, "Two of its entries are the same list.")
    if audience.contacts > max_contacts:
        detail = f"Its lists hold {audience.contacts:,} contacts; the provider takes {max_contacts:,} a campaign."
        return blocked(Reason.OVERSIZE, detail)
    return _expectation(send, audience.contacts)


def _expectation(send: Send, contacts: int) -> Verdict | None:
    low, high = send.expect.min, send.expect.max
    if low is not None and contacts < low:
        return blocked(Reason.AUDIENCE, f"Its lists hold {contacts:,} contacts; at least {low:,} are expected.")
    if high is not None and contacts > high:
        return blocked(Reason.AUDIENCE, f"Its lists hold {contacts:,} contacts; at most {high:,} are expected.")
    return None


def outgrown(send: Send, audience: Audience, state: State, *, tolerance: float) -> Verdict | None:
    """The block of a send whose audience grew while it was beyond the horizon, where nothing else bounds it."""
    awaited = state.awaited.get(str(send.address))
    if awaited is None or send.expect.max is not None or (awaited.revision, awaited.digest) != _version_of(send):
        return None
    if audience.contacts <= awaited.contacts * (1 + tolerance):
        return None
    detail = (
        f"Its lists hold {audience.contacts:,} contacts; when it was first seen, at "
        f"{awaited.seen_at:%Y-%m-%d %H:%M} UTC, they held {awaited.contacts:,}."
    )
    return blocked(Reason.AUDIENCE, detail)


def _version_of(send: Send) -> tuple[int, str]:
    return send.revision, send.digest


def audience_of(planned: Audience, lists: Iterable[ContactList]) -> Audience:
    """The audience of a plan with the contacts that its lists hold now; a list that is gone holds none."""
    current = {entry.id: entry for entry in lists}
    now = tuple(
        entry.model_copy(update={"contacts": current[entry.id].contacts if entry.id in current else 0})
        for entry in planned.lists
    )
    return Audience(lists=now, contacts=sum(entry.contacts or 0 for entry in now))
