"""The command line as a user runs it: a process of its own for every command.

Importing takes most of a short command's time, so it is done once, in a process that forks itself for every command.
The commands of the README and of the documentation start from nothing in their own tests.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    ["ssocli.__main__", "ssocli.cli.login_run", "ssocli.cli.simulate_run", "ssocli.cli.diagnose_run"]
)


def _command(arguments: tuple[str, ...], environment: dict[str, str], folder: str, streams: tuple[str, str]) -> None:
    """In the process of the command: what the shell does before, and then the command."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate((os.devnull, *streams)):
        opened = os.open(name, os.O_RDWR)
        os.dup2(opened, number)
    encoding = environment["PYTHONIOENCODING"]
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(os.dup(n), "w" if n else "r", encoding=encoding) for n in range(3))
    sys.argv = ["ssocli", *arguments]
    from ssocli.__main__ import main

    main()


@pytest.fixture
def ssocli(tmp_path: Path) -> Run:
    """Run `ssocli ARGUMENTS` in an empty folder, without a terminal; a traceback fails the test."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SSOCLI_", "FAKE_IDP_"))}
        given = {**kept, "XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONIOENCODING": "utf-8", **environment}
        with tempfile.TemporaryDirectory() as folder:
            streams = (Path(folder) / "stdout", Path(folder) / "stderr")
            for stream in streams:
                stream.touch()
            process = _FORKS.Process(
                target=_command, args=(arguments, given, str(tmp_path), tuple(str(each) for each in streams))
            )
            process.start()
            process.join(60)
            assert process.exitcode is not None, f"ssocli {' '.join(arguments)} still runs after a minute"
            said, complained = (each.read_text(encoding="utf-8") for each in streams)
            done = subprocess.CompletedProcess(arguments, process.exitcode, said, complained)
            process.close()
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
