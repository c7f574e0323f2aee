"""The echo check: the first scheduled submission shows whether the provider reads times as we do."""

import pytest

from rcsplan.apply.executor import OnError
from rcsplan.errors import ConfigurationError
from tests.operations.shop import SEND, counts

SHIFTED, NOT_STARTED, SUBMITTED = "shifted", "not_started", "submitted"

#: How the provider differs, what is said of it, and the settings that fit.
IN_UTC = {"response_timezone": "UTC"}
IN_LONDON = {"response_timezone": "Europe/London"}
AS_IN_NEPAL = {"response_timezone": "Asia/Kathmandu"}
DROPPED = {"start_seconds": "dropped"}
BOTH = {**DROPPED, **IN_UTC}
UTC_HINT = "Its answers are in UTC: set provider.response_timezone: UTC"
CUT_HINT = "The provider drops seconds: set provider.fingerprint_start_at: false"
ZONE_HINT = (
    "Look the campaign up in the provider's panel. If it starts when it should, set provider.response_timezone to the "
    "zone of the answers, which are at {}; if not, stop it, and set provider.timezone to the account's zone."
)
NO_SECONDS = {"fingerprint_start_at": False}


@pytest.fixture
def three(shop):
    """A shop of three sends, a day after the other."""
    for day, name in enumerate(("one", "two", "three"), start=1):
        shop.declare(name, at=f"2026-12-0{day} 10:00")
    return shop


def test_where_the_echo_is_right_everything_is_submitted(three):
    assert counts(three.apply()) == dict.fromkeys(["one", "two", "three"], SUBMITTED)


@pytest.mark.parametrize("reading", [IN_UTC, AS_IN_NEPAL, DROPPED, BOTH], ids=str)
def test_a_start_that_is_shown_otherwise_is_recorded_and_stops_the_run(three, reading):
    three.seed(readings=reading)
    applied = three.apply()
    assert counts(applied) == {"one": SHIFTED, "two": NOT_STARTED, "three": NOT_STARTED}
    assert (applied.exit_code, len(three.ledger()), three.record("one").remote_id) == (1, 1, 54000000)


@pytest.mark.parametrize(
    ("reading", "hint"),
    [
        (IN_UTC, UTC_HINT),
        (IN_LONDON, UTC_HINT),
        (DROPPED, CUT_HINT),
        (BOTH, f"{CUT_HINT}\n{UTC_HINT}"),
        (AS_IN_NEPAL, ZONE_HINT.format("UTC+05:45")),
        ({"response_timezone": "America/New_York"}, ZONE_HINT.format("UTC-05:00")),
    ],
    ids=["UTC", "London", "dropped", "dropped and UTC", "Nepal", "New York"],
)
def test_the_hint_names_the_setting_that_fits(three, reading, hint):
    three.seed(readings=reading)
    assert three.apply().last["one"].error.hint == hint


@pytest.mark.parametrize("reading", [IN_UTC, AS_IN_NEPAL, DROPPED, BOTH], ids=str)
def test_until_a_setting_is_corrected_no_run_submits_another(three, reading):
    three.seed(readings=reading)
    first = three.apply().last["one"].error
    with pytest.raises(ConfigurationError) as caught:
        three.apply()
    assert (caught.value.summary, caught.value.hint, len(three.ledger())) == (first.summary, first.hint, 1)


def test_a_plan_warns_of_it(three):
    three.seed(readings=IN_UTC)
    three.apply()
    (warning,) = three.plan().diagnostics
    assert ("shows another start for campaign 54000000" in warning, "response_timezone: UTC" in warning) == (True, True)


def test_what_is_wrong_keeps_nobody_from_stopping(three):
    three.seed(readings=IN_UTC)
    three.apply()
    three.remove("one")
    three.remove("two")
    three.remove("three")
    three.apply(allow_mass_stop=True)
    assert three.statuses() == ["stopped"]


@pytest.mark.parametrize(
    ("reading", "settings"),
    [
        (IN_UTC, {"response_timezone": "UTC"}),
        (AS_IN_NEPAL, {"response_timezone": "Asia/Kathmandu"}),
        (DROPPED, NO_SECONDS),
        (BOTH, {**NO_SECONDS, "response_timezone": "UTC"}),
    ],
    ids=str,
)
def test_with_the_setting_that_fits_the_rest_is_submitted_and_nothing_twice(three, reading, settings):
    three.seed(readings=reading)
    three.apply()
    three.settings.update(settings)
    assert three.apply().exit_code == 0
    assert three.statuses().count("scheduled") == 3
    assert set(three.verdicts().values()) == {"none"}


def test_a_corrected_zone_replaces_what_was_sent_at_the_wrong_time(three):
    """The account is in London, and the project says Kyiv: 10:00 was read two hours later than meant."""
    three.seed(readings={"start_timezone": "Europe/London", "response_timezone": "Europe/Kyiv"})
    three.apply()
    three.clock.tick(60)
    three.settings.update(timezone="Europe/London", response_timezone="Europe/Kyiv")
    applied = three.apply()
    assert (applied.exit_code, three.statuses()) == (0, ["stopped", "scheduled", "scheduled", "scheduled"])
    starts = sorted(entry["payload"]["start_at"][:16] for entry in three.ledger()[1:])
    assert starts == ["2026-12-01 10:00", "2026-12-02 10:00", "2026-12-03 10:00"]


@pytest.mark.parametrize("fault", ["drop_request", "garbage"])
def test_where_the_first_has_no_answer_the_next_goes_alone(three, fault):
    three.seed(readings=IN_UTC)
    three.break_with(f"{SEND}={fault}:x1", "list_lag:600")
    assert counts(three.apply()) == {"one": "unknown", "two": SHIFTED, "three": NOT_STARTED}


def test_where_the_first_is_refused_the_next_goes_alone(three):
    three.seed(readings=IN_UTC, agents=["Acme"])
    three.declare("one", sender="Nobody")
    assert counts(three.apply(on_error=OnError.CONTINUE)) == {"one": "failed", "two": SHIFTED, "three": NOT_STARTED}


def test_later_echoes_are_checked_too(three):
    three.provider.on_answer.append(lambda *_: three.seed(readings=IN_UTC))
    three.seed(readings={})
    applied = three.apply(parallelism=1)
    assert (counts(applied)["two"], counts(applied)["three"], applied.exit_code) == (SHIFTED, NOT_STARTED, 1)
