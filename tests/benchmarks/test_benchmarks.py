"""The benchmarks run: each at a tiny size, as the script that it is; their figures are judged by people."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backend.postgres_server import execute, shared_url
from tests.sampling import sampled

FOLDER = Path(__file__).parent


def run_script(*command):
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def project(tmp_path):
    run_script(str(FOLDER / "generate.py"), str(tmp_path), "3")
    return tmp_path


@pytest.mark.parametrize(
    ("script", "arguments", "heading"),
    sampled(
        [
            ("cold_plan.py", ["2", "--runs", "1", "--inline-copy", "--profile"], "MANIFESTS"),
            ("cold_plan.py", ["2", "--runs", "1", "--cells", "5"], "MANIFESTS"),
            ("startup.py", ["--runs", "1"], "COMMAND"),
            ("state_scale.py", ["2", "5", "--outcomes", "2", "--runs", "1"], "RECORDS"),
            ("object_store_scale.py", ["0", "3", "--live", "2", "--sends", "2", "--backend", "gcs"], "WHAT"),
            ("http_state_scale.py", ["2", "--sends", "1"], "RECORDS"),
            ("apply_throughput.py", ["3", "--latency", "5", "--parallelism", "2"], "SENDS"),
        ],
        every=3,
    ),
)
def test_a_benchmark_prints_its_table(script, arguments, heading):
    code, output, complaints = run_script(str(FOLDER / script), *arguments)
    assert (code, output[: len(heading)], complaints) == (0, heading, "")


def test_the_benchmark_of_states_prints_its_table_for_a_database_and_leaves_nothing_in_it():
    arguments = ["2", "5", "--outcomes", "2", "--runs", "1", "--postgres", shared_url()]
    code, output, complaints = run_script(str(FOLDER / "state_scale.py"), *arguments)
    left = execute("postgres", "SELECT count(*) FROM rcsplan.states WHERE environment = 'benchmark'")
    assert (code, output[:7], complaints, left) == (0, "RECORDS", "", [(0,)])


def test_the_generated_project_is_made_of_manifests_of_the_size_that_the_targets_speak_of(tmp_path):
    _, output, _ = run_script(str(FOLDER / "generate.py"), str(tmp_path), "100")
    assert output.split()[-1] == "1,894"


def test_a_matrix_makes_several_sends_of_each_generated_manifest(tmp_path):
    run_script(str(FOLDER / "generate.py"), str(tmp_path), "3", "--cells", "5")
    _, planned, _ = run_script("-m", "rcsplan", "--project", str(tmp_path), "plan", "--format", "json")
    _, floor, _ = run_script(str(FOLDER / "floor.py"), str(tmp_path))
    assert (json.loads(planned)["summary"], floor.splitlines()[1].split()[0]) == ({"submit": 15}, "15")


def test_the_floor_sees_every_manifest(project):
    _, output, _ = run_script(str(FOLDER / "floor.py"), str(project))
    assert output.splitlines()[1].split()[0] == "3"


def test_the_generated_project_plans_cleanly(project):
    _, output, _ = run_script("-m", "rcsplan", "--project", str(project), "plan", "--format", "json")
    assert json.loads(output)["summary"] == {"submit": 3}
