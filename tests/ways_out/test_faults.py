"""Every fault of the simulator, set in an environment or by `sandbox serve --fault`: each send once in the end."""

from __future__ import annotations

from contextlib import closing

import pytest

from rcsplan.sandbox.store import SandboxStore
from tests.cli.running import process, serving
from tests.ways_out.provider import KEY
from tests.ways_out.shop import SEND_GROUPS, SOON, Shop, in_days

#: The fault of the first submission, the exit code of an apply that does not wait, and what was accepted until then.
EMBEDDED = [
    ("refuse:x1", 0, 1),
    ("drop_request:x1", 3, 0),
    ("drop_response:x1", 0, 1),
    ("error_before:x1", 3, 0),
    ("error_after:x1", 0, 1),
    ("too_many:x1", 0, 1),
    ("duplicate:x1", 3, 0),
    ("truncate:x1", 0, 1),
    ("garbage:x1", 0, 1),
    ("slow:0.1", 0, 1),
    ("list_lag:1", 0, 1),
]

#: Who serves has taken the connection already: what is refused then looks like a request that was lost.
SERVED = [
    ("refuse:x1", 3, 0),
    ("drop_response:x1", 0, 1),
    ("truncate:x1", 0, 1),
    *(pytest.param(*row, marks=pytest.mark.full) for row in EMBEDDED[1:]),
]


@pytest.mark.parametrize(("fault", "code", "accepted"), EMBEDDED)
def test_a_fault_of_an_environment_ends_with_each_send_once(shop, fault, code, accepted):
    shop.configure(faults=[f"{SEND_GROUPS}={fault}"], **SOON)
    shop.declare("sale")
    assert (shop.apply("--settle-timeout", "0s").code, len(shop.ledger())) == (code, accepted)
    shop.converge()
    assert shop.live() == ["Hello from sale"]


@pytest.mark.parametrize(("fault", "code", "accepted"), SERVED)
def test_a_fault_of_a_served_sandbox_ends_with_each_send_once(shop, tmp_path, monkeypatch, fault, code, accepted):
    monkeypatch.setenv("BSG_TEST_KEY", KEY)
    database = tmp_path / "served.db"
    with serving("--db", str(database), "--fault", f"{SEND_GROUPS}={fault}") as url:
        shop.configure(type="bsg", base_url=url, api_key={"env": "BSG_TEST_KEY"}, **SOON)
        shop.declare("sale", schedule=in_days(2), spec={"groups": [{"name": "VIP"}]})
        first = shop.apply("--settle-timeout", "0s").code
        with closing(SandboxStore(database)) as store:
            after_the_first = len(store.ledger())
            shop.converge()
            assert (first, after_the_first, len(store.ledger())) == (code, accepted, 1)


def test_what_a_lagging_list_does_not_show_yet_is_not_taken_for_lost(shop):
    shop.configure(faults=[f"{SEND_GROUPS}=drop_response:x1", "GET /api/campaigns=list_lag:1"], **SOON)
    shop.declare("sale")
    assert shop.apply("--settle-timeout", "0s").code == 3
    shop.converge()
    assert shop.live() == ["Hello from sale"]


def test_a_fault_means_the_requests_of_its_method_and_path_alone(shop):
    shop.configure(faults=["PATCH /api/campaigns/*=error_before:x9", "GET /api/no-such-*=garbage"])
    shop.declare("sale")
    shop.converge()
    assert shop.live() == ["Hello from sale"]


@pytest.mark.parametrize("fault", ["explode", "slow", "refuse:2", "GET=refuse"])
def test_a_fault_that_is_none_is_the_users_to_mend(shop, fault):
    shop.configure(faults=[fault])
    said = shop.run("plan")
    assert (said.code, "Traceback" in said.err) == (1, False)
    assert process("sandbox", "serve", "--port", "0", "--db", str(shop.folder / "x.db"), "--fault", fault).code == 1


def test_a_seed_makes_a_run_repeatable(tmp_path, capsys):
    assert [outcomes(tmp_path / name, capsys) for name in ("one", "other")] == [
        outcomes(tmp_path / "third", capsys),
    ] * 2


def outcomes(folder, capsys):
    """Which of eight sends were accepted by a provider that refuses at random."""
    shop = Shop(folder, capsys)
    shop.configure(faults=[f"{SEND_GROUPS}=drop_request:0.5@7"], account={"readings": {"duplicate_window_seconds": 0}})
    for number in range(8):
        start = {"at": f"2026-12-{number + 4:02} 10:00", "timezone": "Europe/Kyiv"}
        shop.declare(f"send-{number}", schedule=start)
    shop.apply("--parallelism", "1", "--settle-timeout", "0s")
    return shop.live()
