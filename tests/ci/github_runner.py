"""A small runner of GitHub workflows: jobs in order, conditions, outputs, artifacts, and every shell step for real."""

from __future__ import annotations

import json
import re
import shutil
import uuid
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from tests.ci.shells import Job, run_shell
from tests.cli.repository import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")


class _Context(SimpleNamespace):
    """A context of expressions: what it does not have is empty, as on GitHub."""

    def __getattr__(self, name):
        return _Context() if not name.startswith("__") else super().__getattribute__(name)

    def __str__(self):
        return ""

    def __eq__(self, other):
        return other == "" or self is other

    __hash__ = None

    def __bool__(self):
        return bool(vars(self))


def context_of(value):
    """A JSON value as a context."""
    if isinstance(value, dict):
        return _Context(**{key.replace("-", "_"): context_of(inner) for key, inner in value.items()})
    return value


@dataclass(slots=True, kw_only=True)
class GithubRunner:
    """Runs the workflow that a commit of a bare remote holds; `variables` are those of the platform's API."""

    remote: Path
    work: Path
    secrets: dict[str, str]
    variables: dict[str, str] = field(default_factory=dict)
    token: str = "ghs_0123456789abcdefghij"
    repository: str = "acme/crm"
    #: Whether somebody cancels the job that runs.
    is_cancelled: Callable[[], bool] | None = None

    def run(self, event, commit, *, payload=None, ref="refs/heads/main", only=None, before=None):
        """The jobs of a run, by name; `only` is a job that is run again, with what others left in the run `before`."""
        folder = self.work / uuid.uuid4().hex[:8]
        artifacts = before.artifacts if before is not None else folder / "artifacts"
        workflow = YAML(typ="safe").load(git(self.remote, "show", f"{commit}:.github/workflows/rcsplan.yml"))
        jobs = dict(before.jobs) if before is not None else {}
        this = Run(jobs=jobs, artifacts=artifacts)
        if not _is_triggered(workflow[True] if True in workflow else workflow["on"], event, ref):
            return this
        names = [only] if only is not None else list(workflow["jobs"])
        for name in names:
            jobs[name] = self._job(name, workflow, this, folder / name, event, commit, payload or {}, ref)
        return this

    def _job(self, name, workflow, run, folder, event, commit, payload, ref):
        job = workflow["jobs"][name]
        found = Job(name=name)
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        contexts = {
            "github": context_of(
                {"event_name": event, "ref": ref, "repository": self.repository, "token": self.token, "event": payload}
            ),
            "secrets": context_of(self.secrets),
            "needs": context_of({need: {"outputs": run.jobs[need].outputs} for need in needs}),
            "runner": context_of({"temp": str(folder / "temp")}),
        }
        ready = all(run.jobs[need].result == "success" for need in needs)
        if not ready or not _holds(job.get("if", "true"), contexts):
            found.skipped = True
            return found
        (folder / "temp").mkdir(parents=True)
        outputs = {}
        for number, step in enumerate(job["steps"]):
            here = {**contexts, "steps": context_of(outputs)}
            condition = str(step.get("if", ""))
            wanted = _holds(condition, here) if condition else True
            if not wanted or (found.failed and "cancelled()" not in condition):
                continue
            if "uses" in step:
                self._use(step, here, folder, commit, run.artifacts)
                continue
            said, summary = folder / f"output-{number}", folder / f"summary-{number}"
            said.touch()
            summary.touch()
            (folder / "event.json").write_text(json.dumps(payload))
            env = {
                **{key: _filled(str(value), here) for key, value in workflow.get("env", {}).items()},
                **{key: _filled(str(value), here) for key, value in job.get("env", {}).items()},
                **{key: _filled(str(value), here) for key, value in step.get("env", {}).items()},
                **self.variables,
                "GITHUB_ACTIONS": "true",
                "GITHUB_REPOSITORY": self.repository,
                "GITHUB_EVENT_NAME": event,
                "GITHUB_EVENT_PATH": str(folder / "event.json"),
                "GITHUB_REF": ref,
                "GITHUB_SHA": commit,
                "GITHUB_ACTOR": "ann",
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_RUN_ID": "1",
                "GITHUB_OUTPUT": str(said),
                "GITHUB_STEP_SUMMARY": str(summary),
                "RUNNER_TEMP": str(folder / "temp"),
            }
            ran = run_shell(
                step["name"],
                _BASH,
                _filled(step["run"], here),
                cwd=folder / "checkout",
                env=env,
                is_cancelled=self.is_cancelled,
            )
            found.steps.append(ran)
            if "id" in step:
                outputs[step["id"]] = {"outputs": parse_outputs(said.read_text("utf-8"))}
            run.summaries.append(summary.read_text("utf-8"))
        here = {**contexts, "steps": context_of(outputs)}
        found.outputs.update({key: _filled(value, here) for key, value in job.get("outputs", {}).items()})
        return found

    def _use(self, step, contexts, folder, commit, artifacts):
        action = step["uses"].partition("@")[0]
        given = {key: _filled(str(value), contexts) for key, value in step.get("with", {}).items()}
        if action == "actions/checkout":
            git(folder, "clone", "--quiet", str(self.remote), "checkout")
            git(folder / "checkout", "checkout", "--quiet", commit)
        elif action == "actions/upload-artifact":
            (artifacts / given["name"]).mkdir(parents=True, exist_ok=True)
            shutil.copy(given["path"], artifacts / given["name"])
        elif action == "actions/download-artifact":
            shutil.copytree(artifacts / given["name"], given["path"], dirs_exist_ok=True)
        else:
            assert action == "actions/setup-python", f"no runner of the tests knows {action}"


@dataclass(slots=True, kw_only=True)
class Run:
    """A run of a workflow: its jobs, its artifacts, its summaries."""

    jobs: dict[str, Job]
    artifacts: Path
    summaries: list[str] = field(default_factory=list)

    @property
    def results(self):
        """How each job ended that was not skipped."""
        return {name: job.result for name, job in self.jobs.items() if not job.skipped}

    @property
    def out(self):
        return "".join(job.out for job in self.jobs.values())


def parse_outputs(text):
    """What a step wrote to GITHUB_OUTPUT, in both of its forms."""
    outputs, lines = {}, iter(text.splitlines())
    for line in lines:
        if "<<" in line and "=" not in line.partition("<<")[0]:
            name, _, end = line.partition("<<")
            outputs[name] = "\n".join(iter(lambda: next(lines), end))
        else:
            name, _, outputs[name] = line.partition("=")
    return outputs


def _is_triggered(on, event, ref):
    if event not in on:
        return False
    branches = (on[event] or {}).get("branches") if isinstance(on[event], dict) else None
    return branches is None or ref.removeprefix("refs/heads/") in branches


def _holds(condition, contexts):
    expression = str(condition).strip()
    expression = expression.removeprefix("${{").removesuffix("}}").strip()
    return bool(_value(expression, contexts))


def _filled(text, contexts):
    return _EXPRESSION.sub(lambda match: str(_value(match[1].strip(), contexts)), text)


def _value(expression, contexts):
    python = re.sub(r"!(?!=)", " not ", expression).replace("&&", " and ").replace("||", " or ")
    names = {**contexts, "true": True, "false": False, "cancelled": lambda: False}
    return eval(python, {"__builtins__": {}}, names)
