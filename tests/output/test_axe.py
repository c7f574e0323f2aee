"""What axe has against our pages: nothing, in a window of two widths, light and dark, and they ask for nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from rcsplan.operations.preview import preview_of_plan
from rcsplan.output.calendar_html import format_calendar_html
from rcsplan.plan.model import ActionKind, Reason
from tests.editor.language_server import ENGINES
from tests.output.plans import FOUND, make_action, make_plan
from tests.output.previews import EMOJI, HIDDEN, LONG, MARKUP, RTL, nasty_plan, page_of, replacing

MODULES = ENGINES / "node_modules"
SCRIPTS = Path(__file__).parent / "browser"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node"),
    pytest.mark.skipif(not (MODULES / "axe-core").exists(), reason="axe is not installed: .ci/run installs it"),
]
in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


def ordinary_plan():
    """Sends of every kind: side by side, before and after, blocked, to be stopped."""
    return make_plan(
        make_action(ActionKind.SUBMIT, address="sale[locale=uk]"),
        make_action(ActionKind.SUBMIT, address="sale[locale=en]", payload={"options": {"text": "https://a.example"}}),
        replacing(),
        make_action(ActionKind.BLOCKED, Reason.POLICY, policy=FOUND),
        make_action(ActionKind.STOP, payload=None),
        make_action(ActionKind.DEFER),
    )


def calendar_of(plan):
    """The calendar's page of the sends of a plan."""
    entries = [send.entry for send in preview_of_plan(plan, addresses=()).calendar]
    return format_calendar_html(entries, project="shop", environment="production")


PAGES = {
    "ordinary": lambda: page_of(ordinary_plan()),
    "nasty": lambda: page_of(nasty_plan(MARKUP, RTL, HIDDEN, LONG, EMOJI)),
    "calendar": lambda: calendar_of(ordinary_plan()),
    "nasty calendar": lambda: calendar_of(nasty_plan(MARKUP, RTL)),
    "nothing": lambda: page_of(make_plan()),
}
BAD = "<!doctype html><title>x</title><h1 style='color:#ccc'>Bad</h1><img src=x.png><p style='width:2000px'>wide"


def looked_at(script, *arguments):
    """What a script prints of a page."""
    command = ["node", str(SCRIPTS / script), str(MODULES), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=300, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "index.html"


@pytest.mark.parametrize("name", PAGES)
def test_in_jsdom_axe_has_nothing_against_it(name, file):
    file.write_text(PAGES[name](), "utf-8")
    assert looked_at("axe_jsdom.cjs", file) == []


@in_chromium
@pytest.mark.parametrize("name", PAGES)
def test_in_chromium_axe_has_nothing_against_it_and_it_asks_for_nothing(name, file):
    file.write_text(PAGES[name](), "utf-8")
    seen = looked_at("axe_chromium.cjs", CHROMIUM, file)
    assert [(one["width"], one["scheme"]) for one in seen] == [
        (390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")
    ]  # fmt: skip
    assert [(one["violations"], one["asked"], one["ran"], one["wider"]) for one in seen] == [([], [], [], 0)] * 4
    assert {one["styled"] for one in seen} == {"25.6px"}


def test_jsdom_can_find_fault(file):
    file.write_text(BAD, "utf-8")
    assert {rule for rule, _ in looked_at("axe_jsdom.cjs", file)} >= {"image-alt", "html-has-lang"}


@in_chromium
def test_chromium_can_find_fault(file):
    file.write_text(BAD, "utf-8")
    narrow = looked_at("axe_chromium.cjs", CHROMIUM, file)[0]
    assert {rule for rule, *_ in narrow["violations"]} >= {"image-alt", "color-contrast"}
    assert (len(narrow["asked"]), narrow["wider"] > 0) == (1, True)
