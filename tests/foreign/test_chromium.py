"""A real Chromium clicks through `ssocli serve` and sees the dashboard; the pages are kept as screenshots."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from .conftest import ARTIFACTS

QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1100,900",
]


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[dict[str, Any]]:
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "ssocli", "serve", "--state", ":memory:", "--port", "0", "--idp-port", "0"]
    process = subprocess.Popen(
        [*command, "--ready-file", str(ready), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(200):
            if ready.exists():
                break
            assert process.poll() is None
            time.sleep(0.05)
        yield json.loads(ready.read_text(encoding="utf-8"))
    finally:
        process.terminate()
        _, said = process.communicate(timeout=10)
    assert "Traceback" not in said
    assert process.returncode == 0


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (*QUIET, f"--user-data-dir={profile}"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        yield driver
    finally:
        driver.quit()


class Clicker:
    """A person in front of the browser, who takes a picture of every page."""

    def __init__(self, driver: webdriver.Chrome, name: str) -> None:
        self.driver = driver
        self.name = name
        self.count = 0
        ARTIFACTS.mkdir(exist_ok=True)

    def picture(self, title: str) -> None:
        self.count += 1
        self.driver.save_screenshot(str(ARTIFACTS / f"chromium-{self.name}-{self.count}-{title}.png"))

    def find(self, selector: str) -> Any:
        return WebDriverWait(self.driver, 10).until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def type(self, selector: str, text: str) -> None:
        field = self.find(selector)
        field.clear()
        field.send_keys(text)


@pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair
@pytest.mark.parametrize("provider", ["acme-oidc", "acme-saml", "google", "github"])
def test_a_person_logs_in_and_sees_the_dashboard(tmp_path: Path, provider: str) -> None:
    with serving(tmp_path) as ready, chromium(tmp_path / "profile") as driver:
        person = Clicker(driver, provider)
        driver.get(f"{ready['sentry']}/auth/login/")
        person.picture("login")
        person.type("input[name=organization]", "acme")
        person.click("[data-testid=sso-submit]")
        person.find("[data-testid=provider-form]")
        person.picture("providers")
        person.click(f"button[name=provider][value={provider}]")
        person.type("[data-testid=username]", "alice")
        person.picture("idp-login")
        person.type("[data-testid=password]", "password")
        person.click("[data-testid=submit]")
        dashboard = person.find("[data-testid=dashboard]")
        person.picture("dashboard")
        assert "Alice Arnold" in dashboard.text
        assert driver.current_url == f"{ready['sentry']}/organizations/acme/issues/"
        errors = [
            entry
            for entry in driver.get_log("browser")
            if entry["level"] == "SEVERE" and "favicon" not in entry["message"]
        ]
        assert errors == []


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("mode", ["form_post", "fragment"])
def test_other_response_modes_work_in_a_real_browser(tmp_path: Path, mode: str) -> None:
    from ssocli.config.load import default_file

    config = tmp_path / "mode.toml"
    text = default_file().read_text(encoding="utf-8")
    config.write_text(text.replace('type = "oidc"', f'type = "oidc"\nresponse_mode = "{mode}"', 1))
    with serving(tmp_path, "--config", str(config)) as ready, chromium(tmp_path / "profile") as driver:
        person = Clicker(driver, mode)
        driver.get(f"{ready['sentry']}/auth/login/acme/")
        person.click("button[name=provider][value=acme-oidc]")
        person.click("[data-testid=person-bob]")
        assert "Bob" in person.find("[data-testid=dashboard]").text


@pytest.mark.filterwarnings("default")
def test_saml_by_post_and_single_logout(tmp_path: Path) -> None:
    from ssocli.config.load import default_file

    config = tmp_path / "post.toml"
    text = default_file().read_text(encoding="utf-8")
    config.write_text(text.replace('type = "saml2"', 'type = "saml2"\nbinding = "post"', 1))
    with serving(tmp_path, "--config", str(config)) as ready, chromium(tmp_path / "profile") as driver:
        person = Clicker(driver, "saml-post")
        driver.get(f"{ready['sentry']}/auth/login/acme/")
        person.click("button[name=provider][value=acme-saml]")
        person.click("[data-testid=person-bob]")
        assert "Bob" in person.find("[data-testid=dashboard]").text
        person.click("[data-testid=logout]")
        assert "here and where you logged in" in person.find("[role=alert]").text
        person.picture("logged-out")
        driver.get(f"{ready['sentry']}/auth/login/acme/")
        person.click("button[name=provider][value=acme-saml]")
        assert person.find("[data-testid=login-form]")  # the identity provider has forgotten the person, too


@pytest.mark.filterwarnings("default")
def test_a_person_who_denies_is_back_at_the_login_page_with_the_reason(tmp_path: Path) -> None:
    with serving(tmp_path) as ready, chromium(tmp_path / "profile") as driver:
        person = Clicker(driver, "denied")
        driver.get(f"{ready['sentry']}/auth/login/acme/")
        person.click("button[name=provider][value=acme-oidc]")
        person.click("[data-testid=deny]")
        alert = person.find("[role=alert]")
        person.picture("back")
        assert alert.text
        assert driver.current_url.startswith(f"{ready['sentry']}/auth/login/")
