"""Whole states and changes of any content, for properties."""

from datetime import UTC

from hypothesis import strategies as st

from rcsplan.state.model import (
    AcceptAccount,
    Awaited,
    AwaitSend,
    DisownCampaign,
    DropRecord,
    DropTrial,
    ForgetSend,
    ListSnapshot,
    MoveState,
    PutRecord,
    PutTrial,
    RenameSend,
    SeeSeries,
    SkipSend,
    Trial,
    UsePlan,
)
from tests.builders import ACCOUNT, make_intent, make_record, make_remote, make_state, make_stop

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)
MOMENTS = st.datetimes(timezones=st.just(UTC))
ADDRESSES = st.sampled_from(["a", "b", "c[x=1]", "d@2026-12-04"])
RECORDS = st.builds(
    make_record,
    revision=st.integers(1, 3),
    digest=TEXTS,
    payload=st.none() | st.dictionaries(TEXTS, TEXTS | st.integers(-9, 9) | st.lists(st.booleans()), max_size=3),
    remote_id=st.none() | st.integers(1, 2**53),
    remote=st.none() | st.builds(make_remote, TEXTS, sent=st.integers(0, 9), observed_at=MOMENTS),
    intent=st.none() | st.builds(make_intent, problem=TEXTS, unknown_since=st.none() | MOMENTS),
    stop=st.none() | st.builds(make_stop, confirmed_at=st.none() | MOMENTS),
    archived_at=st.none() | MOMENTS,
    watched=st.lists(st.builds(make_intent, opened_at=MOMENTS), max_size=2).map(tuple),
    start_at=st.none() | MOMENTS,
)
AWAITED = st.builds(Awaited, revision=st.integers(1, 3), digest=TEXTS, contacts=st.integers(0, 10**6), seen_at=MOMENTS)
TRIALS = st.builds(
    Trial,
    address=ADDRESSES,
    revision=st.integers(1, 3),
    content_digest=TEXTS,
    seeds=st.builds(ListSnapshot, id=st.integers(1, 9), name=TEXTS, contacts=st.none() | st.integers(0, 20)),
    opened_at=MOMENTS,
    problem=TEXTS,
    remote_id=st.none() | st.integers(1, 2**53),
    submitted_at=st.none() | MOMENTS,
)
STATES = st.builds(
    make_state,
    st.lists(st.tuples(ADDRESSES, RECORDS), max_size=3),
    serial=st.integers(0, 2**40),
    environment=TEXTS,
    series=st.dictionaries(TEXTS, MOMENTS, max_size=2),
    rules=st.dictionaries(TEXTS, TEXTS, max_size=2),
    awaited=st.dictionaries(ADDRESSES, AWAITED, max_size=2),
    trials=st.dictionaries(st.integers(1, 9), TRIALS, max_size=2),
    used_plans=st.dictionaries(TEXTS, MOMENTS, max_size=2),
    baseline_id=st.integers(0, 2**53),
    not_ours=st.lists(st.integers(1, 9), max_size=2).map(tuple),
    moved_to=TEXTS,
)
CHANGES = (
    st.builds(PutRecord, address=ADDRESSES, record=RECORDS)
    | st.builds(DropRecord, address=ADDRESSES, revision=st.integers(1, 3))
    | st.builds(RenameSend, address=ADDRESSES, former=ADDRESSES)
    | st.builds(UsePlan, plan_id=TEXTS, at=MOMENTS)
    | st.builds(SkipSend, address=ADDRESSES, revision=st.integers(1, 3))
    | st.builds(ForgetSend, address=ADDRESSES)
    | st.builds(DisownCampaign, remote_id=st.integers(1, 9))
    | st.builds(SeeSeries, series=TEXTS, rule=TEXTS, at=MOMENTS)
    | st.builds(AwaitSend, address=ADDRESSES, awaited=AWAITED)
    | st.builds(PutTrial, number=st.integers(1, 9), trial=TRIALS)
    | st.builds(DropTrial, number=st.integers(1, 9))
    | st.builds(MoveState, to=TEXTS)
    | st.builds(AcceptAccount, account=st.just(ACCOUNT), environment=TEXTS)
)
