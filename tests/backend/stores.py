"""The stores that the conformance suite runs over; a later backend joins by one line."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import pytest

from rcsplan.backend.http_address import http_address
from rcsplan.backend.http_store import HttpStore
from rcsplan.backend.local import LocalStore
from rcsplan.backend.postgres import PostgresStore
from rcsplan.backend.protocol import LockInfo
from rcsplan.state.model import PutRecord
from tests.backend import object_servers
from tests.backend.dialects import PASSWORD, USERNAME, Gitea, GitLab, Plain
from tests.backend.postgres_server import shared_url
from tests.backend.state_server import StateServer
from tests.builders import make_record

#: The name of the file of a local state in its folder.
DOCUMENT = "crm.state.json"

#: The applications that serve states now, by the place of the store.
SERVED = {}

#: The state servers by the kind of store that they keep.
DIALECTS = {"http": Plain, "gitlab": GitLab, "gitea": Gitea}


def open_http(folder):
    """A store on the server that serves this folder's test."""
    return HttpStore(http_address(json.loads((folder / "http.json").read_text()), {}))


#: How to open a store of each kind at a place of its own, given as a folder.
STORES = {
    "local": lambda folder: LocalStore(folder / DOCUMENT),
    "s3": partial(object_servers.open_store, "s3"),
    "gcs": partial(object_servers.open_store, "gcs"),
    "azure": partial(object_servers.open_store, "azure"),
    "postgres": lambda folder: PostgresStore(shared_url(), project=str(folder), environment="production"),
    **dict.fromkeys(DIALECTS, open_http),
}

#: The kinds whose locks outlive a process that is killed, until somebody breaks them.
LASTING_LOCKS = frozenset({"s3", "gcs", "azure", *DIALECTS})

#: Engines that must be installed apart.
_INSTALLED = {"azure"}

#: One of each family; its kin differ from it in ways that the conformance suite looks at.
FAMILIES = frozenset({"local", "s3", "http", "postgres"})


def kinds(quick):
    """The kinds as parameters of a fixture: these at every run of the suite, all in the long proof."""
    return [pytest.param(kind, marks=[] if kind in quick else [pytest.mark.full]) for kind in STORES]


#: For what each has to show of itself.
KINDS = kinds(set(STORES) - _INSTALLED)


@contextmanager
def serving(kind, folder):
    """Runs the server that a store of this kind needs at a place, if it needs one."""
    if kind not in DIALECTS:
        yield
        return
    dialect = DIALECTS[kind]()
    with StateServer(dialect) as server:
        folder.mkdir(parents=True)
        (folder / "http.json").write_text(json.dumps(http_settings(server.url, dialect)))
        SERVED[folder] = dialect
        yield
        del SERVED[folder]


def http_settings(url, dialect):
    """The settings of a state on a server, as somebody would write them in rcsplan.yaml."""
    return {
        "url": url + dialect.path.format(name="crm-state"),
        "lock_url": url + dialect.lock_path.format(name="crm-state"),
        "username": USERNAME,
        "password": PASSWORD,
        "retry_wait_min": 0.01,
    }


def make_info(operation="apply"):
    """Who locks: this test."""
    created = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    return LockInfo(id=f"lock of {operation}", who="me@here", operation=operation, created=created, version="0.1.0")


def lock(store, operation="apply", *, timeout=0):
    """The session of a store."""
    return store.lock(make_info(operation), timeout=timeout)


def put(number, *, address="spring-sale"):
    """The change that makes a number the remote id of an address."""
    return PutRecord(address=address, record=make_record(remote_id=number))


def number_in(state, *, address="spring-sale"):
    """The number that was last put, 0 where none was."""
    newest = state.records_of(address).newest
    return newest.remote_id if newest else 0


def contents_of(state):
    """All that a state says, but its serial."""
    return (state.header.model_copy(update={"serial": 0}), dict(state.sends))
