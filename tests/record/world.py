"""The two sides of a recording, and the browser between them."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from fake_idp import Clock, FakeIdP
from ssocli import wire
from ssocli.config.load import default
from ssocli.config.model import Config
from ssocli.config.placeholder import with_fake_idp
from ssocli.flow.stage import Ports, stage
from ssocli.sentry.journal import BrowserJournal

from .devtools import Recorder

QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
    "--window-size=1100,900",
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class World:
    """Where both are, and the browser. `sentry` is "" where another application stands in its place.

    `files` are what the customer sends along.
    """

    idp: FakeIdP
    driver: Any
    recorder: Recorder
    sentry: str = ""
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def idp_url(self) -> str:
        return f"http://idp.localhost:{self.idp.port}"

    def fetch(self, path: str) -> bytes:
        """A document of the provider, as it is under the name that the browser has for it."""
        answer = wire.send("GET", f"{self.idp_url}/default{path}").response
        assert answer is not None
        return answer.body

    def open(self, url: str) -> None:
        self.driver.get(url)
        self.recorder.take()

    def find(self, selector: str) -> Any:
        return WebDriverWait(self.driver, 10).until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))

    def click(self, selector: str, then: str = "body") -> None:
        element = self.find(selector)
        self.recorder.take()
        element.click()
        self.find(then)
        self.recorder.take()

    def sign_in(self, user: str = "alice", then: str = "body") -> None:
        """At the provider's login page: type and submit."""
        self.find("[data-testid=username]").send_keys(user)
        self.find("[data-testid=password]").send_keys("password")
        self.click("[data-testid=submit]", then)

    def log_in(self, provider: str, user: str = "alice", then: str = "[data-testid=dashboard]") -> None:
        """From Sentry's login page on."""
        self.open(f"{self.sentry}/auth/login/acme/")
        self.click(f"button[name=provider][value={provider}]", "[data-testid=username]")
        self.sign_in(user, then)


@contextmanager
def world(*, clock: Clock | None = None, strict: bool = False) -> Iterator[World]:
    """A provider and a browser."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    with tempfile.TemporaryDirectory() as profile, FakeIdP(clock=clock, strict=strict) as idp:
        for argument in (*QUIET, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            yield World(idp, driver, Recorder(driver))
        finally:
            driver.quit()


@contextmanager
def sentry(here: World, change: Callable[[Config], Config] = lambda config: config) -> Iterator[World]:
    """The emulated Sentry at sentry.localhost, configured for the provider; `change` may alter the configuration."""
    port = free_port()
    config = with_fake_idp(default(), here.idp_url)
    site = msgspec.structs.replace(config.sentry, url=f"http://sentry.localhost:{port}")
    config = change(msgspec.structs.replace(config, sentry=site))
    with stage(
        config, state=":memory:", journal=BrowserJournal(), send=partial(wire.send), ports=Ports(sentry=port)
    ) as running:
        here.sentry = running.url
        yield here


def providers(config: Config, key: str, **changes: Any) -> Config:
    """The configuration with another provider."""
    changed = msgspec.structs.replace(config.providers[key], **changes)
    return msgspec.structs.replace(config, providers={**config.providers, key: changed})


def write(folder: Path, recorded: World) -> None:
    """Put the recording where the cases are, with what belongs to it."""
    folder.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(recorded.recorder.har()), indent=1)
    for name, content in {"login.har": text + b"\n", **recorded.files}.items():
        (folder / name).write_bytes(content)
