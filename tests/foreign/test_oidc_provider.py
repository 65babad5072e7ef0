"""The emulated Sentry logs in against a real provider, npm oidc-provider, that knows nothing of it."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from .conftest import first_line_of, node

CONFIG = """
[sentry]
url = "{sentry}"
[organizations.acme]
teams = ["platform"]
[providers.panva]
type = "oidc"
issuer = "{issuer}"
client_id = "{client_id}"
client_auth = "{client_auth}"
algorithms = ["{algorithm}"]
{extra}
[providers.panva.teams]
engineering = ["platform"]
"""


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def keys() -> str:
    """Private JWKs for the provider: one RSA, one EC."""
    one = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_numbers()
    two = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    rsa_jwk = {
        "kty": "RSA",
        "use": "sig",
        "kid": "r1",
        **{name: number(getattr(one.public_numbers, name)) for name in "ne"},
        **{name: number(getattr(one, name)) for name in "dpq"},
        "dp": number(one.dmp1),
        "dq": number(one.dmq1),
        "qi": number(one.iqmp),
    }
    point = two.public_numbers
    ec_jwk = {"kty": "EC", "crv": "P-256", "use": "sig", "kid": "e1", "d": number(two.private_value)}
    return json.dumps([rsa_jwk, {**ec_jwk, "x": number(point.x), "y": number(point.y)}])


@pytest.mark.parametrize(
    ("client_id", "client_auth", "algorithm", "extra"),
    [
        ("basic", "client_secret_basic", "RS256", 'client_secret = "a-secret+with/odd characters:%"'),
        ("post", "client_secret_post", "RS256", 'client_secret = "secret"'),
        ("public", "none", "RS256", ""),
        ("es256", "client_secret_basic", "ES256", 'client_secret = "secret"\nresponse_mode = "form_post"'),
        ("post", "client_secret_post", "RS256", 'client_secret = "secret"\nresponse_mode = "fragment"'),
    ],
)
def test_the_emulated_sentry_logs_in_at_a_real_provider(
    tmp_path: Path, keys: str, client_id: str, client_auth: str, algorithm: str, extra: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        sentry = f"http://127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "PROVIDER_KEYS": keys}
    with first_line_of(node("provider.js", f"{sentry}/auth/sso/"), environment=environment) as issuer:
        config = tmp_path / "panva.toml"
        config.write_text(
            CONFIG.format(
                sentry=sentry,
                issuer=issuer,
                client_id=client_id,
                client_auth=client_auth,
                algorithm=algorithm,
                extra=extra,
            )
        )
        report = log_in(config, tmp_path / "report.json")
    assert report["outcome"] == "authenticated", report["failure"]
    assert [step["status"] for step in report["steps"] if step["status"] not in {"passed", "skipped"}] == []
    assert report["user"]["email"] == "pat@acme.example"
    assert report["access"]["teams"] == ["platform"]


def log_in(config: Path, output: Path) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "ssocli",
        "login",
        "--config",
        str(config),
        "--user",
        "pat",
        "--password",
        "anything",
    ]
    command += ["--state", ":memory:", "--format", "json", "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert output.exists(), done.stdout + done.stderr
    report: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    assert report["exit_code"] == done.returncode
    return report
