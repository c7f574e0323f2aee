"""The kinds of store over which whole runs are made: some at every run of the suite, all in the long proof."""

from tests.backend.stores import FAMILIES, kinds

#: For what is tried once.
KINDS = kinds(FAMILIES)

#: For what is tried at every step of a run.
THOROUGH = kinds({"local"})
