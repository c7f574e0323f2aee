"""What happens to requests on their way to an object store and back."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Fault:
    """What happens to requests of a method whose path ends so: to `times` of them, after the first `after`."""

    act: Callable
    method: str = ""
    ends: str = ""
    after: int = 0
    times: int = 1

    def takes(self, environ):
        """Whether this request is one of them."""
        if not (environ["REQUEST_METHOD"].startswith(self.method) and environ["PATH_INFO"].endswith(self.ends)):
            return False
        self.after -= 1
        self.times -= self.after < 0
        return self.after < 0 <= self.times

    def answer(self, environ, start_response, serve):
        """What the client gets."""
        return self.act(environ, start_response, serve)


def lose_request(*_):
    """The request never arrives."""
    raise ConnectionResetError


def lose_answer(environ, _, serve):
    """The request is carried out and nobody hears of it."""
    serve(environ, lambda *_: None)
    raise ConnectionResetError


def say(status, code="", *, text=""):
    """The store answers so, and does nothing."""

    def act(_environ, start_response, _serve):
        start_response(status, [("Content-Type", "application/xml")])
        return [f"<Error><Code>{code}</Code><Message>{text}</Message></Error>".encode()]

    return act


def delay(seconds):
    """The store takes so long."""

    def act(environ, start_response, serve):
        time.sleep(seconds)
        return serve(environ, start_response)

    return act


def ignore(*headers):
    """The store does not know these headers."""

    def act(environ, start_response, serve):
        return serve({name: value for name, value in environ.items() if name not in headers}, start_response)

    return act


class Detour:
    """Holds a request on its way until `arrive` lets it reach the store, long after its client gave up."""

    def __init__(self):
        self._held = lambda: None

    def __call__(self, environ, _, serve):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self._held = lambda: serve({**environ, "wsgi.input": _Body(body)}, lambda *_: None)
        raise ConnectionResetError

    def arrive(self):
        """Let it arrive now."""
        self._held()


class _Body:
    def __init__(self, data):
        self._data = data

    def read(self, size=-1):
        """All that is left, or so many bytes."""
        end = len(self._data) if size is None or size < 0 else size
        data, self._data = self._data[:end], self._data[end:]
        return data

    def readline(self, *_):
        """Never needed: bodies are read whole."""
        return self.read()


FOREVER = 10**9
