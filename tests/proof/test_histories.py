"""Whatever happens to a project, its state and its account: never twice, never lost, and in the end all is done."""

import pytest
from hypothesis import HealthCheck, settings

from tests.proof.histories import Histories

UNHURRIED = {"deadline": None, "suppress_health_check": list(HealthCheck)}


class TestHistories(Histories.TestCase):
    settings = settings(
        max_examples=30, stateful_step_count=15, derandomize=True, report_multiple_bugs=False, **UNHURRIED
    )


@pytest.mark.full
class TestLongHistories(Histories.TestCase):
    settings = settings(max_examples=1000, stateful_step_count=50, **UNHURRIED)
