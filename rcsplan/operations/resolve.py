"""`state resolve`: a person says what became of a submission where no machine can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.apply.records import adopted, never_arrived
from rcsplan.bsg.client import NotFound
from rcsplan.errors import UsageError
from rcsplan.operations.observe import clock_of, observe_account
from rcsplan.operations.states import entry_in, owned_state
from rcsplan.plan.guards import unclaimed
from rcsplan.state.model import PutRecord, Superseded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Sighting
    from rcsplan.state.model import Record, SendEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a wrong answer would cost: how many people would get the message again, and what looks like it now."""

    address: str
    contacts: int
    similar: tuple[Sighting, ...]


def resolve_as_sent(target: Target, address: str, remote_id: int) -> None:
    """Note that a campaign of the account is the submission of an address.

    Raises:
        UsageError: nothing of the address is open, or the campaign belongs to another record.
        NotFound: the account has no such campaign.
    """
    with target.store.lock(target.lock_info("state resolve"), timeout=0) as session:
        state = owned_state(session, target)
        record = _open_record(entry_in(state, address), address)
        if remote_id in state.sends.claimed_ids():
            raise UsageError(f"Campaign {remote_id} belongs to another record of this state")
        with target.provider.reader() as client:
            try:
                campaign = client.campaign(remote_id)
            except NotFound:
                raise UsageError(f"The account has no campaign {remote_id}") from None
            now = clock_of(client, target)()
        evidence = f"{target.runtime.who} resolved it as campaign {remote_id}."
        # What was a newer copy is stopped by now, and stays known, so that nobody takes it for somebody else's.
        found = adopted(record, campaign, evidence, now=now)
        found = found.model_copy(update={"stop": None, "superseded": _with_copy(record, now)})
        session.record([PutRecord(address=address, record=found)])
        session.save()


def resolve_as_not_sent(target: Target, address: str, *, confirm: Callable[[Cost], bool]) -> bool:
    """Note that a submission never arrived, after looking once more and saying what a wrong answer would cost.

    Raises:
        UsageError: nothing of the address is open.
        ProviderError: the account could not be read.
    """
    with target.store.lock(target.lock_info("state resolve"), timeout=0) as session:
        state = owned_state(session, target)
        record = _open_record(entry_in(state, address), address)
        with target.provider.reader() as client:
            facts = observe_account(client, target).facts
        baseline = record.intent.baseline_id if record.intent else 0
        similar = tuple(one for one in unclaimed(state, facts) if one.sender == record.sender and one.id > baseline)
        if not confirm(Cost(address=address, contacts=record.contacts, similar=similar)):
            return False
        state_after = never_arrived(record).model_copy(update={"late_id": None})
        session.record([PutRecord(address=address, record=state_after)])
        session.save()
        return True


def _open_record(entry: SendEntry, address: str) -> Record:
    for record in entry.revisions.values():
        if record.intent is not None or record.late_id is not None:
            return record
    raise UsageError(f"Nothing of {address!r} is open", hint="What is open is shown by: rcsplan plan")


def _with_copy(record: Record, now: datetime) -> tuple[Superseded, ...]:
    if record.remote_id is None:
        return record.superseded
    return (*record.superseded, Superseded(remote_id=record.remote_id, digest=record.digest, stopped_at=now))
