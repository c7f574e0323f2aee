"""Every limit of a send-groups body, one row each; keys are paths with their punctuation removed."""

import pytest

LINK = {"text": "Open", "url": "https://example.com/1"}
CALL = {"text": "Call", "phone": "380440000000"}


def card(**fields):
    return {"options": {"cards": [{"text": "Hi"} | fields]}}


def cards(count):
    return {"options": {"cards": [{"text": str(index)} for index in range(count)]}}


def button(**fields):
    return card(suggestions=[LINK | fields])


def call(phone):
    return card(suggestions=[CALL | {"phone": phone}])


def sms(**fields):
    return {"alternative_channel": {"sms": {"sender": "ACME", "text": "Hi"} | fields}}


@pytest.mark.parametrize(
    "fields",
    [
        {"groups": [1864275, 1864276]},
        {"groups": [1864275] * 1000},
        {"sender": "x" * 40},
        {"options": {"text": "x" * 160}},
        {"options": {"text": "\N{GRINNING FACE}" * 80}},
        cards(1),
        cards(10),
        card(title="x" * 200),
        card(title=None, media=None, suggestions=None),
        card(text="x" * 1000),
        card(text=..., media={"url": "https://cdn.example.com/1.png"}),
        card(media={"url": "http://cdn.example.com/" + "x" * 977}),
        card(suggestions=[LINK, CALL, LINK, CALL]),
        button(type="link"),
        button(text="x" * 25, postback_data="x" * 25),
        card(suggestions=[CALL | {"type": "call"}]),
        call("1" * 9),
        call("1" * 15),
        {"alternative_channel": None},
        sms(),
        sms(text="x" * 765),
        sms(text="{" * 382),
        sms(text="ї" * 335),
        sms(validity=72, check_stop_list=False),
        sms(validity_seconds=30),
        sms(validity_seconds=86400, validity=None),
        {"start_at": None},
        {"start_at": "2026-12-01 12:00:01"},
        {"start_at": "2026-12-01T12:00:01"},
        {"start_at": "2026-12-01T12:00:01.000000"},
        {"start_at": "2026-12-30 23:59:59"},
        {"validity": 1},
        {"validity": 72},
        {"validity": None},
        {"tariff_code": 0},
        {"tariff_code": "1"},
        {"tariff_code": None},
        {"check_stop_list": False, "add_to_contact_book": True},
        {"check_stop_list": None},
        {"validity": 24, "validity_seconds": 3600},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_accepted(simulator, fields):
    assert simulator.submit(**fields).status == 200


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"groups": ...}, "groups"),
        ({"groups": []}, "groups"),
        ({"groups": 1864275}, "groups"),
        ({"groups": [1864275] * 1001}, "groups"),
        ({"groups": ["1864275"]}, "groups0"),
        ({"groups": [True]}, "groups0"),
        ({"groups": [1864275, 99]}, "groups1"),
        ({"sender": ...}, "sender"),
        ({"sender": ""}, "sender"),
        ({"sender": 7}, "sender"),
        ({"sender": "x" * 41}, "sender"),
        ({"sender": "\ud800"}, "sender"),
        ({"options": ...}, "options"),
        ({"options": None}, "options"),
        ({"options": "Hi"}, "options"),
        ({"options": {}}, "options"),
        ({"options": {"text": "Hi", "cards": [{"text": "Hi"}]}}, "options"),
        ({"options": {"text": ""}}, "optionstext"),
        ({"options": {"text": "x" * 161}}, "optionstext"),
        ({"options": {"text": "\N{GRINNING FACE}" * 80 + "x"}}, "optionstext"),
        (cards(0), "optionscards"),
        (cards(11), "optionscards"),
        ({"options": {"cards": {"text": "Hi"}}}, "optionscards"),
        ({"options": {"cards": ["Hi"]}}, "optionscards0"),
        ({"options": {"cards": [{"text": "Hi"}, {"title": "only"}]}}, "optionscards1text"),
        (card(title="x" * 201), "optionscards0title"),
        (card(text=""), "optionscards0text"),
        (card(text="x" * 1001), "optionscards0text"),
        (card(media="https://cdn.example.com/1.png"), "optionscards0media"),
        (card(media={}), "optionscards0mediaurl"),
        (card(media={"url": "ftp://cdn.example.com/1.png"}), "optionscards0mediaurl"),
        (card(media={"url": "https://" + "x" * 993}), "optionscards0mediaurl"),
        (card(suggestions=LINK), "optionscards0suggestions"),
        (card(suggestions=[LINK] * 5), "optionscards0suggestions"),
        (card(suggestions=["Open"]), "optionscards0suggestions0"),
        (card(suggestions=[LINK, CALL | {"text": ""}]), "optionscards0suggestions1text"),
        (button(text="x" * 26), "optionscards0suggestions0text"),
        (button(postback_data="x" * 26), "optionscards0suggestions0postback_data"),
        (button(type="reply"), "optionscards0suggestions0type"),
        (button(type="call"), "optionscards0suggestions0phone"),
        (button(url="example.com"), "optionscards0suggestions0url"),
        (button(url="https://" + "x" * 993), "optionscards0suggestions0url"),
        (button(url=None), "optionscards0suggestions0url"),
        (call("1" * 8), "optionscards0suggestions0phone"),
        (call("1" * 16), "optionscards0suggestions0phone"),
        (call("+380440000000"), "optionscards0suggestions0phone"),
        ({"alternative_channel": {}}, "alternative_channelsms"),
        ({"alternative_channel": []}, "alternative_channel"),
        (sms(sender=None), "alternative_channelsmssender"),
        (sms(sender="ABCDEFGHIJKL"), "alternative_channelsmssender"),
        (sms(sender="1234567890123456"), "alternative_channelsmssender"),
        (sms(sender="Stranger"), "alternative_channelsmssender"),
        (sms(text=None), "alternative_channelsmstext"),
        (sms(text="x" * 766), "alternative_channelsmstext"),
        (sms(text="{" * 383), "alternative_channelsmstext"),
        (sms(text="ї" * 336), "alternative_channelsmstext"),
        (sms(validity=0), "alternative_channelsmsvalidity"),
        (sms(validity=73), "alternative_channelsmsvalidity"),
        (sms(validity_seconds=29), "alternative_channelsmsvalidity_seconds"),
        (sms(validity_seconds=86401), "alternative_channelsmsvalidity_seconds"),
        (sms(check_stop_list="yes"), "alternative_channelsmscheck_stop_list"),
        ({"start_at": "2026-12-01 11:59:59"}, "start_at"),
        ({"start_at": "2026-12-31 00:00:00"}, "start_at"),
        ({"start_at": "2026-12-02"}, "start_at"),
        ({"start_at": "2026-12-02 10:00"}, "start_at"),
        ({"start_at": "2026-12-02T10:00:00Z"}, "start_at"),
        ({"start_at": "2026-02-30 10:00:00"}, "start_at"),
        ({"start_at": 1796205600}, "start_at"),
        ({"validity": 0}, "validity"),
        ({"validity": 73}, "validity"),
        ({"validity": "24"}, "validity"),
        ({"validity": True}, "validity"),
        ({"tariff_code": "base"}, "tariff_code"),
        ({"tariff_code": -1}, "tariff_code"),
        ({"tariff_code": False}, "tariff_code"),
        ({"check_stop_list": "yes"}, "check_stop_list"),
        ({"add_to_contact_book": 1}, "add_to_contact_book"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_refused_for_one_field(simulator, fields, key):
    reply = simulator.submit(**fields)
    assert (reply.status, list(reply.json["errors"])) == (422, [key])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tariff_code": 5}, "Tariff was not found"),
        ({"tariff_code": 9}, "Tariff was not found"),
    ],
)
def test_refused_by_a_rule(simulator, fields, message):
    reply = simulator.submit(**fields)
    assert (reply.status, reply.json) == (422, {"message": message, "errors": []})


