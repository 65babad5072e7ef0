"""The command: record all cases, or those that are named."""

from __future__ import annotations

import sys
from pathlib import Path

from .cases import CASES
from .world import write

FOLDER = Path(__file__).parents[2] / "fixtures" / "customers"


def main(names: list[str]) -> None:
    for name in names or CASES:
        write(FOLDER / name, CASES[name]())
        print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
