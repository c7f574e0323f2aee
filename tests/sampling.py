"""Samples for the quick suite of what the long proofs try whole."""

import pytest


def sampled(cases, *, every):
    """Cases as parameters: one of so many at every run of the suite, all in the long proofs."""
    tuples = (case if isinstance(case, tuple) else (case,) for case in cases)
    return [pytest.param(*case, marks=pytest.mark.full if number % every else []) for number, case in enumerate(tuples)]
