"""The files with which a project runs unattended: in the CI of a code host, in Kubernetes, under systemd."""

from __future__ import annotations

import shlex
from importlib.resources import files
from typing import TYPE_CHECKING

from rcsplan.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: Which recipe goes where, below the root of the repository.
RECIPES: Mapping[str, Mapping[str, str]] = {
    "github": {".github/workflows/rcsplan.yml": "github.yml"},
    "gitlab": {".gitlab-ci.yml": "gitlab.yml"},
    "generic": {".ci/rcsplan.sh": "generic.sh"},
    "kubernetes": {
        "deploy/kubernetes/cronjob.yaml": "kubernetes-cronjob.yaml",
        "deploy/kubernetes/loop.yaml": "kubernetes-loop.yaml",
    },
    "systemd": {
        "deploy/systemd/rcsplan.service": "rcsplan.service",
        "deploy/systemd/rcsplan.timer": "rcsplan.timer",
    },
}

#: A repository may have a file of that name for other jobs; then ours stands beside it, to be included.
_BESIDE = {".gitlab-ci.yml": ".gitlab/rcsplan.yml"}

#: What no file can do.
_BY_HAND = {
    "github": ("  add the secret BSG_API_KEY, and set who must agree on the environment `production`",),
    "gitlab": ("  add the variables BSG_API_KEY and GITLAB_TOKEN, and a pipeline schedule once a day",),
    "generic": ("  call .ci/rcsplan.sh with check, plan, apply or due from the jobs of your CI system",),
    "kubernetes": ("  make the secret `rcsplan`, and apply one of the two files, not both",),
    "systemd": ("  put the clone, the virtual environment and the key where rcsplan.service says they are",),
}

_DEFAULT_BRANCH = "main"


def repository_of(folder: Path) -> Path:
    """The root of the git repository that a folder is in; the folder itself where it is in none."""
    resolved = folder.resolve()
    return next((place for place in (resolved, *resolved.parents) if (place / ".git").exists()), resolved)


def recipe_files(recipes: Iterable[str], *, root: Path, folder: Path, version: str) -> dict[Path, str]:
    """The texts of recipes by the paths at which they go; `version` of rcsplan is the one that they install.

    Raises:
        ConfigurationError: the name of the branch or of the folder cannot stand in them.
    """
    values = {
        "@FOLDER@": _plain(folder.resolve().relative_to(root.resolve()).as_posix(), what="The project's folder"),
        "@BRANCH@": _plain(_branch(root), what="The branch"),
        "@VERSION@": version,
    }
    return {_place(root, place): _filled(recipe, values) for name in recipes for place, recipe in RECIPES[name].items()}


def next_steps(recipes: Iterable[str], written: Iterable[Path]) -> tuple[str, ...]:
    """What is left to do by hand before these files have their effect, a line each."""
    beside = [
        f"  name {place} in {main}: `include: [{{local: {place}}}]`"
        for main, place in _BESIDE.items()
        if any(path.as_posix().endswith(place) for path in written)
    ]
    return (*beside, *(step for recipe in recipes for step in _BY_HAND[recipe]))


def _place(root: Path, place: str) -> Path:
    beside = _BESIDE.get(place)
    return root / (beside if beside is not None and (root / place).exists() else place)


def _filled(recipe: str, values: Mapping[str, str]) -> str:
    text = (files("rcsplan.operations") / "recipes" / recipe).read_text("utf-8")
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _branch(root: Path) -> str:
    """The default branch of the remote; else what is checked out, which it is in a repository that is being set up."""
    for head, prefix in (("refs/remotes/origin/HEAD", "ref: refs/remotes/origin/"), ("HEAD", "ref: refs/heads/")):
        try:
            line = (root / ".git" / head).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if line.startswith(prefix):
            return line.removeprefix(prefix)
    return _DEFAULT_BRANCH


def _plain(text: str, *, what: str) -> str:
    """A text that means the same in YAML, in a shell and in a unit file, without any quotes."""
    if shlex.quote(text) != text or text.startswith("-") or any(character in text for character in "@%+=:,"):
        raise ConfigurationError(f"{what} {text!r} cannot stand in the files of a CI system", hint="Rename it.")
    return text
