"""Against a provider only `provider.type: bsg` and the key differ; a served simulator stands in for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.running import process, serving

KEY = "live_9f8e7d6c5b4a39281706"
START_OF_A_BEARER = b"eyJ0eXAi"  # {"typ", in base64
WITH_KEY = {"BSG_API_KEY": KEY}

PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {{name: live}}
environments:
  production:
    provider: {{type: bsg, base_url: {url}, api_key: {{env: BSG_API_KEY}}, timezone: Europe/Kyiv}}
"""

CAMPAIGN = """\
apiVersion: rcsplan/v1
kind: Campaign
metadata: {{name: hello}}
spec:
  groups: [{{name: VIP}}]
  sender: Acme
  start_at: "{start}"
  options: {{text: Hello}}
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """The base URL and the database of a served simulator."""
    database = tmp_path_factory.mktemp("account") / "sandbox.db"
    with serving("--db", str(database)) as url:
        yield url, database


@pytest.fixture
def live(tmp_path, account):
    """A project of one campaign, two days from now, whose provider is that simulator."""
    url, _ = account
    start = (datetime.now(UTC) + timedelta(days=2)).replace(hour=12)
    (tmp_path / "rcsplan.yaml").write_text(PROJECT.format(url=url))
    (tmp_path / "hello.yaml").write_text(CAMPAIGN.format(start=f"{start:%Y-%m-%d %H:%M:%S}"))
    return tmp_path


def on(folder, *arguments, env=WITH_KEY):
    return process("--project", str(folder), *arguments, env=env)


def test_without_a_key_nothing_is_planned_and_the_sandbox_is_no_substitute(live):
    refused = on(live, "plan", env={})
    assert refused.first == (1, "Error: The provider's API key is missing: BSG_API_KEY is not set")
    assert refused.out == ""
    assert not (live / ".rcsplan").exists()


@pytest.mark.parametrize("key", ["", "   "])
def test_an_empty_key_is_no_key(live, key):
    assert on(live, "apply", "--auto-approve", env={"BSG_API_KEY": key}).code == 1


def test_a_wrong_key_is_the_users_to_mend(live):
    refused = on(live, "plan", env={"BSG_API_KEY": "wrong_key_of_nobody"})
    assert refused.code == 1
    assert "Traceback" not in refused.err


def test_an_apply_reaches_the_account_once(live, account):
    _, database = account
    codes = [on(live, "apply", "--auto-approve").code, on(live, "apply", "--auto-approve").code]
    planned = on(live, "plan", "--detailed-exitcode").code
    ledger = process("sandbox", "ledger", "--db", str(database), "--format", "json").json
    assert (codes, planned, [entry["payload"]["groups"] for entry in ledger]) == ([0, 0], 0, [[1864280]])


def test_key_and_bearer_are_written_nowhere(live):
    commands = (
        ("-v", "plan", "-o", str(live / "plan.json")),
        ("--log-format", "json", "apply", "--auto-approve"),
        ("account",),
    )
    texts = [(result.out + result.err).encode() for result in (on(live, *command) for command in commands)]
    files = [path.read_bytes() for path in live.rglob("*") if path.is_file()]
    everything = b"\n".join([*texts, *files])
    assert KEY.encode() not in everything
    assert START_OF_A_BEARER not in everything


def test_the_account_is_known_by_a_fingerprint_of_its_key(live):
    assert len(on(live, "account", "--format", "json").json["key_fingerprint"]) == 16


@pytest.mark.full  # it waits between its attempts
def test_a_provider_that_is_not_there_is_the_users_to_mend(live):
    (live / "rcsplan.yaml").write_text(PROJECT.format(url="http://127.0.0.1:9"))
    refused = on(live, "plan")
    assert (refused.code, refused.out, "Traceback" in refused.err) == (1, "", False)


def test_people_are_never_reached_without_a_state(live):
    (live / "rcsplan.yaml").write_text(PROJECT.format(url="https://one-api.example"))
    refused = on(live, "plan")
    assert refused.first == (1, f"Error: There is no state at {live}/.rcsplan/production.state.json")


def test_an_unencrypted_provider_that_is_not_on_this_machine_is_refused(live):
    (live / "rcsplan.yaml").write_text(PROJECT.format(url="http://one-api.example"))
    assert on(live, "plan").code == 1


def test_local_state_on_a_ci_machine_is_refused_for_an_account_that_reaches_people(live):
    (live / "rcsplan.yaml").write_text(PROJECT.format(url="https://one-api.example"))
    refused = on(live, "state", "init", env={**WITH_KEY, "CI": "true"})
    assert refused.first == (1, "Error: Local state in CI would be lost with the machine")
