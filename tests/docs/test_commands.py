"""Every command that the README and the documentation show runs, and says what the page says it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# These need a person, a customer's provider, or run until they are stopped; other tests run them.
BY_HAND = re.compile(
    r"--browser|customer\.toml|sentry\.toml|id_token\.txt|ssocli (serve|idp)|until \[|pip install|nox"
    r"|python3? -m venv|ssocli login --config"
)
TOLERATED = [
    (re.compile(r"\d+ ms"), "N ms"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:]+Z"), "TIME"),
    (re.compile(r"#[0-9a-f]{6}|[0-9a-f]{8,}"), "HEX"),
    (re.compile(r" +"), " "),
]


def shown() -> Iterator[tuple[str, str, str]]:
    """Page, command and the output under it, from the console blocks."""
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, _, output = part.partition("\n")
                yield page.name, command, output


COMMANDS = [case for case in shown() if not BY_HAND.search(case[1])]


def normal(text: str) -> list[str]:
    for pattern, replacement in TOLERATED:
        text = pattern.sub(replacement, text)
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def test_the_pages_show_commands() -> None:
    assert {page for page, _, _ in COMMANDS} >= {"README.md", "first-login.md", "configuration.md", "ci.md"}


@pytest.mark.parametrize(
    ("page", "command", "output"), COMMANDS, ids=[f"{page}: {command}" for page, command, _ in COMMANDS]
)
def test_a_shown_command_says_what_the_page_says(tmp_path: Path, page: str, command: str, output: str) -> None:
    (tmp_path / "broken.toml").write_text(
        '[organizations.acme]\n[providers.acme]\ntype = "oidc"\nisuer = "https://x.example"\nissuer = "https://x.example"\n'
        'client_id = "a"\nclient_auth = "client_secret_basci"\n'
    )
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "120",
    }
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60, check=False
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    if output.strip():
        expected, actual = normal(output), normal(said)
        gap = "..." in expected
        missing = [line for line in expected if line != "..." and line not in actual]
        assert not missing, said
        assert gap or len(actual) == len(expected), said
    else:
        assert done.returncode == 0, said


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith(("http", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"
