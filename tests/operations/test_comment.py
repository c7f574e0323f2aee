"""One comment on a pull request: found again, updated in place, never somebody else's, never two for a lost answer."""

from __future__ import annotations

import json

import pytest

from rcsplan.errors import ConfigurationError
from rcsplan.operations.comment import Outcome, post_comment
from rcsplan.web.address import parse_base_url
from rcsplan.web.backoff import Backoff
from rcsplan.web.code_host import HostRefused, NotPermitted
from rcsplan.web.exchange import Exchange, HostSilent
from rcsplan.web.github import HEADERS, GitHub
from rcsplan.web.gitlab import GitLab
from tests.backend.state_server import StateServer
from tests.web.code_hosts import ACTIONS, BOT, GITHUB_TOKEN, GITLAB_TOKEN, Account, GitHubApi, GitLabApi

MARKER = "<!-- rcsplan:acme:production -->"
BODY = f"{MARKER}\n### 2 sends\n"
PERSON = Account("mallory", number=9)
DEPENDABOT = Account("dependabot[bot]", kind="Bot", number=4, is_app=True)
HOSTS = ("github", "gitlab")


class Side:
    """A code host behind a server, and the account that comments there."""

    def __init__(self, platform, account):
        self.is_github = platform == "github"
        self.token = GITHUB_TOKEN if self.is_github else GITLAB_TOKEN
        self.account = account or (ACTIONS if self.is_github else BOT)
        self.api = (GitHubApi if self.is_github else GitLabApi)({self.token: self.account})
        self.server = StateServer(self.api)
        self.pauses = []

    def post(self, body=BODY, *, token=None, number=12, repository="acme/crm"):
        base = parse_base_url(self.server.url if self.is_github else f"{self.server.url}/api/v4")
        headers = {"Authorization": f"Bearer {token or self.token}", **(HEADERS if self.is_github else {})}
        pause = self.pauses.append
        with Exchange(
            base, headers=headers, secrets=(self.token,), host="The host", backoff=Backoff(attempts=3), sleep=pause
        ) as exchange:
            host = (
                GitHub(exchange, repository=repository, number=number)
                if self.is_github
                else GitLab(exchange, project=repository, number=number, page="https://gitlab.test/acme/crm/-/mr/12")
            )
            return post_comment(host, body, marker=MARKER, sleep=pause)

    def writes(self):
        return [method for method in self.server.methods() if method != "GET"]


@pytest.fixture(params=HOSTS)
def side(request):
    side = Side(request.param, None)
    with side.server:
        yield side


@pytest.fixture
def github():
    side = Side("github", None)
    with side.server:
        yield side


@pytest.fixture
def gitlab():
    side = Side("gitlab", None)
    with side.server:
        yield side


@pytest.fixture
def person():
    """A GitHub whose token is that of a person, who may ask for the own account."""
    side = Side("github", Account("nina", number=3))
    with side.server:
        yield side


def test_the_first_plan_is_posted(side):
    posted = side.post()
    assert (posted.outcome, posted.retired, side.api.bodies()) == (Outcome.CREATED, 0, [BODY])


def test_the_address_of_the_comment_is_told(side):
    assert side.post().url.endswith(f"{side.api.next_id}")


def test_the_same_plan_is_posted_once(side):
    side.post()
    assert (side.post().outcome, side.writes()) == (Outcome.UNCHANGED, ["POST"])


def test_white_space_that_a_code_host_changes_is_no_change(side):
    side.api.add(side.account, BODY.replace("\n", "\r\n").rstrip())
    assert side.post().outcome is Outcome.UNCHANGED


def test_another_plan_is_put_into_the_same_comment(side):
    side.post()
    posted = side.post(f"{MARKER}\n### 3 sends\n")
    assert (posted.outcome, side.api.bodies()) == (Outcome.UPDATED, [f"{MARKER}\n### 3 sends\n"])


