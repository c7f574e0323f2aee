"""Worlds to plan in, drawn at random: manifests, state and account that a few addresses share."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from rcsplan.apply.records import intended, stopped, stopping, submitted
from rcsplan.bsg.wire import CampaignInfo
from rcsplan.campaign.model import ListRef
from rcsplan.plan.facts import ContactList, Facts, Rules, Source
from rcsplan.plan.planner import make_plan
from rcsplan.plan.steps import Archive, Rename, StopCampaign, Submit, steps_of
from rcsplan.state.changes import make_changes
from rcsplan.state.model import GONE, Provenance, PutRecord, RenameSend, StopCause
from tests.builders import (
    NEWSLETTER,
    NOW,
    make_desired,
    make_facts,
    make_instant,
    make_intent,
    make_record,
    make_remote,
    make_rules,
    make_scheduled_in,
    make_send,
    make_state,
    make_stop,
)

VIP = ContactList(id=1864280, name="VIP", contacts=85)
FORMER = "old-name"
_ADDRESSES = ("autumn", "spring[locale=en]", "spring[locale=uk]", "weekly@2026-12-04")
_STARTS = (
    timedelta(days=-20),
    timedelta(minutes=-1),
    timedelta(minutes=4),
    timedelta(minutes=6),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=40),
)


@dataclass(frozen=True)
class World:
    """All that a plan is made of; `records` are pairs of address and record."""

    sends: tuple
    records: tuple
    frozen: tuple
    filtered: tuple
    facts: Facts
    rules: Rules

    @property
    def state(self):
        return make_state(self.records)

    def plan(self, state=None):
        desired = make_desired(*self.sends, frozen=self.frozen, filtered=self.filtered)
        return make_plan(desired, state or self.state, self.facts, self.rules, source=Source(commit="abc"))

    def at(self, now):
        return replace(self, facts=replace(self.facts, now=now))


def schedules():
    instant = st.just(make_instant())
    return st.one_of(st.sampled_from(_STARTS).map(make_scheduled_in), instant)


@st.composite
def sends(draw, address):
    return make_send(
        address,
        text=draw(st.sampled_from(["Hello", f"Hello from {address}", f"Hello again from {address}"])),
        revision=draw(st.integers(1, 3)),
        schedule=draw(schedules()),
        lists=draw(st.sampled_from([(ListRef(id=NEWSLETTER.id),), (ListRef(name="VIP"),), (ListRef(id=1),)])),
        allow_duplicate=draw(st.sampled_from(["", "a test"])),
        declared_new=draw(st.booleans()),
    )


@st.composite
def records(draw, send, number):
    """A record of the send, as it may have been left behind by anything that can happen."""
    remote_id = 54_000_000 + number
    fields = draw(
        st.sampled_from(
            [
                {"remote": make_remote("scheduled")},
                {"remote": make_remote("sending", sent=7)},
                {"remote": make_remote("done", sent=85)},
                {"remote": make_remote("stopped")},
                {"remote": make_remote("stopped"), "stop": make_stop(cause=StopCause.REPLACE)},
                {"remote": make_remote("stopped", sent=7), "stop": make_stop()},
                {"remote": make_remote("stopped"), "stop": make_stop(cause=StopCause.COMMAND)},
                {"remote": make_remote("spam")},
                {"remote": make_remote(GONE)},
                {"remote": make_remote("thinking")},
                {"remote": None, "remote_id": None, "intent": make_intent()},
                {"remote": None, "remote_id": None},
            ]
        )
    )
    archived_at = draw(st.sampled_from([None, None, None, NOW - timedelta(days=1), NOW - timedelta(days=40)]))
    return make_record(send, **{"remote_id": remote_id, "archived_at": archived_at, **fields})


@st.composite
def worlds(draw):
    wishes, stood, frozen, filtered = [], [], [], []
    for number, address in enumerate(_ADDRESSES):
        stood += [(address, record) for record in _drawn_records(draw, address, 10 * number)]
        match draw(st.sampled_from(["declared", "declared", "declared", "frozen", "filtered", "gone"])):
            case "declared":
                moved_from = draw(st.sampled_from([(), (FORMER,)]))
                wishes.append(replace(draw(sends(address)), moved_from=moved_from))
            case "frozen":
                frozen.append(address)
            case "filtered":
                filtered.append(address)
    stood += [(FORMER, record) for record in _drawn_records(draw, FORMER, 900)]
    return World(
        sends=tuple(wishes),
        records=tuple(stood),
        frozen=tuple(frozen),
        filtered=tuple(filtered),
        facts=make_facts(lists=(NEWSLETTER, VIP)),
        rules=make_rules(),
    )


def _drawn_records(draw, address, number):
    count = draw(st.sampled_from([0, 1, 2]))
    sent = [replace(draw(sends(address)), revision=revision) for revision in range(1, count + 1)]
    return [draw(records(send, number + send.revision)) for send in sent]


def carry_out(plan, state):
    """Do to the state what applying the plan does when the provider accepts everything."""
    for number, step in enumerate(steps_of(plan.actions), start=55_000_000):
        make_changes(state, _changes(step, state, number))


def _changes(step, state, number):
    match step:
        case Rename(address=address, former=former):
            return [RenameSend(address=address, former=former)]
        case Archive(address=address, revision=revision):
            record = state.records_of(address).revisions[revision]
            return [PutRecord(address=address, record=record.model_copy(update={"archived_at": NOW}))]
        case StopCampaign(address=address):
            record = state.records_of(address).revisions[step.revision]
            told = record.model_copy(update={"remote": make_remote("stopped")})
            after = stopped(stopping(told, step.cause, now=NOW, not_after=NOW), archives=step.archives, now=NOW)
            return [PutRecord(address=address, record=after)]
        case Submit(action=action):
            prior = state.records_of(action.address).revisions.get(action.revision)
            record = intended(action, make_intent(), prior=prior, provenance=Provenance())
            accepted = submitted(record, CampaignInfo(id=number, status="scheduled"), now=NOW)
            return [PutRecord(address=action.address, record=accepted)]
