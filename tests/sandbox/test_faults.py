import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.sandbox.faults import ConnectionDropped, FaultKind, parse_fault

CREATE = "/api/campaigns/rcs/send-groups"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refuse", {"kind": FaultKind.REFUSE}),
        ("refuse:0.25", {"kind": FaultKind.REFUSE, "probability": 0.25}),
        ("refuse:0.25@7", {"kind": FaultKind.REFUSE, "probability": 0.25, "seed": "7"}),
        ("too_many:x2", {"kind": FaultKind.TOO_MANY, "count": 2}),
        ("too_manyx2", {"kind": FaultKind.TOO_MANY, "count": 2}),
        ("slow:1.5", {"kind": FaultKind.SLOW, "seconds": 1.5}),
        ("list_lag:3", {"kind": FaultKind.LIST_LAG, "seconds": 3.0}),
        (
            "POST /api/campaigns/*=drop_response:x1@9",
            {
                "kind": FaultKind.DROP_RESPONSE,
                "method": "POST",
                "path": "/api/campaigns/*",
                "count": 1,
                "seed": "9",
            },
        ),
        ("* /api/auth/*=garbage", {"kind": FaultKind.GARBAGE, "path": "/api/auth/*"}),
    ],
)
def test_a_fault_is_read(text, expected):
    fault = parse_fault(text)
    usual = {"method": "*", "path": "*", "probability": None, "count": None, "seed": None, "seconds": 0.0}
    assert {name: getattr(fault, name) for name in (*usual, "kind")} == usual | expected


@pytest.mark.parametrize(
    "text",
    ["", "explode", "refuse:2", "refuse:often", "refuse@", "slow", "list_lag", "slow:x3", "/api=refuse", "GET=refuse"],
)
def test_an_unreadable_fault_names_the_kinds(text):
    with pytest.raises(ConfigurationError) as raised:
        parse_fault(text)
    assert raised.value.hint == f"The kinds are {', '.join(FaultKind)}."


@pytest.mark.parametrize(
    ("text", "method", "path", "expected"),
    [
        ("refuse", "GET", "/api/groups", True),
        ("GET /api/groups=refuse", "GET", "/api/groups", True),
        ("GET /api/groups=refuse", "POST", "/api/groups", False),
        ("GET /api/groups=refuse", "GET", "/api/groups/1", False),
        ("PATCH */stop=refuse", "PATCH", "/api/campaigns/1/stop", True),
        ("* /api/campaigns*=refuse", "POST", CREATE, True),
    ],
)
def test_which_requests_are_meant(text, method, path, expected):
    assert parse_fault(text).matches(method, path) == expected


def strikes(text, seed="a"):
    fault = parse_fault(text)
    return [fault.strikes(earlier, seed=seed) for earlier in range(400)]


def test_a_count_strikes_the_first_requests():
    assert strikes("refuse:x2")[:4] == [True, True, False, False]


@pytest.mark.parametrize(("text", "share"), [("refuse:0", 0), ("refuse:0.25", 0.25), ("refuse:1", 1)])
def test_a_probability_strikes_its_share(text, share):
    assert sum(strikes(text)) / 400 == pytest.approx(share, abs=0.06)


def test_a_seed_makes_chances_repeatable():
    assert strikes("refuse:0.5@7", seed="a") == strikes("refuse:0.5@7", seed="b")


def test_other_seeds_make_other_chances():
    assert strikes("refuse:0.5@7") != strikes("refuse:0.5@8")


@pytest.mark.parametrize(
    ("kind", "stage", "accepted"),
    [("refuse", "connect", 0), ("drop_request", "request", 0), ("drop_response", "response", 1)],
)
def test_a_dropped_connection_says_at_which_stage(simulator, kind, stage, accepted):
    simulator.break_with(f"POST {CREATE}={kind}")
    with pytest.raises(ConnectionDropped) as raised:
        simulator.submit()
    assert (raised.value.stage, len(simulator.store.ledger())) == (stage, accepted)


@pytest.mark.parametrize(
    ("kind", "status", "message", "accepted"),
    [
        ("error_before", 500, "Server Error", 0),
        ("error_after", 500, "Server Error", 1),
        ("too_many", 429, "Too Many Requests", 0),
        ("duplicate", 429, "Too many duplicate request detected", 0),
    ],
)
def test_a_failure_before_or_after_processing(simulator, kind, status, message, accepted):
    simulator.break_with(kind)
    reply = simulator.submit()
    assert (reply.status, reply.json, len(simulator.store.ledger())) == (status, {"message": message}, accepted)


def test_a_truncated_answer_promises_the_whole_body(simulator):
    simulator.break_with("truncate")
    reply = simulator.submit()
    assert (len(simulator.store.ledger()), int(reply.headers["Content-Length"]) // 2) == (1, len(reply.body))


def test_garbage_is_a_page_that_says_all_is_well(simulator):
    simulator.break_with("garbage")
    reply = simulator.submit()
    assert (reply.status, reply.headers["Content-Type"], reply.body[:5]) == (200, "text/html; charset=utf-8", b"<!DOC")


def test_a_slow_answer_takes_real_seconds(simulator):
    simulator.break_with("slow:2.5", "slow:1")
    assert (simulator.submit().status, simulator.slept) == (200, [2.5, 1.0])


def test_faults_strike_in_the_order_in_which_they_are_given(simulator):
    simulator.break_with("error_before:x1", "too_many:x1")
    assert [simulator.submit().status for _ in range(3)] == [500, 429, 200]


def test_requests_that_are_not_meant_do_not_count(simulator):
    simulator.break_with(f"POST {CREATE}=error_before:x1")
    simulator.get("/api/groups")
    assert simulator.submit().status == 500


def test_counts_hold_across_restarts(simulator):
    simulator.break_with("error_before:x1")
    simulator.submit()
    simulator.store.close()
    assert simulator.submit().status == 200


def test_counts_can_be_armed_anew(simulator):
    simulator.break_with("error_before:x1")
    simulator.submit()
    simulator.store.rearm_faults()
    assert simulator.submit().status == 500


@pytest.mark.parametrize("target", ["", "GET /api/campaigns=", f"POST {CREATE}="])
@pytest.mark.parametrize(("seconds", "found"), [(2.9, 0), (3.1, 1)])
def test_a_lagging_list_hides_what_is_new(simulator, target, seconds, found):
    simulator.break_with(f"{target}list_lag:3")
    simulator.accept()
    simulator.real.tick(seconds)
    assert len(simulator.listed()) == found


def test_a_lagging_list_hides_nothing_from_info(simulator):
    simulator.break_with("list_lag:3")
    assert simulator.info(simulator.accept())["status"] == "sending"
