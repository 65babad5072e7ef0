"""A customer's case: what was sent to support, and what is wrong with it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

CUSTOMERS = Path(__file__).parents[2] / "fixtures" / "customers"
# The moment at which the made material is judged.
AT = "2027-01-15T08:00:00Z"
NOW = datetime.fromisoformat(AT).timestamp()


@dataclass(frozen=True, slots=True)
class Expected:
    """The answer: `verdict` of the diagnosis; of a root cause its code, name, step and owner; codes that are found."""

    verdict: str
    code: str = ""
    name: str = ""
    step: str = ""
    owner: str = ""
    among: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`inputs` are the names of the files that are given to the tool, in order; a config may refer to further ones.

    `covers` are the support cases of docs/support-cases.md that it is one of.
    """

    directory: Path
    title: str
    inputs: tuple[str, ...]
    expected: Expected
    at: str = AT
    covers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its directory."""
        return self.directory.name


@dataclass(frozen=True, slots=True)
class Made:
    """A case as `make` writes it: `files` by name, of which those in `inputs` (all, if empty) are given to the tool."""

    name: str
    title: str
    files: dict[str, str | bytes]
    expected: Expected
    inputs: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


def root(code: str, name: str, step: str, owner: str, *among: str) -> Expected:
    """A case with one root cause, and what else must be found."""
    return Expected("root_cause", code, name, step, owner, among)


HEALTHY = Expected("healthy")


def read(directory: Path) -> Case:
    """The case in a directory."""
    table = tomllib.loads((directory / "case.toml").read_text(encoding="utf-8"))
    expected = table.pop("expected")
    return Case(
        directory,
        table["title"],
        tuple(table["inputs"]),
        Expected(**{**expected, "among": tuple(expected.get("among", ()))}),
        table.get("at", AT),
        tuple(table.get("covers", ())),
    )


def all_cases() -> list[Case]:
    """Every case, in the order of its directories."""
    return [read(file.parent) for file in sorted(CUSTOMERS.glob("*/case.toml"))]
