"""One database, several processes and threads, all at once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

import pytest

from rcsplan.sandbox.store import SandboxStore

PROGRAM = """
import io, json, sys
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import parse_fault
from rcsplan.sandbox.store import SandboxStore

path, name, rounds, fault = sys.argv[1:]

sys.stdin.readline()
app = create_app(SandboxStore(path), faults=[parse_fault(fault)])

def post(path, body, token=""):
    raw, statuses = json.dumps(body).encode(), []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_LENGTH": str(len(raw)),
               "HTTP_AUTHORIZATION": "Bearer " + token, "wsgi.input": io.BytesIO(raw)}
    parts = app(environ, lambda status, headers: statuses.append(int(status[:3])))
    return statuses[0], json.loads(b"".join(parts))

token = post("/api/auth/login", {"api_key": "live_x"})[1]["bearer"]
for number in range(int(rounds)):
    body = {"groups": [1864290], "sender": f"{name}{number}", "options": {"text": "Hi"}}
    print(post("/api/campaigns/rcs/send-groups", body, token)[0])
"""


def statuses_of(path, names, *, rounds, fault="GET /never=refuse"):
    """The statuses that each process was answered, all having begun at the same time, on a database not there yet."""
    command = [sys.executable, "-c", PROGRAM, str(path)]
    processes = [
        subprocess.Popen([*command, name, str(rounds), fault], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in names
    ]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    return [process.communicate()[0].split() for process in processes]


def test_threads_of_one_process_share_a_store(simulator):
    with ThreadPoolExecutor(8) as threads:
        ids = list(threads.map(lambda number: simulator.accept(sender=str(number)), range(64)))
    assert sorted(ids) == list(range(54_000_000, 54_000_064))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "sandbox.db"


def test_of_the_same_body_only_one_process_is_accepted(path):
    answered = statuses_of(path, ["same"] * 3, rounds=5)
    assert [sorted(of_one_round) for of_one_round in zip(*answered, strict=True)] == [["200", "429", "429"]] * 5


def test_every_submission_of_every_process_has_an_id_of_its_own(path):
    statuses_of(path, ["a", "b", "c"], rounds=20)
    store = SandboxStore(path)
    ids = [entry["id"] for entry in store.ledger()]
    store.close()
    assert ids == list(range(54_000_000, 54_000_060))


def test_a_counted_fault_strikes_once_in_all_processes_together(path):
    fault = "POST /api/campaigns/*=error_before:x1"
    answered = statuses_of(path, ["a", "b"], rounds=2, fault=fault)
    assert sorted(chain.from_iterable(answered)) == ["200", "200", "200", "500"]
