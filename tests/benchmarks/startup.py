"""Start-up against an empty click program: version, help and shell completion. Target: ratio <= 2."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from functools import partial

from measuring import RCSPLAN, clean_environment, medians, print_line, print_table, run

_EMPTY = (sys.executable, "-c", "import click; click.command()(lambda: None)()")
_COMPLETION = {"_RCSPLAN_COMPLETE": "bash_complete", "COMP_WORDS": "rcsplan pl", "COMP_CWORD": "1"}
_COMMANDS = {
    "python alone": ((sys.executable, "-c", "pass"), {}),
    "empty click program": (_EMPTY, {}),
    "rcsplan --version": ((*RCSPLAN, "--version"), {}),
    "rcsplan --help": ((*RCSPLAN, "--help"), {}),
    "rcsplan plan --help": ((*RCSPLAN, "plan", "--help"), {}),
    "shell completion": (RCSPLAN, _COMPLETION),
}
_IMPORT = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \| (\s*\S+)")
_TOP = 15


def _print_imports(title: str, command: tuple[str, ...], environ: dict[str, str]) -> None:
    """Print the imports of a command that took the most time themselves."""
    timed = (command[0], "-X", "importtime", *command[1:])
    done = subprocess.run(timed, env=clean_environment() | environ, capture_output=True, text=True, check=True)
    imports = [(int(own), int(whole), name.strip()) for own, whole, name in _IMPORT.findall(done.stderr)]
    total = sum(own for own, _, _ in imports)
    print_line(f"\n{title}: {len(imports)} modules, {total / 1000:.1f} ms")
    rows = [(name, f"{own / 1000:.1f}", f"{whole / 1000:.1f}") for own, whole, name in sorted(imports, reverse=True)]
    print_table(("MODULE", "OWN ms", "WITH ITS IMPORTS ms"), rows[:_TOP])


def main() -> None:
    """Measure every command, and list their imports on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="runs of which the median counts")
    parser.add_argument("--profile", action="store_true", help="also say which imports cost the most")
    arguments = parser.parse_args()
    jobs = {title: partial(run, command, environ) for title, (command, environ) in _COMMANDS.items()}
    done = medians(jobs, times=arguments.runs)
    empty = done["empty click program"].seconds
    rows = [(title, f"{one.seconds * 1000:.0f}", f"{one.seconds / empty:.2f}") for title, one in done.items()]
    print_table(("COMMAND", "ms", "RATIO"), rows)
    if arguments.profile:
        for title, (command, environ) in _COMMANDS.items():
            _print_imports(title, command, environ)


if __name__ == "__main__":
    main()
