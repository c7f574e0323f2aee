"""A state server over real HTTP: threads, TLS with client certificates, a log of requests, and faults on demand."""

import ssl
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from socketserver import TCPServer

HTML = b"<!DOCTYPE html><title>Sign in</title>"

#: Answers in place of what was asked.
_INSTEAD = {
    "error_before": ("503 Service Unavailable", [("Content-Type", "text/html")], HTML),
    "too_many": ("429 Too Many Requests", [("Retry-After", "7")], b""),
    "html": ("200 OK", [("Content-Type", "text/html")], HTML),
    "empty": ("200 OK", [], b""),
    "teapot": ("418 I'm a Teapot", [], b""),
    "bad_method": ("405 Method Not Allowed", [], b""),
}


class Dropped(Exception):
    """The connection is closed without an answer."""


@dataclass
class Fault:
    """What goes wrong with a request of a method, and how many times still."""

    kind: str
    method: str
    times: int


class StateServer:
    """Serves a WSGI application from threads until the block ends.

    Faults are those of `_INSTEAD`, before anything is executed, and `redirect`, `drop_request`, and `silent`, which
    holds the request until the server ends; after it was executed, `drop_answer`, `error_after`, `truncate`, `damage`.
    """

    def __init__(self, app, *, tls=None):
        self.requests = []
        #: Called with the number of each request, from one on, before it is executed.
        self.on_request = lambda _: None
        self._app = app
        self._faults = []
        self._ended = threading.Event()
        self._http = _Http(self)
        self._scheme = "http"
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
            self._scheme = "https"
        self._loop = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self):
        return f"{self._scheme}://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        self._loop.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._http.shutdown()
        self._loop.join()
        self._http.server_close()

    def fail(self, kind, method, *, times=1):
        """Let the next requests of a method fail; of any method with `*`."""
        self._faults.append(Fault(kind, method, times))

    def heal(self):
        """Let nothing fail any more."""
        self.on_request = lambda _: None
        self._faults.clear()

    def methods(self):
        """The methods of all requests so far, in order."""
        return [request["REQUEST_METHOD"] for request in self.requests]

    def last(self, method):
        """The newest request of a method."""
        return [request for request in self.requests if request["REQUEST_METHOD"] == method][-1]

    def answer(self, environ):
        """Status line, headers and body of the answer, or Dropped."""
        self.requests.append(environ)
        self.on_request(len(self.requests))
        kind = self._next_fault(environ["REQUEST_METHOD"])
        if kind == "redirect":
            return "302 Found", [("Location", f"{self.url}/login")], b""
        if kind in _INSTEAD:
            return _INSTEAD[kind]
        if kind == "silent":
            self._ended.wait()
        if kind in {"silent", "drop_request"}:
            raise Dropped
        return self._spoilt(kind, *self._call(environ))

    def _spoilt(self, kind, status, headers, body):
        match kind:
            case "drop_answer":
                raise Dropped
            case "error_after":
                return "500 Internal Server Error", [], b""
            case "truncate":
                return status, [*headers, ("Content-Length", str(len(body) + 10))], body
            case "damage":
                return status, headers, body[::-1]
        return status, headers, body

    def _next_fault(self, method):
        for fault in self._faults:
            if fault.times and fault.method in {method, "*"}:
                fault.times -= 1
                return fault.kind
        return ""

    def _call(self, environ):
        started = []
        body = b"".join(self._app(environ, lambda status, headers: started.append((status, headers))))
        ((status, headers),) = started
        return status, headers, body


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, owner):
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Connection)

    def server_bind(self):
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, *_):
        """Clients that hang up, or show no certificate, are what tests are about."""


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def log_message(self, *_):
        """Stay silent."""

    def _answer(self):
        try:
            status, headers, body = self.server.owner.answer(self._environ())
        except Dropped:
            self.close_connection = True
            return
        code, _, phrase = status.partition(" ")
        self.send_response_only(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" in dict(headers):
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_LOCK = do_UNLOCK = _answer  # noqa: N815 - the names are the base class's

    def _environ(self):
        path, _, query = self.path.partition("?")
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(int(length))
        # A client that died in the middle of its request has asked for nothing.
        if len(body) < int(length):
            raise Dropped
        return {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": length,
            "wsgi.input": BytesIO(body),
            **headers,
        }


def server_tls(certificate, *, client_authority=None):
    """The TLS of a server with a certificate of trustme, that demands one of clients where an authority is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    if client_authority is not None:
        client_authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context
