"""Every forged SAML response, given to python3-saml as it is: whom it logs in, if anybody."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from fake_idp.faults.fault import Fault, catalogue
from tests.fake_idp.faults.saml_login import ALICE, ENCRYPTING, MALLORY, Forged, Login, logins
from tests.fake_idp.saml.conftest import ACS, FIXTURES, SP

pytestmark = pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair

POINTS = ("saml_signature", "saml_wrapping", "saml_canonicalization", "saml_encryption")
FAULTS = [fault for fault in catalogue().values() if fault.point in POINTS]
# What it accepts though it should not: as alice's, whose identity provider signed it. None of it can make her mallory.
LENIENT = {
    "saml_canonicalization.utf-16",
    "saml_encryption.evil-behind-signed-inside",  # it reads the first assertion only
    "saml_encryption.missing",  # it was not told to insist
    "saml_signature.hundred-references",
    "saml_signature.hundred-transforms",
    "saml_signature.transform-xpath",
    "saml_signature.transform-xpath-filter",
    "saml_signature.transform-xslt",
}
# What it refuses though it is allowed.
STRICT = {
    "saml_encryption.key-beside-the-data",
    "saml_encryption.no-type",
    "saml_encryption.oaep-sha256-with-mgf1-sha1",  # its schema has no MGF, and no OAEPparams before other elements
    "saml_encryption.oaep-sha512",
    "saml_encryption.oaep-with-a-label",
    "saml_encryption.xml-declaration-inside",
    "saml_wrapping.advice-about-another-person",
}


@pytest.fixture(scope="module")
def log_in() -> Iterator[Login]:
    yield from logins()


def logged_in(forged: Forged, issuer: str) -> str | None:
    """The name and the address that the library gives the application; None if it refuses."""
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    settings: dict[str, Any] = {
        "strict": True,
        "sp": {
            "entityId": SP,
            "assertionConsumerService": {"url": ACS},
            "x509cert": (FIXTURES / "keys" / "rsa-2.crt").read_text(),
            "privateKey": (FIXTURES / "keys" / "rsa-2.pem").read_text(),
        },
        "idp": {
            "entityId": issuer,
            "singleSignOnService": {"url": "https://idp.example/sso"},
            "x509cert": (FIXTURES / "keys" / "rsa-1.crt").read_text(),
        },
        "security": {"requestedAuthnContext": False},
    }
    request = {"https": "off", "http_host": "127.0.0.1:9", "script_name": "/acs", "get_data": {}, "post_data": {}}
    encoded = base64.b64encode(forged.document).decode()
    try:
        response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(settings), encoded)
        accepted = response.is_valid(request, "_request-1")
    except Exception:  # noqa: BLE001 - it does not fail cleanly on all of them; that is its affair
        return None
    return f"{response.get_nameid()} {response.get_attributes().get('email')}" if accepted else None


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_nobody_becomes_mallory(fault: Fault, log_in: Login) -> None:
    provider = ENCRYPTING if fault.point == "saml_encryption" else None
    issuer = log_in(provider=provider).all("/samlp:Response/saml:Issuer")[0].text
    who = logged_in(log_in(fault.id, provider=provider), issuer)
    if who is not None:
        assert f"{MALLORY} " not in who
        assert f"'{MALLORY}'" not in who
        assert ALICE in who or ".evil.example" in who
    if fault.reject != "should_reject":
        tolerated = fault.reject == "must_tolerate"
        assert (who is not None) == ((tolerated and fault.id not in STRICT) or fault.id in LENIENT)
