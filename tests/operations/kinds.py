"""The kinds of store over which whole runs are made: some at every run of the suite, all in the long proof."""

from tests.backend.stores import kinds

#: For what is tried once: a store that is files, and one that is a server.
KINDS = kinds({"local", "postgres"})

#: For what is tried at every step of a run.
THOROUGH = kinds({"local"})