def test_the_comment_is_found_behind_hundreds_of_others(side):
    side.api.add(side.account, BODY)
    [side.api.add(PERSON, f"comment {number}") for number in range(230)]
    assert side.post(f"{MARKER}\nnew").outcome is Outcome.UPDATED


def test_it_is_found_on_the_last_page_as_well(side):
    [side.api.add(PERSON, f"comment {number}") for number in range(199)]
    side.api.add(side.account, BODY)
    assert side.post().outcome is Outcome.UNCHANGED


def test_the_comment_of_another_environment_is_another(side):
    other = side.api.add(side.account, BODY.replace("production", "staging"))
    assert (side.post().outcome, other["body"]) == (Outcome.CREATED, BODY.replace("production", "staging"))


@pytest.mark.parametrize("body", [f"> {MARKER}\nquoted", f"see\n{MARKER}", f"{MARKER} and more", f" {MARKER}\n"])
def test_a_marker_that_is_not_the_first_line_is_none(side, body):
    side.api.add(side.account, body)
    assert side.post().outcome is Outcome.CREATED


def test_a_persons_comment_with_our_marker_is_left_as_it_is(side):
    forged = side.api.add(PERSON, f"{MARKER}\nAll is well, merge it")
    assert (side.post().outcome, forged["body"]) == (Outcome.CREATED, f"{MARKER}\nAll is well, merge it")


def test_a_token_that_knows_its_account_updates_its_own_comments_alone(person):
    bots = person.api.add(DEPENDABOT, BODY)
    assert (person.post(f"{MARKER}\nnew").outcome, bots["body"]) == (Outcome.CREATED, BODY)


def test_another_bots_comment_that_may_not_be_changed_is_left_as_it_is(github):
    theirs = github.api.add(DEPENDABOT, f"{MARKER}\ntheirs")
    github.api.guarded.add(theirs["id"])
    posted = github.post()
    assert (posted.outcome, posted.retired, github.api.bodies()) == (Outcome.CREATED, 0, [f"{MARKER}\ntheirs", BODY])


def test_a_comment_of_an_account_that_is_gone_is_no_trouble(github):
    github.api.add(None, BODY)
    assert github.post().outcome is Outcome.CREATED


def test_notes_of_the_system_are_none_of_ours(gitlab):
    gitlab.api.add(BOT, BODY, system=True)
    assert gitlab.post().outcome is Outcome.CREATED


def test_of_several_the_newest_is_updated_and_the_others_point_to_it(side):
    side.api.add(side.account, f"{MARKER}\nfirst")
    side.api.add(side.account, f"{MARKER}\nsecond")
    posted = side.post()
    first, second = side.api.bodies()
    assert (posted.outcome, posted.retired, second, MARKER in first) == (Outcome.UPDATED, 1, BODY, False)
    assert first == f"This plan was replaced: see [a newer comment]({posted.url}).\n"


def test_two_jobs_at_once_leave_one_comment_with_the_marker(side):
    # The other job posts between our look and our comment.
    side.server.on_request = lambda number: number == 3 and side.api.add(side.account, f"{MARKER}\nthe other's")
    posted = side.post()
    assert (posted.outcome, posted.retired) == (Outcome.CREATED, 1)
    assert [body for body in side.api.bodies() if body.startswith(MARKER)] == [BODY]


def test_a_comment_whose_answer_was_lost_is_looked_for_and_not_posted_again(side):
    side.server.fail("drop_answer", "POST")
    assert (side.post().outcome, side.writes(), side.api.bodies()) == (Outcome.CREATED, ["POST"], [BODY])


def test_an_error_after_the_comment_was_made_makes_no_second_one(side):
    side.server.fail("error_after", "POST")
    assert (side.post().outcome, side.api.bodies()) == (Outcome.CREATED, [BODY])


