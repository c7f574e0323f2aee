"""`plan --online` and `validate --online`: what is asked, what is found, where it is told, and what it blocks."""

from functools import partial

import pytest

from rcsplan.diagnostics import Severity
from rcsplan.operations.plan import plan
from rcsplan.operations.validate import online_problems
from rcsplan.web.looking import look_at
from tests.builders import NOW
from tests.manifest.projects import load, make_manifest, make_spec, write
from tests.web.site import HTML, Page, make_asking, png, serving

LOOK = partial(look_at, asking=make_asking())
#: The rule of links dislikes that the pages of these tests are served by http, which is not what they are about.
QUIET = {"links": {"severity": "off"}}


@pytest.fixture
def site():
    pages = {
        "/shop": Page(HTML, "text/html"),
        "/a.png": Page(png(), "image/png", manner="ranges"),
        "/page.png": Page(HTML, "text/html"),
    }
    with serving(pages) as site:
        yield site


def make_body(site, media="/a.png", link="/shop", text="Sale"):
    """The body of a card with a picture and a button."""
    button = {"text": "Shop", "url": site.url(link)}
    return make_spec(options={"cards": [{"text": text, "media": {"url": site.url(media)}, "suggestions": [button]}]})


def planned(shop, site, rules=None, look=LOOK, **body):
    """What is planned of a card, with the findings about what was seen."""
    shop.policy = {"rules": {**QUIET, **(rules or {})}}
    manifest = make_manifest("sale", spec=make_body(site, **body))
    manifest["spec"]["groups"] = [1864275]
    write(shop.folder / "sale.yaml", manifest)
    (action,) = plan(shop.target, look=look).plan.actions
    return action


def told(action):
    return [(finding.rule, finding.severity, finding.path) for finding in action.policy]


def test_a_plan_looks_at_each_address_once_and_finds_nothing_wrong(shop, site):
    action = planned(shop, site, text=f"Sale: {site.url('/shop')}.")
    assert (action.action, told(action), sorted(site.paths)) == ("submit", [], ["/a.png", "/shop"])


def test_a_plan_without_a_look_requests_nothing(shop, site):
    assert (told(planned(shop, site, look=None, link="/gone")), site.asked) == ([], [])


def test_what_is_seen_is_a_finding_at_its_line(shop, site):
    action = planned(shop, site, link="/gone", media="/page.png")
    assert told(action) == [
        ("link-online", "warn", "options.cards[0].suggestions[0].url"),
        ("media-online", "warn", "options.cards[0].media.url"),
    ]
    assert [(finding.place.file, finding.place.line) for finding in action.policy] == [("sale.yaml", 1)] * 2


def test_what_the_policy_denies_is_blocked(shop, site):
    action = planned(shop, site, {"link-online": {"severity": "deny"}}, link="/gone")
    assert (action.action, action.reason) == ("blocked", "policy")


def test_what_no_rule_asks_about_is_not_requested(shop, site):
    off = {"severity": "off"}
    planned(shop, site, {"media-online": off, "media-ratio": off})
    assert site.paths == ["/shop"]


def test_what_is_filled_in_for_each_recipient_is_not_requested(shop, site):
    planned(shop, site, text="Stop: http://nosms.cc/XXXX", link="/u/{id}")
    assert site.paths == ["/a.png"]


def problems(tmp_path, site, rules=None, **body):
    """What a validation tells of a card: file, line, code and severity."""
    manifest = make_manifest(
        "sale", spec=make_body(site, **{key: body.pop(key) for key in ("media", "link") if key in body})
    )
    loaded = load(tmp_path, {**manifest, **body}, policy={"rules": {**QUIET, **(rules or {})}})
    assert not loaded.has_errors
    return online_problems(loaded, LOOK, now=NOW)


def test_a_validation_tells_it_at_the_line_of_the_manifest(tmp_path, site):
    (problem,) = problems(tmp_path, site, link="/gone")
    assert (problem.code, problem.severity) == ("link-online", Severity.WARNING)
    assert str(problem.location).startswith("0.yaml:1:")
    assert problem.location.path == ("spec", "options", "cards", 0, "suggestions", 0, "url")
    assert problem.detail == f"{site.url('/gone')} answers 404, which is not there."
    assert site.url("/gone") in problem.excerpt


def test_what_a_rule_denies_is_an_error(tmp_path, site):
    (problem,) = problems(tmp_path, site, {"media-online": {"severity": "deny"}}, media="/page.png")
    assert problem.is_error


def test_what_is_waived_is_a_note(tmp_path, site):
    waiver = {"rule": "link-online", "reason": "Not published.", "owner": "me", "until": "2026-12-31"}
    (problem,) = problems(tmp_path, site, link="/gone", metadata={"name": "sale", "waivers": [waiver]})
    assert (problem.severity, problem.detail.endswith(" Waived until 2026-12-31.")) == (Severity.NOTE, True)


def test_what_has_started_is_not_looked_at(tmp_path, site):
    assert problems(tmp_path, site, link="/gone", schedule={"at": "2026-11-24 10:59"}) == ()
    assert site.asked == []


def test_sends_that_share_a_line_are_told_together(tmp_path, site):
    found = problems(tmp_path, site, link="/gone-{{ locale }}", matrix={"locale": ["en", "pl", "uk"]})
    gone = [site.url(f"/gone-{locale}") for locale in ("en", "pl", "uk")]
    assert [problem.detail for problem in found] == [
        f"{gone[0]} answers 404, which is not there. Likewise {gone[1]}, {gone[2]}."
    ]
