"""`ssocli explain`: one name, a message, or words to search for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Run


def test_the_page_of_a_finding_by_its_code_or_its_name(ssocli: Run) -> None:
    by_code, by_name = ssocli("explain", "IDT024"), ssocli("explain", "expired-id-token")
    assert by_code.stdout == by_name.stdout
    assert "OIDC Core 3.1.3.7 item 9" in by_code.stdout
    assert "Step:       6, Token validation" in by_code.stdout


def test_the_page_of_a_finding_has_its_causes_and_the_fields_of_every_product(ssocli: Run) -> None:
    page = ssocli("explain", "SRS045").stdout
    assert "\nCause 1: " in page
    assert "Audience URI (SP Entity ID)" in page
    assert "\nIn Microsoft Entra ID: " in page
    [result] = json.loads(ssocli("explain", "SRS045", "--format", "json").stdout)["results"]
    assert set(result["where"]) >= {"Sentry", "Okta", "Microsoft Entra ID", "Google Workspace", "AD FS", "Keycloak"}
    assert result["causes"]


def test_the_page_of_a_fault(ssocli: Run) -> None:
    assert "token_validation: expired-id-token" in ssocli("explain", "id_token.expired").stdout


def test_a_vendors_number_with_cause_fix_and_source(ssocli: Run) -> None:
    done = ssocli("explain", "AADSTS50011:", "The", "redirect", "URI", "does", "not", "match")
    assert done.returncode == 0
    assert done.stdout.startswith("AADSTS50011 (Microsoft Entra ID)\n")
    assert "Step:       3, Redirect to the identity provider\nWho:        app\nCause 1:    " in done.stdout
    assert "Authentication > Redirect URIs" in done.stdout
    assert "learn.microsoft.com/entra/identity-platform/reference-error-codes (2026-11)" in done.stdout


@pytest.mark.parametrize(
    ("text", "name", "owner"),
    [
        ("urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext", "NoAuthnContext", "app"),
        ("login_required", "login_required", "app"),
        ("User is not assigned to the client application.", "user_not_assigned", "idp"),
        ("403 app_not_configured_for_user", "app_not_configured_for_user", "app"),
    ],
)
def test_other_errors(ssocli: Run, text: str, name: str, owner: str) -> None:
    (result,) = json.loads(ssocli("explain", text, "--format", "json").stdout)["results"]
    assert (result["kind"], result["code"], result["owner"]) == ("error", name, owner)


def test_json_has_the_same_of_findings_and_faults(ssocli: Run) -> None:
    answer = json.loads(ssocli("explain", "SRS045 and id_token.expired", "--format", "json").stdout)
    assert [result["kind"] for result in answer["results"]] == ["finding", "fault"]
    assert answer["results"][0]["clause"].startswith("SAML Core 2.5.1.4")
    assert answer["searched"] is False


def test_words_are_searched_for_and_give_a_short_list(ssocli: Run) -> None:
    lines = ssocli("explain", "audience", "trailing", "slash").stdout.splitlines()
    assert 3 <= len(lines) <= 12
    assert any(
        line.startswith("is not a valid audience for this Response (python3-saml): The assertion is") for line in lines
    )
    assert lines[-1] == "ssocli explain NAME shows the page of one."


def test_a_page_from_standard_input() -> None:
    page = "<html><body><p>Sorry, but we&#39;re having trouble.</p><p>AADSTS50105: Your administrator ...</p></body>"
    done = subprocess.run(
        [sys.executable, "-m", "ssocli", "explain", "-"], input=page, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("AADSTS50105 (Microsoft Entra ID)\n")


def test_the_nearest_is_suggested(ssocli: Run) -> None:
    done = ssocli("explain", "expird-id-token")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Nothing is known about 'expird-id-token'; did you mean expired-id-token?\n"


def test_nothing_found_says_what_was_expected(ssocli: Run) -> None:
    done = ssocli("explain", "qqq", "\x1b[31mzzz")
    assert (done.returncode, done.stdout) == (2, "")
    assert "expected a code or name" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_number_that_is_not_listed_names_the_vendors_page(ssocli: Run) -> None:
    done = ssocli("explain", "AADSTS1234567")
    assert done.returncode == 2
    assert "https://login.microsoftonline.com/error?code=1234567" in done.stderr


def test_it_works_without_a_network_and_writes_nothing(ssocli: Run, tmp_path: Path) -> None:
    assert ssocli("explain", "AADSTS50011", https_proxy="http://127.0.0.1:9").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_private_key_is_not_repeated(ssocli: Run) -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIabcdefgh\n-----END PRIVATE KEY-----"
    done = ssocli("explain", key)
    assert "CERT001" in done.stdout
    assert "MIIabc" not in done.stdout + done.stderr