def test_a_comment_that_did_not_arrive_is_posted_again_after_a_look(side):
    side.server.fail("error_before", "POST")
    assert (side.post().outcome, side.writes(), side.api.bodies()) == (Outcome.CREATED, ["POST", "POST"], [BODY])


def test_what_may_pass_is_waited_for_as_long_as_the_host_asks(side):
    side.server.fail("too_many", "POST")
    assert side.post().outcome is Outcome.CREATED
    assert [pause for pause in side.pauses if pause >= 7] == side.pauses


def test_reads_and_updates_are_repeated(side):
    side.api.add(side.account, f"{MARKER}\nold")
    side.server.fail("drop_answer", "GET")
    side.server.fail("error_after", "PATCH" if side.is_github else "PUT")
    assert (side.post().outcome, side.api.bodies()) == (Outcome.UPDATED, [BODY])


def test_a_host_that_stays_down_is_an_error(side):
    side.server.fail("error_before", "*", times=9)
    with pytest.raises(HostSilent, match="cannot answer at the moment"):
        side.post()
    assert side.api.bodies() == []


def test_a_token_that_only_reads_is_told_which_permission_is_missing(github):
    github.api.tokens[GITHUB_TOKEN] = Account("github-actions[bot]", kind="Bot", is_app=True, writes=False)
    with pytest.raises(NotPermitted) as caught:
        github.post()
    assert "pull-requests: write" in caught.value.hint


def test_a_token_of_gitlab_that_only_reads_is_told_what_it_needs(gitlab):
    gitlab.api.tokens[GITLAB_TOKEN] = Account("guest", writes=False)
    with pytest.raises(NotPermitted) as caught:
        gitlab.post()
    assert "scope `api`" in caught.value.hint
    assert "CI_JOB_TOKEN" in caught.value.hint


def test_a_wrong_token_is_an_error_that_does_not_show_it(side):
    with pytest.raises(ConfigurationError, match="does not take the token") as caught:
        side.post(token="wrong_0123456789")
    assert "wrong_0123456789" not in f"{caught.value}{caught.value.detail}{caught.value.hint}"


@pytest.mark.parametrize("place", [{"number": 13}, {"repository": "acme/other"}])
def test_a_pull_request_that_is_not_there_is_an_error(side, place):
    with pytest.raises(HostRefused, match="to this token"):
        side.post(**place)


def test_a_body_that_is_too_long_is_an_error(github):
    with pytest.raises(HostRefused) as caught:
        github.post(BODY + "x" * 70_000)
    assert "Validation Failed" in caught.value.detail


def test_a_token_is_not_carried_on_to_another_address(side):
    side.server.fail("redirect", "POST")
    with pytest.raises(HostRefused, match="sends on to another address"):
        side.post()
    assert [request["PATH_INFO"] for request in side.server.requests if "login" in request["PATH_INFO"]] == []


def test_a_page_for_people_in_place_of_comments_is_an_error(side):
    side.server.fail("html", "GET", times=2)
    with pytest.raises(HostRefused, match="does not answer as its API does"):
        side.post()
    assert side.writes() == []


def test_what_a_host_says_is_quoted_without_the_token(side):
    refusal = ("400 Bad Request", [], json.dumps({"message": f"no, {side.token} \x1b[2J"}).encode())
    side.api.route = lambda _: refusal
    with pytest.raises(HostRefused) as caught:
        side.post()
    assert caught.value.detail == "The status was 400. It says: no, [secret] [2J"


def test_no_line_of_a_note_is_a_command_of_gitlab(gitlab):
    gitlab.post(f"{MARKER}\ntext\n/merge\n/approve\n")
    assert gitlab.api.bodies() == [f"{MARKER}\ntext\n /merge\n /approve\n"]


def test_such_a_note_is_found_to_be_the_same(gitlab):
    gitlab.post(f"{MARKER}\n/merge\n")
    assert gitlab.post(f"{MARKER}\n/merge\n").outcome is Outcome.UNCHANGED
