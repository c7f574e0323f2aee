"""What the example project promises from its first apply to the day on which the last campaign has gone out."""

from __future__ import annotations

DUE = ("acme-winter-sale-en", "acme-winter-sale-uk", "kvitka-saint-nicholas-en", "kvitka-saint-nicholas-uk")
DEFERRED = ("acme-new-year-uk", "kvitka-valentine-uk")
ENGLISH = "acme/winter-sale-en.yaml"


def test_the_first_plan_submits_what_is_due_and_defers_the_rest(project):
    assert project.actions() == dict.fromkeys(DUE, "submit") | dict.fromkeys(DEFERRED, "defer")


def test_the_first_apply_submits_each_due_send_once(applied):
    assert len(applied.ledger()) == len(DUE)


def test_a_second_apply_changes_nothing(applied):
    before = applied.ledger()
    assert (applied.apply().code, applied.ledger()) == (0, before)


def test_after_an_apply_there_is_nothing_to_change(applied):
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_before_an_apply_there_is_something_to_change(project):
    assert project.run("plan", "--detailed-exitcode").code == 2


def test_planning_leaves_no_trace_at_the_provider(project):
    project.plan()
    assert project.ledger() == []


def test_an_edited_scheduled_text_is_exactly_one_replacement(applied):
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    changed = {address: action for address, action in applied.actions().items() if action not in {"none", "defer"}}
    assert changed == {"acme-winter-sale-en": "replace"}


def test_a_replacement_shows_what_differs_word_by_word(applied):
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    assert "Coats, [-boots-]{+shoes+} and knitwear" in " ".join(applied.run("plan").out.split())


def test_a_replacement_stops_the_old_version_before_the_new_one_is_submitted(applied):
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    assert applied.apply().code == 0
    versions = [entry for entry in applied.ledger() if entry["payload"]["groups"] == [202]]
    assert [entry["status"] for entry in versions] == ["stopped", "scheduled"]


def test_after_a_replacement_there_is_nothing_to_change(applied):
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    applied.apply()
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_an_edit_that_is_taken_back_changes_nothing(applied):
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    applied.edit(ENGLISH, "Coats, shoes", "Coats, boots")
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_a_comment_and_another_order_of_keys_change_nothing(applied):
    text = applied.read(ENGLISH).replace("      - title:", "      # the headline\n      - title:")
    applied.write(ENGLISH, text)
    assert applied.run("plan", "--detailed-exitcode").code == 0


def test_a_removed_file_is_exactly_one_stop(applied):
    applied.remove(ENGLISH)
    changed = {address: action for address, action in applied.actions().items() if action not in {"none", "defer"}}
    assert changed == {"acme-winter-sale-en": "stop"}


def test_a_stopped_campaign_has_sent_nothing_and_is_planned_no_more(applied):
    applied.remove(ENGLISH)
    assert applied.apply().code == 0
    assert [(entry["status"], entry["sent"]) for entry in applied.ledger() if entry["stopped_at"]] == [("stopped", 0)]
    assert "acme-winter-sale-en" not in applied.actions()


def test_an_edit_of_what_has_been_sent_is_blocked(applied):
    applied.advance("4d")
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    assert applied.run("plan").code == 4
    assert applied.reasons() == {"acme-winter-sale-en": "already_sent"}


def test_an_apply_with_a_blocked_send_is_refused_whole(applied):
    applied.advance("4d")
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    assert applied.apply().first == (4, "Error: 1 send is blocked; nothing was applied")


def test_the_rest_is_applied_where_blocked_sends_are_skipped(applied):
    applied.advance("4d")
    applied.edit(ENGLISH, "Coats, boots", "Coats, shoes")
    applied.edit("acme/new-year-uk.yaml", "2027-01-08 10:00", "2026-12-20 10:00")
    assert applied.apply("--skip-blocked").code == 4
    assert len(applied.ledger()) == len(DUE) + 1


def test_a_raised_revision_sends_again_what_has_been_sent(applied):
    applied.advance("6d")
    applied.edit(ENGLISH, "name: acme-winter-sale-en", "name: acme-winter-sale-en\n  revision: 2")
    applied.edit(ENGLISH, "2026-12-04 11:00", "2026-12-14 11:00")
    assert applied.actions()["acme-winter-sale-en"] == "submit"


def test_a_month_of_daily_applies_sends_every_campaign_exactly_once(project):
    codes = [_day(project) for _ in range(46)]
    assert codes == [0] * 46
    senders = sorted(entry["payload"]["start_at"][:10] for entry in project.ledger())
    assert senders == ["2026-12-04", "2026-12-04", "2026-12-05", "2026-12-05", "2027-01-08", "2027-02-12"]


def test_a_deferred_send_opens_on_its_day_and_not_before(applied):
    applied.advance("8d")
    assert applied.actions()["acme-new-year-uk"] == "defer"
    applied.advance("1d")
    assert applied.actions()["acme-new-year-uk"] == "submit"


def test_what_was_missed_is_blocked_and_never_sent_late(project):
    project.advance("10d")
    assert project.apply().code == 4
    assert project.ledger() == []


def test_a_plan_narrowed_to_an_address_takes_nothing_for_removed(applied):
    assert applied.actions("acme-winter-sale-en") == {"acme-winter-sale-en": "none"}


def test_an_apply_narrowed_to_an_address_submits_it_alone(project):
    assert project.apply("acme-winter-sale-en").code == 0
    assert [entry["payload"]["groups"] for entry in project.ledger()] == [[202]]


def _day(project):
    code = project.apply().code
    project.advance("1d")
    return code
