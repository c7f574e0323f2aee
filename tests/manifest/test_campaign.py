from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rcsplan.campaign.model import AudienceExpectation, ListRef
from rcsplan.campaign.schedule import Instant, Scheduled
from tests.manifest.projects import codes, load, load_spec, make_manifest, make_spec, only_send

#: A body as the provider's documentation shows them: four cards, links and a call, a fallback, numbers as numbers.
PASTED = {
    "groups": [101, 102],
    "sender": "DemoAgent",
    "start_at": "2026-12-03 09:00:07",
    "tariff_code": 0,
    "validity": 24,
    "options": {
        "cards": [
            {
                "title": "One",
                "text": "First",
                "media": {"url": "https://cdn.example/1.png"},
                "suggestions": [{"text": "Open", "url": "https://example.com/1"}],
            },
            {"text": "Second", "suggestions": [{"text": "Open", "url": "https://example.com/2"}]},
            {"text": "Third", "suggestions": [{"text": "Open", "url": "https://example.com/3", "postback_data": "3"}]},
            {"text": "Fourth", "suggestions": [{"text": "Call", "phone": "380440000000"}]},
        ]
    },
    "alternative_channel": {"sms": {"sender": "Demo", "text": "Hi", "validity": 12}},
    "add_to_contact_book": True,
}


def without_types(body):
    cards = [
        {**card, "suggestions": [{k: v for k, v in button.items() if k != "type"} for button in card["suggestions"]]}
        for card in body["options"]["cards"]
    ]
    return {**body, "options": {"cards": cards}}


def test_a_pasted_body_is_sent_as_pasted_with_the_documented_defaults(tmp_path):
    send = only_send(load(tmp_path, make_manifest(spec=PASTED, schedule=None)))
    pasted = {key: value for key, value in PASTED.items() if key not in {"groups", "start_at"}}
    fallback = {"sms": {**PASTED["alternative_channel"]["sms"], "check_stop_list": True}}
    assert without_types(send.body) == {**pasted, "check_stop_list": True, "alternative_channel": fallback}
    assert send.lists == (ListRef(id=101), ListRef(id=102))


def test_the_start_of_a_pasted_body_is_account_time_and_keeps_its_seconds(tmp_path):
    send = only_send(load(tmp_path, make_manifest(spec=PASTED, schedule=None)))
    assert send.schedule == Scheduled(
        wall=datetime.fromisoformat("2026-12-03 09:00:07"),
        zone="Europe/Kyiv",
        start=datetime(2026, 12, 3, 7, 0, 7, tzinfo=UTC),
        keeps_seconds=True,
    )


@pytest.mark.parametrize(
    ("given", "type_"), [({"url": "https://a.example"}, "link"), ({"phone": "380440000000"}, "call")]
)
def test_the_type_of_a_button_is_inferred(tmp_path, given, type_):
    spec = make_spec(options={"cards": [{"text": "x", "suggestions": [{"text": "y", **given}]}]})
    body = only_send(load_spec(tmp_path, spec)).body
    assert body["options"]["cards"][0]["suggestions"] == [{"type": type_, "text": "y", **given}]


def test_the_type_of_a_button_is_left_out_where_the_account_wants_none(tmp_path):
    button = {"text": "y", "url": "https://a.example"}
    spec = make_spec(options={"cards": [{"text": "x", "suggestions": [button]}]})
    body = only_send(load_spec(tmp_path, spec, provider={"suggestion_type": False})).body
    assert body["options"]["cards"][0]["suggestions"] == [button]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"validity": 72, "check_stop_list": True}),
        ({"validity": 5, "check_stop_list": False}, {"validity": 5, "check_stop_list": False}),
        ({"tariff_code": "07"}, {"tariff_code": "07", "validity": 72, "check_stop_list": True}),
        (
            {"alternative_channel": None},
            {"alternative_channel": None, "validity": 72, "check_stop_list": True},
        ),
    ],
)
def test_documented_defaults_are_said_aloud(tmp_path, fields, expected):
    body = only_send(load_spec(tmp_path, make_spec(**fields))).body
    assert body == {"sender": "Acme", "options": {"text": "Hello"}, **expected}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"validity": 72}),
        ({"validity": 3}, {"validity": 3}),
        ({"validity_seconds": 60}, {"validity_seconds": 60}),
        ({"validity_seconds": None}, {"validity_seconds": None, "validity": 72}),
    ],
)
def test_the_fallback_has_one_limit_of_time(tmp_path, fields, expected):
    sms = {"sender": "ACME", "text": "Hi"}
    body = only_send(load_spec(tmp_path, make_spec(alternative_channel={"sms": {**sms, **fields}}))).body
    assert body["alternative_channel"] == {"sms": {**sms, "check_stop_list": True, **expected}}


