"""Three state servers as WSGI applications: a plain one, GitLab's and Gitea's, quirk by quirk as their sources say."""

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

USERNAME, PASSWORD = "ci-robot", "glpat-do-not-tell"

LOCK_KEYS = ("ID", "Operation", "Info", "Who", "Version", "Created", "Path")


@dataclass
class Kept:
    """A state on a server: its versions by serial in the order of writing, and its lock."""

    versions: dict = field(default_factory=dict)
    lock: dict | None = None
    deleted: bool = False


@dataclass
class Request:
    """A request as an application sees it."""

    method: str
    lock_id: str | None
    body: bytes
    name: str
    is_lock: bool
    if_match: str


class Refused(Exception):
    """Ends a request with a status and a body."""

    def __init__(self, status, body=b""):
        super().__init__(status)
        self.answer = (status, body if isinstance(body, bytes) else json.dumps(body).encode())


class Dialect:
    """What the three have in common: basic auth, checksums of bodies, and one request after the other."""

    #: The path of a state, with its name.
    path = "/state/{name}"
    lock_path = path
    methods = ("LOCK", "UNLOCK")
    pattern = re.compile(r"/state/(?P<name>[^/]+)(?P<lock>)")

    def __init__(self):
        self.states = {}
        self._one_at_a_time = threading.Lock()

    def __call__(self, environ, start_response):
        with self._one_at_a_time:
            try:
                status, body, *headers = self._answer(environ)
            except Refused as refused:
                (status, body), headers = refused.answer, []
        start_response(status, headers)
        return [body]

    def text_of(self, name):
        """The document of a state."""
        return self.states[name].versions[self.newest(self.states[name])]

    def put_back(self, name, text):
        """Put a text in the place of the newest version, past the protocol."""
        state = self.states[name]
        state.versions[self.newest(state)] = text

    def newest(self, state):
        """The serial whose document is read."""
        return list(state.versions)[-1]

    def _answer(self, environ):
        request = self._read(environ)
        if request.is_lock:
            return self.lock(request) if request.method == self.methods[0] else self.unlock(request)
        match request.method:
            case "GET":
                return self.read(request)
            case "POST" | "PUT":
                return self.write(request)
            case "DELETE":
                return self.delete(request)
        raise Refused("405 Method Not Allowed")

    def _read(self, environ):
        login = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if environ.get("HTTP_AUTHORIZATION") != f"Basic {login}":
            raise Refused("401 Unauthorized", {"message": "401 Unauthorized"})
        match = self.pattern.fullmatch(environ["PATH_INFO"])
        if match is None:
            raise Refused("404 Not Found", {"error": "404 Not Found"})
        body = environ["wsgi.input"].read()
        md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
        if body and (environ["CONTENT_TYPE"], environ.get("HTTP_CONTENT_MD5")) != ("application/json", md5):
            raise Refused("400 Bad Request")
        method = environ["REQUEST_METHOD"]
        is_lock = match["lock"] == "/lock" or method in {"LOCK", "UNLOCK"}
        lock_id = parse_qs(environ["QUERY_STRING"]).get("ID", [None])[0]
        name = unquote(match["name"])
        return Request(method, lock_id, body, name, is_lock, environ.get("HTTP_IF_MATCH", ""))

    def _lock_of(self, body):
        fields = json.loads(body)
        if set(fields) != set(LOCK_KEYS) or not all(isinstance(value, str) for value in fields.values()):
            raise Refused("400 Bad Request", {"error": "a parameter is missing"})
        if len(fields["ID"]) > 255:
            raise Refused("400 Bad Request", {"error": "ID must be less than 255 characters"})
        return fields


class Plain(Dialect):
    """A plain server: LOCK and UNLOCK, 423 with the holder's own words; entity tags where they are asked for."""

    def __init__(self, *, etags=False, checks_writes=True, names_holder=True):
        super().__init__()
        self._etags = etags
        self._checks_writes = checks_writes
        self._names_holder = names_holder

    def read(self, request):
        state = self.states.get(request.name, Kept())
        if not state.versions:
            raise Refused("404 Not Found")
        text = self.text_of(request.name)
        md5 = base64.b64encode(hashlib.md5(text).digest()).decode()
        return "200 OK", text, ("Content-MD5", md5), *self._etag(text)

    def write(self, request):
        state = self.states.setdefault(request.name, Kept())
        if self._checks_writes and state.lock and state.lock["ID"] != request.lock_id:
            raise Refused("423 Locked", state.lock)
        if request.if_match and ("ETag", request.if_match) not in self._etag(self.text_of(request.name)):
            raise Refused("412 Precondition Failed")
        state.versions = {0: request.body}
        return "200 OK", b""

    def lock(self, request):
        state = self.states.setdefault(request.name, Kept())
        if state.lock:
            raise Refused("423 Locked", state.lock if self._names_holder else b"")
        state.lock = self._lock_of(request.body)
        return "200 OK", b""

    def unlock(self, request):
        state = self.states.setdefault(request.name, Kept())
        if state.lock != self._lock_of(request.body):
            raise Refused("409 Conflict")
        state.lock = None
        return "200 OK", b""

    def _etag(self, text):
        return [("ETag", f'"{hashlib.sha256(text).hexdigest()}"')] if self._etags else []


