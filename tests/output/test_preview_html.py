"""The preview as a page: whole, inert whatever its messages say, and the same for the same plan."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from rcsplan.plan.model import ActionKind, ApprovalDemand, Estimate, PlanEstimate, Reason, Suspension
from tests.output.plans import FOUND, HOSTILE, PAYLOAD, hostile_plan, make_action, make_plan
from tests.output.previews import ALL, HIDDEN, MARKUP, RTL, long_plan, nasty_plan, page_of, replacing, without_style

STRUCTURE = {"html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "article", "footer"}
TEXT = {"h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "small", "s", "mark", "time", "a"}
ELEMENTS = STRUCTURE | TEXT | {"details", "summary", "figure", "figcaption"}
NAMES = {"class", "id", "href", "lang", "dir", "role", "tabindex", "datetime", "open"}
ATTRIBUTES = NAMES | {"aria-label", "aria-labelledby", "aria-hidden", "charset", "name", "content", "http-equiv"}


class Reader(HTMLParser):
    """Keeps what stands on a page."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.links, self.ids, self.texts = set(), set(), set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given = dict(attrs)
        self.links |= {given["href"]} if "href" in given else set()
        self.ids += [given["id"]] if "id" in given else []

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(params=["nasty", "hostile"])
def reader(request):
    return Reader(page_of(nasty_plan(*ALL) if request.param == "nasty" else hostile_plan()))


def test_foreign_text_makes_no_element_and_no_attribute(reader):
    assert (reader.elements - ELEMENTS, reader.attributes - ATTRIBUTES) == (set(), set())


def test_links_lead_to_places_of_the_page_alone(reader):
    assert reader.links - {f"#{name}" for name in reader.ids} == set()


def test_no_id_stands_twice():
    reader = Reader(page_of(nasty_plan(*ALL)))
    assert len(set(reader.ids)) == len(reader.ids)


def test_no_character_hides_or_steers(reader):
    steering = {"\u202e", "\u2066", "\u200b", "\u2060", "\u00ad", "\u2028", "\x07", "\x1b", "\x9b", "\x00", "\r"}
    assert steering & set("".join(reader.texts)) == set()


def test_a_secret_in_the_address_of_media_is_not_shown(reader):
    assert "secret" not in "".join(reader.texts)


def test_a_page_of_hostile_text(golden):
    golden("preview/hostile.html", without_style(page_of(nasty_plan(MARKUP, HIDDEN, RTL))))


def test_a_page_of_three_hundred_sends_shows_each_of_them():
    reader = Reader(page_of(long_plan(300)))
    assert {f"send-{number}" for number in range(1, 301)} <= set(reader.ids)


def test_a_long_calendar_is_folded():
    assert "<details open>" in page_of(long_plan(24))
    assert "<details open>" not in page_of(long_plan(24 * 14))


def test_of_many_that_share_a_list_on_a_day_the_first_are_named():
    page = page_of(make_plan(*(make_action(ActionKind.SUBMIT, address=f"sale-{number}") for number in range(9))))
    assert "A list also gets sale-1, sale-2, sale-3, sale-4, sale-5, sale-6, and 2 more</p>" in page


def test_a_plan_of_nothing_has_a_page():
    assert "Nothing is declared for these days." in page_of(make_plan())


def test_what_is_blocked_says_why_and_what_to_do(golden):
    action = make_action(ActionKind.BLOCKED, Reason.POLICY, policy=FOUND)
    golden("preview/blocked.html", without_style(page_of(make_plan(action))))


def test_before_stands_beside_after(golden):
    page = page_of(make_plan(replacing()))
    assert page.index('id="send-1-before"') < page.index('id="send-1"')
    golden("preview/replaced.html", without_style(page))


def test_what_is_stopped_is_not_in_the_calendar():
    page = page_of(make_plan(make_action(ActionKind.STOP), make_action(ActionKind.SUBMIT)))
    assert ('<a href="#send-1"><strong>stop-it' in page, "submit-it</strong>" in page) == (False, True)


def test_what_ended_and_is_no_longer_kept_is_left_out():
    page = page_of(make_plan(make_action(ActionKind.ARCHIVE, payload=None), make_action(ActionKind.NONE)))
    assert ("archive-it" in page, "none-it" in page) == (False, True)


def test_sends_of_one_campaign_stand_side_by_side():
    page = page_of(
        make_plan(*(make_action(ActionKind.SUBMIT, address=f"sale[locale={name}]") for name in ("uk", "en")))
    )
    assert 'aria-label="sale, side by side"' in page


def test_a_message_without_fallback_says_that_nothing_follows():
    payload = {key: value for key, value in PAYLOAD.items() if key != "alternative_channel"}
    page = page_of(make_plan(make_action(ActionKind.SUBMIT, payload=payload, fallback_at=None)))
    assert "None: who cannot receive RCS gets nothing." in page


def said(page, name):
    """What the page says under a name, in its head and then of its sends."""
    return [text for before, text in pairwise(Reader(page).texts) if before == name]


def test_it_says_what_a_send_and_the_whole_cost():
    estimate = Estimate(currency="EUR", expected=Decimal("17.57"), worst=Decimal("24.32"))
    whole = PlanEstimate(currency="EUR", expected=Decimal("17.57"), worst=Decimal("24.32"), balance=Decimal(20))
    page = page_of(make_plan(make_action(ActionKind.SUBMIT, estimate=estimate), estimate=whole))
    assert said(page, "Cost") == [
        "expected 17.57 EUR, worst case 24.32 EUR. Balance: 20.00 EUR.",
        "expected 17.57 EUR, worst case 24.32 EUR: nobody",
    ]


def test_a_cost_that_nobody_knows_is_said_to_be_unknown():
    unknown = Estimate(unknown=("No price is set or learned: set prices.",))
    page = page_of(make_plan(make_action(ActionKind.SUBMIT, estimate=unknown)))
    assert said(page, "Cost") == ["not known. No price is set or learned: set prices."]


def test_it_says_what_approvals_are_needed_and_when():
    now = ApprovalDemand(need=2, role="legal", because="2,480 recipients are more than 1,000")
    later = ApprovalDemand(need=1, because="9,000 recipients are more than 1,000", opens_on=date(2026, 12, 10))
    assert said(page_of(make_plan(approvals=(now, later))), "Approval") == [
        "needs 2 approvals of legal: 2,480 recipients are more than 1,000.",
        "will need 1 approval by Thu 10 Dec 2026, when deferred sends open: 9,000 recipients are more than 1,000.",
    ]


def test_it_says_that_the_project_is_suspended():
    pause = Suspension(reason="Stock-taking.", until=datetime(2026, 12, 3, 7, tzinfo=UTC))
    assert said(page_of(make_plan(suspension=pause)), "Suspended") == [
        "Stock-taking. `run` does nothing until Thu 3 Dec 2026 09:00 Europe/Kyiv. An apply by hand goes on."
    ]


def test_hostile_words_of_a_pause_a_role_and_a_price_are_inert():
    estimate = Estimate(currency=HOSTILE, unknown=(HOSTILE,), learned=HOSTILE)
    reader = Reader(
        page_of(
            make_plan(
                make_action(ActionKind.SUBMIT, estimate=estimate),
                suspension=Suspension(reason=HOSTILE),
                approvals=(ApprovalDemand(need=1, role=HOSTILE, because=HOSTILE),),
            )
        )
    )
    assert (reader.elements - ELEMENTS, reader.attributes - ATTRIBUTES) == (set(), set())
    assert {"\x1b", "\u202e"} & set("".join(reader.texts)) == set()
