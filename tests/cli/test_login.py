"""`ssocli login` from outside: every way it ends, what it says, and its exit code."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fake_idp import FakeIdP
from fake_idp.server import Server
from ssocli.report.document import json_schema

from .conftest import Run

MEMORY = ("--state", ":memory:")


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(done.stdout)
    Draft202012Validator(json_schema()).validate(data)
    assert data["exit_code"] == done.returncode
    assert [step["number"] for step in data["steps"]] == list(range(1, 11))
    return data


def config_for(issuer: str, **provider: object) -> str:
    lines = {"type": "oidc", "issuer": issuer, "client_id": "sentry", "client_secret": "sentry-secret", **provider}
    table = "\n".join(f"{name} = {json.dumps(value)}" for name, value in lines.items())
    return f"[organizations.acme]\n[providers.acme]\n{table}\n[people.alice]\npassword = 'password'\n"


@pytest.mark.parametrize("provider", ["acme-oidc", "acme-saml", "google", "github"])
def test_ten_passed_steps(ssocli: Run, provider: str) -> None:
    data = document(ssocli("login", *MEMORY, "--provider", provider, "--format", "json"))
    assert data["outcome"] == "authenticated"
    assert {step["status"] for step in data["steps"]} == {"passed"}
    assert not [check for step in data["steps"] for check in step["checks"] if check["status"] == "failed"]
    assert data["user"]["email"] == "alice@acme.example"
    assert data["access"]["organization"] == "acme"


def test_saml_judged_as_sentry_does(ssocli: Run) -> None:
    data = document(ssocli("login", *MEMORY, "--provider", "acme-saml", "--as", "sentry", "--format", "json"))
    assert data["outcome"] == "authenticated"
    [decided] = [check for check in data["steps"][5]["checks"] if check["name"] == "refused-by-sentry"]
    assert decided["status"] == "passed"


def test_a_saml_login_that_begins_at_the_identity_provider(ssocli: Run) -> None:
    start = "{fake_idp}/default/saml/sso/init?sp={sp}"
    done = ssocli("login", *MEMORY, "--provider", "acme-saml", "--start-at", start, "--format", "json")
    data = document(done)
    assert [step["status"] for step in data["steps"]] == ["skipped"] * 3 + ["passed"] * 7
    assert data["steps"][3]["exchanges"]
    assert "gave the password" in data["steps"][3]["summary"]


def test_saml_request_options_reach_the_identity_provider(ssocli: Run) -> None:
    passive = document(ssocli("login", *MEMORY, "--provider", "acme-saml", "--prompt", "none", "--format", "json"))
    assert (passive["exit_code"], passive["failure"]["step"]) == (5, "external_authentication")
    assert "NoPassive" in passive["failure"]["message"]
    wanted = ("--acr-values", "urn:example:none-such")
    refused = document(ssocli("login", *MEMORY, "--provider", "acme-saml", *wanted, "--format", "json"))
    assert "NoAuthnContext" in refused["failure"]["message"]


def test_the_second_saml_login_updates_the_first(ssocli: Run) -> None:
    for changed in (False, True):
        data = document(ssocli("login", "--state", "s.db", "--provider", "acme-saml", "--format", "json"))
        assert data["user"]["updated"] is changed


def test_the_console_names_who_is_logged_in(ssocli: Run) -> None:
    done = ssocli("login", *MEMORY)
    assert done.returncode == 0
    for line in (
        "logged in    Alice Arnold <alice@acme.example>",
        "role         manager",
        "teams        platform, web",
    ):
        assert line in done.stdout
    assert "/organizations/acme/issues/" in done.stdout.splitlines()[-1]
    assert done.stderr == ""


def test_the_second_login_updates_the_first_ones_user(ssocli: Run) -> None:
    first = document(ssocli("login", "--format", "json"))
    second = document(ssocli("login", "--format", "json"))
    assert (first["user"]["created"], second["user"]["created"]) == (True, False)
    assert first["user"]["id"] == second["user"]["id"]
    listed = json.loads(ssocli("users", "--format", "json").stdout)
    assert [user["email"] for user in listed].count("alice@acme.example") == 1
    assert len(json.loads(ssocli("sessions", "--format", "json").stdout)) >= 1


@pytest.mark.parametrize(
    ("arguments", "code", "step", "finding"),
    [
        (["--org", "nowhere"], 2, "user_selection", "LOGIN001"),
        (["--user", "dave"], 5, "external_authentication", "AUTH002"),
        (["--user", "alice", "--password", "wrong"], 5, "external_authentication", "AUTH002"),
        (["--user", "nobody", "--password", "x"], 5, "external_authentication", "AUTH002"),
        (["--deny"], 5, "external_authentication", "CB001"),
        (["--prompt", "none"], 5, "external_authentication", "CB001"),
        (["--login-hint", "nobody"], 5, "external_authentication", "AUTH001"),
        (["--user", "frank", "--provider", "google"], 6, "token_validation", None),
        (["--user", "frank"], 7, "user_provisioning", "PROV004"),
        (["--user", "erin"], 7, "user_provisioning", "PROV001"),
        (["--method", "password", "--org", "acme"], 8, "authorization", "ACC003"),
        (
            ["--method", "password", "--user", "pat@garage.example", "--password", "wrong"],
            2,
            "user_selection",
            "LOGIN005",
        ),
    ],
)
def test_a_refusal_names_its_step_and_finding(
    ssocli: Run, tmp_path: Path, arguments: list[str], code: int, step: str, finding: str | None
) -> None:
    done = ssocli("login", *MEMORY, *arguments, "--format", "json", "--output", "report.json")
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (done.returncode, data["outcome"], data["failure"]["step"]) == (code, "refused", step)
    assert finding in {None, data["failure"]["code"]}
    failed = next(entry for entry in data["steps"] if entry["id"] == step)
    assert failed["status"] == "failed"
    assert data["failure"]["code"] in {check["code"] for check in failed["checks"] if check["status"] == "failed"}
    assert {entry["status"] for entry in data["steps"][failed["number"] :]} <= {"not_reached"}
    assert f"Failed in step {failed['number']}" in done.stdout
    for part in ("expected", "seen", "what to do", "who", "exit code"):
        assert part in done.stdout


def test_the_second_factor_is_given(ssocli: Run) -> None:
    assert ssocli("login", *MEMORY, "--user", "carol").returncode == 0


def test_the_password_login_skips_the_provider(ssocli: Run) -> None:
    data = document(ssocli("login", *MEMORY, "--method", "password", "--format", "json"))
    assert data["outcome"] == "authenticated"
    assert [step["status"] for step in data["steps"][1:6]] == ["skipped"] * 5


@pytest.mark.parametrize("mode", ["query", "fragment", "form_post"])
def test_every_response_mode(ssocli: Run, mode: str) -> None:
    assert document(ssocli("login", *MEMORY, "--response-mode", mode, "--format", "json"))["outcome"] == "authenticated"


@pytest.mark.parametrize(
    ("client_id", "client_auth"),
    [
        ("sentry", "client_secret_basic"),
        ("sentry-post", "client_secret_post"),
        ("sentry-public", "none"),
        ("sentry-jwt", "private_key_jwt"),
    ],
)
def test_every_client_authentication(ssocli: Run, tmp_path: Path, client_id: str, client_auth: str) -> None:
    key = Path(__file__).parents[2] / "fixtures" / "idp" / "sentry-jwt.pem"
    (tmp_path / "key.pem").write_bytes(key.read_bytes())
    with FakeIdP(strict=True) as idp:
        extra = {"private_key": "key.pem", "private_key_id": "sentry-jwt-1"} if client_auth == "private_key_jwt" else {}
        text = config_for(idp.issuer(), client_id=client_id, client_auth=client_auth, **extra)
        (tmp_path / "c.toml").write_text(text)
        data = document(ssocli("login", *MEMORY, "--config", "c.toml", "--format", "json"))
    assert data["outcome"] == "authenticated", data["failure"]


def test_the_page_asked_for_is_where_it_lands(ssocli: Run) -> None:
    data = document(ssocli("login", *MEMORY, "--next", "/api/0/organizations/acme/projects/", "--format", "json"))
    assert "/api/0/organizations/acme/projects/" in data["steps"][9]["summary"]


def test_it_does_not_land_on_another_site(ssocli: Run) -> None:
    data = document(ssocli("login", *MEMORY, "--next", "https://evil.example/", "--format", "json"))
    assert "/organizations/acme/issues/" in data["steps"][9]["summary"]
    assert not [hop for step in data["steps"] for hop in step["exchanges"] if hop["url"].startswith("https://evil")]


def test_no_secret_is_in_any_output(ssocli: Run, tmp_path: Path) -> None:
    done = ssocli("login", *MEMORY, "-vv", "--format", "json", "--output", "report.json")
    written = done.stdout + done.stderr + (tmp_path / "report.json").read_text(encoding="utf-8")
    assert "browser → POST" in written
    for secret in ("sentry-secret", "c2VudHJ5OnNlbnRyeS1zZWNyZXQ", "password=password", "eyJhbGciOi"):
        assert secret not in written


def test_ndjson_is_a_line_per_event(ssocli: Run) -> None:
    lines = [json.loads(line) for line in ssocli("login", *MEMORY, "--format", "ndjson").stdout.splitlines()]
    assert [line["event"] for line in lines] == ["step_started", "step_finished"] * 10 + ["trace_finished"]
    assert lines[-1]["outcome"] == "authenticated"


def test_output_is_a_private_file_and_the_console_report_stays(ssocli: Run, tmp_path: Path) -> None:
    done = ssocli("login", *MEMORY, "--format", "json", "--output", "report.json")
    report = tmp_path / "report.json"
    assert "logged in" in done.stdout
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text(encoding="utf-8")
    assert json.loads(text)["outcome"] == "authenticated"
    assert "sentry-secret" not in text


def test_an_unreachable_issuer(ssocli: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "c.toml").write_text(config_for(f"http://127.0.0.1:{port}"))
    data = document(ssocli("login", *MEMORY, "--config", "c.toml", "--format", "json"))
    assert (data["exit_code"], data["failure"]["step"]) == (3, "redirect_to_idp")
    assert f"127.0.0.1:{port}" in data["failure"]["message"]


def test_html_where_the_discovery_document_should_be(ssocli: Run, tmp_path: Path) -> None:
    def page(_environ: object, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<!doctype html><title>Sign in to the proxy</title>"]

    with Server(page) as captive:
        (tmp_path / "c.toml").write_text(config_for(captive.url))
        data = document(ssocli("login", *MEMORY, "--config", "c.toml", "--format", "json"))
    assert (data["exit_code"], data["failure"]["step"]) == (1, "redirect_to_idp")
    assert data["failure"]["code"] == "NET012"


def test_a_wrong_client_secret_is_the_providers_refusal(ssocli: Run, tmp_path: Path) -> None:
    with FakeIdP() as idp:
        (tmp_path / "c.toml").write_text(config_for(idp.issuer(), client_secret="wrong"))
        done = ssocli("login", *MEMORY, "--config", "c.toml", "--format", "json")
    data = document(done)
    assert (data["exit_code"], data["failure"]["step"]) == (5, "token_generation")
    assert "invalid_client" in data["failure"]["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--provider", "gogle"], 2, "did you mean google?"),
        (["--config", "none.toml"], 2, "none.toml: expected a TOML file, found nothing there"),
        (["--state", "/proc/nowhere/x.sqlite3"], 2, "/proc/nowhere"),
        (["--provider", "github", "--prompt", "none"], 2, "--prompt: github is a plain OAuth 2.0 provider"),
        (["--provider", "acme-saml", "--max-age", "3"], 2, "--max-age: acme-saml is a SAML provider"),
        (["--provider", "acme-saml", "--prompt", "consent"], 2, "--prompt: expected login or none"),
        (["--start-at", "http://idp.example/"], 2, "--start-at: expected a SAML provider"),
        (["--as", "sentry"], 2, "--as: acme-oidc is an OpenID provider"),
        (["--ca-file", "none.pem"], 2, "none.pem"),
        (["--totp-secret", "not base32!"], 2, "base32"),
        (["--format", "json", "--output", "/proc/nowhere/report.json"], 2, "/proc/nowhere/report.json"),
        (["--user", "zoe"], 2, "SSOCLI_PASSWORD"),
        (["--user", "alic"], 2, "did you mean alice?"),
    ],
)
def test_a_mistake_is_one_sentence(ssocli: Run, arguments: list[str], code: int, said: str) -> None:
    done = ssocli("login", *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_state_file_that_is_something_else_is_left_alone(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Bob,\n" * 200)
    done = ssocli("login", "--state", "letter.txt")
    assert done.returncode == 2
    assert "letter.txt" in done.stderr
    assert (tmp_path / "letter.txt").read_text() == "Dear Bob,\n" * 200


def test_a_taken_port(ssocli: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ssocli("login", *MEMORY, "--port", str(port))
    assert done.returncode == 9
    assert f"Port {port}" in done.stderr


def test_the_environment_names_every_option(ssocli: Run) -> None:
    done = ssocli("login", SSOCLI_STATE=":memory:", SSOCLI_PROVIDER="github", SSOCLI_FORMAT="json", SSOCLI_USER="bob")
    assert document(done)["user"]["email"] == "bob@acme.example"


class ByHand:
    """`ssocli login --browser` in the background, and the address it prints."""

    def __init__(self, tmp_path: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ssocli",
                "login",
                *MEMORY,
                "--browser",
                "--no-open",
                "--format",
                "json",
                *arguments,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()
        self.url = self.said.strip().rpartition(" ")[2]

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=30)
        assert "Traceback" not in err
        return self.process.returncode, out, err


def test_in_ones_own_browser(tmp_path: Path) -> None:
    from ssocli.flow.browser import Browser
    from ssocli.flow.browser.page_kinds import login_form

    by_hand = ByHand(tmp_path)
    assert by_hand.url.startswith("http://127.0.0.1:")
    browser = Browser(lambda _exchange: None)
    page = browser.open(by_hand.url)
    form = next(form for form in page.forms if any(button.name == "provider" for button in form.buttons))
    login = login_form(browser.submit(form, {}, "acme-oidc"))
    assert login is not None
    page = browser.submit(login.form, login.values(username="alice", password="password"), login.button)
    assert page.status == 200
    code, out, _ = by_hand.end()
    assert code == 0
    assert json.loads(out)["user"]["email"] == "alice@acme.example"


def test_strangers_at_the_listener_do_not_disturb_the_login(tmp_path: Path) -> None:
    by_hand = ByHand(tmp_path, "--timeout", "2")
    base = by_hand.url.partition("/auth/")[0]
    refused: list[int] = []
    for path in ("/favicon.ico", "/auth/sso/?code=x&state=y", "/auth/sso/?error=access_denied", "/%00", "/.env"):
        try:
            with urllib.request.urlopen(base + path, timeout=5) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            refused.append(error.code)
            error.close()
    code, out, _ = by_hand.end()
    assert max(refused) < 500
    assert code == 4
    data = json.loads(out)
    assert data["failure"]["code"] == "AUTH007"
    assert data["failure"]["step"] == "external_authentication"


def test_ctrl_c_is_clean(tmp_path: Path) -> None:
    by_hand = ByHand(tmp_path)
    by_hand.process.send_signal(signal.SIGINT)
    code, _, err = by_hand.end()
    assert code == 130
    assert err.strip().endswith("Interrupted.")


def test_a_closed_stdout_is_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m ssocli login --state :memory: | true"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
    )
    assert "Traceback" not in done.stderr


def test_two_logins_of_a_new_person_at_the_same_time_make_one_user(ssocli: Run) -> None:
    ssocli("users")  # the state directory exists
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(ssocli("login").returncode)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0, 0]
    listed = json.loads(ssocli("users", "--format", "json").stdout)
    assert [user["email"] for user in listed].count("alice@acme.example") == 1


def test_serve_says_where_it_is_and_stops_cleanly(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ssocli",
        "serve",
        *MEMORY,
        "--port",
        "0",
        "--idp-port",
        "0",
        "--ready-file",
        "ready.json",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    ready = tmp_path / "ready.json"
    deadline = time.monotonic() + 20
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    where = json.loads(ready.read_text(encoding="utf-8"))
    with urllib.request.urlopen(f"{where['sentry']}/auth/login/", timeout=10) as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"{where['idp']}/default/.well-known/openid-configuration", timeout=10) as answer:
        assert json.load(answer)["issuer"] == f"{where['idp']}/default"
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert json.loads(out) == where
    assert "Traceback" not in err


def test_a_fault_of_the_encryption_makes_the_provider_encrypt(ssocli: Run) -> None:
    done = ssocli("login", "--state", ":memory:", "--fault", "saml_encryption.changed-before-encryption")
    assert (done.returncode, "SRS030" in done.stdout) == (6, True)
    elsewhere = ssocli("login", "--state", ":memory:", "--provider", "github", "--fault", "saml_encryption.cbc-padding")
    assert "never fired" in elsewhere.stderr
