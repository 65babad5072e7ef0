"""What the command says at its end about faults that never fired."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
import requests


def run(*arguments: str, paths: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    """Start the command, ask for these paths, and stop it; the exit code and what it said."""
    command = [sys.executable, "-m", "fake_idp", "--port", "0", "--quiet", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["issuer"].removesuffix("/default")
        for path in paths:
            requests.get(url + path + "/.well-known/openid-configuration", timeout=5)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    return process.returncode, errors.splitlines()


IDLE = "Armed, and never fired: discovery.http-500 issuer=google. Nobody whom it is for asked for what it changes."


@pytest.mark.parametrize(
    ("arguments", "paths", "code", "said"),
    [
        ((), ("/default",), 0, [IDLE]),
        (("--strict-faults",), ("/default",), 1, [IDLE]),
        (("--strict-faults",), ("/google",), 0, []),
        (("--strict-faults",), ("/_ns/one/google",), 0, []),
    ],
)
def test_end(arguments: tuple[str, ...], paths: tuple[str, ...], code: int, said: list[str]) -> None:
    assert run("--fault", "discovery.http-500:issuer=google", *arguments, paths=paths) == (code, said)


def test_unknown_fault() -> None:
    command = [sys.executable, "-m", "fake_idp", "--port", "0", "--fault", "discovery.http-5000"]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert finished.returncode == 2
    assert finished.stderr == "fault: No fault is called 'discovery.http-5000'; did you mean 'discovery.http-500'?\n"
