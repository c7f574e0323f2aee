"""Sends at every stage, for what is written of them."""

from datetime import timedelta

from rcsplan.operations.report import CampaignReport, Report, Sum
from rcsplan.operations.status import SendStatus, Status
from rcsplan.state.model import Delivery, ListSnapshot, Provenance, Superseded
from tests.builders import (
    NOW,
    make_body,
    make_record,
    make_remote,
    make_scheduled,
    make_send,
    make_stop,
    make_unknown_record,
)

PROVENANCE = Provenance(
    who="ada@desk",
    commit="3f2a1b9c0d1e2f3a4b5c6d7e8f90123456789abc",
    ci_url="https://ci.example.com/acme/crm/runs/1208",
    plan_checksum="sha256:9b2f4c6d8e0a1b3c5d7e9f0a2b4c6d8e",
    rcsplan_version="0.1.0",
)
SMS = {"sms": {"sender": "ACME", "text": "Тільки сьогодні: " + "знижка на все " * 6, "validity": 24}}
SENDING = {"scheduled": 2100, "sent": 600, "delivered": 420, "read": 60, "not_rcs_user": 25}
DONE = {"delivered": 1171, "read": 1705, "expired": 85, "not_rcs_user": 244}


def make_delivery(rcs=None, *, sms=None, phones=3205, price="98.8", currency="EUR"):
    return Delivery(
        rcs=DONE if rcs is None else rcs,
        sms={"delivered": 313, "undelivered": 16} if sms is None else sms,
        phones=phones,
        price=price,
        currency=currency,
        observed_at=NOW,
    )


def make_status_of(address, *, delivery=None, is_final=False, contacts=3205, start="2026-11-24 10:30:12", **fields):
    """A send of one list with an SMS of two parts."""
    send = make_send("sale", body=make_body(alternative_channel=SMS), schedule=make_scheduled(start))
    record = make_record(send, **{"provenance": PROVENANCE, "remote": make_remote("done", sent=3000), **fields})
    lists = (ListSnapshot(id=201, name="Acme UA", contacts=contacts),)
    return SendStatus(
        address=address,
        record=record.model_copy(update={"lists": lists}),
        delivery=delivery,
        is_final=is_final,
    )


EARLIER = Superseded(
    remote_id=53999999, digest="v1:1", stopped_at=NOW - timedelta(hours=2), submitted_at=NOW, provenance=PROVENANCE
)
STAGES = (
    make_status_of("winter-sale[locale=uk]", delivery=make_delivery(), is_final=True),
    make_status_of(
        "winter-sale[locale=en]",
        delivery=make_delivery(phones=3051),
        remote=make_remote("stopped", sent=3000),
        stop=make_stop(),
    ),
    make_status_of(
        "flash",
        delivery=make_delivery(SENDING, sms={"sent": 20, "delivered": 5}, price="14.4"),
        remote=make_remote("sending", sent=1080),
        superseded=(EARLIER,),
    ),
    make_status_of(
        "broke", delivery=make_delivery({"scheduled": 3205}, sms={}, price="0"), remote=make_remote("paused", sent=12)
    ),
    make_status_of("friday-deals@2026-11-27", remote=make_remote(), start="2026-11-27 15:00:57"),
    make_status_of("in-review", remote=make_remote("moderation"), start="2026-11-28 12:00:00"),
    make_status_of("meddled", remote=make_remote("stopped")),
    SendStatus(address="lost", record=make_unknown_record()),
)


def make_status(*sends):
    return Status(environment="production", zone="Europe/Kyiv", reaches_people=True, looked_at=NOW, sends=sends)


def make_report(*sends, since=None, until=None):
    names = dict.fromkeys(send.campaign for send in sends)
    campaigns = tuple(
        CampaignReport(name=name, sum=Sum(sends=tuple(send for send in sends if send.campaign == name)))
        for name in names
    )
    return Report(
        environment="production",
        zone="Europe/Kyiv",
        reaches_people=True,
        looked_at=NOW,
        since=since,
        until=until,
        campaigns=campaigns,
    )
