"""Several processes at one store, and processes that are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ssocli.sentry.store import Store

HERE = Path(__file__).parent


def start(action: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(HERE / "processes.py"), action, str(path)],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], said: str = "") -> str:
    output, errors = process.communicate(said)
    assert process.returncode == 0, errors
    return output


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forked")
def test_kill_9_at_any_statement_leaves_nothing_or_everything(tmp_path: Path) -> None:
    found = json.loads(finish(start("die", tmp_path / "s.db")))
    nothing, everything = [0] * 6, [1, 1, 1, 2, 1, 1]
    committed = found.index(everything)
    assert committed > 10, "there are not that few statements in a login"
    assert found[:committed] == [nothing] * committed
    assert found[committed:] == [everything] * (len(found) - committed)
    assert len(found) - committed > 1, "some were killed after the commit"


def test_two_processes_that_log_in_the_same_strangers_make_each_user_once(tmp_path: Path) -> None:
    file = tmp_path / "s.db"
    Store.open(file).close()
    processes = [start("log_in", file) for _ in range(2)]
    while len(list(tmp_path.glob("*.ready"))) < 2:
        assert all(process.poll() is None for process in processes)
        time.sleep(0.01)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    first, second = (json.loads(finish(process)) for process in processes)
    assert [sorted(pair) for pair in zip(first, second, strict=True)] == [["create", "update"]] * 20
    with Store.open(file) as store:
        users = store.users()
        assert len({user.email for user in users}) == len(users) == 20
        assert all(len(user.identities) == len(user.memberships) == 1 for user in users)
        assert len(store.sessions(100.0)) == 40


def test_processes_that_make_the_same_store_at_once_all_open_it(tmp_path: Path) -> None:
    for process in [start("open", tmp_path) for _ in range(3)]:
        finish(process)
