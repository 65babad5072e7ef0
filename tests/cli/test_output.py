"""`--output`: the file is there when the command has ended well, and what was there before is left alone otherwise."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ssocli.cli.output import open_output
from ssocli.cli.stop import Stop

from .conftest import Run


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    with open_output(tmp_path / "report") as write:
        write("one ")
        write("two")
    assert (tmp_path / "report").read_text() == "one two"
    assert stat.S_IMODE((tmp_path / "report").stat().st_mode) == 0o600


def test_the_mode_of_an_old_file_and_a_link_to_it_stay(tmp_path: Path) -> None:
    old, link = tmp_path / "report", tmp_path / "link"
    old.write_text("old")
    old.chmod(0o644)
    link.symlink_to(old)
    with open_output(link) as write:
        write("new")
    assert link.is_symlink()
    assert old.read_text() == "new"
    assert stat.S_IMODE(old.stat().st_mode) == 0o644


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, ValueError])
def test_whatever_ends_it_early_leaves_the_old_file_alone(tmp_path: Path, trouble: type[BaseException]) -> None:
    (tmp_path / "report").write_text("old")

    def interrupted() -> None:
        with open_output(tmp_path / "report") as write:
            write("half")
            raise trouble

    with pytest.raises(trouble):
        interrupted()
    assert (tmp_path / "report").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with open_output(pipe) as write:
            write("through")
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_the_name_of_standard_output_is_written_to() -> None:
    command = [sys.executable, "-m", "ssocli", "simulate", "jwks.empty", "--format", "ndjson", "-o", "/dev/stdout"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # a pipe, not a file
    assert '"name":"jwks.empty"' in shown
    assert shown.endswith("1 fault: 1 as expected\n")


@pytest.mark.parametrize("name", ["missing/report", "folder"])
def test_what_cannot_be_written_is_said_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Stop, match="expected a file that can be written, but:"), open_output(tmp_path / name):
        raise AssertionError("it was opened")


def test_a_typo_on_the_command_line_destroys_no_report(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("the last report")
    arguments = ("--state", ":memory:", "--fault", "id_token.expird", "--format", "html", "--output", "report.html")
    done = ssocli("login", *arguments)
    assert done.returncode == 2
    assert "did you mean 'id_token.expired'?" in done.stderr
    assert (tmp_path / "report.html").read_text() == "the last report"
    assert {path.name for path in tmp_path.iterdir()} <= {"report.html", "state"}
