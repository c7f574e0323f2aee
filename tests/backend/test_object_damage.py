"""Objects of a state that are missing, altered, or older than they were: each is told, none is taken for the truth."""

import json
import urllib.request

import pytest

from rcsplan.errors import LockLost, StateDamaged, StateVersionUnsupported
from rcsplan.state.journal import format_line
from rcsplan.state.model import PutRecord
from tests.backend.object_servers import SERVERS, endpoint_of, url_of
from tests.backend.stores import STORES, contents_of, lock, number_in, put
from tests.builders import NOW, make_record, make_state

ARCHIVED = [PutRecord(address=f"send-{number:05}", record=make_record(archived_at=NOW)) for number in range(500)]


@pytest.fixture
def kind():
    # The one whose server any program may write to; what is read here is the same for all.
    return "gcs"


class Objects:
    """The objects of a state, as their owner's other tools see them."""

    def __init__(self, kind, folder):
        self._base = endpoint_of(kind) + "/" + url_of(kind, folder).partition("://")[2]

    def _ask(self, suffix, method, data=None):
        request = urllib.request.Request(self._base + suffix, method=method, data=data)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def read(self, suffix=""):
        return self._ask(suffix, "GET")

    def write(self, data, suffix=""):
        self._ask(suffix, "PUT", data)

    def remove(self, suffix=""):
        self._ask(suffix, "DELETE")


@pytest.fixture
def objects(kind, tmp_path):
    return Objects(kind, tmp_path / "state")


@pytest.fixture
def saved(open_store):
    """A store with a state that was saved twice."""
    with lock(open_store()) as session:
        session.create(make_state())
        session.record([put(1)])
        session.save()
    return open_store


def complaint_of(store):
    with pytest.raises(StateDamaged) as caught:
        store.load()
    with pytest.raises(StateDamaged, match=caught.value.summary.partition("://")[2]):
        lock(store)
    return caught.value.summary.rpartition("/")[2], caught.value.detail


def test_an_older_document_put_back_is_told(saved, objects):
    older = objects.read()
    with lock(saved()) as session:
        session.record([put(2)])
        session.save()
    objects.write(older)
    assert complaint_of(saved()) == (
        "crm.json is not the state that was saved last",
        "It has serial 1, and serial 2 was saved since. What was submitted since could be submitted again.",
    )


def test_another_state_in_its_place_is_told(saved, objects, tmp_path):
    other = STORES["local"](tmp_path)
    with lock(other) as session:
        session.create(make_state(lineage="another", serial=9))
    objects.write((tmp_path / "crm.state.json").read_bytes())
    assert complaint_of(saved())[1].startswith("It is another state than the journal beside it belongs to.")


def test_a_document_put_back_during_a_run_stops_it(saved, objects):
    with lock(saved()) as session:
        objects.write(objects.read() + b"\n")
        with pytest.raises(LockLost, match="changed by somebody else"):
            session.check()


def test_a_state_that_is_gone_is_not_an_empty_one(saved, objects):
    objects.remove()
    assert complaint_of(saved())[0] == "crm.json is gone"


def test_a_journal_that_is_gone_is_told(saved, objects):
    objects.remove(".journal")
    assert complaint_of(saved())[0] == "crm.json.journal is gone"


def test_in_the_place_of_a_journal_that_is_gone_a_new_one_is_begun_on_request(saved, objects):
    objects.remove(".journal")
    saved().unlock()
    with lock(saved()) as session:
        assert number_in(session.state) == 1


@pytest.mark.parametrize("suffix", ["", ".journal"])
@pytest.mark.parametrize("alter", [lambda data: data[:-9], lambda data: data.replace(b'"', b"'", 1), lambda _: b""])
def test_whatever_was_changed_outside_is_told(saved, objects, suffix, alter):
    with lock(saved()) as session:
        session.record([put(2)])
        objects.write(alter(objects.read(suffix)), suffix)
    assert complaint_of(saved())[0].startswith(f"crm.json{suffix} ")


def test_no_hint_speaks_of_files(saved, objects):
    objects.write(b"")
    with pytest.raises(StateDamaged) as caught:
        saved().load()
    assert "newest version" in caught.value.hint


@pytest.mark.parametrize(
    ("header", "error", "summary"),
    [
        ('{"format_version":2,"holder":"in a way of its own"}', StateVersionUnsupported, "has format version 2"),
        ('{"format_version":1}', StateDamaged, "changed outside"),
    ],
)
def test_a_journal_of_another_kind_is_told(saved, objects, header, error, summary):
    objects.write(format_line(header).encode(), ".journal")
    with pytest.raises(error, match=summary):
        saved().load()


@pytest.fixture
def historic(saved):
    """A store whose history lies in a segment, and the name of that."""
    with lock(saved()) as session:
        session.record(ARCHIVED)
        session.save()
    return saved


@pytest.fixture
def segment(historic, objects):
    return f".history/{json.loads(objects.read())['segments'][0]['sha256']}"


def test_history_is_found_by_every_reader_and_is_not_in_the_document(historic, objects):
    with lock(historic()) as session:
        assert contents_of(session.state) == contents_of(historic().load())
    assert (len(historic().load().sends), list(json.loads(objects.read())["sends"])) == (501, ["spring-sale"])


def test_a_part_of_the_history_that_is_missing_is_told(historic, objects, segment):
    objects.remove(segment)
    assert complaint_of(historic())[0].endswith(" is missing")


@pytest.mark.parametrize("data", [b"", b"anything"])
def test_a_part_of_the_history_that_was_altered_is_told(historic, objects, segment, data):
    objects.write(data, segment)
    assert complaint_of(historic())[1] == "Its contents do not match the checksum that is its name."


@pytest.fixture
def long_run(saved):
    """A run of so many records that its journal was put aside in pieces, and that was not saved."""
    numbers = range(10, 210)
    with lock(saved()) as session:
        for number in numbers:
            session.record([put(number, address=f"send-{number}")])
    return saved


def test_what_a_long_run_recorded_is_there_for_everybody(long_run):
    read = long_run().load()
    with lock(long_run()) as session:
        assert contents_of(session.state) == contents_of(read)
    assert sorted(read.sends)[:-1] == sorted(f"send-{number}" for number in range(10, 210))


def test_the_journal_stays_small_however_long_a_run_is(long_run, objects):
    assert len(objects.read(".journal")) < 70_000


def cost_of_an_outcome(session, server):
    """Method, bytes sent and bytes received of every request of one outcome."""
    before = len(server.seen)
    session.record([put(3)])
    return [(method, sent, received) for method, _, sent, received in server.seen[before:]]


def test_an_outcome_costs_the_same_at_any_length_of_the_history(open_store, tmp_path, kind):
    server = SERVERS[kind]()
    with lock(open_store()) as session:
        session.create(make_state())
        young = cost_of_an_outcome(session, server)
    with lock(STORES[kind](tmp_path / "other")) as session:
        session.create(make_state([(change.address, change.record) for change in ARCHIVED]))
        old = cost_of_an_outcome(session, server)
    assert (old, len(old)) == (young, 1)
