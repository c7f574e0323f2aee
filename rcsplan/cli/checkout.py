"""`--git-pull`: a clean checkout follows its upstream, forward only; any other is not known to be what was merged."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rcsplan.operations.hold import HOLD_FILE
from rcsplan.operations.run import StaleCheckout

if TYPE_CHECKING:
    from rcsplan.cli.surroundings import Surroundings

_LOCAL_SECONDS = 20
_FETCH_SECONDS = 120

#: So many changed files are named.
_NAMED = 5

#: What stands before the host in an address may be a token.
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The commits before and after."""

    before: str
    after: str


def fast_forward(surroundings: Surroundings) -> Pulled:
    """Bring the checkout that the project lies in to what its upstream branch is now.

    Raises:
        StaleCheckout: it is dirty, detached or not behind its upstream in a straight line; or git failed.
    """
    before = _ask(surroundings, "rev-parse", "--verify", "HEAD", otherwise="The project is in no git checkout")
    _ask(
        surroundings,
        "symbolic-ref",
        "--quiet",
        "HEAD",
        otherwise="The checkout is of no branch",
        hint="Check out the branch that shall be followed: git switch BRANCH",
    )
    changed = _ask(surroundings, "status", "--porcelain", otherwise="git cannot say what has changed").splitlines()
    # A HOLD that was put there in an emergency says more itself than that it was not committed.
    changed = [line for line in changed if not (line.startswith("?? ") and line.endswith(HOLD_FILE))]
    if changed:
        listed = "\n".join(changed[:_NAMED])
        raise StaleCheckout(
            "The checkout has changes that are not committed",
            detail=f"What is planned from it is nothing that anybody has merged.\n{listed}",
            hint="Commit and push them, undo them, or have them ignored: git status",
        )
    upstream = "@{upstream}"
    _ask(
        surroundings,
        "rev-parse",
        "--verify",
        "--quiet",
        upstream,
        otherwise="The branch has no upstream to be pulled from",
        hint="Name one: git branch --set-upstream-to=origin/BRANCH",
    )
    _ask(surroundings, "fetch", "--quiet", "--prune", otherwise="git cannot fetch", seconds=_FETCH_SECONDS)
    behind = surroundings.git("merge-base", "--is-ancestor", "HEAD", upstream, seconds=_LOCAL_SECONDS)
    if behind is None or behind.returncode != 0:
        raise StaleCheckout(
            "The checkout has commits that its upstream has not",
            detail="They were not pushed, or the upstream branch was set back.",
            hint="Push them, or give them up: git status",
        )
    _ask(surroundings, "merge", "--ff-only", "--quiet", upstream, otherwise="git cannot go forward")
    return Pulled(before=before, after=_ask(surroundings, "rev-parse", "HEAD", otherwise="git cannot name its commit"))


def _ask(
    surroundings: Surroundings, *arguments: str, otherwise: str, hint: str = "", seconds: int = _LOCAL_SECONDS
) -> str:
    """What git answers, or the error of what it could not do."""
    done = surroundings.git(*arguments, seconds=seconds)
    if done is not None and done.returncode == 0:
        return os.fsdecode(done.stdout).strip()
    why = "git is missing, or took too long." if done is None else os.fsdecode(done.stderr).strip()
    raise StaleCheckout(otherwise, detail=_CREDENTIALS.sub("//…@", why), hint=hint)
