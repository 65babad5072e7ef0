from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st

from ssocli.checks.check import Owner, Severity, Status, evaluate, first_blocking
from ssocli.checks.saml_certificate import Certificate, read_certificate
from ssocli.checks.saml_response import SamlResponseContext, verified_assertion
from ssocli.checks.saml_xml import decode_message
from tests.checks.cases import FAILED, PASSED, SKIPPED, Case, assert_complete, assert_healthy, check_case
from tests.checks.forge import NOW, ec_key, rsa_key
from tests.checks.saml_forge import (
    ACS,
    EC_METHOD,
    ENVELOPED,
    EXC,
    IDP,
    NS,
    REQUEST,
    SP,
    XMLNS,
    assertion,
    at,
    attribute,
    cert,
    encrypted,
    packed,
    pem,
    response,
    signed,
    sp_key,
)

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"


def trusted(key: Any, **changes: Any) -> Certificate:
    found = read_certificate(cert(key, **changes))
    assert isinstance(found, Certificate)
    return found


def observed(xml: str | None = None, *, text: str | None = None, **changes: Any) -> Any:
    """A healthy observation, with changes."""
    healthy: dict[str, Any] = {
        "message": decode_message(packed(response() if xml is None else xml) if text is None else text, "POST"),
        "idp_entity_id": IDP,
        "certificates": (trusted(rsa_key()), trusted(ec_key())),
        "acs_url": ACS,
        "sp_entity_id": SP,
        "now": NOW,
        "request_id": REQUEST,
        "decryption_key": pem(sp_key()),
    }
    return SamlResponseContext(**{**healthy, **changes})


def says(*, wants: dict[str, Any] | None = None, **changes: str) -> Any:
    """A response whose assertion says something else, rightly signed."""
    return observed(response(signed(assertion(**changes))), **(wants or {}))


def around(*, wants: dict[str, Any] | None = None, **changes: str) -> Any:
    """A rightly signed response that says something else, around an assertion without a signature."""
    return observed(signed(response(assertion(), **changes)), **(wants or {}))


def status(*codes: str, message: str = "") -> str:
    inside = f'<samlp:StatusCode Value="{STATUS}{codes[1]}"/>' if len(codes) > 1 else ""
    text = f"</samlp:Status><samlp:Status>{message}" if message.startswith("<") else message
    return f'<samlp:StatusCode Value="{STATUS}{codes[0]}">{inside}</samlp:StatusCode>{text}'


def error(*codes: str, message: str = "") -> Any:
    said = f"<samlp:StatusMessage>{message}</samlp:StatusMessage>" if message else ""
    return observed(response("", status=status(*codes), message=said))


def badly(**options: Any) -> Any:
    """A response whose assertion is signed in another way."""
    return observed(response(signed(assertion(), **options)))


