import hashlib
import json

import pytest
from hypothesis import given

from rcsplan.errors import StateDamaged, StateVersionUnsupported
from rcsplan.state.text import format_state, parse_state
from tests.builders import make_record, make_send, make_state
from tests.state.strategies import STATES

TEXT = format_state(
    make_state([("spring-sale", make_record(make_send(text="Зима\u2028 близько"))), ("b", make_record())])
)


def sealed(body):
    """A text that carries the right checksum, whatever else it is."""
    return f'{body},"integrity":"sha256:{hashlib.sha256(body.encode()).hexdigest()}"}}\n'


def complaint_about(text):
    with pytest.raises(StateDamaged) as caught:
        parse_state(text, name="crm.json")
    return caught.value.summary, caught.value.detail


@given(STATES)
def test_a_state_is_read_back_as_it_was_written(state):
    read = parse_state(format_state(state), name="crm.json")
    assert (read.header, dict(read.sends)) == (state.header, dict(state.sends))


@given(STATES)
def test_a_state_that_nobody_looked_at_is_written_as_it_was_read(state):
    text = format_state(state)
    assert format_state(parse_state(text, name="crm.json")) == text


@given(STATES)
def test_a_state_that_was_looked_at_is_written_as_it_was_read(state):
    text = format_state(state)
    read = parse_state(text, name="crm.json")
    read.sends.update(dict(read.sends))
    assert format_state(read) == text


def test_a_state_file_is_one_json_document():
    document = json.loads(TEXT)
    assert (document["format_version"], list(document["sends"])) == (2, ["spring-sale", "b"])


NOT_WHOLE, CHANGED = "crm.json is not a whole state file", "crm.json was changed outside rcsplan"


def test_a_file_torn_at_any_character_is_no_state():
    torn = {complaint_about(TEXT[:length])[0] for length in range(len(TEXT) - 1)}
    assert torn == {NOT_WHOLE, CHANGED}


def test_the_line_break_at_the_end_may_be_missing():
    assert parse_state(TEXT.rstrip("\n"), name="crm.json").sends.keys() == {"spring-sale", "b"}


def test_a_file_with_any_character_changed_is_no_state():
    version = len('{"format_version":2')
    changed = [TEXT[:place] + chr(ord(TEXT[place]) ^ 1) + TEXT[place + 1 :] for place in range(version, len(TEXT) - 1)]
    assert {complaint_about(text)[0] for text in changed} == {NOT_WHOLE, CHANGED}


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("", "crm.json is empty."),
        (" \n", "crm.json is empty."),
        ("<html>", "The text ends early or is not JSON."),
        ("[" * 100_000, "The text ends early or is not JSON."),
        ("{}", "It is JSON without the checksum that rcsplan writes at the end."),
        ('{"format_version":1,"serial":1}', "It is JSON without the checksum that rcsplan writes at the end."),
    ],
)
def test_what_is_no_state_file_is_told_apart(text, detail):
    assert complaint_about(text) == ("crm.json is not a whole state file", detail)


HEADER = '"lineage":"x","serial":1,"environment":"e","account":{"base_url":"u","key_fingerprint":"f"}'


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('{"serial":1', ("crm.json has no format version", "")),
        ('{"format_version":"1"', ("crm.json has no format version", "")),
        ('{"format_version":1,', ("crm.json is not a state", "It is not JSON.")),
        ('{"format_version":1,"sends":' + "[" * 100_000, ("crm.json is not a state", "It is not JSON.")),
        ('{"format_version":1', ("crm.json is not a state", "lineage: Field required")),
        (f'{{"format_version":0,{HEADER}', ("crm.json is not a state", "format_version: Input should be 2")),
        (f'{{"format_version":1,{HEADER},"sends":[]', ("crm.json is not a state", "sends: not a mapping of mappings.")),
        (
            f'{{"format_version":1,{HEADER},"sends":{{"a":null}}',
            ("crm.json is not a state", "sends: not a mapping of mappings."),
        ),
        (
            f'{{"format_version":1,{HEADER},"secret":1',
            ("crm.json is not a state", "secret: Extra inputs are not permitted"),
        ),
    ],
)
def test_a_right_checksum_does_not_make_a_state(body, complaint):
    assert complaint_about(sealed(body)) == complaint


@pytest.mark.parametrize("text", ["", "{}", TEXT[:-9], sealed('{"format_version":1')])
def test_whatever_is_damaged_the_way_back_is_named(text):
    with pytest.raises(StateDamaged) as caught:
        parse_state(text, name="crm.json")
    assert caught.value.hint.startswith("Restore the file from its backup")


@pytest.mark.parametrize(
    "text",
    [
        sealed('{"format_version":3,"sends":{}'),
        '{"format_version": 3, "payload": "sealed in a way of its own"}',
        '{\n  "format_version": 3,\n  "sends": [',
    ],
)
def test_a_newer_format_is_told_whatever_it_looks_like(text):
    with pytest.raises(StateVersionUnsupported, match="format version 3; this rcsplan knows 2"):
        parse_state(text, name="crm.json")
