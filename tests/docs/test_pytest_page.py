"""What docs/pytest.md and the README quote is what the files say, and what they show besides runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "pytest.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"^From \[(examples/\S+)\]\(\1\):\n((?:(?!^From |^## ).*\n)*)", re.MULTILINE)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
QUOTES = [(name, code) for name, section in QUOTED.findall(PAGE) for code in PYTHON.findall(section)]
REST = [code for code in PYTHON.findall(PAGE) if code not in {quoted for _, quoted in QUOTES}]


def test_the_page_quotes_every_example() -> None:
    assert {name.split("/")[1] for name, _ in QUOTES} == {app.parent.name for app in DOCS.glob("examples/*/app.py")}


@pytest.mark.parametrize(("name", "code"), QUOTES)
def test_a_quotation_is_the_files(name: str, code: str) -> None:
    assert code in (DOCS / name).read_text(encoding="utf-8")


def test_the_readme_quotes_an_example() -> None:
    [quoted] = PYTHON.findall((DOCS.parent / "README.md").read_text(encoding="utf-8"))
    assert quoted in (DOCS / "examples" / "flask_authlib" / "test_app.py").read_text(encoding="utf-8")


def test_what_is_no_quotation_runs(tmp_path: Path) -> None:
    """The options and the test of the emulated Sentry, together."""
    assert len(REST) == 2
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "idp.toml").write_text('redirect_hosts = ["app.example"]\n')
    (tmp_path / "test_page.py").write_text("\n\n".join(REST))
    command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", str(tmp_path), "test_page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
