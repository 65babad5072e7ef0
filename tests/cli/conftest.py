"""The command line as a user runs it: a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ssocli(tmp_path: Path) -> Run:
    """Run `ssocli ARGUMENTS` in an empty folder, without a terminal; a traceback fails the test."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SSOCLI_", "FAKE_IDP_"))}
        done = subprocess.run(
            [sys.executable, "-m", "ssocli", *arguments],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=tmp_path,
            env={**kept, "XDG_STATE_HOME": str(tmp_path / "state"), "PYTHONIOENCODING": "utf-8", **environment},
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
