"""The kinds of store over which whole runs are made: some at every run of the suite, all in the long proof."""

import pytest

from tests.backend.stores import STORES

#: One of each family; its kin differ from it in ways that the conformance suite looks at.
_FAMILIES = frozenset({"local", "s3", "http", "postgres"})


def _kinds(quick):
    return [pytest.param(kind, marks=[] if kind in quick else [pytest.mark.full]) for kind in STORES]


#: For what is tried once.
KINDS = _kinds(_FAMILIES)

#: For what is tried at every step of a run.
THOROUGH = _kinds({"local"})
