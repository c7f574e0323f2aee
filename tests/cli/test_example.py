"""The whole example project: it plans cleanly, goes out as it says, and the README tells its size."""

from __future__ import annotations

import re

import pytest

from tests.cli.running import EXAMPLE, ROOT, Project, copy_example

#: What is submitted by the first apply, beside the campaigns that are sent once.
MANIFOLD = (
    "acme-delivery-deadline[list=201]",
    "acme-delivery-deadline[list=203]",
    "acme-friday-deals@2026-12-11",
    "acme-friday-deals@2026-12-18",
    "kvitka-winter-bouquets[locale=en,tier=base]",
    "kvitka-winter-bouquets[locale=uk,tier=base]",
    "kvitka-winter-bouquets[locale=uk,tier=vip]",
)
ONCE = {
    "acme-winter-sale-en": "submit",
    "acme-winter-sale-uk": "submit",
    "kvitka-saint-nicholas-en": "submit",
    "kvitka-saint-nicholas-uk": "submit",
    "acme-new-year-uk": "defer",
    "kvitka-valentine-uk": "defer",
}
#: The Fridays of its rule, without Christmas Day, New Year's Day and the one that the rule leaves out.
FRIDAYS = (
    "2026-12-11", "2026-12-18", "2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05", "2027-02-19",
    "2027-02-26",
)  # fmt: skip


@pytest.fixture
def example(tmp_path, capsys):
    """The whole example project."""
    copy_example(tmp_path / "shop", without=())
    return Project(tmp_path / "shop", capsys)


def a_day_of(project):
    """Apply, and let a day pass."""
    code = project.apply().code
    project.advance("1d")
    return code


def test_it_is_free_of_problems(example):
    assert example.run("validate").out == "9 campaigns checked, no problems found.\n"


def test_it_is_formatted(example):
    assert example.run("fmt", "--check").code == 0


def test_the_first_plan_submits_what_is_due_and_defers_the_rest(example):
    more = dict.fromkeys(MANIFOLD, "submit") | {"acme-friday-deals@2027-01-08": "defer"}
    assert example.actions() == ONCE | more


def test_after_the_first_apply_there_is_nothing_to_change(example):
    assert example.apply().code == 0
    assert example.run("plan", "--detailed-exitcode").code == 0


def test_the_parts_of_the_split_send_start_ten_minutes_apart(example):
    starts = {one["address"]: one["wire_start_at"][:16] for one in example.plan("acme-delivery-deadline")["actions"]}
    assert starts == {MANIFOLD[0]: "2026-12-17 11:00", MANIFOLD[1]: "2026-12-17 11:10"}


@pytest.mark.full
def test_a_season_of_daily_applies_sends_everything_once(example):
    codes = [a_day_of(example) for _ in range(90)]
    assert codes == [0] * 90
    fridays = [one["payload"]["start_at"] for one in example.ledger() if "П'ятниця" in str(one["payload"])]
    assert sorted(start[:10] for start in fridays) == list(FRIDAYS)
    assert len(example.ledger()) == len(ONCE) + len(MANIFOLD) - 2 + len(FRIDAYS)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("kvitka-winter-bouquets[locale=uk,tier=vip]", "templates/flash-sale.yaml"),
        ("kvitka-winter-bouquets[locale=en,tier=base]", "kvitka/_defaults.yaml"),
        ("acme-friday-deals@2026-12-11", "texts/friday-deals.uk.txt"),
        ("acme-winter-sale-uk", "acme/_defaults.yaml"),
    ],
)
def test_its_values_are_explained_to_the_file_that_says_them(example, address, place):
    assert place in example.run("explain", address).out


def test_the_readme_tells_its_size():
    sentence = " ".join((ROOT / "README.md").read_text("utf-8").split()).partition("The first line applies")[2]
    told = re.search(r"two brands, two locales, (\w+) campaigns that are sent once, of which (\w+) start", sentence)
    deferred = sum(action == "defer" for action in ONCE.values())
    assert told is not None
    assert told.groups() == ({6: "six"}[len(ONCE)], {2: "two"}[deferred])
    assert sorted(path.name for path in EXAMPLE.iterdir() if (path / "_defaults.yaml").exists()) == ["acme", "kvitka"]
