"""The applications of the documentation, each with its own tests, run as a reader would run them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.parametrize("arguments", [(), ("-n", "2")], ids=["one process", "xdist"])
@pytest.mark.parametrize("example", ["flask_authlib", "django_authlib", "flask_saml"])
def test_an_examples_tests_pass(example: str, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", ".", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *arguments], cwd=EXAMPLES / example, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 6, "a login, and at least five faults"


def test_every_example_is_run() -> None:
    assert {app.parent.name for app in EXAMPLES.glob("*/app.py")} == {
        "flask_authlib",
        "django_authlib",
        "flask_saml",
    }
