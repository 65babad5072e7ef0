"""The pages about `diagnose` and `inspect` show what is printed, and name what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ssocli.cli.diagnose import diagnose
from ssocli.diagnose.advice import products
from ssocli.diagnose.product import NAMES
from ssocli.exit_code import ExitCode

ROOT = Path(__file__).parents[2]
CUSTOMERS = ROOT / "fixtures" / "customers"
DIAGNOSE, INSPECT = ((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("diagnose", "inspect"))
MATERIAL = {DIAGNOSE: "01-audience-without-trailing-slash", INSPECT: "h09-okta-oidc"}


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        ["bash", "-ec", command], capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize("page", [DIAGNOSE, INSPECT], ids=["diagnose", "inspect"])
def test_the_shown_output_is_what_is_printed(tmp_path: Path, page: str) -> None:
    folder = shutil.copytree(CUSTOMERS / MATERIAL[page], tmp_path / "case")
    [(command, shown)] = re.findall(r"```console\n\$ ([^\n]*)\n(.*?)```", page, re.DOTALL)
    printed = run(command, folder).stdout
    at = 0
    for part in shown.split("...\n"):
        assert part in printed[at:], part
        at = printed.index(part, at) + len(part)


def test_the_shown_commands_are_understood() -> None:
    for block in re.findall(r"```sh\n(.*?)```", DIAGNOSE, re.DOTALL):
        for line in block.splitlines():
            diagnose.make_context("diagnose", line.split()[2:])


def test_every_option_of_diagnose_is_on_its_page() -> None:
    names = {name for option in diagnose.params if isinstance(option, click.Option) for name in option.opts}
    usual = {"--ca-file", "--verbose"}
    assert {name for name in names if name.startswith("--") and name not in DIAGNOSE} <= usual


def test_the_exit_codes_are_those_of_the_tool() -> None:
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", DIAGNOSE, re.MULTILINE)}
    assert listed == {
        ExitCode.OK,
        ExitCode.FINDINGS,
        ExitCode.USAGE,
        ExitCode.UNREACHABLE,
        ExitCode.INCONCLUSIVE,
        ExitCode.INTERNAL_ERROR,
    }


def test_every_product_with_fields_is_named() -> None:
    readable = " ".join(DIAGNOSE.split())
    assert [key for key in products().fields if key != "sentry" and NAMES[key] not in readable] == []