def test_seconds_of_validity_replace_the_default_hours(tmp_path):
    (send,) = load_spec(tmp_path, make_spec(validity_seconds=60)).desired
    assert ("validity" in send.body, send.body["validity_seconds"]) == (False, 60)


def test_lists_are_declared_by_id_by_name_or_by_both(tmp_path):
    send = only_send(load_spec(tmp_path, make_spec(groups=[1, "News", {"id": 2, "name": "VIP"}, {"name": "77"}])))
    assert send.lists == (ListRef(id=1), ListRef(name="News"), ListRef(id=2, name="VIP"), ListRef(name="77"))


def test_defaults_of_the_project_lie_under_the_spec(tmp_path):
    defaults = {
        "validity": 9,
        "options": {"text": "Default"},
        "alternative_channel": {"sms": {"sender": "ACME", "text": "x"}},
    }
    spec = make_spec(alternative_channel={"sms": {"text": "Own"}})
    body = only_send(load_spec(tmp_path, spec, defaults=defaults)).body
    assert (body["validity"], body["options"], body["alternative_channel"]["sms"]["sender"]) == (
        9,
        {"text": "Hello"},
        "ACME",
    )
    assert body["alternative_channel"]["sms"]["text"] == "Own"


def test_null_removes_the_fallback_of_the_defaults(tmp_path):
    defaults = {"alternative_channel": {"sms": {"sender": "ACME", "text": "x"}}}
    body = only_send(load_spec(tmp_path, make_spec(alternative_channel=None), defaults=defaults)).body
    assert body["alternative_channel"] is None


def test_metadata_becomes_the_identity_of_the_send(tmp_path):
    metadata = {
        "name": "spring-sale",
        "revision": 3,
        "moved_from": ["spring-promo"],
        "new": True,
        "allow_duplicate": "two brands share a list",
        "owner": "growth@example.com",
        "labels": {"brand": "acme"},
    }
    send = only_send(load(tmp_path, make_manifest(metadata=metadata, audience={"expect": {"min": 1, "max": 5}})))
    assert (str(send.address), send.revision, send.moved_from, send.declared_new) == (
        "spring-sale",
        3,
        ("spring-promo",),
        True,
    )
    assert (send.allow_duplicate, send.owner, send.labels) == (
        "two brands share a list",
        "growth@example.com",
        {"brand": "acme"},
    )
    assert send.expect == AudienceExpectation(min=1, max=5)


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (make_manifest("Spring Sale"), "wrong-name"),
        (make_manifest("x" * 64), "wrong-name"),
        (make_manifest("-x"), "wrong-name"),
        (make_manifest(metadata={}), "missing-key"),
        (make_manifest(metadata=None), "missing-key"),
        (make_manifest(metadata="x"), "wrong-type"),
        (make_manifest(metadata={"name": 7}), "wrong-type"),
        (make_manifest(metadata={"name": "a", "revision": 0}), "out-of-range"),
        (make_manifest(metadata={"name": "a", "revision": "2"}), "wrong-type"),
        (make_manifest(metadata={"name": "a", "revison": 2}), "unknown-key"),
        (make_manifest(metadata={"name": "a", "moved_from": "b"}), "wrong-type"),
        (make_manifest(metadata={"name": "a", "labels": {"n": 1}}), "wrong-type"),
        (make_manifest(metadata={"name": "a", "environments": ["sandbox", "prod"]}), "unknown-environment"),
        (make_manifest(matrx={"locale": ["uk"]}), "unknown-key"),
        (make_manifest(vars=[]), "wrong-type"),
        (make_manifest(spec="x"), "wrong-type"),
        (make_manifest(audience={"expect": {"min": 5, "max": 4}}), "out-of-range"),
        (make_manifest(audience={"expect": {"min": -1}}), "out-of-range"),
        (make_manifest(audience={"expects": {}}), "unknown-key"),
    ],
)
def test_what_is_wrong_around_the_spec_is_a_problem(tmp_path, manifest, code):
    loaded = load(tmp_path, manifest)
    assert (codes(loaded), len(loaded.desired.sends)) == ([code], 0)


def scheduled(tmp_path, schedule, **options):
    return load(tmp_path, make_manifest(schedule=schedule), **options)


