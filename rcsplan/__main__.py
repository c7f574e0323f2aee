"""The entry of `rcsplan` and `python -m rcsplan`."""

from __future__ import annotations

import gc
import sys

#: A run builds large trees that hold no cycles and then ends: collecting them over and over would double its time.
_ALLOCATIONS_BETWEEN_COLLECTIONS = 200_000


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, 50, 100)
    from rcsplan.cli.main import run
    from rcsplan.cli.streams import prepare_streams

    prepare_streams()
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
