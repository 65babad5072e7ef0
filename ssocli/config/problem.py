"""One thing that is wrong with a configuration file, and the words in which it is said."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file. `path` is dotted as in TOML; empty for the file as a whole."""

    file: str
    path: str
    expected: str
    actual: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}: {self.path}" if self.path else self.file
        return f"{where}: expected {self.expected}, found {self.actual}{f'; {self.hint}' if self.hint else ''}"


class ConfigError(Exception):
    """The configuration cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the valid name that was probably meant; empty if none is near."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"did you mean {matches[0]}?" if matches else ""


def shown(value: Any) -> str:
    """A value as it may be repeated in a message: short, and as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def quoted(part: Any) -> str:
    """One part of a dotted path, quoted where TOML needs it."""
    text = str(part)
    return text if text.replace("-", "").replace("_", "").isalnum() else f'"{text}"'


def joined(path: str, name: str) -> str:
    """The dotted path of a key inside the table at `path`."""
    return f"{path}.{quoted(name)}" if path else quoted(name)
