"""A small runner of GitLab pipelines: rules, stages, artifacts, dotenv reports, and every script for real."""

from __future__ import annotations

import re
import shutil
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.ci.shells import Job, run_shell
from tests.cli.repository import git

if TYPE_CHECKING:
    from pathlib import Path

_SHELL = ("bash", "-eo", "pipefail", "-c")
_COMPARISON = re.compile(r'^(\$\w+) == (\$\w+|"[^"]*")$')


@dataclass(slots=True, kw_only=True)
class GitlabRunner:
    """Runs the pipeline that a commit of a bare remote holds; `variables` are those of the project and the server."""

    remote: Path
    work: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, commit, *, only=None, before=None, **variables):
        """The jobs of a pipeline, by name; `only` is a job that is run again, with what others left `before`."""
        folder = self.work / uuid.uuid4().hex[:8]
        pipeline = YAML(typ="safe").load(git(self.remote, "show", f"{commit}:.gitlab-ci.yml"))
        this = Pipeline(jobs=dict(before.jobs) if before else {}, kept=before.kept if before else folder / "kept")
        predefined = {"CI_DEFAULT_BRANCH": "main", "CI_COMMIT_SHA": commit, "GITLAB_CI": "true", "CI_JOB_URL": ""}
        given = {**predefined, **self.variables, **variables}
        jobs = {name: _extended(name, pipeline) for name in pipeline if name.startswith("rcsplan-")}
        for stage in pipeline["stages"]:
            if any(job.failed for job in this.jobs.values()) and only is None:
                break
            for name, job in jobs.items():
                if job["stage"] == stage and only in {None, name} and _is_wanted(job, given):
                    this.jobs[name] = self._job(name, job, this, folder / name, commit, given)
        return this

    def _job(self, name, job, pipeline, folder, commit, variables):
        folder.mkdir(parents=True)
        git(folder, "clone", "--quiet", str(self.remote), "checkout")
        checkout = folder / "checkout"
        git(checkout, "checkout", "--quiet", commit)
        for kept in sorted(pipeline.kept.glob("*/*")) if pipeline.kept.exists() else ():
            shutil.copy(kept, checkout)
        env = {**job.get("variables", {}), **variables, "CI_JOB_NAME": name}
        found = Job(name=name)
        script = "\n".join([*job.get("before_script", []), *job["script"]])
        found.steps.append(run_shell(name, _SHELL, script, cwd=checkout, env=env))
        artifacts = job.get("artifacts", {})
        if not found.failed or artifacts.get("when") == "always":
            place = pipeline.kept / name
            place.mkdir(parents=True, exist_ok=True)
            for path in artifacts.get("paths", []):
                if (checkout / path).exists():
                    shutil.copy(checkout / path, place)
        dotenv = checkout / artifacts.get("reports", {}).get("dotenv", "rcsplan.env")
        if dotenv.exists():
            found.outputs.update(line.split("=", 1) for line in dotenv.read_text("utf-8").splitlines())
        return found


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """A pipeline that ran: its jobs and what they kept."""

    jobs: dict[str, Job]
    kept: Path

    @property
    def results(self):
        """How each job ended."""
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def out(self):
        return "".join(job.out for job in self.jobs.values())


def _extended(name, pipeline):
    job = pipeline[name]
    return {**pipeline[job["extends"]], **job} if "extends" in job else job


def _is_wanted(job, variables):
    return any(all(_compares(part, variables) for part in rule["if"].split(" && ")) for rule in job["rules"])


def _compares(comparison, variables):
    match = _COMPARISON.match(comparison)
    assert match, f"no runner of the tests knows {comparison}"
    left, right = (text.strip('"') if text.startswith('"') else variables.get(text[1:], "") for text in match.groups())
    return left == right
