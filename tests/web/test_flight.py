"""What is known of a request on its way, told by the transport's own report."""

import socket
import time

import httpx
import pytest

from rcsplan.web.flight import Deadline, Flight


class Stream:
    """A network stream as transports report it."""

    def __init__(self, connection):
        self.connection = connection

    def get_extra_info(self, name):
        return {"socket": self.connection}[name]


@pytest.fixture
def ends():
    here, there = socket.socketpair()
    with here, there:
        here.settimeout(5)
        yield here, there


def request(method):
    return {"request": httpx.Request(method, "https://one-api.test")}


def test_a_request_has_begun_when_its_headers_are_about_to_leave():
    with Flight() as flight:
        flight.trace("connection.connect_tcp.complete", {"return_value": None})
        before = flight.began
        flight.trace("http11.send_request_headers.started", request("POST"))
    assert (before, flight.began) == (False, True)


def test_what_is_said_to_a_proxy_is_not_the_request():
    with Flight() as flight:
        flight.trace("http11.send_request_headers.started", {"request": type("Tunnel", (), {"method": b"CONNECT"})})
    assert not flight.began


def test_no_request_begins_after_the_deadline():
    with Flight(Deadline.after(0.01)) as flight:
        time.sleep(0.02)
        with pytest.raises(httpx.ConnectTimeout):
            flight.trace("http11.send_request_headers.started", request("POST"))
    assert not flight.began


@pytest.mark.parametrize("event", ["connection.connect_tcp.complete", "connection.start_tls.complete"])
def test_the_deadline_ends_a_wait_on_the_socket(ends, event):
    with Flight(Deadline.after(0.02)) as flight:
        flight.trace(event, {"return_value": Stream(ends[0])})
        assert ends[0].recv(1) == b""


def wait_in_vain(connection, *, methods):
    with Flight(Deadline.after(0.02)) as flight:
        flight.trace("connection.connect_tcp.complete", {"return_value": Stream(connection)})
        [flight.trace("http11.send_request_headers.started", request(method)) for method in methods]
        connection.recv(1)
        message = "closed"
        raise httpx.RemoteProtocolError(message)


@pytest.mark.parametrize(("methods", "kind"), [(["POST"], httpx.ReadTimeout), ([], httpx.ConnectTimeout)])
def test_a_connection_that_the_deadline_ended_is_a_timeout(ends, methods, kind):
    with pytest.raises(kind, match=r"within 0.02 seconds"):
        wait_in_vain(ends[0], methods=methods)


def test_an_exchange_that_is_over_in_time_is_left_alone(ends):
    with Flight(Deadline.after(0.02)) as flight:
        flight.trace("connection.connect_tcp.complete", {"return_value": Stream(ends[0])})
    time.sleep(0.04)
    ends[1].sendall(b"x")
    assert ends[0].recv(1) == b"x"
