"""What other programs do to what a store keeps, behind its back: they damage it, and put older contents back."""

import copy
import uuid

from tests.backend.postgres_server import execute
from tests.backend.stores import DIALECTS, DOCUMENT, SERVED, STORES


class File:
    """The file of a local state."""

    def __init__(self, _, folder):
        self._path = folder / DOCUMENT

    def damage(self):
        self._path.write_bytes(_altered(self._path.read_bytes()))

    def backup(self):
        older = self._path.read_bytes()
        return lambda: self._path.write_bytes(older)


class Object:
    """The document of a state in a bucket."""

    def __init__(self, kind, folder):
        store = STORES[kind](folder)
        self._bucket, self._key = store._bucket, store._key

    def damage(self):
        self._write(_altered(self._bucket.get(self._key).data))

    def backup(self):
        older = self._bucket.get(self._key).data
        return lambda: self._write(older)

    def _write(self, data):
        self._bucket.put(self._key, data, replaces=self._bucket.get(self._key).version)


class Served:
    """The versions of a state on a state server."""

    def __init__(self, _, folder):
        (self._kept,) = SERVED[folder].states.values()

    def damage(self):
        self._kept.versions = {serial: _altered(body) for serial, body in self._kept.versions.items()}

    def backup(self):
        older = copy.copy(self._kept.versions)
        return lambda: setattr(self._kept, "versions", older)


class Rows:
    """The rows of a state in the database that all tests share."""

    def __init__(self, _, folder):
        self._mine = f"(SELECT id FROM rcsplan.states WHERE project = '{folder}')"

    def damage(self):
        execute("postgres", f"UPDATE rcsplan.records SET revision = 7 WHERE state = {self._mine}")

    def backup(self):
        name = f"older_{uuid.uuid4().hex}"
        execute("postgres", f"CREATE TABLE {name}_r AS SELECT * FROM rcsplan.records WHERE state = {self._mine}")
        execute("postgres", f"CREATE TABLE {name}_s AS SELECT * FROM rcsplan.states WHERE id = {self._mine}")

        def restore():
            execute("postgres", f"DELETE FROM rcsplan.records WHERE state = {self._mine}")
            execute("postgres", f"INSERT INTO rcsplan.records SELECT * FROM {name}_r")
            execute(
                "postgres",
                "UPDATE rcsplan.states AS s SET header = o.header, writes = o.writes, total = o.total, seal = o.seal"
                f" FROM {name}_s AS o WHERE s.id = o.id",
            )
            execute("postgres", f"DROP TABLE {name}_r, {name}_s")

        return restore


#: Who has access to the contents of a store of each kind, at a place as in STORES.
OUTSIDERS = {
    "local": File,
    "postgres": Rows,
    **dict.fromkeys(("s3", "gcs", "azure"), Object),
    **dict.fromkeys(DIALECTS, Served),
}


def _altered(data):
    return data.replace(b"54000001", b"54000002")
