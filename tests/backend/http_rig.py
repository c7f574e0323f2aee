"""A state server of one dialect, stores on it, and what they asked of it."""

import json
from contextlib import ExitStack

from rcsplan.backend.http_address import http_address
from rcsplan.backend.http_store import HttpStore
from tests.backend.state_server import StateServer
from tests.backend.stores import http_settings, lock
from tests.builders import make_state

NAME = "crm-state"


class HttpRig(ExitStack):
    """A running server, and stores that open the same state anew; nobody sleeps."""

    def __init__(self, dialect, *, tls=None, **settings):
        super().__init__()
        self.dialect = dialect
        self.slept = []
        self.while_sleeping = lambda: None
        self.server = self.enter_context(StateServer(dialect, tls=tls))
        self._settings = settings

    def address(self, **settings):
        """The address of the state."""
        given = http_settings(self.server.url, self.dialect)
        return http_address({**given, **self._settings, **settings}, {})

    def store(self, *, patience=30.0, **settings):
        """The store, as another run would open it."""
        return HttpStore(self.address(**settings), sleep=self._sleep, patience=patience)

    def hold(self, operation="apply", **settings):
        """A session that holds the lock until the test is over, or gives it back before."""
        return self.enter_context(lock(self.store(**settings), operation))

    def begin(self):
        """Begin a state, and forget what was asked for it."""
        with lock(self.store()) as session:
            session.create(make_state())
        self.server.requests.clear()
        return self

    @property
    def text(self):
        """The document that the server keeps."""
        return self.dialect.text_of(NAME)

    @property
    def held(self):
        """The lock that the server keeps."""
        return self.dialect.states[NAME].lock

    def body(self, method):
        """The JSON of the newest request of a method."""
        stream = self.server.last(method)["wsgi.input"]
        stream.seek(0)
        return json.loads(stream.read())

    def _sleep(self, seconds):
        self.slept.append(seconds)
        self.while_sleeping()
