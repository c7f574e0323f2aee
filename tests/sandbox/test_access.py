import base64
import json
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.mark.parametrize("key", ["live_0123", "test_0123", "live_"])
def test_any_key_with_a_known_prefix_logs_in(simulator, key):
    reply = simulator.call("POST", "/api/auth/login", {"api_key": key}, token="")
    assert (reply.status, list(reply.json)) == (200, ["bearer"])


@pytest.mark.parametrize("body", [{"api_key": "prod_0123"}, {"api_key": 7}, {"key": "live_0123"}, {}])
def test_any_other_key_is_refused(simulator, body):
    reply = simulator.call("POST", "/api/auth/login", body, token="")
    assert (reply.status, reply.json) == (401, {"code": 401, "message": "Invalid credentials."})


def test_a_token_says_for_how_long_it_is_good(simulator):
    content = claims(simulator.token)
    assert (list(content), content["exp"] - content["iat"]) == (["iat", "exp", "roles", "id"], 2_592_000)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("nonsense", "Invalid JWT Token"),
        ("a.b.c", "Invalid JWT Token"),
        ("пароль", "Invalid JWT Token"),
        ("", "Invalid JWT Token"),
    ],
)
def test_a_foreign_token_is_refused(simulator, token, message):
    reply = simulator.call("GET", "/api/groups", token=token)
    assert (reply.status, reply.json) == (401, {"code": 401, "message": message})


def test_an_altered_token_is_refused(simulator):
    head, body, signature = simulator.token.split(".")
    assert simulator.call("GET", "/api/groups", token=f"{head}.{body}A.{signature}").status == 401


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 401)])
def test_a_token_expires_by_the_real_time(simulator, seconds, status):
    simulator.seed(readings={"token_lifetime_seconds": 60})
    token = simulator.call("POST", "/api/auth/login", {"api_key": "live_0123"}).json["bearer"]
    simulator.real.tick(seconds)
    assert simulator.call("GET", "/api/groups", token=token).status == status


def test_the_simulated_time_lets_no_token_expire(simulator):
    simulator.store.advance(timedelta(days=400))
    assert simulator.get("/api/groups").status == 200


def test_a_refresh_answers_a_later_token(simulator):
    simulator.real.tick(10)
    fresh = simulator.call("POST", "/api/auth/refresh").json["bearer"]
    assert claims(fresh)["exp"] - claims(simulator.token)["exp"] == 10


def test_an_expired_token_cannot_be_refreshed(simulator):
    simulator.real.tick(2_592_000)
    reply = simulator.call("POST", "/api/auth/refresh")
    assert (reply.status, reply.json["message"]) == (401, "Expired JWT Token")


@pytest.mark.parametrize("path", ["/", "/api", "/api/campaign", "/api/campaigns/abc", f"/api/campaigns/{10**30}"])
def test_an_unknown_path_is_not_found(simulator, path):
    assert simulator.get(path).status == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/campaigns", "GET"),
        ("GET", "/api/campaigns/rcs/send-groups", "POST"),
        ("DELETE", "/api/campaigns/1/stop", "PATCH, PUT"),
    ],
)
def test_a_wrong_method_is_refused(simulator, method, path, allowed):
    reply = simulator.call(method, path)
    assert (reply.status, reply.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/api/groups", "/api/campaigns/1", "/nowhere"])
def test_every_answer_tells_the_simulated_time_and_what_it_is_from(simulator, path):
    simulator.store.advance(timedelta(hours=36))
    headers = simulator.get(path).headers
    assert headers["Server"] == "rcsplan-sandbox"
    assert parsedate_to_datetime(headers["Date"]) == simulator.store.now()