class GitLab(Dialect):
    """GitLab: versions by serial, a lock that echoes whoever is refused, and roles."""

    path = "/api/v4/projects/7/terraform/state/{name}"
    lock_path = f"{path}/lock"
    methods = ("POST", "DELETE")
    pattern = re.compile(r"/api/v4/projects/7/terraform/state/(?P<name>[^/]+)(?P<lock>/lock)?")

    def __init__(self, *, role="maintainer", largest=10**9, mismatch="500 Internal Server Error"):
        super().__init__()
        self.largest = largest
        self._role = role
        self._mismatch = mismatch

    def newest(self, state):
        return max(state.versions)

    def read(self, request):
        state = self._find(request.name)
        if state is None:
            raise Refused("404 Not Found", {"message": "404 Not found"})
        if not state.versions:
            return "204 No Content", b""
        return "200 OK", self.text_of(request.name), ("ETag", 'W/"1"')

    def write(self, request):
        self._demand_maintainer()
        if not request.body:
            return "204 No Content", b""
        if len(request.body) > self.largest:
            raise Refused("413 Request Entity Too Large", {"message": "413 Request Entity Too Large"})
        serial = json.loads(request.body).get("serial")
        if not isinstance(serial, int):
            raise Refused("422 Unprocessable Entity", {"message": "No serial in payload"})
        state = self._find_or_create(request.name)
        if (state.lock or {}).get("ID") != request.lock_id:
            raise Refused(self._mismatch)
        if serial in state.versions:
            raise Refused("422 Unprocessable Entity", {"message": "duplicate key value"})
        state.versions[serial] = request.body
        return "200 OK", b""

    def delete(self, request):
        self._demand_maintainer()
        state = self._find(request.name)
        if state is None:
            raise Refused("404 Not Found")
        state.deleted = True
        return "200 OK", b""

    def lock(self, request):
        self._demand_maintainer()
        asked, state = self._lock_of(request.body), self._find_or_create(request.name)
        status = "409 Conflict" if state.lock else "200 OK"
        if not state.lock:
            state.lock = {"ID": asked["ID"], "Who": "robot-of-gitlab", "Created": datetime.now(UTC).isoformat()}
        return status, json.dumps({**asked, **state.lock}).encode()

    def unlock(self, request):
        self._demand_maintainer()
        lock_id = json.loads(request.body or b"{}").get("ID")
        state = self._find_or_create(request.name)
        if lock_id is not None and lock_id != (state.lock or {}).get("ID", ""):
            raise Refused("409 Conflict")
        state.lock = None
        return "200 OK", b""

    def _demand_maintainer(self):
        if self._role != "maintainer":
            raise Refused("403 Forbidden", {"message": "403 Forbidden"})

    def _find(self, name):
        state = self.states.get(name)
        if state is not None and state.deleted:
            raise Refused("422 Unprocessable Entity", {"message": "StateDeletedError"})
        return state

    def _find_or_create(self, name):
        return self._find(name) or self.states.setdefault(name, Kept())


class Gitea(Dialect):
    """Gitea: the same shape, 423 with the holder's own words, and the newest version is the one written last."""

    path = "/api/packages/acme/terraform/state/{name}"
    lock_path = f"{path}/lock"
    methods = ("POST", "DELETE")
    pattern = re.compile(r"/api/packages/acme/terraform/state/(?P<name>[-_+.\w]+)(?P<lock>/lock)?")

    def __init__(self, *, objects=""):
        super().__init__()
        #: Where files are kept, if readers are sent there.
        self.objects = objects

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/objects/"):
            return self._serve_object(environ, start_response)
        return super().__call__(environ, start_response)

    def read(self, request):
        state = self.states.get(request.name)
        if state is None or not state.versions:
            raise Refused("404 Not Found", b"package does not exist")
        if self.objects:
            return "307 Temporary Redirect", b"", ("Location", f"{self.objects}/objects/{request.name}?signature=x")
        return "200 OK", self.text_of(request.name)

    def write(self, request):
        state = self.states.setdefault(request.name, Kept())
        if state.lock and state.lock["ID"] != request.lock_id:
            raise Refused("423 Locked", state.lock)
        serial = json.loads(request.body)["serial"]
        if serial in state.versions:
            raise Refused("409 Conflict", b"package file already exists")
        state.versions[serial] = request.body
        return "201 Created", b""

    def delete(self, request):
        state = self.states.get(request.name)
        if state is None:
            raise Refused("404 Not Found")
        if state.lock:
            raise Refused("423 Locked", b"terraform state is locked")
        del self.states[request.name]
        return "200 OK", b""

    def lock(self, request):
        asked, state = self._lock_of(request.body), self.states.setdefault(request.name, Kept())
        if state.lock:
            raise Refused("423 Locked", state.lock)
        state.lock = asked
        return "200 OK", b""

    def unlock(self, request):
        asked, state = self._lock_of(request.body), self.states.setdefault(request.name, Kept())
        if state.lock and state.lock["ID"] != asked["ID"]:
            raise Refused("423 Locked", b"lock ID mismatch")
        state.lock = None
        return "200 OK", b""

    def _serve_object(self, environ, start_response):
        # An object store refuses requests that carry other credentials than the signature.
        is_clean = "HTTP_AUTHORIZATION" not in environ and "HTTP_X_TEAM" not in environ
        name = environ["PATH_INFO"].removeprefix("/objects/")
        kept = self.states.get(name, Kept()).versions
        status = "400 Bad Request" if not is_clean else "200 OK" if kept else "404 Not Found"
        start_response(status, [])
        return [self.text_of(name) if status == "200 OK" else b""]
