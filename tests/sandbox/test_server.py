"""The simulator over real sockets."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.faults import parse_fault
from rcsplan.sandbox.server import running

CREATE = "/api/campaigns/rcs/send-groups"
BODY = json.dumps({"groups": [1864275], "sender": "Acme", "options": {"text": "Привіт"}})
PROGRAM = """
import sys
from rcsplan.sandbox.app import create_app
from rcsplan.sandbox.server import serve
from rcsplan.sandbox.store import SandboxStore
store = SandboxStore(sys.argv[1])
serve(create_app(store), host="127.0.0.1", port=0, ready=lambda url: print(url, flush=True))
store.close()
print("ended", flush=True)
"""


@pytest.fixture
def serving(store):
    """A function that connects to the simulator with the given faults, logged in; all is closed in the end."""
    with ExitStack() as opened:

        def connect(*faults):
            app = create_app(store, faults=[parse_fault(text) for text in faults])
            base_url = opened.enter_context(running(app))
            return opened.enter_context(closing(http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)))

        yield connect


def request(connection, method, path, body=None, token=""):
    connection.request(method, path, body=body, headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse()


def submit(connection):
    login = request(connection, "POST", "/api/auth/login", json.dumps({"api_key": "live_x"}))
    token = json.loads(login.read())["bearer"]
    return request(connection, "POST", CREATE, BODY, token)


def test_a_campaign_is_accepted_over_http(serving, store):
    response = submit(serving())
    assert (response.status, json.loads(response.read())["data"]["id"]) == (200, 54_000_000)
    assert store.ledger()[0]["payload"] == json.loads(BODY)


def test_one_connection_serves_many_requests(serving):
    connection = serving()
    request(connection, "GET", "/first").read()
    kept = connection.sock
    request(connection, "GET", "/second").read()
    assert connection.sock is kept


def test_headers_are_those_of_the_simulator_alone(serving):
    headers = request(serving(), "GET", "/nowhere").headers
    assert (headers.get_all("Server"), headers.get_all("Date")) == (
        ["rcsplan-sandbox"],
        ["Tue, 01 Dec 2026 10:00:00 GMT"],
    )


def test_bracketed_keys_are_read_literally_and_escaped(serving):
    connection = serving()
    token = json.loads(request(connection, "POST", "/api/auth/login", '{"api_key": "live_x"}').read())["bearer"]
    literal = request(connection, "GET", "/api/campaigns?page[limit]=29", token=token)
    literal.read()
    escaped = request(connection, "GET", "/api/campaigns?page%5Blimit%5D=29", token=token)
    escaped.read()
    assert (literal.status, escaped.status) == (422, 422)


@pytest.mark.parametrize(("kind", "accepted"), [("refuse", 0), ("drop_request", 0), ("drop_response", 1)])
def test_a_dropped_connection_is_really_closed(serving, store, kind, accepted):
    connection = serving(f"POST {CREATE}={kind}")
    with pytest.raises(http.client.RemoteDisconnected):
        submit(connection)
    assert len(store.ledger()) == accepted


def test_a_truncated_answer_ends_in_the_middle(serving, store):
    response = submit(serving(f"POST {CREATE}=truncate"))
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    assert len(store.ledger()) == 1


def test_a_failure_leaves_the_connection_open(serving):
    connection = serving(f"POST {CREATE}=error_after:x1")
    assert submit(connection).read() == b'{"message": "Server Error"}'
    assert request(connection, "GET", "/nowhere").status == 404


def test_a_body_of_unknown_length_is_refused(serving):
    connection = serving()
    connection.request("POST", "/api/auth/login", body=iter([b"{}"]), encode_chunked=True)
    assert connection.getresponse().status == 411


def test_a_database_that_breaks_is_a_server_error(serving, store):
    connection = serving()
    with store.writing() as transaction:
        transaction.ledger._connection.execute("DROP TABLE settings")
    assert request(connection, "GET", "/nowhere").status == 500


def test_a_client_that_leaves_early_disturbs_nobody(serving):
    connection = serving()
    with closing(socket.create_connection((connection.host, connection.port))) as hasty:
        hasty.sendall(b"POST /api/auth/login HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
    assert request(connection, "GET", "/nowhere").status == 404


def test_the_application_keeps_the_rules_of_wsgi(store):
    environ = {"SCRIPT_NAME": "", "PATH_INFO": "/api/groups", "QUERY_STRING": ""}
    setup_testing_defaults(environ)
    answer = validator(create_app(store))(environ, lambda *_: print)
    assert b"JWT Token not found" in b"".join(answer)
    answer.close()


def test_a_port_in_use_is_an_error_of_configuration(store):
    app = create_app(store)
    with running(app) as base_url, pytest.raises(ConfigurationError, match="cannot listen on"):
        running(app, port=urlsplit(base_url).port).__enter__()


def test_the_end_waits_for_the_answer_that_is_due(store):
    entered, go_on = threading.Event(), threading.Event()
    app = create_app(store, faults=[parse_fault("slow:1")], sleep=lambda _: (entered.set(), go_on.wait(10)))
    with running(app) as base_url:
        connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)
        connection.request("GET", "/nowhere")
        entered.wait(10)
        threading.Timer(0.1, go_on.set).start()
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(tmp_path, number):
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "sandbox.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        base_url = process.stdout.readline().strip()
        idle = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=10)
        request(idle, "GET", "/nowhere").read()
        process.send_signal(number)
        output, errors = process.communicate(timeout=20)
        idle.close()
    assert (process.returncode, output, errors) == (0, "ended\n", "")
