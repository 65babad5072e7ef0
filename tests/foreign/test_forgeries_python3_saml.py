"""Every forged SAML response, given to python3-saml as it is: whom it logs in, if anybody."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from fake_idp.faults.fault import Fault, catalogue
from ssocli.checks.saml_certificate import Certificate, read_certificate
from ssocli.checks.saml_response import SamlResponseContext, sentry_verdict
from ssocli.checks.saml_xml import decode_message
from tests.fake_idp.faults.saml_login import ALICE, ENCRYPTING, MALLORY, Forged, Login, logins
from tests.fake_idp.saml.conftest import ACS, FIXTURES, SP, certificate

pytestmark = pytest.mark.filterwarnings("default")  # what other people's packages warn about is their affair

POINTS = ("saml_signature", "saml_wrapping", "saml_canonicalization", "saml_encryption")
FAULTS = [fault for fault in catalogue().values() if fault.point in POINTS]
# What it accepts though it should not: as alice's, whose identity provider signed it.
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
# What it is fooled by: it applies every transform that xmlsec has. Nobody can make this without the right key.
FOOLED = {"saml_signature.transform-that-hides"}
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


# Where our verdict on what Sentry would do is not what its library does: the first are beyond what is verified here.
DIFFERENT = {
    *LENIENT - {"saml_encryption.missing"},
    *FOOLED,
    "saml_signature.digest-md5",
    "saml_signature.rsa-md5",
    *STRICT - {"saml_encryption.key-beside-the-data", "saml_wrapping.advice-about-another-person"},
    "saml_canonicalization.processing-instruction-in-name-id",  # it drops what is signed when it reads
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


def accepted_as_sentry(forged: Forged, issuer: str) -> bool:
    certificate_read = read_certificate(certificate().public_bytes(Encoding.DER))
    assert isinstance(certificate_read, Certificate)
    context = SamlResponseContext(
        message=decode_message(base64.b64encode(forged.document).decode(), "POST"),
        idp_entity_id=issuer,
        certificates=(certificate_read,),
        acs_url=ACS,
        sp_entity_id=SP,
        now=time.time(),
        decryption_key=(FIXTURES / "keys" / "rsa-2.pem").read_text(),
        profile="sentry",
    )
    return sentry_verdict(context).is_accepted


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_whom_it_logs_in(fault: Fault, log_in: Login) -> None:
    provider = ENCRYPTING if fault.point == "saml_encryption" else None
    issuer = log_in(provider=provider).all("/samlp:Response/saml:Issuer")[0].text
    forged = log_in(fault.id, provider=provider)
    who = logged_in(forged, issuer)
    assert (accepted_as_sentry(forged, issuer) == (who is not None)) == (fault.id not in DIFFERENT)
    if fault.id in FOOLED:
        assert f"{MALLORY} " in str(who)
        return
    if who is not None:
        assert f"{MALLORY} " not in who
        assert f"'{MALLORY}'" not in who
        assert ALICE in who or ".evil.example" in who
    if fault.reject != "should_reject":
        tolerated = fault.reject == "must_tolerate"
        assert (who is not None) == ((tolerated and fault.id not in STRICT) or fault.id in LENIENT)
