"""A provider that says exactly what a test tells it to: in memory, and over raw sockets."""

import base64
import contextlib
import json
import os
import socket
import struct
import threading
from dataclasses import dataclass, field

import httpx
import pytest

from rcsplan.bsg.client import SendClient
from rcsplan.bsg.session import Session

KEY = "live_0123456789abcdefghij"


def make_token(*, serial=1, iat=1_000_000, exp=1_001_000):
    claims = base64.urlsafe_b64encode(json.dumps({"iat": iat, "exp": exp, "id": serial}).encode()).decode()
    return f"eyJhbGciOiJub25lIn0.{claims.rstrip('=')}.signature{serial}"


_LOGIN_BODY = json.dumps({"bearer": make_token()}).encode()
LOGGED_IN = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(_LOGIN_BODY), _LOGIN_BODY)


@dataclass
class InMemory:
    """Answers logins by itself, with a token of its own each, and anything else with the next answer of the test."""

    answers: list
    logins: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    tokens: list = field(default_factory=list)

    def __call__(self, request):
        if not request.url.path.startswith("/api/auth/"):
            self.requests.append(request)
            return self._perform(self.answers.pop(0))
        self.requests.append(request)
        if self.logins:
            return self._perform(self.logins.pop(0))
        self.tokens.append(make_token(serial=len(self.tokens) + 1))
        return httpx.Response(200, json={"bearer": self.tokens[-1]})

    @staticmethod
    def _perform(answer):
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def lines(self):
        """The requests that came, logins included: method and path."""
        return [f"{request.method} {request.url.path}" for request in self.requests]


@pytest.fixture
def provider():
    """Build a provider in memory from its answers."""
    return lambda *answers, logins=(): InMemory(answers=list(answers), logins=list(logins))


@pytest.fixture
def pauses():
    """What the client under test slept, in seconds."""
    return []


@pytest.fixture
def connect(pauses):
    """Open a client to a provider in memory; pauses are recorded, not slept, and never jittered."""
    with contextlib.ExitStack() as stack:

        def connect_to(provider, **options):
            session = Session(base_url="https://one-api.test", api_key=KEY, transport=httpx.MockTransport(provider))
            stack.enter_context(session)
            return SendClient(session, sleep=pauses.append, jitter=lambda: 0.0, **options)

        yield connect_to


class RawServer:
    """A TCP server that reads whole requests, answers logins, and does with all others what a script says.

    A step of it is the bytes to send, and what comes then: "keep" the connection, "close" or "reset" it, or "wait".
    "drip" sends the bytes one at a time. A server with a greeting sends it to each connection and hangs up; a deaf one
    takes connections and reads nothing, a rude one resets them after the first words, an absent one at once.
    """

    def __init__(self, *script, greeting=b"", manners=""):
        self.greeting = greeting
        self.manners = manners
        self.script = list(script)
        self.received = []
        self.connections = 0
        self.closing = threading.Event()
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def refuse(self):
        """Refuse all connections from now on."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self):
        self.closing.set()
        self.refuse()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _serve(self, connection):
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError):
            if self.manners:
                connection.recv(1000 if self.manners == "rude" else 0)
                self._perform(connection, b"", "wait" if self.manners == "deaf" else "reset")
                return
            connection.sendall(self.greeting)
            while not self.greeting and (head := self._read(stream)):
                self.received.append(head)
                if "/api/auth/" in head:
                    connection.sendall(LOGGED_IN)
                    continue
                sent, ending = self.script.pop(0)
                self._perform(connection, sent, ending)
                if ending == "close":
                    return  # what the other side says before it notices is no request

    def _perform(self, connection, sent, ending):
        if ending == "drip":
            for byte in sent:
                connection.sendall(bytes([byte]))
                self.closing.wait(0.02)
            return
        connection.sendall(sent)
        match ending:
            case "wait":
                self.closing.wait(10)
            case "close":
                connection.shutdown(socket.SHUT_RDWR)
            case "reset":
                # A linger of zero seconds makes the close a reset; shutdown wakes the reader of this thread.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(connection.detach())

    @staticmethod
    def _read(stream):
        head = line = stream.readline().decode("latin-1")
        length = 0
        while line.strip():
            line = stream.readline().decode("latin-1")
            name, _, value = line.partition(":")
            length = int(value) if name.lower() == "content-length" else length
        stream.read(length)
        return head.strip()


@pytest.fixture
def raw_server():
    """Start raw servers, each from its script."""
    with contextlib.ExitStack() as stack:

        def start(*script, **options):
            server = RawServer(*script, **options)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def dial():
    """Open a client over the network."""
    with contextlib.ExitStack() as stack:

        def dial_to(base_url, **options):
            return SendClient(stack.enter_context(Session(base_url=base_url, api_key=KEY, **options)))

        yield dial_to
