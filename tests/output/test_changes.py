"""What is told of a send that changes what was submitted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rcsplan.output.changes import changed_words, changes_of, list_names
from rcsplan.output.plan_markdown import format_plan_markdown
from rcsplan.output.plan_text import format_plan_text
from rcsplan.output.terminal import Style
from rcsplan.plan.model import ActionKind, FieldChange, PlannedList, Prior
from tests.output.plans import START, make_action, make_plan

OWN_SECOND, EARLIER = START.replace(second=20), START.replace(second=43)
START_CHANGE = FieldChange(path="start_at", before="2026-12-01 10:00:43", after="2026-12-01 10:00:20")


def raised(*diff, start_at=OWN_SECOND, earlier=EARLIER, revision=2):
    """A replacement of revision 1."""
    prior = Prior(
        revision=1, digest="sha256:0", start_at=earlier, lists=(PlannedList(id=301, name="Kvitka UA", contacts=9),)
    )
    return make_action(
        ActionKind.REPLACE, revision=revision, start_at=start_at, declared_start="2026-12-01 10:00 Europe/Kyiv",
        diff=diff, prior=prior,
    )  # fmt: skip


def test_a_raised_revision_is_told_in_place_of_the_second_that_comes_with_it():
    assert changes_of(raised(START_CHANGE)) == (FieldChange(path="revision", before=1, after=2),)


@pytest.mark.parametrize(
    "action",
    [
        raised(START_CHANGE, earlier=OWN_SECOND - timedelta(hours=1)),
        raised(START_CHANGE, earlier=None),
        raised(START_CHANGE, revision=1),
    ],
    ids=["another hour", "it was instant", "the same revision"],
)
def test_another_start_is_told(action):
    assert START_CHANGE in changes_of(action)


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("groups", "lists"),
        ("start_at", "start"),
        ("sender", "sender"),
        ("validity", "validity"),
        ("options.text", "text"),
        ("options.cards[0].title", "text"),
        ("options.cards[0].media.url", "media"),
        ("options.cards[1].suggestions[0].url", "buttons"),
        ("options.cards[1]", "cards"),
        ("alternative_channel.sms.text", "SMS"),
        ("<b>", "settings"),
    ],
)
def test_a_field_is_called_by_a_word_of_ours(path, word):
    assert changed_words(raised(FieldChange(path=path, before=1, after=2), revision=1)) == word


def test_the_lists_of_before_have_their_names():
    action = raised(FieldChange(path="groups", before=[301], after=[1864275]))
    assert list_names(action) == {301: "Kvitka UA", 1864275: "Newsletter UA"}
    shown = format_plan_text(make_plan(action), Style(), verbose=False)
    assert "groups: [-Kvitka UA (301)-]{+Newsletter UA (1864275)+}" in shown


def test_a_fold_of_the_comment_says_what_changed_before_it_is_opened():
    action = raised(FieldChange(path="options.text", before="Old", after="New"), START_CHANGE)
    assert "contacts · changed: revision, text</summary>" in format_plan_markdown(make_plan(action))
