"""The frame: help, version, mistyped names, and what must not be imported for them."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from ssocli.cli.group import ssocli as group
from tests.docs.generate import commands

from .conftest import Run


def test_version(ssocli: Run) -> None:
    done = ssocli("--version")
    assert (done.returncode, done.stdout) == (0, "ssocli 0.1.0\n")


@pytest.mark.parametrize(("path", "command"), list(commands(group, ("ssocli",))), ids=lambda value: str(value))
def test_every_help_has_an_example_and_every_option_its_help(path: tuple[str, ...], command: click.Command) -> None:
    assert command.epilog, path
    assert "ssocli" in command.epilog
    assert command.help, path
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, (path, parameter.name)
            assert parameter.envvar or parameter.is_eager, (path, parameter.name)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["logn"], "No such command 'logn'. Did you mean 'login'?"),
        (["login", "--provder", "x"], "No such option"),
        (["login", "--format", "xml"], "is not one of"),
        (["login", "--port", "99999"], "99999 is not in the range"),
        (["login", "surplus"], "unexpected extra argument"),
    ],
)
def test_a_mistyped_command_line_is_said_and_exits_2(ssocli: Run, arguments: list[str], said: str) -> None:
    done = ssocli(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, runpy\nsys.argv = ['ssocli', '--help']\n"
        "try:\n    runpy.run_module('ssocli', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "heavy = {'rich', 'msgspec', 'cryptography', 'joserfc', 'werkzeug', 'jinja2', 'sqlite3', 'ssl', 'authlib'}\n"
        "sys.stderr.write(' '.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "login" in done.stdout


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m ssocli config schema | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in {"0", "141"}
