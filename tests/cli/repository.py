"""A project in a git repository, as it is in CI and on a desk."""

from __future__ import annotations

import os
import subprocess

_IDENTITY = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com", "-c", "commit.gpgsign=false")


def git(folder, *arguments):
    """What git says in a folder, with no settings of this machine."""
    surroundings = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *_IDENTITY, *arguments], cwd=folder, env=surroundings, capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def begin_repository(folder):
    """A repository at a folder, with everything that lies there in its first commit, called `before`."""
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit_all(folder, "First")
    git(folder, "tag", "before")


def commit_all(folder, message):
    """Commit everything."""
    git(folder, "add", "--all", ".")
    git(folder, "commit", "--quiet", "--message", message)
