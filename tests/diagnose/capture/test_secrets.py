"""What a customer's capture holds in clear never comes out again: passwords, codes, tokens, cookies, assertions."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ssocli.diagnose.capture import find_logins, read, rebuild
from ssocli.exit_code import ExitCode
from ssocli.report.json import render_trace
from ssocli.report.redact import Redactor

from .conftest import Entries, Record
from .recording import har
from .test_logins import CALLBACK, authorize, hop

# How providers call what a person types there.
FIELDS = [
    "password", "Password", "passwd", "Passwd", "pass", "pwd", "j_password", "credentials.passcode", "passcode",
    "otp", "otc", "totp", "answer", "SAMLResponse", "wresult", "id_token", "code", "sessionToken", "stateToken",
]  # fmt: skip


def shown(entries: Entries) -> str:
    return "\n".join(
        render_trace(rebuild(login), ExitCode.OK, Redactor()) for login in find_logins(read(har(entries), "login.har"))
    )


def secrets_of(entries: Entries) -> set[str]:
    """The values that nobody may see again."""
    found = set()
    for entry in entries:
        request, response = entry["request"], entry["response"]
        query = parse_qsl(urlsplit(request["url"]).query)
        form = parse_qsl(request.get("postData", {}).get("text", ""))
        found |= {value for name, value in (*query, *form) if name in ("code", "state", "SAMLResponse", "tx", "csrf")}
        for message in (request, response):
            for pair in message["headers"]:
                name, value = pair["name"].lower(), pair["value"]
                if name == "set-cookie":
                    found.add(value.partition(";")[0].partition("=")[2])
                if name == "cookie":
                    found |= {each.partition("=")[2] for each in value.split("; ")}
    return {value for value in found if len(value) > 8}


@pytest.mark.parametrize("provider", ["acme-oidc", "acme-saml", "github"])
def test_no_secret_of_a_login_is_shown(record: Record, provider: str) -> None:
    entries = record(provider=provider)
    secrets = secrets_of(entries)
    assert len(secrets) >= 5
    text = shown(entries)
    assert "exchanges" in text
    assert [value for value in secrets if value in text] == []


@pytest.mark.parametrize("name", FIELDS)
def test_what_a_person_types_is_not_shown(name: str) -> None:
    typed = "correct horse battery staple"
    entries: list[dict[str, Any]] = [
        hop(authorize()),
        hop("https://idp.example/login", 302, form={"user": "alice", name: typed}, to=CALLBACK),
        hop(f"{CALLBACK}?code=c&state=s1", headers={"Authorization": "Bearer very-secret-token"}),
    ]
    text = shown(entries)
    assert "alice" in text
    assert "battery" not in text
    assert "very-secret-token" not in text
