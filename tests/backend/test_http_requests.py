"""What an HTTP store asks of its server: the protocol of Terraform and OpenTofu, to the letter."""

import base64
import hashlib
import json
import socket
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from tests.backend.dialects import LOCK_KEYS, PASSWORD, USERNAME, GitLab, Plain
from tests.backend.stores import lock, make_info, number_in, put
from tests.builders import make_state


@pytest.fixture
def plain(serve):
    return serve(Plain()).begin()


def test_reading_is_one_get(plain):
    plain.store().load()
    assert plain.server.methods() == ["GET"]


def test_of_a_client_that_dies_between_head_and_body_nothing_is_kept(plain):
    host, port = plain.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: state\r\nContent-Length: 10\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert plain.server.methods() == []
    assert plain.store().load() is not None


def test_a_session_locks_reads_and_unlocks(plain):
    lock(plain.store()).release()
    assert plain.server.methods() == ["LOCK", "GET", "UNLOCK"]


def test_a_record_asks_for_the_lock_and_the_state_writes_and_reads_back(plain):
    with lock(plain.store()) as session:
        plain.server.requests.clear()
        session.record([put(1)])
        assert plain.server.methods() == ["LOCK", "GET", "POST", "GET"]


def test_a_check_asks_for_the_lock_and_the_state(plain):
    with lock(plain.store()) as session:
        plain.server.requests.clear()
        session.check()
        assert plain.server.methods() == ["LOCK", "GET"]


def test_a_lock_says_all_seven_things(plain):
    with lock(plain.store()):
        sent = plain.body("LOCK")
    assert (tuple(sent), {type(value) for value in sent.values()}) == (LOCK_KEYS, {str})
    assert (sent["Operation"], sent["Who"], sent["Version"]) == ("apply", "me@here", "0.1.0")
    assert sent["Created"] == "2026-11-24T09:00:00Z"


def test_unlocking_says_the_same_as_locking(plain):
    lock(plain.store()).release()
    assert plain.body("UNLOCK") == plain.body("LOCK")


def test_two_locks_of_the_same_run_have_different_ids(plain):
    lock(plain.store()).release()
    first = plain.body("LOCK")["ID"]
    lock(plain.store()).release()
    assert plain.body("LOCK")["ID"] != first


def test_a_write_carries_the_id_of_the_lock(plain):
    with lock(plain.store()) as session:
        held = plain.held["ID"]
        session.record([put(1)])
    assert parse_qs(plain.server.last("POST")["QUERY_STRING"]) == {"ID": [held]}


def test_a_write_without_a_lock_carries_no_id(plain):
    with lock(plain.store(lock_url="", no_lock_i_know=True)) as session:
        session.record([put(1)])
    assert plain.server.last("POST")["QUERY_STRING"] == ""


def test_the_query_of_an_address_is_kept(plain):
    address = plain.address()
    with lock(plain.store(url=f"{address.address}?team=crm")) as session:
        session.record([put(1)])
    assert list(parse_qs(plain.server.last("POST")["QUERY_STRING"])) == ["team", "ID"]


def test_every_body_is_json_with_its_checksum(plain):
    with lock(plain.store()) as session:
        session.record([put(1)])
    sent = plain.server.last("POST")
    md5 = base64.b64encode(hashlib.md5(plain.text).digest()).decode()
    assert (sent["CONTENT_TYPE"], sent["HTTP_CONTENT_MD5"]) == ("application/json", md5)


def test_every_request_carries_name_password_and_further_headers(serve):
    rig = serve(Plain(), headers={"X-Team": "crm"}).begin()
    rig.store().load()
    login = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    sent = rig.server.last("GET")
    assert (sent["HTTP_AUTHORIZATION"], sent["HTTP_X_TEAM"]) == (f"Basic {login}", "crm")


def test_the_configured_methods_are_used(serve):
    rig = serve(Plain(), update_method="PUT")
    with lock(rig.store()) as session:
        session.create(make_state())
    assert rig.server.methods().count("PUT") == 1


def test_the_document_has_lineage_and_serial_on_its_top_level(plain):
    with lock(plain.store()) as session:
        session.record([put(1)])
    document = json.loads(plain.text)
    assert (document["serial"], document["lineage"]) == (1, make_state().lineage)


def test_the_serial_rises_with_every_write(serve):
    rig = serve(GitLab()).begin()
    with lock(rig.store()) as session:
        session.record([put(1)])
        session.record([put(2)])
        session.save()
        session.record([put(3)])
    assert list(rig.dialect.states["crm-state"].versions) == [0, 1, 2, 3]


def test_a_record_of_nothing_writes_nothing(plain):
    with lock(plain.store()) as session:
        session.record([])
    assert "POST" not in plain.server.methods()


@pytest.mark.parametrize("status", ["204 No Content", "404 Not Found", "200 OK"])
def test_no_content_not_found_and_an_empty_body_mean_that_there_is_no_state(serve, status):
    class Server(Plain):
        def read(self, _):
            return status, b""

    assert serve(Server()).store().load() is None


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "204 No Content"])
def test_three_answers_confirm_a_write(serve, status):
    class Server(Plain):
        def write(self, request):
            super().write(request)
            return status, b""

    rig = serve(Server()).begin()
    with lock(rig.store()) as session:
        session.record([put(1)])
    assert number_in(rig.store().load()) == 1


def test_the_holder_is_told_whatever_its_words(plain):
    info = make_info('apply of "плану" | №1 \n')
    with plain.store().lock(info, timeout=0):
        holder = plain.store().holder()
    assert (holder.who, holder.operation) == (info.who, info.operation.replace("|", "/"))


def test_the_id_of_a_lock_is_never_longer_than_gitlab_takes_and_still_tells_whose_it_is(serve):
    rig = serve(GitLab()).begin()
    info = replace(make_info(), operation="apply " + 300 * "x", who="me@" + 300 * "y")
    with rig.store().lock(info, timeout=0):
        holder = rig.store().holder()
        assert (len(rig.held["ID"]), holder.id, holder.created) == (255, info.id, info.created)
    assert (holder.operation[:8], holder.who[:5]) == ("apply xx", "me@yy")
