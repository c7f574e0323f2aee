"""Heartbeats: said in silence alone, and with what is known by then."""

from __future__ import annotations

import queue

from rcsplan.apply.events import Event, Happening
from rcsplan.output.heartbeat import Beat, Heartbeat, format_beat


def make_event(happening, address="spring"):
    return Event(address=address, revision=1, happening=happening)


def test_a_silent_run_is_heard_of():
    beats = queue.Queue()
    with Heartbeat(say=beats.put, every=0.01, total=3):
        assert beats.get(timeout=20) == Beat(total=3, done=0, in_flight=0)


def test_after_its_end_a_run_is_not_heard_of_any_more():
    beats = []
    with Heartbeat(say=beats.append, every=0.001) as heartbeat:
        pass
    assert not heartbeat._thread.is_alive()


def test_a_beat_counts_what_ended_and_what_is_on_its_way():
    heartbeat = Heartbeat(say=lambda _: None, total=4)
    for happening in (Happening.STARTED, Happening.RETRYING, Happening.SUBMITTED):
        heartbeat.hear(make_event(happening))
    heartbeat.hear(make_event(Happening.STARTED, "summer"))
    assert heartbeat.beat == Beat(total=4, done=1, in_flight=1)


def test_a_beat_is_a_sentence():
    assert format_beat(Beat(total=1200, done=40, in_flight=4)) == "Still applying: 40 of 1,200 steps done, 4 in flight."
    assert format_beat(Beat(total=0, done=0, in_flight=0)) == "Still looking at the account."
