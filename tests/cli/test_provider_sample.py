"""Any body that send-groups accepts is pasted under `spec:` unchanged (bsg-api.md section 3)."""

from __future__ import annotations

import json

import pytest

from tests.cli.running import Project

#: In the shape of the public sample: four cards, three link buttons and one call button, an SMS fallback.
SAMPLE = {
    "groups": [201, 202],
    "sender": "Acme",
    "start_at": "2026-12-06 12:30:15",
    "tariff_code": 0,
    "validity": 1,
    "options": {
        "cards": [
            {
                "title": "Winter",
                "text": "Coats and boots",
                "media": {"url": "https://cdn.acme.example/one.jpg"},
                "suggestions": [{"text": "Open", "url": "https://acme.example/1", "postback_data": "one"}],
            },
            {
                "title": "Gifts",
                "text": "In a box 🎁",
                "media": {"url": "https://cdn.acme.example/two.jpg"},
                "suggestions": [{"text": "Choose", "url": "https://acme.example/2", "postback_data": "two"}],
            },
            {
                "text": "Без заголовка",
                "suggestions": [{"text": "Подзвонити", "phone": "380441234567", "postback_data": "three"}],
            },
            {
                "title": "Unsubscribe",
                "media": {"url": "https://cdn.acme.example/four"},
                "suggestions": [{"text": "No more", "url": "http://nosms.cc/XXXX"}],
            },
        ]
    },
    "alternative_channel": {
        "sms": {"sender": "ACME", "text": "Acme: coats and boots", "validity": 1, "check_stop_list": True}
    },
    "add_to_contact_book": True,
    "check_stop_list": True,
}

PROJECT = """\
apiVersion: rcsplan/v1
kind: Project
metadata: {name: sample}
environments:
  sandbox: {provider: {type: sandbox, timezone: Europe/Kyiv, account: sandbox/account.yaml}}
"""


@pytest.fixture
def bare(project, tmp_path, capsys):
    """A project of nothing but its account: no defaults, no variables."""
    bare = Project(tmp_path / "bare", capsys)
    bare.write("rcsplan.yaml", PROJECT)
    bare.write("sandbox/account.yaml", project.read("sandbox/account.yaml"))
    return bare


def submitted(project, spec, **document):
    """What reaches the ledger of a campaign with this spec."""
    manifest = {"apiVersion": "rcsplan/v1", "kind": "Campaign", "metadata": {"name": "pasted"}, "spec": spec}
    project.write("pasted.yaml", json.dumps({**manifest, **document}, ensure_ascii=False))
    assert project.apply().first == (0, "[1/1] pasted: submitted as campaign 54000000")
    (entry,) = project.ledger()
    return without_types(entry["payload"])


def without_types(payload):
    """The payload without the documented default that rcsplan writes out: the `type` of each button."""
    return json.loads(json.dumps(payload), object_hook=_without_type)


def _without_type(mapping):
    return {key: value for key, value in mapping.items() if key != "type"}


def test_the_sample_reaches_the_ledger_as_it_was_pasted(bare):
    assert submitted(bare, SAMPLE) == SAMPLE


def test_validity_seconds_beside_validity_reach_the_ledger_as_pasted(bare):
    spec = {**SAMPLE, "validity_seconds": 3600}
    assert submitted(bare, spec) == spec


def test_defaults_that_matter_are_written_out(bare):
    spec = {"groups": [201], "sender": "Acme", "start_at": "2026-12-06 12:30:15", "options": {"text": "Hi"}}
    assert submitted(bare, spec) == {**spec, "validity": 72, "check_stop_list": True}


def test_a_body_with_types_of_buttons_keeps_them(bare):
    typed = json.loads(json.dumps(SAMPLE))
    for card, kind in zip(typed["options"]["cards"], ("link", "link", "call", "link"), strict=True):
        card["suggestions"][0]["type"] = kind
    submitted(bare, typed)
    assert bare.ledger()[0]["payload"] == typed


def test_a_schedule_takes_the_place_of_start_at(bare):
    spec = {key: value for key, value in SAMPLE.items() if key != "start_at"}
    start = {"at": "2026-12-06 10:30:15", "timezone": "UTC"}
    assert submitted(bare, spec, schedule=start) == SAMPLE


@pytest.mark.parametrize("start_at", ["2026-12-06 12:30:15", "2026-12-06T12:30:15"])
def test_both_ways_to_write_start_at_are_taken(bare, start_at):
    assert submitted(bare, {**SAMPLE, "start_at": start_at})["start_at"] == "2026-12-06 12:30:15"