def mac(data: bytes) -> bytes:
    public = (
        rsa_key().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return hmac.new(public, data, hashlib.sha256).digest()


UNSOLICITED = {"request_id": None, "allow_unsolicited": True}
OPEN = signed(assertion(in_response_to=""))
TWO_CONFIRMATIONS = (
    '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
    f'Recipient="https://other.example/" NotOnOrAfter="{at(9)}"/></saml:SubjectConfirmation>'
    '<saml:SubjectConfirmation Method="{method}">{data}</saml:SubjectConfirmation>'
)
AUDIENCES = "<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience>%s</saml:AudienceRestriction>%s"
OTHER = "<saml:Audience>https://other.example</saml:Audience>"

ENVELOPE = [
    Case("unreadable-response", FAILED, lambda: observed(text="PGh0bWw+"), "HTML page"),
    Case("unreadable-response", FAILED, lambda: observed(text="%3Csaml"), "URL-encoded twice"),
    Case("unreadable-response", PASSED, observed),
    Case("foreign-message", FAILED, lambda: observed(assertion()), "Assertion in urn:oasis"),
    Case("foreign-message", FAILED, lambda: observed("<Response/>"), "no namespace"),
    Case("foreign-message", PASSED, observed),
    Case("foreign-message", SKIPPED, lambda: observed(text="")),
    Case(
        "response-by-redirect",
        FAILED,
        lambda: observed(message=decode_message(deflated(response()), "Redirect")),
        "HTTP-Redirect",
    ),
    Case("response-by-redirect", PASSED, observed),
    Case("unsupported-version", FAILED, lambda: around(version='Version="1.1"'), '"1.1"'),
    Case("unsupported-version", FAILED, lambda: around(version=""), "without Version"),
    Case("unsupported-version", FAILED, lambda: says(version="1.1"), "Assertion"),
    Case("unsupported-version", PASSED, observed),
    Case("malformed-id", FAILED, lambda: says(id="1a"), "1a"),
    Case("malformed-id", FAILED, lambda: observed(response(id="7")), "Response"),
    Case("malformed-id", PASSED, observed),
    Case("duplicate-id", FAILED, lambda: observed(response(id="_a1")), "_a1"),
    Case("duplicate-id", PASSED, observed),
    Case("wrong-destination", FAILED, lambda: around(destination='Destination="http://sentry.example/x"'), "expected"),
    Case("wrong-destination", FAILED, lambda: around(destination=f'Destination="{ACS[:-1]}"'), "slash"),
    Case("wrong-destination", FAILED, lambda: around(destination='Destination=""'), "empty"),
    Case(
        "wrong-destination",
        FAILED,
        lambda: observed(acs_url=ACS.replace("https://sentry.example", "http://sentry.example:8000")),
        "Tell the application its public https:// address",
    ),
    Case("wrong-destination", PASSED, observed),
    Case("wrong-destination", SKIPPED, lambda: observed(response(destination=""))),
    Case("missing-destination", FAILED, lambda: around(destination=""), "no Destination"),
    Case("missing-destination", PASSED, observed),
    Case("missing-destination", SKIPPED, lambda: observed(response(destination=""))),
    Case("missing-assertion", FAILED, lambda: observed(response("")), "none"),
    Case("missing-assertion", PASSED, observed),
    Case("missing-assertion", SKIPPED, lambda: error("Responder")),
    Case(
        "several-assertions", FAILED, lambda: observed(response(signed(assertion()) + signed(assertion(id="_a2")))), "2"
    ),
    Case("several-assertions", PASSED, observed),
    Case("several-assertions", SKIPPED, lambda: observed(response(""))),
    Case("error-status", FAILED, lambda: error("Responder", "RequestDenied", message="Ask IT"), "Ask IT"),
    Case("error-status", FAILED, lambda: error("Requester", "NoAuthnContext"), "AADSTS75011"),
    Case("error-status", FAILED, lambda: error("Requester", "InvalidNameIDPolicy"), "InvalidNameIDPolicy"),
    Case("error-status", FAILED, lambda: error("Odd"), "does not define"),
    Case("error-status", FAILED, lambda: observed(response("", status="")), "no status code"),
    Case("error-status", PASSED, observed),
    Case("error-status", SKIPPED, lambda: observed(response(status=status("Responder")))),
    Case("error-status-with-assertion", FAILED, lambda: observed(response(status=status("Responder"))), "Responder"),
    Case("error-status-with-assertion", FAILED, lambda: observed(response(status=status("Success", "AuthnFailed")))),
    Case("error-status-with-assertion", PASSED, observed),
]

ISSUERS = [
    Case("missing-message-issuer", FAILED, lambda: around(issuer=""), "no Issuer"),
    Case("missing-message-issuer", PASSED, observed),
    Case("missing-message-issuer", SKIPPED, lambda: observed(response(issuer=""))),
    Case("wrong-message-issuer", FAILED, lambda: around(issuer="<saml:Issuer>https://x</saml:Issuer>"), "https://x"),
    Case("wrong-message-issuer", FAILED, lambda: around(issuer=f"<saml:Issuer>{IDP}/</saml:Issuer>"), "slash"),
    Case(
        "wrong-message-issuer", FAILED, lambda: around(issuer=f'<saml:Issuer Format="x">{IDP}</saml:Issuer>'), "entity"
    ),
    Case("wrong-message-issuer", PASSED, observed),
    Case("wrong-assertion-issuer", FAILED, lambda: says(idp="https://IDP.example/metadata"), "upper and lower case"),
    Case("wrong-assertion-issuer", FAILED, lambda: says(issuer=""), "no Issuer"),
    Case("wrong-assertion-issuer", PASSED, observed),
    Case(
        "wrong-assertion-issuer",
        SKIPPED,
        lambda: observed(response(signed(assertion(idp="x")), issuer="<saml:Issuer>x</saml:Issuer>")),
    ),
]

SIGNATURES = [
    Case("unsigned-response", FAILED, lambda: observed(response(assertion())), "no signature"),
    Case("unsigned-response", FAILED, lambda: observed(response(encrypted(assertion()))), "no signature"),
    Case("unsigned-response", PASSED, observed),
    Case("unsigned-response", SKIPPED, lambda: error("Responder")),
    Case("unsigned-assertion", FAILED, lambda: around(wants={"want_signed_assertion": True}), "none there"),
    Case("unsigned-assertion", PASSED, lambda: observed(want_signed_assertion=True)),
    Case("unsigned-assertion", SKIPPED, observed),
    Case("unsigned-message", FAILED, lambda: observed(want_signed_response=True), "none there"),
    Case("unsigned-message", PASSED, lambda: around(wants={"want_signed_response": True})),
    Case("unsigned-message", SKIPPED, observed),
    Case(
        "malformed-signature",
        FAILED,
        lambda: badly(edit=lambda text: text.split("<ds:SignedInfo")[0] + "</ds:Signature>"),
    ),
    Case("malformed-signature", FAILED, lambda: badly(edit=lambda text: twice(text, "SignedInfo")), "2 SignedInfo"),
    Case("malformed-signature", FAILED, lambda: badly(edit=lambda text: emptied(text, "SignatureValue")), "empty"),
    Case("malformed-signature", FAILED, lambda: badly(edit=lambda text: emptied(text, "DigestValue")), "empty"),
    Case(
        "malformed-signature",
        FAILED,
        lambda: badly(edit=lambda text: text.replace("<ds:DigestValue>", "<ds:DigestValue><!-- x -->")),
        "comment",
    ),
    Case("malformed-signature", FAILED, lambda: badly(edit=lambda text: text * 2), "2 signatures"),
    Case("malformed-signature", FAILED, lambda: badly(references=0), "signs nothing"),
    Case("malformed-signature", PASSED, observed),
    Case("signature-wrapping", FAILED, lambda: observed(xsw(1)), "Response in Response/Signature"),
    Case("signature-wrapping", PASSED, observed),
    Case("unaccepted-signature-algorithm", FAILED, lambda: badly(method=RSA_SHA1), "rsa-sha1"),
    Case("unaccepted-signature-algorithm", FAILED, lambda: badly(method=MORE + "hmac-sha256", sign=mac), "hmac"),
    Case("unaccepted-signature-algorithm", FAILED, lambda: badly(method="", sign=mac), "none"),
    Case("unaccepted-signature-algorithm", PASSED, observed),
    Case("unaccepted-signature-algorithm", SKIPPED, lambda: observed(response(assertion()))),
    Case("unaccepted-digest-algorithm", FAILED, lambda: badly(digest=SHA1), "sha1"),
    Case("unaccepted-digest-algorithm", PASSED, lambda: badly(digest=MORE + "sha384", method=MORE + "rsa-sha512")),
    Case("foreign-reference", FAILED, lambda: badly(uri="#_r1"), "_r1"),
    Case("foreign-reference", FAILED, lambda: badly(uri=""), "the whole document"),
    Case("foreign-reference", FAILED, lambda: badly(references=2), "_a1 and #_a1"),
    Case("foreign-reference", PASSED, observed),
    Case("unaccepted-transform", FAILED, lambda: badly(transforms=(ENVELOPED, EXC, "http://x/xslt")), "xslt"),
    Case(
        "unaccepted-transform",
        FAILED,
        lambda: badly(transforms=(ENVELOPED,), canonicalization="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        "REC-xml",
        Severity.WARNING,
    ),
    Case("unaccepted-transform", FAILED, lambda: badly(transforms=(ENVELOPED, *[EXC] * 4)), "5"),
    Case("unaccepted-transform", PASSED, observed),
    Case(
        "misplaced-signature",
        FAILED,
        lambda: observed(
            response(re.sub(r"(<ds:Signature.*</ds:Signature>)(.*)(</saml:Assertion>)", r"\2\1\3", signed(assertion())))
        ),
        "Assertion",
        Severity.WARNING,
    ),
    Case("misplaced-signature", PASSED, observed),
    Case("unknown-signing-certificate", FAILED, lambda: badly(key=rsa_key("new")), "not configured"),
    Case("unknown-signing-certificate", FAILED, lambda: observed(certificates=()), "none is"),
    Case("unknown-signing-certificate", PASSED, observed),
    Case("unknown-signing-certificate", SKIPPED, lambda: badly(method=RSA_SHA1)),
    Case("invalid-xml-signature", FAILED, lambda: observed(response().replace("alice@", "mallory@")), "(configured)"),
    Case(
        "invalid-xml-signature", FAILED, lambda: badly(key=rsa_key("new"), certificate=cert(rsa_key())), "(configured)"
    ),
    Case("invalid-xml-signature", FAILED, lambda: badly(key=rsa_key("new"), key_info=False), "no certificate"),
    Case("invalid-xml-signature", PASSED, lambda: badly(key_info=False)),
    Case("invalid-xml-signature", SKIPPED, lambda: badly(key=rsa_key("new"))),
    Case(
        "expired-signing-certificate",
        FAILED,
        lambda: observed(certificates=(trusted(rsa_key(), start=-9000, end=-60),)),
        "valid from",
        Severity.WARNING,
    ),
    Case("expired-signing-certificate", PASSED, observed),
    Case("expired-signing-certificate", SKIPPED, lambda: badly(key=rsa_key("new"))),
]

TIMES = [
    Case("malformed-time", FAILED, lambda: says(until='NotOnOrAfter="soon"'), "soon"),
    Case("malformed-time", FAILED, lambda: observed(response(issued="x")), "Response with IssueInstant"),
    Case("malformed-time", PASSED, lambda: says(issued="2027-01-15T08:00:00.1234567Z")),
    Case(
        "response-from-the-future", FAILED, lambda: observed(response(issued=at(999))), "999 s ahead", Severity.WARNING
    ),
    Case("response-from-the-future", PASSED, observed),
    Case(
        "response-from-the-future",
        SKIPPED,
        lambda: observed(response(signed(assertion(not_before=at(200))), issued=at(200))),
    ),
    Case(
        "expired-assertion",
        FAILED,
        lambda: says(not_before=at(-999), end=at(-181), until=f'NotOnOrAfter="{at(-181)}"'),
        "181 s ago",
    ),
    Case("expired-assertion", FAILED, lambda: says(issued=at(-900), end=at(-600), not_before=at(-901)), "IssueInstant"),
    Case("expired-assertion", PASSED, lambda: says(not_before=at(-999), end=at(-179))),
    Case("expired-assertion", FAILED, lambda: says(not_before=at(-999), end=at(-180)), "180 s ago"),
    Case("assertion-not-yet-valid", FAILED, lambda: says(not_before=at(181)), "181 s ahead"),
    Case("assertion-not-yet-valid", PASSED, lambda: says(not_before=at(179))),
    Case("inverted-conditions", FAILED, lambda: says(not_before=at(9), end=at(9)), "NotBefore"),
    Case("inverted-conditions", PASSED, observed),
    Case("expired-session", FAILED, lambda: says(session=f'SessionNotOnOrAfter="{at(-200)}"'), "200 s ago"),
    Case("expired-session", PASSED, observed),
    Case("expired-session", SKIPPED, lambda: says(session="")),
]

AUDIENCE = [
    Case("missing-conditions", FAILED, lambda: says(conditions=""), "none"),
    Case("missing-conditions", PASSED, observed),
    Case("missing-audience", FAILED, lambda: says(restriction=""), "none"),
    Case("missing-audience", PASSED, observed),
    Case("wrong-assertion-audience", FAILED, lambda: says(audience=SP[:-1]), "slash"),
    Case("wrong-assertion-audience", FAILED, lambda: says(audience=SP + ".evil.example"), ".evil.example"),
    Case(
        "wrong-assertion-audience",
        FAILED,
        lambda: says(restriction=AUDIENCES % ("", AUDIENCES.replace("{audience}", "x") % ("", ""))),
    ),
    Case("wrong-assertion-audience", PASSED, lambda: says(restriction=AUDIENCES % (OTHER, ""))),
    Case("wrong-assertion-audience", SKIPPED, lambda: says(restriction="")),
    Case("unknown-condition", FAILED, lambda: says(restriction="{known}<saml:Condition/>", known=AUDIENCES % ("", ""))),
    Case(
        "unknown-condition", PASSED, lambda: says(restriction="{known}<saml:OneTimeUse/>", known=AUDIENCES % ("", ""))
    ),
]

CONFIRMATION = [
    Case("missing-bearer-confirmation", FAILED, lambda: says(confirmation=""), "none"),
    Case("missing-bearer-confirmation", FAILED, lambda: says(method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")),
    Case("missing-bearer-confirmation", FAILED, lambda: says(data=""), "without data"),
    Case("missing-bearer-confirmation", PASSED, lambda: says(confirmation=TWO_CONFIRMATIONS)),
    Case("wrong-recipient", FAILED, lambda: says(recipient='Recipient="https://x.example/"'), "https://x.example/"),
    Case("wrong-recipient", FAILED, lambda: says(recipient=""), "no Recipient"),
    Case("wrong-recipient", PASSED, lambda: says(confirmation=TWO_CONFIRMATIONS)),
    Case(
        "wrong-recipient",
        SKIPPED,
        lambda: observed(
            response(signed(assertion(recipient='Recipient="https://x/"')), destination='Destination="https://x/"')
        ),
    ),
    Case("missing-confirmation-expiry", FAILED, lambda: says(until=""), "none"),
    Case("missing-confirmation-expiry", PASSED, observed),
    Case("expired-confirmation", FAILED, lambda: says(until=f'NotOnOrAfter="{at(-181)}"'), "181 s ago"),
    Case("expired-confirmation", PASSED, observed),
    Case(
        "expired-confirmation",
        SKIPPED,
        lambda: says(end=at(-999), until=f'NotOnOrAfter="{at(-999)}"', not_before=at(-1999)),
    ),
    Case("confirmation-with-start", FAILED, lambda: says(until=f'NotBefore="{at(-9)}" NotOnOrAfter="{at(9)}"')),
    Case("confirmation-with-start", PASSED, observed),
    Case("wrong-in-response-to", FAILED, lambda: says_both("_another-request-than-ours"), "_ano"),
    Case("wrong-in-response-to", FAILED, lambda: observed(request_id=None), "none for the request"),
    Case("wrong-in-response-to", PASSED, observed),
    Case("wrong-in-response-to", SKIPPED, lambda: observed(response(OPEN, in_response_to=""), **UNSOLICITED)),
    Case("wrong-confirmation-request", FAILED, lambda: says(in_response_to=""), "no InResponseTo"),
    Case("wrong-confirmation-request", FAILED, lambda: says(in_response_to='InResponseTo="_x"'), "the request"),
    Case(
        "wrong-confirmation-request", FAILED, lambda: observed(response(in_response_to=""), **UNSOLICITED), "no login"
    ),
    Case("wrong-confirmation-request", PASSED, observed),
    Case("wrong-confirmation-request", SKIPPED, lambda: observed(response(OPEN, in_response_to=""), **UNSOLICITED)),
    Case("unsolicited-response", FAILED, lambda: observed(response(OPEN, in_response_to=""), request_id=None)),
    Case("unsolicited-response", FAILED, lambda: observed(response(OPEN, in_response_to="")), "pending"),
    Case("unsolicited-response", PASSED, lambda: observed(response(OPEN, in_response_to=""), **UNSOLICITED)),
    Case("replayed-assertion", FAILED, lambda: observed(was_seen={"_a1"}.__contains__), "used before"),
    Case("replayed-assertion", PASSED, lambda: observed(was_seen={"_a0"}.__contains__)),
]

SUBJECT = [
    Case("comment-in-value", FAILED, lambda: observed(response().replace("alice@example", "alice@<!-- x -->example"))),
    Case("comment-in-value", FAILED, lambda: around_comment(), "alice@example.com"),
    Case("comment-in-value", FAILED, lambda: says(name_id="alice<?x y?>@example.com"), "NameID"),
    Case("comment-in-value", PASSED, observed),
    Case("assertion-without-subject", FAILED, lambda: says(subject=""), "none"),
    Case("assertion-without-subject", PASSED, observed),
    Case("missing-name-id", FAILED, lambda: says(name=""), "none", Severity.WARNING),
    Case("missing-name-id", FAILED, lambda: says(name="<saml:EncryptedID/>"), "EncryptedID"),
    Case("missing-name-id", PASSED, observed),
    Case("empty-name-id", FAILED, lambda: says(name_id=" "), "empty"),
    Case("empty-name-id", PASSED, observed),
    Case("missing-authn-statement", FAILED, lambda: says(authn=""), "none"),
    Case("missing-authn-statement", PASSED, observed),
    Case("missing-authn-context", FAILED, lambda: says(authn=f'<saml:AuthnStatement AuthnInstant="{at(0)}"/>'), "none"),
    Case("missing-authn-context", PASSED, observed),
    Case("missing-authn-context", SKIPPED, lambda: says(authn="")),
    Case("ambiguous-assertion", FAILED, lambda: says(extra="<saml:Subject/>"), "2 times Subject"),
    Case("ambiguous-assertion", PASSED, observed),
    Case("ambiguous-assertion", SKIPPED, lambda: error("Responder")),
    Case("unsatisfied-authn-context", FAILED, lambda: observed(requested_authn_contexts=("urn:mfa",)), "urn:mfa"),
    Case(
        "unsatisfied-authn-context",
        PASSED,
        lambda: says(context="urn:mfa", wants={"requested_authn_contexts": ("urn:mfa",)}),
    ),
    Case("unsatisfied-authn-context", SKIPPED, observed),
    Case("missing-attributes", FAILED, lambda: says(attributes=""), "none", Severity.WARNING),
    Case("missing-attributes", PASSED, observed),
    Case("duplicate-attribute", FAILED, lambda: says(extra=statement(attribute("email", "mallory@x"))), "email"),
    Case("duplicate-attribute", PASSED, observed),
    Case("encrypted-attribute", FAILED, lambda: says(extra=statement("<saml:EncryptedAttribute/>")), "1 encrypted"),
    Case("encrypted-attribute", PASSED, observed),
]

ENCRYPTION = [
    Case(
        "undecryptable-assertion",
        FAILED,
        lambda: observed(response(encrypted(signed(assertion()))), decryption_key=None),
    ),
    Case("undecryptable-assertion", FAILED, lambda: observed(response(encrypted(signed(assertion()), key=rsa_key())))),
    Case(
        "undecryptable-assertion",
        FAILED,
        lambda: observed(response(encrypted(assertion(), transport="pkcs1"))),
        "rsa-1_5",
    ),
    Case(
        "undecryptable-assertion",
        FAILED,
        lambda: observed(response(encrypted(assertion())), decryption_key="x"),
        "read",
    ),
    Case("undecryptable-assertion", FAILED, lambda: observed(response(encrypted("<x/>"))), "not one Assertion"),
    Case("undecryptable-assertion", FAILED, lambda: observed(response("<saml:EncryptedAssertion/>")), "EncryptedData"),
    Case("undecryptable-assertion", PASSED, lambda: observed(response(encrypted(signed(assertion()))))),
    Case("undecryptable-assertion", SKIPPED, observed),
    Case(
        "unauthenticated-encryption",
        FAILED,
        lambda: observed(response(encrypted(signed(assertion()), method="aes128-cbc"))),
    ),
    Case("unauthenticated-encryption", PASSED, lambda: observed(response(encrypted(signed(assertion()))))),
    Case("unauthenticated-encryption", SKIPPED, observed),
    Case("unencrypted-assertion", FAILED, lambda: observed(want_encrypted_assertion=True), "in clear"),
    Case(
        "unencrypted-assertion",
        PASSED,
        lambda: observed(response(encrypted(signed(assertion()))), want_encrypted_assertion=True),
    ),
    Case("unencrypted-assertion", SKIPPED, observed),
]

SENTRY = [
    Case("refused-by-sentry", PASSED, lambda: observed(profile="sentry")),
    Case("refused-by-sentry", SKIPPED, observed),
]

CASES = ENVELOPE + ISSUERS + SIGNATURES + TIMES + AUDIENCE + CONFIRMATION + SUBJECT + ENCRYPTION + SENTRY


def deflated(xml: str) -> str:
    import zlib

    engine = zlib.compressobj(wbits=-15)
    return base64.b64encode(engine.compress(xml.encode()) + engine.flush()).decode()


def twice(text: str, name: str) -> str:
    end = f"</ds:{name}>"
    part = text[text.index(f"<ds:{name}") : text.index(end) + len(end)]
    return text.replace(part, part * 2)


def emptied(text: str, name: str) -> str:
    start = text.index(">", text.index(f"<ds:{name}")) + 1
    return text[:start] + text[text.index(f"</ds:{name}>") :]


def statement(inside: str) -> str:
    return f"<saml:AttributeStatement>{inside}</saml:AttributeStatement>"


def says_both(request: str) -> Any:
    other = f'InResponseTo="{request}"'
    return observed(response(signed(assertion(in_response_to=other)), in_response_to=other))


def around_comment() -> Any:
    return observed(
        signed(response(assertion())).replace("alice@example.com</saml:N", "alice@example<!-- -->.com</saml:N")
    )


def xsw(number: int) -> str:
    """The wrapping attacks 1 to 8 as SAML Raider makes them: mallory where alice was signed."""
    evil_id = {"id": "_evil"}
    plain, whole = assertion(), signed(assertion())
    signature = whole[whole.index("<ds:Signature") : whole.index("</ds:Signature>") + len("</ds:Signature>")]

    def evil(**changes: str) -> str:
        return assertion(name_id="mallory@example.com", **{**evil_id, **changes}).replace("alice-1", "mallory-1")

    if number in (1, 2):
        outer = signed(response(plain))
        mark = outer[outer.index("<ds:Signature") : outer.index("</ds:Signature>") + len("</ds:Signature>")]
        original = response(plain)
        forged = response(evil(), id="_evil_response")
        if number == 1:
            kept = mark.replace("</ds:Signature>", f"<ds:Object>{original}</ds:Object></ds:Signature>")
        else:
            kept = original + mark
        return forged.replace("</saml:Issuer>", "</saml:Issuer>" + kept, 1)
    return {
        3: lambda: response(evil() + whole),
        4: lambda: response(evil(extra=whole)),
        5: lambda: response(evil(extra=signature) + plain),
        6: lambda: response(evil(extra=signature.replace("</ds:Signature>", f"{plain}</ds:Signature>"))),
        7: lambda: response(f"<samlp:Extensions>{evil(id='_a1')}</samlp:Extensions>{whole}"),
        8: lambda: response(
            evil(extra=signature.replace("</ds:Signature>", f"<ds:Object>{plain}</ds:Object></ds:Signature>"))
        ),
    }[number]()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_answers_as_declared(case: Case) -> None:
    check_case("saml_response", case)


def test_every_rule_is_shown_failing_and_passing() -> None:
    refused = Case("refused-by-sentry", FAILED, lambda: observed(profile="sentry", acs_url="https://x"))
    assert_complete("saml_response", [*CASES, refused])


HEALTHY = {
    "assertion": lambda: response(),
    "response": lambda: signed(response(assertion())),
    "both": lambda: signed(response()),
    "no-key-info": lambda: response(signed(assertion(), key_info=False)),
    "ecdsa": lambda: response(signed(assertion(), ec_key(), method=EC_METHOD)),
    "with-comments": lambda: response(
        signed(assertion(), canonicalization=EXC + "WithComments", transforms=(ENVELOPED, EXC + "WithComments"))
    ),
    "encrypted": lambda: response(encrypted(signed(assertion()))),
    "encrypted-oaep256": lambda: response(encrypted(signed(assertion()), method="aes128-gcm", transport="oaep256")),
    "encrypted-oaep11": lambda: response(encrypted(signed(assertion()), transport="oaep11")),
    "encrypted-for-two": lambda: response(for_two(encrypted(signed(assertion())))),
    "encrypted-for-two-beside": lambda: response(for_two(encrypted(signed(assertion()), sibling=True))),
    "encrypted-sibling-key": lambda: signed(response(encrypted(assertion(), sibling=True))),
    "encrypted-outer-prefixes": lambda: signed(response(encrypted(assertion().replace(XMLNS, "")))),
}


def for_two(mine: str) -> str:
    """The key for somebody else in front of the one for us."""
    [key] = re.findall("<xenc:EncryptedKey>.*</xenc:EncryptedKey>", encrypted("", key=rsa_key("stranger")))
    return mine.replace("<xenc:EncryptedKey>", key + "<xenc:EncryptedKey>", 1)


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_response_has_no_finding(name: str) -> None:
    context = observed(HEALTHY[name]())
    assert_healthy("saml_response", context)
    found = verified_assertion(context)
    assert found is not None
    assert (found.id, found.issuer, found.name_id) == ("_a1", IDP, "alice@example.com")
    assert found.attributes == {
        "identifier": ("alice-1",), "email": ("alice@example.com",), "groups": ("staff", "admins"),
    }  # fmt: skip
    assert (found.session_index, found.not_on_or_after, found.authn_instant) == ("_s1", NOW + 300, NOW - 1)
    assert found.name_id_format == "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


UNTRUSTED = {
    "whole-document": lambda: badly(uri=""),
    "two-references": lambda: badly(references=2),
    "sha1": lambda: badly(method=RSA_SHA1),
    "sha1-digest": lambda: badly(digest=SHA1),
    "many-transforms": lambda: badly(transforms=(ENVELOPED, *[EXC] * 4)),
    "extra-transform": lambda: badly(transforms=(ENVELOPED, EXC, "http://www.w3.org/TR/1999/REC-xslt-19991116")),
    "mac": lambda: badly(method=MORE + "hmac-sha256", sign=mac),
    "unsigned-inside-encryption": lambda: observed(response(encrypted(assertion()))),
    "two-alike-inside-encryption": lambda: observed(response(encrypted(signed(assertion(extra=advice("_a1")))))),
    "wrapped-inside-encryption": lambda: observed(
        response(encrypted(signed(assertion()).replace("</ds:Signature>", boxed("Object") + "</ds:Signature>")))
    ),
    "advice-inside-signature": lambda: observed(
        response(signed(assertion()).replace("</ds:Signature>", boxed("Advice") + "</ds:Signature>"))
    ),
}


def advice(identifier: str) -> str:
    return f"<saml:Advice>{assertion(id=identifier, name_id='mallory@example.com')}</saml:Advice>"


def boxed(kind: str) -> str:
    inside = advice("_other") if kind == "Advice" else assertion(id="_other")
    return f"<ds:Object>{inside}</ds:Object>"


@pytest.mark.parametrize("name", UNTRUSTED)
def test_nobody_is_read_from_what_is_not_rightly_signed(name: str) -> None:
    context = UNTRUSTED[name]()
    assert verified_assertion(context) is None
    assert first_blocking(evaluate("saml_response", context)) is not None


def test_a_repeated_id_is_found_inside_encryption() -> None:
    context = UNTRUSTED["two-alike-inside-encryption"]()
    assert {each.name for each in evaluate("saml_response", context) if each.is_blocking} == {"duplicate-id"}


def test_a_repeated_id_is_found_across_encryption() -> None:
    context = observed(response(encrypted(signed(assertion(id="_r1")))))
    [found] = [each for each in evaluate("saml_response", context) if each.status is Status.FAILED]
    assert (found.name, found.actual) == ("duplicate-id", "more than once: _r1")


def test_inclusive_canonicalization_survives_encryption() -> None:
    inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    context = observed(response(encrypted(signed(assertion(), transforms=(ENVELOPED,), canonicalization=inclusive))))
    assert verified_assertion(context) is not None


def test_what_is_read_are_the_signed_octets() -> None:
    context = observed(response().replace("alice-1", "alice<!-- -->-1"))
    assert context.reading is not None
    assert context.reading.assertion.find(f"{{{NS['ds']}}}Signature") is None
    assert [each for each in context.reading.assertion.iter() if not isinstance(each.tag, str)] == []


def test_the_signature_of_the_element_itself_is_taken() -> None:
    whole = signed(response())
    end = whole.index("</ds:Signature>") + len("</ds:Signature>")
    mark = whole[whole.index("<ds:Signature") : end]
    moved = whole.replace(mark, "", 1).replace("</samlp:Response>", f"{mark}</samlp:Response>")
    assert verified_assertion(observed(moved)) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        'Recipient="https://other.example/"',
        f'NotOnOrAfter="{at(-999)}"',
        f'NotBefore="{at(-9)}"',
        'InResponseTo="_another"',
        'Recipient=""',
    ],
)
def test_one_confirmation_that_holds_is_enough(wrong: str) -> None:
    right = {"Recipient": ACS, "NotOnOrAfter": at(200), "InResponseTo": REQUEST}
    name = wrong.partition("=")[0]
    rest = " ".join(f'{each}="{value}"' for each, value in right.items() if each != name)
    first = f'<saml:SubjectConfirmation Method="{{method}}"><saml:SubjectConfirmationData {wrong} {rest}/>'
    second = '</saml:SubjectConfirmation><saml:SubjectConfirmation Method="{method}">{data}</saml:SubjectConfirmation>'
    context = says(confirmation=first + second)
    assert_healthy("saml_response", context)
    found = verified_assertion(context)
    assert found is not None
    assert found.not_on_or_after == NOW + 300


def test_a_broken_padding_reads_as_a_wrong_key() -> None:
    xml = response(encrypted(signed(assertion()), method="aes128-cbc"))
    start = xml.rindex("<xenc:CipherValue>") + len("<xenc:CipherValue>")
    end = xml.rindex("</xenc:CipherValue>")
    octets = bytearray(base64.b64decode(xml[start:end]))
    octets[-17] ^= 0x80
    context = observed(xml[:start] + base64.b64encode(octets).decode() + xml[end:])
    assert context.reading is not None
    assert context.reading.undecryptable.startswith("cannot be decrypted with the configured key")


@pytest.mark.parametrize("number", range(1, 9))
def test_signature_wrapping_is_refused(number: int) -> None:
    context = observed(xsw(number))
    assert verified_assertion(context) is None
    blocking = first_blocking(evaluate("saml_response", context))
    assert blocking is not None
    assert blocking.name in {"signature-wrapping", "several-assertions", "duplicate-id"}


def test_an_encrypted_assertion_that_anybody_could_have_made_is_refused() -> None:
    assert verified_assertion(observed(response(encrypted(assertion())))) is None


def test_one_bad_signature_of_two_is_enough() -> None:
    assert verified_assertion(observed(signed(response(), rsa_key("new")))) is None
    assert verified_assertion(observed(signed(response(signed(assertion(), rsa_key("new")))))) is None


def test_the_text_around_a_comment_is_read_in_full() -> None:
    context = observed(response().replace("alice@example.com", "alice@example<!-- -->.com"))
    found = verified_assertion(context)
    assert found is not None
    assert found.name_id == "alice@example.com"


def test_a_digest_of_nothing_is_refused() -> None:
    nothing = base64.b64encode(hashlib.sha256(b"").digest()).decode()

    def forged(text: str) -> str:
        start = text.index("<ds:DigestValue>") + len("<ds:DigestValue>")
        return text[:start] + nothing + text[text.index("</ds:DigestValue>") :]

    assert verified_assertion(badly(edit=forged)) is None


def test_an_id_under_another_name_does_not_lead_the_verifier_astray() -> None:
    extra = f'<ds:Object xmlns:ds="{NS["ds"]}" Id="_a1"><x/></ds:Object>'
    whole = response().replace("</ds:Signature>", f"{extra}</ds:Signature>")
    context = observed(whole)
    assert verified_assertion(context) is None
    assert {each.name for each in evaluate("saml_response", context) if each.is_blocking} == {"duplicate-id"}


def test_an_advice_is_not_mistaken_for_the_assertion() -> None:
    found = verified_assertion(says(extra=advice("_other")))
    assert found is not None
    assert found.name_id == "alice@example.com"


def test_a_denied_user_is_the_owner_of_a_failed_authentication() -> None:
    [found] = [each for each in evaluate("saml_response", error("Responder", "AuthnFailed")) if each.is_blocking]
    assert (found.name, found.owner) == ("error-status", Owner.USER)


def test_a_fresh_but_expired_assertion_is_the_clocks_fault() -> None:
    context = says(issued=at(-900), end=at(-600), not_before=at(-901))
    [found] = [each for each in evaluate("saml_response", context) if each.is_blocking]
    assert found.owner is Owner.CLOCK


def test_in_the_profile_sentry_one_rule_decides() -> None:
    lenient = says(audience=SP, until=f'NotOnOrAfter="{at(300)}"', in_response_to="", wants={"profile": "sentry"})
    checks = evaluate("saml_response", lenient)
    assert first_blocking(checks) is None
    [warned] = [each for each in checks if each.status is Status.FAILED]
    assert (warned.name, warned.severity) == ("wrong-confirmation-request", Severity.WARNING)
    strict = observed(profile="sentry", acs_url="https://sentry.example/other/")
    assert [each.name for each in evaluate("saml_response", strict) if each.is_blocking] == ["refused-by-sentry"]


def test_as_sentry_weak_encryption_is_decrypted_and_warned_of() -> None:
    context = observed(response(encrypted(signed(assertion()), transport="pkcs1")), profile="sentry")
    [found] = [each for each in evaluate("saml_response", context) if each.status is Status.FAILED]
    assert (found.name, found.severity, found.actual) == ("undecryptable-assertion", Severity.WARNING, "rsa-1_5")
    assert verified_assertion(context) is not None


def test_no_private_key_is_shown() -> None:
    context = observed(response(encrypted(signed(assertion()), key=rsa_key())))
    assert "PRIVATE" not in repr(context)
    assert not [each for each in evaluate("saml_response", context) if "PRIVATE" in repr(each)]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_change_to_a_response_raises_or_logs_mallory_in(data: st.DataObject) -> None:
    xml = response()
    start = data.draw(st.integers(0, len(xml)))
    length = data.draw(st.integers(0, 40))
    piece = data.draw(
        st.one_of(st.text(max_size=20), st.sampled_from(["</ds:Signature>", "<!-- -->", "mallory", "\0"]))
    )
    changed = xml[:start] + piece + xml[start + length :]
    context = observed(text=packed(changed.encode("utf-8", "surrogatepass")))
    checks = evaluate("saml_response", context)
    assert not [each for each in checks if each.status is Status.TOOL_ERROR]
    found = verified_assertion(context)
    assert found is None or found.name_id == "alice@example.com"


@settings(max_examples=40, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda octets: base64.b64encode(octets).decode())))
def test_nothing_that_is_posted_raises(text: str) -> None:
    context = observed(text=text)
    assert not [each for each in evaluate("saml_response", context) if each.status is Status.TOOL_ERROR]
    assert verified_assertion(context) is None
