"""`test`: a real send of a message to a seed list, recorded apart from its campaign, and never twice by accident."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.campaign.message import wire_payload
from rcsplan.diagnostics import did_you_mean
from rcsplan.errors import Blocked, InvalidContent, NotSent, OutcomeUnknown, RcsplanError, UsageError
from rcsplan.manifest.load import load_sends
from rcsplan.operations.observe import clock_of, intent_clock_of
from rcsplan.operations.plan import occasion_of
from rcsplan.operations.states import owned_state
from rcsplan.state.model import DropTrial, ListSnapshot, PutTrial, Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from rcsplan.backend.protocol import StateSession
    from rcsplan.bsg.client import SendClient
    from rcsplan.campaign.model import Send
    from rcsplan.operations.target import Target
    from rcsplan.plan.facts import Rules
    from rcsplan.state.sends import State

_AGAIN = "To send it once more: rcsplan test {address} --to-list {list_id} --again"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWish:
    """What shall be tested on whom; `again` although it was, or may have been, sent there as it is."""

    address: str
    list_id: int
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A test that may be sent: the message, to whom, and which campaigns go to that list as well."""

    send: Send
    seeds: ListSnapshot
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a test; `trial` is None where nobody wanted it, `is_old` where it had been sent before."""

    trial: Trial | None
    is_old: bool = False


def send_trial(
    target: Target,
    wish: TrialWish,
    *,
    confirm: Callable[[Prepared], bool],
    hold: Callable[[], str],
    lock_timeout: float = 0.0,
) -> Tried:
    """Send a message to a seed list, under the lock of the state, and record what became of it.

    It goes out as an instant campaign, with the same content as the campaign to the letter. Policy does not concern
    it, but HOLD does.

    Raises:
        Blocked: the list is no seed list, something holds, or nobody knows what became of the same test before.
        UsageError: nothing is declared under the address, or the account has no such list.
        InvalidContent: a manifest has an error.
        Rejected: the provider said no, and nothing was sent.
        NotSent: the request was provably not executed.
        StateError: the state cannot be used, or a write was not confirmed.
    """
    with target.store.lock(target.lock_info("test"), timeout=lock_timeout) as session:
        state = owned_state(session, target)
        with target.provider.sender() as client:
            prepared = _prepared(client, state, target, wish)
            old = _earlier(state, prepared, wish)
            if old is not None:
                return Tried(trial=old, is_old=True)
            _demand_go_ahead(hold)
            if not confirm(prepared):
                return Tried(trial=None)
            run = _Run(session=session, client=client, target=target, hold=hold)
            trial = run.send(prepared, number=max(state.trials, default=0) + 1)
        session.save()
    return Tried(trial=trial)


def _prepared(client: SendClient, state: State, target: Target, wish: TrialWish) -> Prepared:
    now = clock_of(client, target)()
    sends = _declared(state, now, target, target.rules)
    send = _named(wish.address, sends)
    seeds = _seeds(client, target, wish.list_id)
    also = tuple(
        str(other.address)
        for other in sends
        if any(ref.id == seeds.id or (ref.id is None and ref.name == seeds.name) for ref in other.lists)
    )
    return Prepared(send=send, seeds=seeds, also=also)


def _declared(state: State, now: datetime, target: Target, rules: Rules) -> tuple[Send, ...]:
    loaded = load_sends(target.environment, variables=target.variables, occasion=occasion_of(state, now, rules))
    if loaded.has_errors:
        raise InvalidContent(loaded.diagnostics)
    return tuple(loaded.desired)


def _named(address: str, sends: Iterable[Send]) -> Send:
    known = {str(send.address): send for send in sends}
    if address in known:
        return known[address]
    several = [name for name, send in known.items() if send.address.campaign == address]
    if several:
        raise UsageError(
            f"{address!r} comes to {len(several)} sends; a test is of one",
            hint=f"Name one of them, such as: rcsplan test {shlex.quote(several[0])} --to-list ID",
        )
    raise UsageError(f"No send is declared under {address!r}", hint=did_you_mean(address, known))


def _seeds(client: SendClient, target: Target, list_id: int) -> ListSnapshot:
    """The list that is written to, small enough for a test by what the account says now."""
    found = next((entry for entry in client.contact_lists() if entry.id == list_id), None)
    if found is None:
        raise UsageError(f"The account has no contact list {list_id}", hint="What it has: rcsplan lists")
    most = target.environment.policy.max_test_contacts
    named = f"List {found.name!r} ({found.id})"
    if found.default:
        raise _no_seeds(f"{named} is the account's default list, which holds whoever was ever added.")
    if found.contacts is None:
        raise _no_seeds(f"The provider does not tell how many contacts {named} has.")
    if found.contacts > most:
        raise _no_seeds(f"{named} has {found.contacts:,} contacts; policy.max_test_contacts allows {most:,}.")
    if found.contacts == 0:
        raise _no_seeds(f"{named} has no contacts.")
    return ListSnapshot(id=found.id, name=found.name, contacts=found.contacts)


def _no_seeds(detail: str) -> Blocked:
    return Blocked("No test is sent to this list", detail=detail, hint="Name a small list of colleagues: rcsplan lists")


def _earlier(state: State, prepared: Prepared, wish: TrialWish) -> Trial | None:
    """The accepted test of the same content to the same list, where it is not wanted again.

    Raises:
        Blocked: nobody knows what became of it.
    """
    if wish.again:
        return None
    same = [
        trial
        for _, trial in sorted(state.trials.items())
        if (trial.content_digest, trial.seeds.id) == (prepared.send.content_digest, prepared.seeds.id)
    ]
    last = same[-1] if same else None
    if last is not None and last.is_unknown:
        raise Blocked(
            "Nobody knows whether this test was sent before",
            detail=f"It was begun at {last.opened_at:%Y-%m-%d %H:%M:%S} UTC. {last.problem}".rstrip(),
            hint="Look whether it arrived. " + _AGAIN.format(address=shlex.quote(wish.address), list_id=wish.list_id),
        )
    return last


def _demand_go_ahead(hold: Callable[[], str]) -> None:
    objection = hold()
    if objection:
        raise Blocked(f"Nothing may be sent: {objection}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Intent, POST once, outcome: as for every submission (design section 6)."""

    session: StateSession
    client: SendClient
    target: Target
    hold: Callable[[], str]

    def send(self, prepared: Prepared, *, number: int) -> Trial:
        real = intent_clock_of(self.client, self.target)
        provider = self.target.environment.provider
        trial = Trial(
            address=str(prepared.send.address),
            revision=prepared.send.revision,
            content_digest=prepared.send.content_digest,
            seeds=prepared.seeds,
            opened_at=real(),
            provenance=self.target.provenance(self.target.runtime.source(), plan_checksum=""),
        )
        self.session.record([PutTrial(number=number, trial=trial)])
        payload = wire_payload(prepared.send.body, list_ids=[prepared.seeds.id], start_at=None)
        try:
            self.session.check()
            _demand_go_ahead(self.hold)
            if real() >= trial.opened_at + provider.intent_ttl:
                raise NotSent("Recording the test took longer than its intent is valid", hint="Send it again.")
            campaign = self.client.send_groups(payload, deadline_seconds=provider.deadline.total_seconds())
        except OutcomeUnknown as error:
            problem = f"{error.summary} {error.detail}".strip()
            return self._recorded(number, trial.model_copy(update={"problem": problem}))
        except RcsplanError:
            # Whatever else is told, told that nothing was accepted; where the store is gone, this fails as well.
            self.session.record([DropTrial(number=number)])
            self.session.save()
            raise
        return self._recorded(number, trial.model_copy(update={"remote_id": campaign.id, "submitted_at": real()}))

    def _recorded(self, number: int, trial: Trial) -> Trial:
        self.session.record([PutTrial(number=number, trial=trial)])
        return trial
