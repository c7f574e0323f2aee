"""Plans whose messages are hard to show: markup, directions, what cannot be seen, long words, and many of them."""

from __future__ import annotations

import re
from datetime import timedelta

from rcsplan.operations.preview import preview_of_plan
from rcsplan.output.preview_html import format_preview
from rcsplan.plan.model import ActionKind, Audience, FieldChange, Place, PlannedList, PolicyFinding, Prior, Reason
from tests.output.plans import HOSTILE, START, make_action, make_plan

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><a href='javascript:alert(3)'>&lt;b&gt;</a></style>"
RTL = "مرحبا بكم في متجرنا\nخصم 30% حتى نهاية الأسبوع https://acme.example/شتاء"
HIDDEN = "Sale\u200b now\u202e etis ruoy\u2066 \x07 end\u2028here\u00ad, zero\u2060width"
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
EMOJI = "👩‍👩‍👧‍👦 🇺🇦 Сімейна знижка ❤️"
ZALGO = "Z" + "\u0335\u0327\u0322\u0301\u0302" * 8 + "algo"
ALL = (MARKUP, RTL, HIDDEN, LONG, EMOJI, ZALGO, HOSTILE)


def card(text, *, media="https://user:secret@cdn.example/a b/%3Cimg%3E.gif", buttons=4):
    """A card of which every word is that text."""
    return {
        "title": text,
        "text": f"{text}\n{text}",
        "media": {"url": media},
        "suggestions": [
            {"type": "link", "text": text[:25], "url": f"javascript:alert('{number}{text}')"}
            for number in range(buttons)
        ],
    }


def body(text, *, cards=0):
    """A request body of which every word is that text."""
    options = {"cards": [card(text) for _ in range(cards)]} if cards else {"text": text}
    return {
        "groups": [1],
        "sender": text,
        "options": options,
        "alternative_channel": {"sms": {"sender": text, "text": f"{text} {text} {text}"}},
    }


def nasty_action(kind, text, *, name, cards):
    """An action of which every word is that text."""
    return make_action(
        kind,
        address=f"{name}[{text[:8]}]",
        payload=body(text, cards=cards),
        sender=text,
        reason=Reason.POLICY if kind is ActionKind.BLOCKED else None,
        detail=text,
        way_out=text,
        notes=(text,),
        policy=(
            PolicyFinding(rule="links", severity="deny", detail=text, way_out=text, place=Place(file=text, line=1)),
        ),
        diff=(FieldChange(path="options", before={"text": f"Before {text}"}),) if kind is ActionKind.REPLACE else (),
        prior=Prior(revision=1, digest="sha256:0", start_at=START),
        audience=Audience(lists=(PlannedList(id=1, name=text, contacts=7),), contacts=7),
    )


def nasty_plan(*texts):
    """A plan of texts that are hard to show: blocked as text, replaced as card, submitted as carousel."""
    actions = (
        nasty_action(kind, text, name=name, cards=cards)
        for name, kind, cards in (
            ("text", ActionKind.BLOCKED, 0),
            ("card", ActionKind.REPLACE, 1),
            ("carousel", ActionKind.SUBMIT, 3),
        )
        for text in texts
    )
    return make_plan(*actions, project="nasty", diagnostics=texts, reaches_people=False)


def long_plan(sends):
    """A plan of many sends, ten to a campaign, an hour apart."""
    return make_plan(
        *(
            make_action(
                ActionKind.SUBMIT,
                address=f"campaign-{number // 10:02}[cell={number % 10}]",
                start_at=START + timedelta(hours=number),
            )
            for number in range(sends)
        ),
        project="many",
    )


def replacing():
    """An action that replaces a title, and starts two days later than what it replaces."""
    change = FieldChange(path="options.cards[0].title", before="Autumn", after="Winter")
    prior = Prior(revision=1, digest="sha256:0", start_at=START - timedelta(days=2))
    return make_action(ActionKind.REPLACE, diff=(change,), prior=prior)


def page_of(plan):
    """The page of a plan."""
    return format_preview(preview_of_plan(plan, addresses=()))


def without_style(page):
    """A page without what changes with every stroke of its looks."""
    return re.sub(r"sha256-[^']+", "sha256-…", re.sub(r"(?s)<style>.*</style>", "<style>…</style>", page))
