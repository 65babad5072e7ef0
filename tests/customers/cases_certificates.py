"""Certificates, and what people paste for one."""

from __future__ import annotations

import base64
import textwrap

from . import configs
from .case import Made, root
from .vendors import KEYS, OKTA, YEAR


def pem(der: bytes, end: str = "\n") -> str:
    """The certificate in PEM."""
    body = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return end.join(("-----BEGIN CERTIFICATE-----", *body, "-----END CERTIFICATE-----", ""))


def cases() -> list[Made]:
    """All of them."""
    from tests.checks import saml_forge as forge

    from .vendors import CURRENT

    expired = pem(forge.cert(CURRENT, -2 * YEAR, -86400, "Acme SSO"))
    lines = pem(OKTA.certificate(), "\r\n").splitlines(keepends=True)
    half = "".join(lines[: len(lines) // 2])
    fingerprint = "SHA-256: " + ":".join(["AB", "CD", "EF", "01"] * 8)
    key = (KEYS / "rsa-2.pem").read_text(encoding="utf-8")
    manual = ('entity_id = "http://www.okta.com/exk1example0acme"', f'sso_url = "{OKTA.sso}"', 'preset = "okta"')
    certificate = root("CERT003", "expired-pasted-certificate", "token_validation", "idp")
    return [
        Made(
            "c6-expired-certificate",
            "The certificate that the customer sent",
            {"idp.crt": expired},
            certificate,
            covers=("sentry 8.4", "saml c.3"),
        ),
        Made(
            "c7-half-a-certificate",
            "The certificate was cut off when it was pasted",
            {"cert.txt": half},
            root("CERT002", "unreadable-certificate", "idp_selection", "app"),
            covers=("saml c.4",),
        ),
        Made(
            "c8-fingerprint-in-the-configuration",
            "A fingerprint was entered as the certificate",
            {"sentry.toml": configs.saml(*manual, f'certificates = ["{fingerprint}"]')},
            root("SMD021", "unreadable-signing-certificate", "redirect_to_idp", "app"),
            covers=("saml c.4",),
        ),
        Made(
            "c9-private-key-by-mistake",
            "The customer sent a private key instead of the certificate",
            {"key.pem": key},
            root("CERT001", "private-key-disclosed", "idp_selection", "app"),
            covers=("saml c.4",),
        ),
    ]
