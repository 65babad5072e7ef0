"""The scenarios and the CI files that the documentation shows: they are what they claim to be, and they run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ssocli.flow.scenario import found_in, load
from ssocli.flow.scenario_run import play

ROOT = Path(__file__).parents[2]
SCENARIOS = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
TOML = re.findall(r"```toml\n(.*?)```", SCENARIOS, re.DOTALL)
YAML = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"), re.DOTALL)
OTHERS = re.compile(r"customer\.toml")  # needs somebody's own provider

yaml = pytest.importorskip("yaml")


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8", "GITHUB_STEP_SUMMARY": "summary.md"}
    return subprocess.run(
        ["bash", "-ec", command], capture_output=True, text=True, cwd=folder, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize("text", TOML, ids=[str(number) for number in range(len(TOML))])
def test_a_shown_scenario_goes_as_it_says(tmp_path: Path, text: str) -> None:
    file = tmp_path / "shown.toml"
    file.write_text(text, encoding="utf-8")
    assert {played.verdict for played in play(load(file))} == {"as_expected"}


def test_the_shown_output_is_what_is_printed(tmp_path: Path) -> None:
    (tmp_path / "expired.toml").write_text(TOML[0], encoding="utf-8")
    [(command, output)] = re.findall(r"```text\n\$ ([^\n]*)\n(.*?)```", SCENARIOS, re.DOTALL)
    done = run(command, tmp_path)
    assert (done.returncode, done.stdout) == (0, output)


def test_every_example_is_listed() -> None:
    listed = set(re.findall(r"^\| `([\w-]+\.toml)` \|", SCENARIOS, re.MULTILINE))
    assert listed == {file.name for file in found_in(ROOT / "fixtures" / "scenarios")}


def test_every_key_of_a_scenario_is_documented() -> None:
    for file in found_in(ROOT / "fixtures" / "scenarios"):
        for table, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
            keys = entries if isinstance(entries, dict) else {}
            assert all(f"`{key}`" in SCENARIOS for key in keys), (file.name, table)


def commands(node: Any) -> Iterator[str]:
    """What a CI file runs: every `run` of GitHub's, every line of a `script` of GitLab's."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "run" and isinstance(value, str):
                yield value
            elif key == "script" and isinstance(value, list):
                yield from value
            else:
                yield from commands(value)
    elif isinstance(node, list):
        for entry in node:
            yield from commands(entry)


def test_the_ci_files_are_yaml_with_jobs() -> None:
    github, gitlab = map(yaml.safe_load, YAML)
    assert github["jobs"]["sso"]["steps"][0]["uses"].startswith("actions/checkout@")
    assert gitlab["sso"]["artifacts"]["reports"] == {"junit": "faults.xml"}


SHOWN = [
    command
    for text in YAML
    for command in dict.fromkeys(commands(yaml.safe_load(text)))
    if command.startswith("ssocli") and not OTHERS.search(command)
]


@pytest.mark.parametrize("command", list(dict.fromkeys(SHOWN)))
def test_a_command_of_a_ci_file_runs(tmp_path: Path, command: str) -> None:
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    for name in re.findall(r"(?:--output|>>) \"?\$?([\w.]+)", command):
        assert (tmp_path / {"GITHUB_STEP_SUMMARY": "summary.md"}.get(name, name)).stat().st_size > 0