def test_all_complaints_come_together(simulator):
    reply = simulator.submit(groups=[99], validity=0, options=None)
    assert reply.json["errors"] == {
        "groups0": ["The groups[0] is not a list of this account."],
        "options": ["The options field is required."],
        "validity": ["The validity must be between 1 and 72."],
    }


def test_the_horizon_is_judged_in_the_zone_of_the_account(simulator):
    simulator.seed(timezone="Pacific/Kiritimati")  # there it is already 2 December
    assert simulator.submit(start_at="2026-12-31 23:59:59").status == 200


def test_an_agent_must_be_of_the_account_where_agents_are_named(simulator):
    simulator.seed(agents=["Acme"])
    assert [simulator.submit(sender="acme").status, simulator.submit(sender="Acme").status] == [422, 200]


@pytest.mark.parametrize("status", ["blocked", "registering"])
def test_an_sms_sender_must_be_active(simulator, status):
    simulator.seed(senders=[{"sender": "ACME", "status": status}])
    assert list(simulator.submit(**sms()).json["errors"]) == ["alternative_channelsmssender"]


def test_the_contacts_of_all_lists_are_at_most_5000(simulator):
    simulator.seed(lists=[{"id": 1, "name": "A", "contacts": 4999}, {"id": 2, "name": "B", "contacts": 2}])
    assert simulator.submit(groups=[1, 2]).status == 422


def test_a_list_that_is_named_twice_counts_once(simulator):
    id_ = simulator.accept(groups=[1864275, 1864275])
    assert simulator.detail(id_)["total_phones"] == 1240


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_a_bad_request(simulator, body):
    assert simulator.post(body).status == 400


def test_a_body_that_is_no_object_is_invalid(simulator):
    assert simulator.post([1]).status == 422


def test_what_was_refused_leaves_no_trace(simulator):
    simulator.submit(validity=0)
    assert simulator.store.ledger() == []
