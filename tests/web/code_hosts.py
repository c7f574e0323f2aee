"""GitHub and GitLab as their REST APIs behave for comments: accounts, rights, pages, and the errors they document."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote

GITHUB_TOKEN = "ghs_0123456789abcdefghijklmnopqrstuvwxyz"
GITLAB_TOKEN = "glpat-0123456789abcdefghij"


@dataclass(frozen=True)
class Account:
    """Who a token belongs to; an app's token may not ask that, and a reader's may not write."""

    name: str
    kind: str = "User"
    number: int = 1
    is_app: bool = False
    writes: bool = True


ACTIONS = Account("github-actions[bot]", kind="Bot", number=41898282, is_app=True)
BOT = Account("project_5_bot", number=77)


def answer(status, document, *headers):
    return status, [("Content-Type", "application/json; charset=utf-8"), *headers], json.dumps(document).encode()


@dataclass
class CodeHostApi:
    """What both share: comments in the order in which they came, and tokens with their accounts."""

    tokens: dict
    comments: list = field(default_factory=list)
    #: Comments that only their writer may change, by number.
    guarded: set = field(default_factory=set)
    next_id: int = 1000

    def add(self, account, body, **more):
        self.next_id += 1
        comment = {"id": self.next_id, "account": account, "body": body, **more}
        self.comments.append(comment)
        return comment

    def __call__(self, environ, start_response):
        status, headers, body = self.route(environ)
        start_response(status, headers)
        return [body]

    def account_of(self, environ):
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        return self.tokens.get(token)

    def find(self, number):
        return next((one for one in self.comments if one["id"] == int(number)), None)

    def bodies(self):
        return [comment["body"] for comment in self.comments]


def body_of(environ):
    return json.loads(environ["wsgi.input"].read())["body"]


def page_of(environ, *, size):
    query = {key: values[0] for key, values in parse_qs(environ["QUERY_STRING"]).items()}
    return int(query.get("page", 1)), min(int(query.get("per_page", size)), 100), query


class GitHubApi(CodeHostApi):
    """github.com below `/`, an Enterprise Server below `/api/v3`; the repository is acme/crm, the pull request 12."""

    prefix = ""

    def route(self, environ):
        account = self.account_of(environ)
        if account is None:
            return self.failure("401 Unauthorized", "Bad credentials")
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"].removeprefix(self.prefix)
        if path == "/user":
            if account.is_app:
                return self.failure("403 Forbidden", "Resource not accessible by integration")
            return answer("200 OK", {"login": account.name, "id": account.number, "type": account.kind})
        if path == "/repos/acme/crm/issues/12/comments":
            return self.page(environ) if method == "GET" else self.create(environ, account)
        match = re.fullmatch(r"/repos/acme/crm/issues/comments/(\d+)", path)
        return self.update(environ, account, match[1]) if match and method == "PATCH" else self.missing()

    def page(self, environ):
        page, size, _ = page_of(environ, size=30)
        shown = self.comments[(page - 1) * size : page * size]
        last = -(-len(self.comments) // size)
        here = f"http://{environ['HTTP_HOST']}{environ['PATH_INFO']}?per_page={size}&page="
        links = [f'<{here}{page + 1}>; rel="next"', f'<{here}{last}>; rel="last"'] if page < last else []
        headers = [("Link", ", ".join(links))] if links else []
        return answer("200 OK", [self.written(one) for one in shown], *headers)

    def create(self, environ, account):
        body = body_of(environ)
        if not account.writes:
            return self.failure("403 Forbidden", "Resource not accessible by integration")
        if len(body) > 65536:
            return self.failure("422 Unprocessable Entity", "Validation Failed")
        return answer("201 Created", self.written(self.add(account, body)))

    def update(self, environ, account, number):
        comment = self.find(number)
        if comment is None:
            return self.missing()
        if not account.writes or (comment["id"] in self.guarded and comment["account"] is not account):
            return self.failure("403 Forbidden", "Resource not accessible by integration")
        comment["body"] = body_of(environ)
        return answer("200 OK", self.written(comment))

    def written(self, comment):
        account = comment["account"]
        return {
            "id": comment["id"],
            "html_url": f"https://github.com/acme/crm/pull/12#issuecomment-{comment['id']}",
            "user": account and {"login": account.name, "id": account.number, "type": account.kind},
            "body": comment["body"],
        }

    @classmethod
    def missing(cls):
        return cls.failure("404 Not Found", "Not Found")

    @staticmethod
    def failure(status, message):
        where = "https://docs.github.com/rest"
        return answer(status, {"message": message, "documentation_url": where, "status": status[:3]})


class EnterpriseApi(GitHubApi):
    prefix = "/api/v3"


class GitLabApi(CodeHostApi):
    """The project 5, also known as acme/crm, with the merge request 12."""

    def route(self, environ):
        account = self.account_of(environ)
        if account is None:
            return answer("401 Unauthorized", {"message": "401 Unauthorized"})
        path = environ["PATH_INFO"].removeprefix("/api/v4")
        if path == "/user":
            return answer("200 OK", {"id": account.number, "username": account.name})
        return self.notes(environ, account, path)

    def notes(self, environ, account, path):
        match = re.fullmatch(r"/projects/([^/]+)/merge_requests/12/notes(?:/(\d+))?", path)
        if not match or unquote(match[1]) not in {"5", "acme/crm"}:
            return answer("404 Not Found", {"message": "404 Project Not Found"})
        if environ["REQUEST_METHOD"] == "GET":
            return self.page(environ)
        if not account.writes:
            return answer("403 Forbidden", {"message": "403 Forbidden"})
        return self.update(environ, account, match[2]) if match[2] else self.create(environ, account)

    def create(self, environ, account):
        return answer("201 Created", self.written(self.add(account, body_of(environ))))

    def page(self, environ):
        page, size, query = page_of(environ, size=20)
        ordered = self.comments if query.get("sort") == "asc" else self.comments[::-1]
        more = len(ordered) > page * size
        shown = [self.written(one) for one in ordered[(page - 1) * size : page * size]]
        return answer("200 OK", shown, ("X-Next-Page", str(page + 1) if more else ""))

    def update(self, environ, account, number):
        comment = self.find(number)
        if comment is None:
            return answer("404 Not Found", {"message": "404 Note Not Found"})
        if comment["id"] in self.guarded and comment["account"] is not account:
            return answer("403 Forbidden", {"message": "403 Forbidden"})
        comment["body"] = body_of(environ)
        return answer("200 OK", self.written(comment))

    @staticmethod
    def written(comment):
        account = comment["account"]
        author = {"id": account.number, "username": account.name}
        return {"id": comment["id"], "body": comment["body"], "author": author, "system": comment.get("system", False)}
