"""Things laid open: readable, and without a secret once a report has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ssocli.diagnose.diagnose import Given, Options, diagnose
from ssocli.report.findings import redacted
from ssocli.report.redact import Redactor
from tests.customers.case import CUSTOMERS

CODE, STATE = "SplxlOBeZQQYbYS6WxSbIA", "af0ifjsldkj-of-this-login"


def shown(data: str | bytes) -> str:
    given = Given(data.encode() if isinstance(data, str) else data, "x")
    messages = redacted(diagnose([given], Options()), Redactor()).messages
    return "\n".join(f"{message.title}\n{message.text}" for message in messages)


def case(name: str) -> bytes:
    [file] = CUSTOMERS.glob(name)
    return Path(file).read_bytes()


def test_an_answer_is_readable_and_its_code_is_not() -> None:
    text = shown(
        f"https://b.example/cb?code={CODE}&state={STATE}&iss=https%3A%2F%2Fa.example&session_state=of;a%20session"
    )
    assert "iss=https://a.example" in text
    assert CODE not in text
    assert STATE not in text
    assert "session" not in text.replace("session_state", "")


def test_a_refusal_keeps_its_sentence() -> None:
    text = shown(f"https://b.example/cb?error=access_denied&error_description=User%20is%20not%20assigned&state={STATE}")
    assert "error_description=User is not assigned" in text


@pytest.mark.parametrize("name", ["02-*/page.html", "39-*/response.txt", "36-*/response.txt", "22-*/body.txt"])
def test_a_response_is_laid_open_and_cannot_be_sent_again(name: str) -> None:
    data = case(name)
    text = shown(data)
    assert "Issuer>" in text
    found = diagnose([Given(data, "x")], Options())
    [packed] = [line for message in found.messages for line in message.text.splitlines() if "SAMLResponse=" in line]
    assert packed.endswith("characters")
    assert "SignatureValue>" not in text or "…#" in text


def test_a_token_is_laid_open_without_its_signature() -> None:
    token = case("h09-*/id_token.txt").decode().strip()
    text = shown(token)
    assert '"iss": "https://acme-example.okta.com/oauth2/default"' in text
    assert "iat: 2027-01-15T07:59:58Z" in text
    assert token.rpartition(".")[2] not in text


def test_the_tokens_of_a_response_are_not_shown() -> None:
    document = {"access_token": "opaque-access-token-1", "refresh_token": "opaque-refresh-token-1", "expires_in": 3600}
    text = shown(json.dumps(document))
    assert '"expires_in": 3600' in text
    assert "opaque" not in text.replace("opaq…", "")


def test_nothing_is_laid_open_of_a_private_key() -> None:
    key = case("c9-*/key.pem")
    assert shown(key) == ""
