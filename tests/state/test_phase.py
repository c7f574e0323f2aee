import pytest

from rcsplan.state.phase import DRIFTED, LIVE, REACHED_PEOPLE, Phase, phase_of
from tests.builders import make_record, make_remote, make_stop, make_unknown_record


@pytest.mark.parametrize(
    ("status", "sent", "ours", "phase"),
    [
        ("creation", 0, False, Phase.WAITING),
        ("moderation", 0, False, Phase.WAITING),
        ("scheduled", 0, False, Phase.WAITING),
        ("paused", 0, False, Phase.WAITING),
        ("scheduled", 0, True, Phase.WAITING),
        ("creation", 1, False, Phase.BEGUN),
        ("scheduled", 1, False, Phase.BEGUN),
        ("paused", 1, False, Phase.BEGUN),
        ("sending", 0, False, Phase.BEGUN),
        ("sending", 7, True, Phase.BEGUN),
        ("a word of next year", 0, False, Phase.BEGUN),
        ("", 0, False, Phase.BEGUN),
        ("done", 0, False, Phase.ENDED),
        ("done", 7, False, Phase.ENDED),
        ("stopped", 0, True, Phase.WITHDRAWN),
        ("stopped", 1, True, Phase.ENDED),
        ("stopped", 0, False, Phase.STOPPED_OUTSIDE),
        ("stopped", 1, False, Phase.ENDED),
        ("spam", 0, False, Phase.REFUSED),
        ("gone", 0, False, Phase.VANISHED),
    ],
)
def test_what_the_provider_told_and_what_we_did_make_the_phase(status, sent, ours, phase):
    record = make_record(remote=make_remote(status, sent=sent), stop=make_stop() if ours else None)
    assert phase_of(record) == phase


def test_an_open_intent_is_unknown_whatever_else_is_known():
    assert phase_of(make_unknown_record(remote_id=7, remote=make_remote("done"))) == Phase.UNKNOWN


def test_a_submission_that_was_never_accepted_reached_nobody():
    assert phase_of(make_record(remote_id=None, remote=None)) == Phase.WITHDRAWN


def test_an_accepted_campaign_of_which_nothing_was_told_yet_waits():
    assert phase_of(make_record(remote=None)) == Phase.WAITING


@pytest.mark.parametrize(
    ("phase", "groups"),
    [
        (Phase.UNKNOWN, (True, True, False)),
        (Phase.WAITING, (True, False, False)),
        (Phase.BEGUN, (True, True, False)),
        (Phase.ENDED, (False, True, False)),
        (Phase.WITHDRAWN, (False, False, False)),
        (Phase.STOPPED_OUTSIDE, (False, False, True)),
        (Phase.REFUSED, (False, False, True)),
        (Phase.VANISHED, (False, False, True)),
    ],
)
def test_phases_that_are_live_reached_people_or_drifted(phase, groups):
    assert (phase in LIVE, phase in REACHED_PEOPLE, phase in DRIFTED) == groups
