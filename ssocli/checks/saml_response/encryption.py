"""Encrypted assertions."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_response
from ssocli.checks.saml_response.decryption import CBC, content_method, weak_methods
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_signature import method_name
from ssocli.steps import Step
from ssocli.text import printable


@rule(
    "SRS017",
    "undecryptable-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 6.1 and 2.3.4",
    owner=Owner.APP,
    fix="Give the identity provider the application's current encryption certificate, and the application the private "
    "key that belongs to it; with AES-GCM and RSA-OAEP. Or turn encryption off at the identity provider.",
)
@on_response
def undecryptable_assertion(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The assertion is encrypted and cannot be decrypted: no key, another key, or an algorithm that is not accepted."""
    if reading.encrypted is None:
        return skipped("the assertion is not encrypted")
    expected = "an assertion encrypted for the configured key"
    if reading.undecryptable:
        return failed(expected, f"it {printable(reading.undecryptable)}")
    if weak := weak_methods(reading.encrypted):
        return failed("AES and RSA-OAEP", ", ".join(map(method_name, weak)))
    return passed(expected, f"decrypted ({method_name(content_method(reading.encrypted))})")


@rule(
    "SRS019",
    "unencrypted-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 6.1",
    owner=Owner.IDP,
    fix="Turn encryption of assertions on for this application at the identity provider, with the application's "
    "certificate; or let the application be content with TLS.",
)
@on_response
def unencrypted_assertion(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The application wants assertions encrypted, and this one came in clear."""
    if not context.want_encrypted_assertion:
        return skipped("the application does not insist on it")
    if not reading.assertions:
        return skipped("there is no assertion (SRS004, SRS015)")
    expected = "an encrypted assertion"
    return failed(expected, "one in clear") if reading.encrypted is None else passed(expected, "one")


@rule(
    "SRS018",
    "unauthenticated-encryption",
    step=Step.TOKEN_VALIDATION,
    spec="XML Encryption 5.2.4 and 6.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider encrypt with AES-GCM: of AES-CBC a listener on the way can read the content by "
    "trying (padding oracle).",
)
@on_response
def unauthenticated_encryption(reading: Reading, _: SamlResponseContext) -> Judgement:
    """The assertion is encrypted with AES-CBC, which does not notice changes."""
    if reading.encrypted is None or reading.undecryptable:
        return skipped("the assertion is not encrypted, or cannot be decrypted (SRS017)")
    method = content_method(reading.encrypted)
    return failed("AES-GCM", method_name(method)) if method in CBC else passed("AES-GCM", method_name(method))
