"""`ssocli diagnose` and `ssocli inspect` as a person runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.customers.case import AT, CUSTOMERS

from .conftest import Run

SLASH = [str(CUSTOMERS / "01-audience-without-trailing-slash" / name) for name in ("sentry.toml", "response.txt")]
HEALTHY = [str(CUSTOMERS / "h01-okta-saml" / name) for name in ("sentry.toml", "response.txt")]


def test_the_root_cause_stands_at_the_top_with_who_and_where(ssocli: Run) -> None:
    done = ssocli("diagnose", *SLASH, "--at", AT)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "Root cause: SRS045 wrong-assertion-audience"
    assert any(line.split() == ["step", "6,", "Token", "validation"] for line in lines)
    assert any("^" in line for line in lines)
    assert "the identity provider's administrator" in done.stdout
    assert "Okta: " in done.stdout


def test_healthy_input_says_so(ssocli: Run) -> None:
    done = ssocli("diagnose", *HEALTHY, "--at", AT)
    assert done.returncode == 0
    assert done.stdout.startswith("Nothing wrong was found: ")
    assert "Root cause" not in done.stdout


def test_what_is_in_a_ticket_is_old_and_not_therefore_expired(ssocli: Run) -> None:
    done = ssocli("diagnose", *HEALTHY, "--offline")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("output_format", ["json", "markdown", "sarif", "html"])
def test_every_format_names_the_finding_and_goes_to_a_file(ssocli: Run, tmp_path: Path, output_format: str) -> None:
    report = tmp_path / "report"
    done = ssocli("diagnose", *SLASH, "--at", AT, "--format", output_format, "--output", str(report))
    assert (done.returncode, done.stdout) == (1, "")
    text = report.read_text(encoding="utf-8")
    assert "wrong-assertion-audience" in text
    assert ssocli("diagnose", *SLASH, "--at", AT, "--format", output_format).stdout == text or output_format == "html"
    if output_format == "json":
        document = json.loads(text)
        assert document["verdict"] == "root_cause"
        assert document["root"]["check"]["code"] == "SRS045"


@pytest.mark.parametrize(
    ("things", "code", "said"),
    [
        (["hello there"], 10, "is text of no kind that is known"),
        ([""], 10, "is empty"),
        (["missing.har"], 2, "missing.har: expected a file, but there is none of that name"),
        (["."], 2, ".: expected a file, but it is a directory"),
        (["garbage.bin"], 10, "is binary data of no kind that is known"),
        (["empty.json"], 10, "is empty"),
        (["cut.json"], 10, "begins like JSON, but is no JSON"),
        (["page.xml"], 10, "is an HTML page (Sign in to Acme)"),
        (["broken.toml"], 1, "unusable-settings"),
        (["cut-response.txt"], 1, "unreadable-response"),
    ],
)
def test_bad_input_is_a_sentence_and_an_exit_code(
    ssocli: Run, tmp_path: Path, things: list[str], code: int, said: str
) -> None:
    (tmp_path / "garbage.bin").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "cut.json").write_text('{"issuer": "https://x.example", "jwks_uri": ')
    (tmp_path / "page.xml").write_text("<!DOCTYPE html><html><head><title>Sign in to Acme</title></head></html>")
    (tmp_path / "broken.toml").write_text('[organizations.acme]\n[providers.acme]\ntype = "oidc"\n')
    (tmp_path / "cut-response.txt").write_text("SAMLResponse=" + Path(SLASH[1]).read_text()[:800])
    done = ssocli("diagnose", *things)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_a_private_key_is_said_and_never_printed(ssocli: Run) -> None:
    key = CUSTOMERS / "c9-private-key-by-mistake" / "key.pem"
    for arguments in (["diagnose", str(key), "-vv"], ["inspect", str(key)], ["diagnose", str(key), "--format", "json"]):
        done = ssocli(*arguments)
        assert "private-key-disclosed" in done.stdout
        assert key.read_text(encoding="utf-8").splitlines()[3] not in done.stdout


@pytest.mark.parametrize("output_format", ["console", "json", "markdown", "html"])
def test_secrets_in_the_input_stay_out_of_the_output(ssocli: Run, output_format: str) -> None:
    url = "https://app.example/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=af0ifjsldkjaf0ifjsldkj&client_secret=hunter2hunter2"
    done = ssocli("diagnose", url, "--format", output_format)
    assert "SplxlOBeZQQYbYS6WxSbIA" not in done.stdout
    assert "hunter2" not in done.stdout


def test_standard_input_is_read() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ssocli", "diagnose", "-"],
        input="<p>AADSTS50011: The redirect URI</p>",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.startswith("Root cause: AADSTS50011 ")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--skip", "SRS045"], 0),
        (["--skip", "wrong-assertion-audience"], 0),
        (["--only", "SRS030"], 0),
        (["--only", "SRS045"], 1),
        (["--only", "srs045"], 1),
        (["--only", "aadsts50011"], 0),
        (["--skip", "SRS045", "--fail-on", "info"], 1),
        (["--provider", "acme"], 1),
    ],
)
def test_what_counts_can_be_chosen(ssocli: Run, options: list[str], code: int) -> None:
    assert ssocli("diagnose", *SLASH, "--at", AT, *options).returncode == code


def test_an_unknown_provider_is_a_mistake_of_the_command_line(ssocli: Run) -> None:
    done = ssocli("diagnose", *SLASH, "--offline", "--provider", "acm")
    assert done.returncode == 2
    assert done.stderr == "--provider acm: expected a configured provider (acme); did you mean acme?\n"


def test_new_findings_and_gone_ones_both_count_against_a_baseline(ssocli: Run, tmp_path: Path) -> None:
    known = str(tmp_path / "known.json")
    assert ssocli("diagnose", *SLASH, "--at", AT, "--write-baseline", known).returncode == 1
    same = ssocli("diagnose", *SLASH, "--at", AT, "--baseline", known)
    assert (same.returncode, same.stderr) == (0, "")
    gone = ssocli("diagnose", *SLASH, "--at", AT, "--baseline", known, "--skip", "SRS045")
    assert gone.returncode == 1
    assert "gone: SRS045 wrong-assertion-audience was expected and was not found" in gone.stderr
    (tmp_path / "known.json").write_text('{"schema": "ssocli.baseline/1", "findings": {}}')
    new = ssocli("diagnose", *SLASH, "--at", AT, "--baseline", known)
    assert new.returncode == 1
    assert "new: SRS045 wrong-assertion-audience is not in the baseline" in new.stderr


@pytest.mark.parametrize(
    "text", ["", "[]", '{"schema": "other"}', '{"schema": "ssocli.baseline/1", "findings": {"a": 1}}']
)
def test_a_file_that_is_no_baseline_is_refused(ssocli: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "known.json").write_text(text)
    done = ssocli("diagnose", "AADSTS50011", "--baseline", "known.json")
    assert done.returncode == 2
    assert "expected a file of --write-baseline" in done.stderr


@pytest.mark.parametrize("moment", ["yesterday", "2026-99-99", ""])
def test_a_moment_must_be_one(ssocli: Run, moment: str) -> None:
    done = ssocli("diagnose", "AADSTS50011", "--at", moment)
    assert done.returncode == 2
    assert "expected a time such as 2026-11-25T08:00:00Z" in done.stderr


def test_inspect_lays_a_message_out(ssocli: Run) -> None:
    done = ssocli("inspect", SLASH[1])
    assert done.returncode == 0
    assert "<saml2:Audience>" in done.stdout
    assert "SRS030" in done.stdout
    token = ssocli("inspect", (CUSTOMERS / "h09-okta-oidc" / "id_token.txt").read_text().strip())
    assert token.returncode == 0
    assert '"iss": "https://acme-example.okta.com/oauth2/default"' in token.stdout


def test_inspect_knows_nothing_of_nothing(ssocli: Run) -> None:
    assert ssocli("inspect", "hello there").returncode == 10


def test_an_unknown_finding_is_a_usage_error(ssocli: Run) -> None:
    done = ssocli("diagnose", *SLASH, "--at", AT, "--only", "wrong-assertion-audiense")
    assert (done.returncode, done.stdout) == (2, "")
    assert "perhaps wrong-assertion-audience" in done.stderr


def test_a_page_that_was_saved_instead_is_named(ssocli: Run) -> None:
    page = str(CUSTOMERS / "50-login-page-instead-of-metadata" / "metadata.xml")
    done = ssocli("diagnose", page)
    assert done.returncode == 10
    assert "an HTML page stands there; its address wants a login" in done.stdout


@pytest.mark.parametrize("command", ["diagnose", "inspect"])
def test_a_private_key_on_the_command_line_is_not_repeated(ssocli: Run, command: str) -> None:
    key = (CUSTOMERS / "c9-private-key-by-mistake" / "key.pem").read_text(encoding="utf-8")
    done = ssocli(command, key, "--format", "json")
    assert "CERT001" in done.stdout
    assert key.splitlines()[1] not in done.stdout + done.stderr


def test_a_file_that_was_meant_is_suggested(ssocli: Run, tmp_path: Path) -> None:
    (tmp_path / "customer.toml").write_text("")
    done = ssocli("diagnose", "customer.tml")
    assert done.returncode == 2
    assert "there is none of that name; did you mean customer.toml?" in done.stderr
