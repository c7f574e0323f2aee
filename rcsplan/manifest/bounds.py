"""Bounds on what a template may do, so that none can hang a run or fill its memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Characters or entries that any one value of a template may have; the longest text of a message has 1,000.
MAX_SIZE = 100_000
#: Loop steps, calls and includes of one rendered value.
MAX_STEPS = 20_000
_MAX_BITS = 256


class OutOfBoundsError(Exception):
    """A template does more than any message can need."""


@dataclass(slots=True)
class Budget:
    """What is left of the steps and characters of the value that is being rendered."""

    steps: int = MAX_STEPS
    characters: int = MAX_SIZE

    def reset(self) -> None:
        """Start over, for the next value."""
        self.steps, self.characters = MAX_STEPS, MAX_SIZE

    def step(self) -> None:
        """Count a step.

        Raises:
            OutOfBoundsError: it was one too many.
        """
        self.steps -= 1
        if self.steps < 0:
            raise OutOfBoundsError(f"It takes more than {MAX_STEPS:,} steps to render.")

    def write(self, characters: int) -> None:
        """Count characters of output.

        Raises:
            OutOfBoundsError: they were too many.
        """
        self.characters -= characters
        if self.characters < 0:
            raise OutOfBoundsError(f"Its text has more than {MAX_SIZE:,} characters.")

    def counted(self, values: Iterable[Any], literal: int) -> Iterator[Any]:
        """The values of a loop, each of them counted, along with the literal text that the loop repeats."""
        for value in values:
            self.step()
            self.write(literal)
            yield value


def check_size(size: int) -> None:
    """Let a size pass.

    Raises:
        OutOfBoundsError: it is too large.
    """
    if size > MAX_SIZE:
        raise OutOfBoundsError(f"A value of {size:,} characters or entries is more than the {MAX_SIZE:,} allowed.")


def bounded_range(*arguments: int) -> range:
    """Python's `range`, within bounds."""
    values = range(*arguments)
    check_size(len(values))
    return values


def check_operation(operator: str, left: Any, right: Any) -> None:
    """Let an operation of a template pass whose result is of bearable size.

    Raises:
        OutOfBoundsError: the result would be too large.
    """
    match operator, left, right:
        case "*", int(), str() | list() | tuple():
            check_size(left * len(right))
        case "*", str() | list() | tuple(), int():
            check_size(right * len(left))
        case "*", int(), int() if left.bit_length() + right.bit_length() > _MAX_BITS:
            raise OutOfBoundsError("The product is too large.")
        case "**", int(), int() if left.bit_length() * right > _MAX_BITS:
            raise OutOfBoundsError("The power is too large.")
        case "+", str() | list() | tuple(), str() | list() | tuple():
            check_size(len(left) + len(right))
        case "%", str(), _:
            raise OutOfBoundsError("Text is not formatted with %; join it with ~.")
