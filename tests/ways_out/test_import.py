"""`import`: a campaign that is already in the account becomes what a manifest declares, or is refused."""

from __future__ import annotations

from rcsplan.errors import ExitCode


def take(shop, address, remote_id):
    return shop.run("import", address, str(remote_id), "--auto-approve")


def test_what_was_imported_is_managed_like_what_was_submitted(shop):
    shop.declare("sale")
    remote_id = shop.submit_elsewhere()
    assert take(shop, "sale", remote_id).out == f"sale is campaign {remote_id}.\n"
    shop.converge()
    shop.remove("sale.yaml")
    shop.converge("--allow-mass-stop")
    assert shop.sent() == [("By others", "stopped")]


def test_what_was_imported_and_then_changed_is_replaced(shop):
    shop.declare("sale")
    take(shop, "sale", shop.submit_elsewhere())
    shop.declare("sale", spec={"options": {"text": "Better"}})
    shop.converge()
    assert shop.sent() == [("By others", "stopped"), ("Better", "scheduled")]


def test_the_evidence_says_who_imported_it(shop):
    shop.declare("sale")
    remote_id = shop.submit_elsewhere()
    take(shop, "sale", remote_id)
    assert f"imported it as campaign {remote_id}." in shop.run("state", "show", "sale").out


def test_it_says_what_cannot_be_compared(shop):
    shop.declare("sale")
    said = take(shop, "sale", shop.submit_elsewhere()).err
    assert "reaches 85; the manifest's lists hold 1,240 contacts." in said
    assert "The provider shows no message of a campaign" in said


def test_without_a_terminal_and_without_approval_nothing_is_imported(shop):
    shop.declare("sale")
    remote_id = shop.submit_elsewhere()
    assert shop.run("import", "sale", str(remote_id)).code == ExitCode.USAGE
    assert shop.run("state", "list").out.strip() == shop.run("state", "list", "--all").out.strip()
    assert shop.blocked("sale").reason == "lookalike"


def refusal(result):
    """Exit code and first line of what was refused."""
    return result.code, result.err.splitlines()[0]


def test_a_campaign_that_the_account_does_not_have_is_refused(shop):
    shop.declare("sale")
    assert refusal(take(shop, "sale", 7)) == (ExitCode.USAGE, "Error: The account has no campaign 7")


def test_an_address_that_nothing_declares_is_refused_with_a_suggestion(shop):
    shop.declare("sale")
    result = take(shop, "sail", shop.submit_elsewhere())
    assert refusal(result) == (ExitCode.USAGE, "Error: Nothing is declared under 'sail'")
    assert "Did you mean 'sale'?" in result.err


def test_what_was_submitted_already_is_refused(shop):
    shop.declare("sale")
    assert shop.apply().code == 0
    result = take(shop, "sale", shop.submit_elsewhere("2026-12-04 10:00:59"))
    assert refusal(result) == (ExitCode.USAGE, "Error: sale revision 1 was submitted already")


def test_a_campaign_of_another_record_is_refused(shop):
    shop.declare("first")
    assert shop.apply().code == 0
    remote_id = shop.remote_id("first")
    shop.declare("sale", spec={"options": {"text": "Other"}})
    result = take(shop, "sale", remote_id)
    assert refusal(result) == (ExitCode.USAGE, f"Error: Campaign {remote_id} belongs to another record of this state")


def test_a_campaign_of_another_sender_is_refused(shop):
    shop.declare("sale")
    remote_id = shop.submit_elsewhere(sender="Kvitka")
    result = take(shop, "sale", remote_id)
    assert refusal(result) == (ExitCode.USAGE, f"Error: Campaign {remote_id} is not sale")
    assert "It is sent as Kvitka, and the manifest says Acme." in result.err


def test_a_campaign_of_another_time_is_refused(shop):
    shop.declare("sale")
    result = take(shop, "sale", shop.submit_elsewhere("2026-12-05 10:00:00"))
    assert "It starts 2026-12-05 08:00 UTC, and the manifest says 2026-12-04 08:00 UTC." in result.err


def test_a_manifest_with_errors_is_told_first(shop):
    shop.declare("sale", spec={"validity": 99})
    assert take(shop, "sale", shop.submit_elsewhere()).code == ExitCode.ERROR


def test_where_the_account_cannot_be_read_nothing_is_imported(shop):
    shop.declare("sale")
    remote_id = shop.submit_elsewhere()
    shop.configure(faults=["GET /api/campaigns*=error_before"])
    assert take(shop, "sale", remote_id).code == ExitCode.ERROR
    shop.configure()
    said = shop.run("state", "show", "sale")
    assert (said.code, "There is no state at" in said.err) == (ExitCode.ERROR, True)