@pytest.mark.parametrize(
    ("schedule", "start", "keeps_seconds"),
    [
        ({"at": "2026-12-01 10:00"}, "2026-12-01 08:00:00", False),
        ({"at": "2026-12-01T10:00"}, "2026-12-01 08:00:00", False),
        ({"at": "2026-12-01 10:00:00"}, "2026-12-01 08:00:00", True),
        ({"at": "2026-12-01 10:00", "timezone": "Europe/London"}, "2026-12-01 10:00:00", False),
    ],
)
def test_a_wall_time_is_read_in_its_zone(tmp_path, schedule, start, keeps_seconds):
    declared = only_send(scheduled(tmp_path, schedule)).schedule
    assert (f"{declared.start:%Y-%m-%d %H:%M:%S}", declared.keeps_seconds) == (start, keeps_seconds)


def test_now_has_an_end(tmp_path):
    declared = only_send(scheduled(tmp_path, {"at": "now", "until": "2026-12-01 18:00"})).schedule
    assert declared == Instant(
        wall=datetime.fromisoformat("2026-12-01 18:00"), zone="Europe/Kyiv", until=datetime(2026, 12, 1, 16, tzinfo=UTC)
    )


def test_schedule_replaces_the_start_of_the_body(tmp_path):
    manifest = make_manifest(schedule={"at": "2026-12-01 10:00"}, spec=make_spec(start_at="2027-01-01 00:00:00"))
    assert only_send(load(tmp_path, manifest)).schedule.wall == datetime.fromisoformat("2026-12-01 10:00")


@pytest.mark.parametrize(
    ("schedule", "code", "words"),
    [
        ({"at": "21:00"}, "wrong-time", 'Write the date as well: "2026-12-01 21:00".'),
        ({"at": "2026-12-01"}, "wrong-time", 'Write the time as well: "2026-12-01 10:00".'),
        ({"at": "2026-12-01 10:00+02:00"}, "wrong-time", 'Write the wall time alone, "2026-12-01 10:00"'),
        ({"at": "2026-12-01T10:00Z"}, "wrong-time", 'Write the wall time alone, "2026-12-01T10:00"'),
        ({"at": "tomorrow"}, "wrong-time", 'Write it as "2026-12-01 10:00".'),
        ({"at": "2026-02-30 10:00"}, "wrong-time", ""),
        ({"at": "2026-12-01 24:00"}, "wrong-time", ""),
        ({"at": 20261201}, "wrong-type", "Quote it"),
        ({"at": "2027-03-28 03:30"}, "nonexistent-time", "The nearest times are 02:30 and 04:30."),
        ({"at": "2026-10-25 03:30"}, "ambiguous-time", "Choose another time"),
        ({"at": "2026-10-25 02:30", "timezone": "Europe/Warsaw"}, "ambiguous-time", "Choose another time"),
        ({"at": "2026-10-25 00:30", "timezone": "UTC"}, "ambiguous-time", "Choose another time"),
        ({"at": "2026-12-01 10:00", "timezone": "Europe/Kiyv"}, "unknown-timezone", "Did you mean 'Europe/Kyiv'?"),
        ({"at": "now"}, "missing-key", "Write for example until:"),
        ({"at": "2026-12-01 10:00", "until": "2026-12-01 18:00"}, "wrong-value", "Remove until."),
        ({"at": "now", "until": "18:00"}, "wrong-time", "Write the date as well"),
        ({"timezone": "Europe/Kyiv"}, "missing-key", ""),
        ({"at": "2026-12-01 10:00", "tz": "x"}, "unknown-key", ""),
        (None, "no-schedule", "at: now"),
    ],
)
def test_a_time_that_names_no_instant_is_a_problem_with_a_way_out(tmp_path, schedule, code, words):
    (problem,) = scheduled(tmp_path, schedule).diagnostics
    assert (problem.code, words in problem.hint) == (code, True)


def test_both_readings_of_an_ambiguous_time_are_named(tmp_path):
    (problem,) = scheduled(tmp_path, {"at": "2026-10-25 03:30"}).diagnostics
    assert "2026-10-25 03:30:00 +0300 or 2026-10-25 03:30:00 +0200" in problem.detail


def test_a_start_in_a_gap_of_the_account_is_a_problem_too(tmp_path):
    manifest = make_manifest(schedule=None, spec=make_spec(start_at="2027-03-28 03:30:00"))
    (problem,) = load(tmp_path, manifest).diagnostics
    assert (problem.code, problem.location.path) == ("nonexistent-time", ("spec", "start_at"))


def test_a_time_is_checked_along_with_everything_else(tmp_path):
    manifest = make_manifest(schedule={"at": "2027-03-28 03:30"}, spec=make_spec(validity=99))
    assert sorted(codes(load(tmp_path, manifest))) == ["nonexistent-time", "out-of-range"]
