"""Real third-party software on the other side: nothing here is a mock, and nothing is skipped when it is missing."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fake_idp import FakeIdP
from ssocli.exchange import Exchange
from ssocli.flow.browser import Browser, Page
from ssocli.flow.browser.page_kinds import consent_form, login_form

NODE = Path(__file__).parent / "node"
ARTIFACTS = Path(__file__).parents[2] / "artifacts"


@pytest.fixture
def idp() -> Iterator[FakeIdP]:
    with FakeIdP(strict=True) as running:
        yield running


@contextmanager
def first_line_of(command: list[str], *, environment: dict[str, str] | None = None) -> Iterator[str]:
    """Run a program until the end of the block; gives the first line that it prints, its address."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stderr is not None
    said: list[str] = []
    errors = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
    errors.start()
    try:
        line = process.stdout.readline().strip()
        assert line, f"{command[0]} said nothing: {''.join(said)}"
        yield line
    finally:
        process.terminate()
        process.wait(timeout=10)
        errors.join(timeout=10)
        process.stdout.close()
        process.stderr.close()


def node(script: str, *arguments: str) -> list[str]:
    """The command line of one of our Node.js peers."""
    return ["node", str(NODE / script), *arguments]


def log_in_at(url: str, username: str = "alice", browser: Browser | None = None) -> Page:
    """Open a relying party's login page with the headless browser and sign in; the page it ends on."""
    trail: list[Exchange] = []
    browser = browser or Browser(trail.append)
    page = browser.open(url)
    for _ in range(6):
        login, consent = login_form(page), consent_form(page)
        if login is not None:
            page = browser.submit(login.form, login.values(username=username, password="password"), login.button)
        elif consent is not None and consent.allow is not None:
            page = browser.submit(consent.allow[0], {}, consent.allow[1])
        else:
            break
    return page


@pytest.fixture
def sign_in() -> Callable[[str], Page]:
    return log_in_at
