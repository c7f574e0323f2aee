"""A state as rows in PostgreSQL: what is written of it, and what is noticed of rows that others changed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rcsplan.backend.postgres import PostgresStore
from rcsplan.backend.postgres_rows import Head, Shelf, batch_of, header_text, read_state
from rcsplan.errors import LockLost, StateDamaged, StateUnwritable, StateVersionUnsupported
from rcsplan.state.changes import make_changes
from rcsplan.state.model import (
    AcceptAccount,
    DisownCampaign,
    DropRecord,
    ForgetSend,
    MoveState,
    PutRecord,
    RenameSend,
    SendEntry,
    SkipSend,
    UsePlan,
)
from rcsplan.state.sends import Sends
from rcsplan.state.text import _SEAL, _digest, parse_state
from tests.backend.postgres_server import server
from tests.backend.stores import contents_of, lock, number_in, put
from tests.builders import ACCOUNT, NOW, make_record, make_state

FORMATS = Path(__file__).parents[1] / "state" / "formats"

ADDRESSES = st.sampled_from(["a", "b", "c"])
REVISIONS = st.integers(1, 3)
CHANGES = st.one_of(
    st.builds(
        lambda address, revision, number: PutRecord(
            address=address, record=make_record(revision=revision, remote_id=number)
        ),
        ADDRESSES,
        REVISIONS,
        st.integers(1, 9),
    ),
    st.builds(DropRecord, address=ADDRESSES, revision=REVISIONS),
    st.builds(SkipSend, address=ADDRESSES, revision=REVISIONS),
    st.builds(RenameSend, address=ADDRESSES, former=ADDRESSES),
    st.builds(ForgetSend, address=ADDRESSES),
    st.builds(UsePlan, plan_id=ADDRESSES, at=st.just(NOW)),
    st.builds(DisownCampaign, remote_id=st.integers(1, 9)),
    st.just(AcceptAccount(account=ACCOUNT, environment="staging")),
    st.just(MoveState(to="elsewhere")),
)


class Table:
    """The rows of a state in memory, changed as the database changes them."""

    def __init__(self, state):
        self.state = state
        self.shelf, rows = Shelf.of(state)
        self.rows = {(row.address, row.revision): row for row in rows}
        self.head = Head(place=("acme", "production"), header=header_text(state), total=self.shelf.total)

    def record(self, changes):
        batch = batch_of(changes, self.state, self.shelf, self.head)
        self.shelf.drop(batch.dropped)
        self.shelf.keep(batch.rows)
        [self.rows.pop(key) for key in batch.dropped]
        self.rows.update({(row.address, row.revision): row for row in batch.rows})
        self.head = batch.head
        make_changes(self.state, changes)
        return batch

    def read(self):
        return read_state(self.head, self.head.seal, tuple(self.rows.values()), name="rows")[0]


@given(st.lists(st.lists(CHANGES, max_size=4), max_size=8))
def test_rows_changed_batch_by_batch_tell_of_the_same_state(batches):
    table = Table(make_state())
    [table.record(changes) for changes in batches]
    assert contents_of(table.read()) == contents_of(table.state)
    assert table.rows == Table(table.state).rows


def test_an_outcome_is_one_row_whatever_else_there_is():
    table = Table(make_state([(f"send-{number}", make_record()) for number in range(50)]))
    batch = table.record([put(9, address="send-7")])
    written = [(row.address, row.revision) for row in batch.rows]
    assert (written, batch.dropped, batch.header) == ([("send-7", 1)], (), None)


def test_a_change_of_the_header_is_no_row():
    table = Table(make_state())
    batch = table.record([UsePlan(plan_id="p", at=NOW)])
    assert (batch.rows, batch.header) == ((), header_text(table.state))


def test_an_entry_of_which_nothing_is_known_any_more_is_kept():
    state = make_state()
    state.sends = Sends({"a": {}})
    assert dict(Table(state).read().sends) == {"a": SendEntry()}


@pytest.fixture
def store(database):
    """A store whose state has two records, one of them archived, and was saved once."""
    store = PostgresStore(server().url(database), project="acme", environment="production")
    with lock(store) as session:
        session.create(make_state([("old", make_record(archived_at=NOW))]))
        session.record([put(1)])
        session.save()
    return store


DAMAGE = {
    "a record was edited": "UPDATE rcsplan.records SET body = replace(body::text, '54000001', '54000002')::json",
    "a record was removed": "DELETE FROM rcsplan.records WHERE address = 'old'",
    "a record was copied": """INSERT INTO rcsplan.records
        SELECT state, 'new', revision, body, digest FROM rcsplan.records WHERE address = 'old'""",
    "a record was renumbered": "UPDATE rcsplan.records SET revision = 2",
    "a record is no object": "UPDATE rcsplan.records SET body = '[]'",
    "the header is of an older serial": """UPDATE rcsplan.states
        SET header = replace(header::text, '"serial":1', '"serial":0')::json""",
    "the header is no state": "UPDATE rcsplan.states SET header = '{}'",
    "the count was edited": "UPDATE rcsplan.states SET writes = 7",
    "the sum was edited": "UPDATE rcsplan.states SET total = 'x'",
    "the seal was edited": "UPDATE rcsplan.states SET seal = ''",
    "it was given to another project": "UPDATE rcsplan.states SET project = 'acme-2'",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("ask", [PostgresStore.load, lock])
def test_rows_that_others_changed_are_noticed(store, sql, database, damage, ask):
    sql(DAMAGE[damage])
    project = sql("SELECT project FROM rcsplan.states")[0][0]
    with pytest.raises(StateDamaged) as caught:
        ask(PostgresStore(server().url(database), project=project, environment="production"))
    assert caught.value.hint.startswith("Restore the schema rcsplan of the database from a backup")


def test_a_damaged_state_leaves_its_lock_free(store, sql):
    sql("DELETE FROM rcsplan.records")
    with pytest.raises(StateDamaged):
        lock(store)
    assert store.holder() is None


def test_a_single_record_put_back_to_what_it_was_is_noticed(store, sql):
    sql("CREATE TABLE backup AS SELECT * FROM rcsplan.records WHERE address = 'spring-sale'")
    with lock(store) as session:
        session.record([put(2)])
    sql("UPDATE rcsplan.records AS r SET body = b.body, digest = b.digest FROM backup AS b WHERE r.address = b.address")
    with pytest.raises(StateDamaged, match="added, removed or put back"):
        store.load()


def put_back(sql):
    """Take a backup; what is returned puts it back, as a whole."""
    sql("CREATE TABLE old_records AS SELECT * FROM rcsplan.records")
    sql("CREATE TABLE old_states AS SELECT * FROM rcsplan.states")

    def restore():
        sql("DELETE FROM rcsplan.records")
        sql("INSERT INTO rcsplan.records SELECT * FROM old_records")
        sql(
            "UPDATE rcsplan.states AS s SET header = o.header, writes = o.writes, total = o.total, seal = o.seal"
            " FROM old_states AS o WHERE s.id = o.id"
        )

    return restore


@pytest.mark.parametrize("act", ["check", "record", "save", "replace"])
def test_a_backup_put_back_during_a_run_stops_it(store, sql, act):
    restore = put_back(sql)
    arguments = {"record": [[put(3)]], "replace": [make_state(serial=9)]}.get(act, [])
    with lock(store) as session:
        session.record([put(2)])
        restore()
        with pytest.raises(LockLost, match="changed by somebody else during this run"):
            getattr(session, act)(*arguments)
    assert number_in(store.load()) == 1


def test_a_whole_backup_is_a_state_again(store, sql):
    restore = put_back(sql)
    with lock(store) as session:
        session.record([put(2)])
    restore()
    with lock(store) as session:
        session.record([put(3)])
        assert number_in(store.load()) == 3


@pytest.mark.parametrize("address", ["half[x=\ud83d]", "nothing[x=\0]"])
def test_an_address_that_the_database_cannot_hold_is_refused_before_anything_is_submitted(store, address):
    with lock(store) as session:
        with pytest.raises(StateUnwritable, match="cannot be written"):
            session.record([put(2, address=address)])
        session.record([put(3)])
        assert contents_of(session.state) == contents_of(store.load())


def test_rows_that_were_not_changed_are_not_written(store, sql):
    versions = "SELECT address, xmin::text FROM rcsplan.records WHERE address = 'old'"
    before = sql(versions)
    with lock(store) as session:
        session.record([put(2)])
        session.save()
    assert sql(versions) == before


def test_people_can_ask_the_database_in_its_own_words(store, sql):
    rows = sql("SELECT address, body->>'remote_id' FROM rcsplan.records WHERE body->>'archived_at' IS NULL")
    assert rows == [("spring-sale", "1")]


def write_document(sql, document):
    """Put the document of an older format into the tables, as the release of its time would have."""
    state = parse_state(document, name="document")
    shelf, rows = Shelf.of(state)
    head = Head(place=("acme", "production"), header=without_sends(document), total=shelf.total)
    sql("DELETE FROM rcsplan.records")
    [sql("INSERT INTO rcsplan.records SELECT id, %s, %s, %s::json, %s FROM rcsplan.states", *row) for row in rows]
    sql(
        "UPDATE rcsplan.states SET header = %s::json, writes = 0, total = %s, seal = %s",
        head.header,
        head.total,
        head.seal,
    )
    return state


def without_sends(document):
    """A state file without its sends, sealed anew."""
    head = json.loads(document)
    del head["integrity"], head["sends"]
    body = json.dumps(head | {"sends": {}}, separators=(",", ":"))[:-1]
    return f'{body}{_SEAL}{_digest(body)}"}}'


def test_an_older_format_is_read_and_written_anew_by_the_next_run(store, sql):
    state = write_document(sql, (FORMATS / "1.json").read_text("utf-8"))
    assert contents_of(store.load()) == contents_of(state)
    with lock(store):
        pass
    assert (contents_of(store.load()), store.load().serial) == (contents_of(state), state.serial + 1)
    assert sql("SELECT header->>'format_version' FROM rcsplan.states") != [("1",)]


@pytest.mark.parametrize("ask", [PostgresStore.load, lock])
def test_a_newer_format_is_left_alone(store, sql, ask):
    sql("""UPDATE rcsplan.states SET header = replace(header::text, '"format_version":', '"format_version":9')::json""")
    with pytest.raises(StateVersionUnsupported):
        ask(store)
