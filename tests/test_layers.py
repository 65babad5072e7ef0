"""Imports point one way, as ARCHITECTURE.md draws it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Each room, and the rooms that it may look into. What stands directly in `ssocli/` is the common ground of all.
BASE = {"clock", "diagnosis", "exchange", "exit_code", "one_time_code", "steps", "text", "trace"}
MAY_IMPORT = {
    "checks": {"checks"},
    "config": {"config"},
    "wire": {"wire"},
    "sentry": {"sentry", "checks", "config", "wire"},
    "flow": {"flow", "sentry", "checks", "config", "wire", "fake_idp"},
    "report": {"report", "checks"},
    "diagnose": {"diagnose", "flow", "sentry", "checks", "config", "wire"},
    "cli": {"cli", "report", "diagnose", "flow", "sentry", "checks", "config", "wire", "fake_idp"},
}
# The trace is made of checks; everything else of the common ground knows no room.
GROUND: dict[str, set[str]] = {name: {"checks"} if name in {"trace", "diagnosis"} else set() for name in BASE}


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports, in full."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "ssocli")


def rooms_of(file: Path) -> set[str]:
    """The rooms that a file looks into."""
    rooms = set()
    for module in imported(file):
        package, _, rest = module.partition(".")
        if package == "fake_idp":
            rooms.add("fake_idp")
        elif package == "ssocli" and rest:
            rooms.add(rest.partition(".")[0])
    return rooms - {"__version__"}


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_looks_only_where_it_may(room: str) -> None:
    files = sorted((ROOT / "ssocli" / room).rglob("*.py"))
    assert files
    for file in files:
        assert rooms_of(file) <= MAY_IMPORT[room] | BASE, file


@pytest.mark.parametrize("module", sorted(GROUND))
def test_the_common_ground_knows_no_room(module: str) -> None:
    assert rooms_of(ROOT / "ssocli" / f"{module}.py") <= GROUND[module] | BASE


def test_the_identity_provider_knows_nothing_of_ssocli() -> None:
    for file in (ROOT / "fake_idp").rglob("*.py"):
        assert not [module for module in imported(file) if module.partition(".")[0] == "ssocli"], file


def test_every_room_has_its_rule() -> None:
    rooms = {path.name for path in (ROOT / "ssocli").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert rooms == set(MAY_IMPORT)
