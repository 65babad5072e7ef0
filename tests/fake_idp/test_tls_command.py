"""TLS on the command line, for applications that are not started by a test."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

COMMANDS = {"fake_idp": [sys.executable, "-m", "fake_idp"], "ssocli": [sys.executable, "-m", "ssocli", "idp"]}


@pytest.fixture(params=COMMANDS.values(), ids=COMMANDS)
def command(request: pytest.FixtureRequest) -> list[str]:
    return [*request.param, "--port", "0", "--quiet"]


@pytest.fixture
def ready(command: list[str], tmp_path: Path) -> Iterator[dict[str, Any]]:
    arguments = ["--tls", str(tmp_path / "ca.pem"), "--fault", "tls.expired:times=1"]
    with subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


def test_a_fault_and_then_a_good_answer(ready: dict[str, Any], tmp_path: Path) -> None:
    bundle = str(tmp_path / "ca.pem")
    with pytest.raises(requests.exceptions.SSLError, match="certificate has expired"):
        requests.get(ready["metadata"], verify=bundle, timeout=5)
    assert requests.get(ready["metadata"], verify=bundle, timeout=5).json()["issuer"] == ready["issuer"]
    assert ready["issuer"].startswith("https://127.0.0.1:")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--fault", "tls.expired"], "fault: tls.expired strikes in the TLS handshake: expected --tls FILE"),
        (["--tls", "/"], "--tls /: expected a file that can be written, but: is a directory."),
    ],
)
def test_what_cannot_be_is_a_sentence(command: list[str], arguments: list[str], sentence: str) -> None:
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
