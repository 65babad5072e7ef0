"""The page about the control API is right: its examples run, one after the other, and its table is complete."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fake_idp import FakeIdP
from fake_idp.control.routes import ROUTES

PAGE = (Path(__file__).parents[2] / "docs" / "control-api.md").read_text(encoding="utf-8")
DOCUMENTED = "http://127.0.0.1:9500"


def examples() -> Iterator[tuple[str, Any]]:
    """Each block of commands, and what the last command answers; None where the page does not say."""
    for commands, answer in re.findall(r"```sh\n(.*?)```\n(?:```json\n(.*?)```)?", PAGE, re.DOTALL):
        if not commands.startswith("ssocli"):
            yield commands, json.loads(answer) if answer else None


def includes(actual: Any, expected: Any) -> bool:
    """Whether `actual` has at least what `expected` has; "..." is anything."""
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            name in actual and includes(actual[name], value) for name, value in expected.items()
        )
    return bool(expected in ("...", actual))


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands need curl")
def test_the_examples_run_and_say_what_the_page_says() -> None:
    shown = list(examples())
    assert len(shown) > 20
    with FakeIdP() as idp:
        for commands, expected in shown:
            script = f"set -e; IDP={DOCUMENTED}/_idp/v1; {commands}".replace(DOCUMENTED, idp.url)
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30, check=True)
            last = done.stdout.rstrip("\n")
            if expected is None:
                assert '"detail"' not in last, f"{commands}{last}"
            else:
                actual = json.JSONDecoder().raw_decode(last, _start_of_the_last(last))[0]
                assert includes(json.loads(json.dumps(actual).replace(idp.url, DOCUMENTED)), expected), (
                    f"{commands}{last}"
                )


def _start_of_the_last(text: str) -> int:
    """Where the last of several JSON documents in a row begins."""
    start = end = 0
    while end < len(text):
        start = end
        end = json.JSONDecoder().raw_decode(text, start)[1]
    return start


def test_every_operation_is_in_the_table() -> None:
    rows = re.findall(r"^\| ([A-Z]+) \| `([^`]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(route.method, route.path, (route.handler.__doc__ or "").partition("\n")[0]) for route in ROUTES]
