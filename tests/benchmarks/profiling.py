"""Where the time of a command goes: own time by package and by function, read from a profile."""

from __future__ import annotations

import marshal
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from measuring import print_line, print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

#: File, line and name of a function, as the profiler tells them.
Function = tuple[str, int, str]

_BUILT_IN = "~"
_OURS = re.compile(r".*/rcsplan/(?P<package>\w+)[/.].*")
_INSTALLED = re.compile(r".*/site-packages/(?P<package>[^/.]+).*")
_STANDARD = re.compile(r".*/python3\.\d+/(?P<package>\w+)[/.].*")
_TOP = 25


def print_profile(path: Path) -> None:
    """Print the packages and the functions of a profile that took the most time themselves."""
    packages: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for function, owner, seconds in _own_times(path):
        packages[_package_of(owner[0])] += seconds
        functions[_sentence(function, owner)] += seconds
    _print_shares("PACKAGE", packages)
    _print_shares("FUNCTION", functions)


def _own_times(path: Path) -> Iterator[tuple[Function, Function, float]]:
    """Each function with its own seconds; what is built in belongs to whoever called it."""
    for function, (_, _, seconds, _, callers) in marshal.loads(path.read_bytes()).items():
        if function[0] != _BUILT_IN or not callers:
            yield function, function, seconds
            continue
        for caller, (_, _, share, _) in callers.items():
            yield function, caller, share


def _package_of(file: str) -> str:
    if match := _OURS.fullmatch(file):
        return f"rcsplan.{match['package']}"
    if file.startswith("<frozen importlib") or file == _BUILT_IN:
        return "imports and interpreter"
    if file == "<template>":
        return "jinja2"
    match = _INSTALLED.fullmatch(file) or _STANDARD.fullmatch(file)
    return match["package"] if match else file.removeprefix("<frozen ").strip("<>")


def _sentence(function: Function, owner: Function) -> str:
    file, line, name = owner
    place = f"{_package_of(file)} {Path(file).name}:{line} {name}"
    return place if function is owner else f"{place} > {function[2]}"


def _print_shares(heading: str, seconds: Counter[str]) -> None:
    total = sum(seconds.values())
    rows = [(name, f"{own:.3f}", f"{own / total:.1%}") for name, own in seconds.most_common(_TOP)]
    print_line()
    print_table((heading, "OWN s", "SHARE"), rows)
