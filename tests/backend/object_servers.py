"""Object stores over real HTTP on loopback, each started when it is first asked for, with weather that tests make."""

import atexit
import base64
import functools
import hashlib
import hmac
import http.client
import json
import os
import subprocess
import threading
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from rcsplan.backend.object_bucket import Patience
from rcsplan.backend.object_url import open_object_store

#: The bucket, or container, that every server has.
BUCKET = "state"

#: For stores of tests: what is repeated is repeated at once.
IMPATIENT = Patience(request=5, pauses=(0.001, 0.001), longest=20)

#: Where `.ci/run` installs Microsoft's own simulator of its storage.
AZURITE = Path(__file__).parents[2] / ".engines" / "node_modules" / ".bin" / "azurite-blob"

_AZURE_ACCOUNT = "devstoreaccount1"
#: The well-known key of every Azurite.
_AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class Server:
    """A WSGI application over HTTP; requests come one by one, so that a condition and its write are one step.

    `weather` is a list of faults, of which the first that takes a request answers it, and `seen` what was asked:
    method, path, and the bytes of request and answer.
    """

    def __init__(self, app):
        self.weather = []
        self.seen = []
        self._app = app
        self._turn = threading.Lock()
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, environ, start_response):
        fault = next((fault for fault in self.weather if fault.takes(environ)), None)
        if fault is not None:
            return fault.answer(environ, start_response, self._serve)
        return self._serve(environ, start_response)

    def _serve(self, environ, start_response):
        with self._turn:
            body = b"".join(self._app(environ, start_response))
        sent = int(environ.get("CONTENT_LENGTH") or 0)
        self.seen.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], sent, len(body)))
        return [body]


class _Quiet(MotoRequestHandler):
    def log(self, *_):
        """Say nothing."""

    def connection_dropped(self, *_):
        """Hang up, as whoever loses a connection does."""
        self.close_connection = True


class GoogleDouble:
    """The part of Google's XML API that a state needs, as documented: objects, generations, conditions on them."""

    def __init__(self):
        self._objects = {}
        self._generation = 1_700_000_000_000_000

    def __call__(self, environ, start_response):
        key, method = unquote(environ["PATH_INFO"]), environ["REQUEST_METHOD"]
        present, data = self._objects.get(key, (0, b""))
        demanded = environ.get("HTTP_X_GOOG_IF_GENERATION_MATCH")
        if not key.startswith(f"/{BUCKET}/"):
            return _say(start_response, "404 Not Found", "NoSuchBucket")
        if method == "PUT":
            if demanded is not None and int(demanded) != present:
                return _say(start_response, "412 Precondition Failed", "PreconditionFailed")
            self._generation += 1
            present, data = self._generation, environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            self._objects[key] = (present, data)
        elif not present:
            return _say(start_response, "404 Not Found", "NoSuchKey")
        elif method == "DELETE":
            del self._objects[key]
        headers = {
            "ETag": f'"{hashlib.md5(data).hexdigest()}"',
            "x-goog-generation": str(present),
            "Last-Modified": "Tue, 24 Nov 2026 09:00:00 GMT",
            "Content-Length": str(len(data)) if method in {"GET", "HEAD"} else "0",
        }
        start_response("200 OK", list(headers.items()))
        return [data if method == "GET" else b""]


class Forwarder:
    """Hands every request on to a server at another port, as a proxy does."""

    def __init__(self, port):
        self._port = port

    def __call__(self, environ, start_response):
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")} | {
            "Content-Type": environ.get("CONTENT_TYPE", "")
        }
        length = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            connection.request(
                environ["REQUEST_METHOD"], environ["REQUEST_URI"], environ["wsgi.input"].read(length), headers
            )
            answer = connection.getresponse()
            start_response(f"{answer.status} {answer.reason}", answer.getheaders())
            return [answer.read()]
        finally:
            connection.close()


def _say(start_response, status, code):
    start_response(status, [("Content-Type", "application/xml")])
    return [f"<Error><Code>{code}</Code></Error>".encode()]


@functools.cache
def s3():
    """The server that speaks S3."""
    server = Server(DomainDispatcherApplication(create_backend_app))
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/{BUCKET}", method="PUT", data=b"")).close()
    return server


@functools.cache
def gcs():
    """The double of Google Cloud Storage."""
    return Server(GoogleDouble())


@functools.cache
def azure():
    """Azurite, behind a proxy that makes the weather."""
    command = [AZURITE, "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry"]
    process = subprocess.Popen([*command, "--skipApiVersionCheck"], stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    ready = next(line for line in process.stdout if "successfully listens" in line)
    threading.Thread(target=process.stdout.read, daemon=True).start()
    server = Server(Forwarder(urlsplit(ready.split()[-1]).port))
    urllib.request.urlopen(_creation_of_container(server.url)).close()
    return server


def _creation_of_container(url):
    moment = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
    place = f"/{_AZURE_ACCOUNT}/{BUCKET}"
    headers = {"x-ms-date": moment, "x-ms-version": "2021-08-06"}
    lines = ["PUT", *[""] * 11, *(f"{name}:{value}" for name, value in headers.items())]
    text = "\n".join([*lines, f"/{_AZURE_ACCOUNT}{place}", "restype:container"])
    signature = base64.b64encode(hmac.digest(base64.b64decode(_AZURE_KEY), text.encode(), "sha256")).decode()
    headers |= {"Authorization": f"SharedKey {_AZURE_ACCOUNT}:{signature}"}
    return urllib.request.Request(f"{url}{place}?restype=container", method="PUT", headers=headers)


SERVERS = {"s3": s3, "gcs": gcs, "azure": azure}
_SCHEMES = {"s3": "s3", "gcs": "gs", "azure": "az"}

#: What the clients find their credentials by.
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "a-secret-key",
    "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(
        {"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    ),
    "AZURE_STORAGE_ACCOUNT_NAME": _AZURE_ACCOUNT,
    "AZURE_STORAGE_ACCOUNT_KEY": _AZURE_KEY,
}


def endpoint_of(kind):
    """Where the server of a kind is: started by this process, or by the one that started this one."""
    variable = f"OBJECT_SERVER_{kind.upper()}"
    if variable not in os.environ:
        os.environ |= _CREDENTIALS
        os.environ[variable] = SERVERS[kind]().url
    return os.environ[variable] + (f"/{_AZURE_ACCOUNT}" if kind == "azure" else "")


def url_of(kind, folder):
    """The URL of a state of its own for every folder."""
    return f"{_SCHEMES[kind]}://{BUCKET}/{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}/crm.json"


def open_store(kind, folder, *, patience=IMPATIENT):
    """The store of a state of its own for every folder."""
    return open_object_store(url_of(kind, folder), endpoint=endpoint_of(kind), region="eu-central-1", patience=patience)
