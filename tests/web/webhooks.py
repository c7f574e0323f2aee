"""A webhook on this machine: it keeps what it is told, and fails as it is asked to."""

from __future__ import annotations

import json

from tests.backend.state_server import StateServer

#: The path of a webhook is what lets in whoever knows it.
PATH = "/services/T0123/B4567/s3cr3tpath"


class Webhook:
    """Keeps the documents that were posted to its path; anything else is not found."""

    def __init__(self):
        self.told = []
        self.server = StateServer(self)

    @property
    def url(self):
        return f"{self.server.url}{PATH}"

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *failure):
        self.server.__exit__(*failure)

    def __call__(self, environ, start_response):
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", PATH):
            start_response("404 Not Found", [])
            return [f"no {PATH}".encode()]
        self.told.append(json.loads(environ["wsgi.input"].read()))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    @property
    def events(self):
        return [document["event"] for document in self.told]
