from datetime import timedelta

import pytest

from rcsplan.errors import StateDamaged
from rcsplan.state.model import SendEntry, Superseded
from rcsplan.state.sends import Sends
from tests.builders import NOW, make_record, make_send, make_state

RECORD = make_record()
ENTRY = SendEntry(revisions={1: RECORD})
RAW = make_state([("a", RECORD)]).sends.as_json()["a"]
DAMAGED = {"revisions": {"1": {**RAW["revisions"]["1"], "revision": "first"}}}


def test_an_entry_becomes_a_typed_record_when_it_is_looked_at():
    assert Sends({"a": RAW})["a"] == ENTRY


def test_a_damaged_entry_harms_nobody_who_does_not_look_at_it():
    sends = Sends({"a": RAW, "b": DAMAGED})
    assert (sends["a"], len(sends), "b" in sends, sends.claimed_ids()) == (ENTRY, 2, True, {RECORD.remote_id})


def test_a_damaged_entry_is_an_error_that_names_address_and_field():
    with pytest.raises(StateDamaged) as caught:
        Sends({"b": DAMAGED})["b"]
    assert (caught.value.summary, caught.value.detail.partition(": ")[0]) == (
        "The state of b cannot be read",
        "revisions.1.revision",
    )


def test_a_damaged_entry_is_written_back_as_it_was():
    assert Sends({"b": DAMAGED}).as_json() == {"b": DAMAGED}


def test_the_error_about_a_damaged_entry_repeats_none_of_its_values():
    raw = {"revisions": {"1": {**RAW["revisions"]["1"], "payload": 380441234567}}}
    with pytest.raises(StateDamaged) as caught:
        Sends({"b": raw})["b"]
    assert "380441234567" not in caught.value.detail


def test_entries_are_a_mapping():
    sends = Sends({"a": RAW})
    sends["b"] = SendEntry()
    sends["a"] = SendEntry(former=("z",))
    assert dict(sends) == {"a": SendEntry(former=("z",)), "b": SendEntry()}


def test_a_removed_entry_is_gone_for_every_reader():
    sends = Sends({"a": RAW})
    del sends["a"]
    assert (dict(sends), sends.as_json(), sends.claimed_ids(), "a" in sends) == ({}, {}, frozenset(), False)


@pytest.mark.parametrize("address", ["", "b"])
def test_an_address_without_entry_is_a_key_error(address):
    with pytest.raises(KeyError):
        Sends({"a": RAW})[address]


def test_the_mapping_that_entries_came_from_stays_as_it_was():
    raw = {"a": RAW}
    Sends(raw)["b"] = ENTRY
    assert raw == {"a": RAW}


def test_an_address_without_records_has_an_empty_entry():
    assert make_state().records_of("a") == SendEntry()


ARCHIVED = make_record(archived_at=NOW)
MIXED = [("a", ARCHIVED), ("b", RECORD), ("c", ARCHIVED), ("c", make_record(make_send(revision=2)))]


@pytest.mark.parametrize("raw", [True, False])
def test_current_entries_have_a_record_that_is_not_archived(raw):
    state = make_state(MIXED)
    sends = Sends(state.sends.as_json()) if raw else state.sends
    assert [address for address, _ in sends.current()] == ["b", "c"]


@pytest.mark.parametrize(("since", "addresses"), [(-1, ["a"]), (0, ["a"]), (1, [])])
def test_archived_entries_are_told_by_when_they_were_archived(since, addresses):
    found = make_state(MIXED).sends.archived_since(NOW + timedelta(seconds=since))
    assert [address for address, _ in found] == addresses


@pytest.mark.parametrize(
    ("since", "addresses"), [(0, ["early", "late", "instant"]), (1, ["late", "instant"]), (2, ["instant"])]
)
@pytest.mark.parametrize("raw", [True, False])
def test_entries_are_told_by_when_they_start_and_those_without_a_start_always(raw, since, addresses):
    starts = {"early": NOW, "late": NOW + timedelta(seconds=1), "instant": None}
    state = make_state([(name, make_record(start_at=start, archived_at=NOW)) for name, start in starts.items()])
    sends = Sends(state.sends.as_json()) if raw else state.sends
    assert [address for address, _ in sends.starting_since(NOW + timedelta(seconds=since))] == addresses


def test_every_remote_id_that_a_record_has_or_had_is_claimed():
    past = Superseded(remote_id=3, digest="v1:0", stopped_at=NOW)
    records = [
        ("a", make_record(remote_id=4, superseded=(past,))),
        ("b", make_record(remote_id=5, archived_at=NOW)),
        ("c", make_record(remote_id=None)),
    ]
    assert make_state(records).sends.claimed_ids() == {3, 4, 5}


def test_the_newest_record_is_that_of_the_highest_revision():
    entry = make_state([("a", make_record(revision=10)), ("a", make_record(revision=9))]).sends["a"]
    assert (entry.newest.revision, SendEntry().newest) == (10, None)


def test_contacts_count_what_the_provider_told():
    lists = make_record().lists
    unknown = lists[0].model_copy(update={"contacts": None})
    assert make_record().model_copy(update={"lists": (*lists, *lists, unknown)}).contacts == 2480


def test_the_records_of_an_address_come_by_rising_revision_however_they_were_written():
    records = {revision: make_record(revision=revision) for revision in (3, 1, 2)}
    assert [record.revision for record in SendEntry(revisions=records).in_order] == [1, 2, 3]
