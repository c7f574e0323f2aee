"""Mending the state by a person's word: move, remove, skip, disown, accept an account, break a lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rcsplan.campaign.address import parse_address
from rcsplan.errors import StateMismatch, UsageError
from rcsplan.operations.plan import plan_on
from rcsplan.operations.settle import settle
from rcsplan.operations.states import check_kept_here, entry_in, owned_state
from rcsplan.plan.model import Reason
from rcsplan.plan.unsettled import open_question
from rcsplan.plan.verdict import ways_out_of
from rcsplan.state.model import AcceptAccount, DisownCampaign, ForgetSend, RenameSend, SkipSend
from rcsplan.state.phase import LIVE, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from rcsplan.backend.protocol import StateSession
    from rcsplan.operations.target import Target
    from rcsplan.state.model import Change, Record
    from rcsplan.state.sends import State


def move(target: Target, former: str, address: str) -> None:
    """Give the records of one address to another that has none.

    Raises:
        UsageError: the one has no records, the other has some, or is no address.
    """
    _check_address(address)
    with _locked(target, "state mv") as session:
        state = owned_state(session, target)
        entry_in(state, former)
        if address in state.sends:
            raise UsageError(f"The state already has records of {address!r}")
        _commit(session, RenameSend(address=address, former=former))


def forget(target: Target, address: str) -> tuple[Record, ...]:
    """Forget everything about an address, and return what was forgotten.

    Raises:
        UsageError: it has no records, or one of them may still send: then forgetting would lead to a second send.
    """
    with _locked(target, "state rm") as session:
        entry = entry_in(owned_state(session, target), address)
        records = entry.revisions.values()
        question = next((one for one in map(open_question, records) if one is not None), None)
        if question is not None:
            raise UsageError(
                f"What became of {address} is not settled",
                detail=f"{question.detail} Forgotten, it would be submitted a second time by the next apply.",
                hint=ways_out_of(question, address),
            )
        live = [record for record in records if phase_of(record) in LIVE]
        if live:
            raise UsageError(
                f"{address} may still send: campaign {live[0].remote_id}",
                detail="Forgotten, it would be submitted a second time by the next apply.",
                hint=f"Stop it first: rcsplan stop {address}",
            )
        _commit(session, ForgetSend(address=address))
        return tuple(entry.revisions.values())


def skip(target: Target, addresses: tuple[str, ...], *, missed: bool) -> tuple[str, ...]:
    """Put missed sends to rest, all of them or those named, and return their addresses.

    Raises:
        UsageError: one of those named is not missed.
    """
    with _locked(target, "state skip") as session:
        state = owned_state(session, target)
        with target.provider.reader() as client:
            seen = settle(client, state, session, target, timeout=0, listen=lambda _: None).seen
        plan = plan_on(state, seen.facts, target, target.rules).plan
        missed_ones = (action for action in plan.blocked if action.reason is Reason.MISSED)
        found = {action.address: action for action in missed_ones if not _is_live(state, action.address)}
        wrong = [address for address in addresses if address not in found]
        if wrong:
            raise UsageError(
                f"{wrong[0]!r} was not missed, or an earlier version of it is still scheduled",
                hint="What was missed is shown by: rcsplan plan\nWhat is scheduled can be removed, or stopped.",
            )
        chosen = tuple(found) if missed else addresses
        _commit(session, *(SkipSend(address=address, revision=found[address].revision) for address in chosen))
        return chosen


def _is_live(state: State, address: str) -> bool:
    """Whether something of an address may still be sent: at rest it would go out, and every plan would hide it."""
    return any(phase_of(record) in LIVE for record in state.records_of(address).revisions.values())


def disown(target: Target, remote_ids: tuple[int, ...]) -> None:
    """Note that campaigns of the account are somebody else's.

    Raises:
        UsageError: a record claims one of them.
    """
    with _locked(target, "state resolve") as session:
        claimed = owned_state(session, target).claimed_ids()
        ours = [remote_id for remote_id in remote_ids if remote_id in claimed]
        if ours:
            raise UsageError(f"Campaign {ours[0]} belongs to a record of this state")
        _commit(session, *(DisownCampaign(remote_id=remote_id) for remote_id in remote_ids))


def accept_account(target: Target) -> int:
    """Let a state belong to the account and environment at hand, and return how many live campaigns were found there.

    Raises:
        StateMismatch: a live campaign of the state is not to be seen in this account.
        UsageError: there is no state.
    """
    with _locked(target, "state account") as session:
        state = session.state
        if state is None:
            raise UsageError(f"There is no state at {target.store.location}")
        check_kept_here(state, place=target.store.location)
        live = dict(_live_ids(state))
        with target.provider.reader() as client:
            from rcsplan.bsg.client import NotFound

            for remote_id, address in live.items():
                try:
                    client.campaign(remote_id)
                except NotFound:
                    raise StateMismatch(
                        f"Campaign {remote_id} of {address} is not in this account",
                        detail="The state speaks of campaigns that this account does not hold.",
                        hint="Use the key that the state was made with.",
                    ) from None
        _commit(session, AcceptAccount(account=target.provider.account, environment=target.environment.name))
        return len(live)


def _live_ids(state: State) -> Iterator[tuple[int, str]]:
    for address, entry in state.sends.current():
        for record in entry.revisions.values():
            if record.remote_id is not None and phase_of(record) in LIVE:
                yield record.remote_id, address


def _locked(target: Target, operation: str) -> AbstractContextManager[StateSession]:
    return target.store.lock(target.lock_info(operation), timeout=0)


def _commit(session: StateSession, *changes: Change) -> None:
    if changes:
        session.record(changes)
    session.save()


def _check_address(text: str) -> None:
    try:
        parse_address(text)
    except ValueError as error:
        raise UsageError("That is no address", detail=str(error)) from None
