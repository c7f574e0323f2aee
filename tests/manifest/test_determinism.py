"""Equal manifests come to equal sends: in whatever order, on whatever day, however they are laid out."""

from __future__ import annotations

import io
import tempfile
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rcsplan.campaign.schedule import horizon
from rcsplan.manifest.formatting import format_text
from rcsplan.manifest.occasion import Occasion
from rcsplan.manifest.source import SourceText
from tests.builders import NOW
from tests.manifest.projects import load, make_manifest

PARTIAL = {
    "apiVersion": "rcsplan/v1",
    "kind": "Partial",
    "parameters": {"percent": {"description": "what is taken off"}, "until": {"default": "Sunday"}},
    "spec": {"options": {"text": "{{ locale }}, {{ tier }}: -{{ percent }}% until {{ until }}, {{ word }}"}},
}
ONCE = {"at": "2026-12-01 10:00"}
SCHEDULES = (
    ONCE,
    {"rrule": "FREQ=WEEKLY;BYDAY=FR", "at": "10:00", "from": "2026-11-01"},
    {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "at": ["10:00", "18:30"], "from": "2026-11-02"},
    {"rrule": "FREQ=MONTHLY;BYMONTHDAY=-1", "at": "09:00", "from": "2026-01-31", "except": ["2026-12-31"]},
    {"rrule": "FREQ=DAILY;COUNT=40", "at": "03:30", "from": "2026-11-20", "clock_change": "later"},
)
LOCALES, TIERS = ("uk", "en", "pl"), ("vip", "base", 7)


@st.composite
def matrices(draw):
    """A matrix of two axes, whose entries give further variables and take combinations away."""
    axes = {
        "locale": draw(st.lists(st.sampled_from(LOCALES), min_size=1, max_size=3, unique=True)),
        "tier": draw(st.lists(st.sampled_from(TIERS), min_size=2, max_size=3, unique=True)),
    }
    gone = {"locale": axes["locale"][0], "tier": axes["tier"][0]}
    more = [{"locale": locale, "extra": f"extra {locale}"} for locale in axes["locale"]]
    return {**axes, "include": [*more, {"locale": "de", "tier": "vip"}], "exclude": draw(st.sampled_from([[], [gone]]))}


@st.composite
def manifests(draw):
    """Some manifests with matrices, rules and partials, by name."""
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True))
    return {name: draw(one_of(name)) for name in names}


def one_of(name):
    """A manifest of a name."""
    return st.builds(
        lambda matrix, schedule, percent, word: make_manifest(
            name,
            matrix=matrix,
            schedule=schedule,
            vars={"word": word},
            use={"template": "templates/p.yaml", "with": {"percent": percent}},
            spec={"groups": ["{{ locale }}"], "sender": "Acme"},
        ),
        matrices(),
        st.sampled_from(SCHEDULES),
        st.integers(1, 99),
        st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="{}%#"), min_size=1, max_size=20),
    )


def sends_of(files, *, now=NOW):
    """What files of manifests come to: the digests of each send by its address."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(Path(folder), files={"templates/p.yaml": PARTIAL, **files}, occasion=Occasion(now=now))
    assert [one for one in loaded.diagnostics if one.is_error] == []
    return {send.address: (send.digest, send.content_digest, send.source_digest) for send in loaded.desired}, loaded


def in_files(made):
    return {f"{name}.yaml": manifest for name, manifest in made.items()}


@given(manifests(), st.data())
def test_sends_do_not_depend_on_the_order_of_files(made, data):
    names = data.draw(st.permutations([f"{folder}/{number}.yaml" for number, folder in enumerate("zyx")]))
    elsewhere = dict(zip(names, made.values(), strict=False))
    assert sends_of(elsewhere)[0] == sends_of(in_files(made))[0]


@given(manifests(), st.data())
def test_sends_do_not_depend_on_the_order_of_a_matrix(made, data):
    shuffled = {name: {**one, "matrix": data.draw(shuffles(one["matrix"]))} for name, one in made.items()}
    assert sends_of(in_files(shuffled))[0] == sends_of(in_files(made))[0]


def shuffles(matrix):
    """The same matrix with its axes, their values and its entries in another order."""
    items = st.tuples(*(st.tuples(st.just(key), st.permutations(values)) for key, values in matrix.items()))
    return items.flatmap(st.permutations).map(dict)


@given(manifests(), st.integers(0, 400), st.integers(0, 45))
def test_an_occurrence_is_the_same_on_every_day_that_declares_it(made, first, apart):
    one, other = NOW + timedelta(days=first), NOW + timedelta(days=first + apart)
    (before, seen), (after, seen_later) = (sends_of(in_files(made), now=now) for now in (one, other))
    assert {address: before[address] for address in before.keys() & after.keys()} == {
        address: after[address] for address in before.keys() & after.keys()
    }
    assert ahead_of(seen, other, one) == ahead_of(seen_later, other, one)


def ahead_of(loaded, since, now):
    """What is declared of the time that both days look at: from a while after the later to the horizon of the first."""
    last = horizon(now, ZoneInfo(loaded.environment.provider.timezone))
    sends = (send for send in loaded.desired if since + timedelta(minutes=10) < send.schedule.start <= last)
    return [send.address for send in sends if loaded.desired.declares(send.address)]


@given(manifests(), st.integers(2, 6), st.integers(2, 6), st.integers(20, 200))
def test_formatting_changes_no_digest(made, mapping, sequence, width):
    texts = {f"{name}.yaml": untidy(one, mapping=mapping, sequence=sequence, width=width) for name, one in made.items()}
    tidy = {name: format_text(SourceText(name=name, text=text)) for name, text in texts.items()}
    assert [result.left_because for result in tidy.values()] == [""] * len(tidy)
    formatted = {name: result.text for name, result in tidy.items()}
    assert sends_of(formatted)[0] == sends_of(texts)[0] == sends_of(in_files(made))[0]


def untidy(tree, *, mapping, sequence, width):
    """A manifest as an author with habits of their own writes it."""
    writer, text = YAML(), io.StringIO()
    writer.indent(mapping=mapping, sequence=sequence, offset=sequence - 2)
    writer.width, writer.allow_unicode = width, True
    writer.dump(tree, text)
    return f"# {tree['metadata']['name']}\n\n\n\n{text.getvalue()}\n\n# the end\n"
