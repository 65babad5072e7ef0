"""What is signed in a response, by whom, and whether that is what is used."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.saml_certificate import Certificate
from ssocli.checks.saml_response.context import SamlResponseContext, on_response
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_signature import Signature, verify
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import printable


@rule(
    "SRS020",
    "unsigned-response",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.5; SAML Core 5.1",
    owner=Owner.IDP,
    fix="Let the identity provider sign the assertion (or the response). Anybody can write an unsigned one.",
)
@on_response
def unsigned_response(reading: Reading, _: SamlResponseContext) -> Judgement:
    """Neither the response nor its assertion is signed."""
    expected = "a signature of the response, the assertion, or both"
    if reading.signatures:
        return passed(expected, " and ".join(name for name, _, _ in reading.signatures))
    if not reading.is_success or reading.is_wrapped or reading.assertion is None:
        return skipped("there is no assertion to trust (SRS004, SRS015, SRS017, SRS024)")
    return failed(expected, "no signature")


@rule(
    "SRS021",
    "unsigned-assertion",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Metadata 2.4.4 (WantAssertionsSigned)",
    owner=Owner.IDP,
    fix="Let the identity provider sign the assertion, or let the application be content with a signed response.",
)
@on_response
def unsigned_assertion(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The application wants the assertion itself signed, and only the response is."""
    if not context.want_signed_assertion:
        return skipped("the application does not insist on it")
    if reading.assertion is None or not reading.signatures:
        return skipped("there is no assertion, or no signature at all (SRS020)")
    expected = "a signature in the assertion"
    return failed(expected, "none there") if reading.assertion_signature is None else passed(expected, "one there")


@rule(
    "SRS022",
    "unsigned-message",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Profiles 4.1.4.5",
    owner=Owner.IDP,
    fix="Let the identity provider sign the response, or let the application be content with a signed assertion.",
)
@on_response
def unsigned_message(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The application wants the response itself signed, and only the assertion is."""
    if not context.want_signed_response:
        return skipped("the application does not insist on it")
    if not reading.signatures:
        return skipped("there is no signature at all (SRS020)")
    expected = "a signature in the response"
    return failed(expected, "none there") if reading.response_signature is None else passed(expected, "one there")


@rule(
    "SRS023",
    "malformed-signature",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.1; XML Signature 4",
    owner=Owner.IDP,
    fix="Do not accept it. If it comes so from the identity provider each time, its signing is broken.",
)
@on_response
def malformed_signature(reading: Reading, _: SamlResponseContext) -> Judgement:
    """A signature lacks a part, or has one twice: two readers may verify two different things."""
    if not reading.signatures:
        return skipped("there is no signature (SRS020)")
    wrong = [f"{name}: {signature.malformed}" for name, signature, _ in reading.signatures if signature.malformed]
    expected = "one SignedInfo with a Reference, one SignatureValue"
    return failed(expected, "; ".join(wrong)) if wrong else passed(expected, "well-formed")


@rule(
    "SRS024",
    "signature-wrapping",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.2; SAML Profiles 4.1.4.3",
    owner=Owner.USER,
    fix="Do not accept it: somebody put a signed element aside and another in its place. No identity provider sends "
    "this; look at who sent it.",
)
@on_response
def signature_wrapping(reading: Reading, _: SamlResponseContext) -> Judgement:
    """A response, assertion or signature stands where none belongs: signed in one place, used from another."""
    expected = "assertions in the response and signatures in what they sign, nowhere else"
    if reading.stray:
        return failed(expected, printable("; ".join(reading.stray)))
    return passed(expected, "nowhere else")


@rule(
    "SRS027",
    "foreign-reference",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.2",
    owner=Owner.IDP,
    fix="Do not accept it: the signature covers something else than the element it stands in. If it comes so from the "
    "identity provider each time, it must refer to the ID of that element, once.",
)
@on_response
def foreign_reference(reading: Reading, _: SamlResponseContext) -> Judgement:
    """A signature does not refer to the element that it stands in, or not to it alone."""
    if reason := _no_form(reading):
        return skipped(reason)
    wrong = [
        f"{name} with the ID {printable(str(signature.parent.get('ID')), 60)} refers to "
        + " and ".join(
            printable(uri, 60) or "the whole document" if uri is not None else "nothing" for uri in signature.references
        )
        for name, signature, _ in reading.signatures
        if not signature.covers_parent
    ]
    expected = "one reference, to the ID of the element that is signed"
    return failed(expected, "; ".join(wrong)) if wrong else passed(expected, "such a reference")


@rule(
    "SRS037",
    "misplaced-signature",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 2.3.3 and 3.2.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider put the signature right behind the Issuer: applications that check the schema "
    "refuse it anywhere else.",
)
@on_response
def misplaced_signature(reading: Reading, _: SamlResponseContext) -> Judgement:
    """A signature stands in what it signs, but not behind the Issuer, where the schema has it."""
    if reason := _no_form(reading):
        return skipped(reason)
    expected = "the signature right behind the Issuer"
    wrong = [name for name, signature, _ in reading.signatures if signature.misplaced and signature.covers_parent]
    return failed(expected, f"elsewhere in {' and '.join(wrong)}") if wrong else passed(expected, "there")


@rule(
    "SRS029",
    "unknown-signing-certificate",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.5; SAML Metadata 2.4.1.1",
    owner=Owner.APP,
    fix="Compare the fingerprint with the identity provider's current certificates. If it is one of them, it was "
    "renewed: fetch the metadata again or add it here, and keep the old one until it is gone. If not, it is forged.",
)
@on_response
def unknown_signing_certificate(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The response is intact, but signed with a key that is not configured; it brings the certificate itself.

    That is a renewed certificate (the commonest cause of a sudden outage) or a forger's: only the identity provider's
    metadata can tell.
    """
    if reason := _not_verifiable(reading, context):
        return skipped(reason)
    expected = _configured(context)
    unknown = [
        f"{name} signed by {own}, which is not configured; valid from {iso(own.not_before)}"
        for name, signature, verified in reading.signatures
        if verified is None and (own := _own_signer(signature, context)) is not None
    ]
    return failed(expected, "; ".join(unknown)) if unknown else passed(expected, "no other that signed it")


@rule(
    "SRS030",
    "invalid-xml-signature",
    step=Step.TOKEN_VALIDATION,
    spec="XML Signature 3.2; SAML Core 5.4",
    owner=Owner.IDP,
    fix="Check that the certificate configured here is the one the identity provider signs with, and that nothing on "
    "the way (proxy, script, pretty-printer) changes the XML.",
)
@on_response
def invalid_signature(reading: Reading, context: SamlResponseContext) -> Judgement:
    """A signature does not verify: the content was changed after signing, or another key signed it."""
    if reason := _not_verifiable(reading, context):
        return skipped(reason)
    broken = [(name, signature) for name, signature, verified in reading.signatures if verified is None]
    expected = f"a signature that verifies with {_configured(context)}"
    if not broken:
        known = "; ".join(f"{name} by {verified.certificate}" for name, _, verified in reading.signatures if verified)
        return passed(expected, known)
    rest = [(name, signature) for name, signature in broken if _own_signer(signature, context) is None]
    if not rest:
        return skipped("it verifies with a certificate that is not configured (SRS029)")
    ours = {certificate.fingerprint for certificate in context.trusted}
    said = []
    for name, signature in rest:
        brought = [
            str(each) + (" (configured)" if each.fingerprint in ours else " (not configured)")
            for each in signature.certificates
        ]
        said.append(f"{name}: it does not verify; it names {brought[0] if brought else 'no certificate'}")
    return failed(expected, "; ".join(said))


@rule(
    "SRS031",
    "expired-signing-certificate",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Metadata 2.4.1.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Renew the signing certificate at the identity provider, and configure both here while it changes. In SAML "
    "the key counts and not the date, but some applications refuse it.",
)
@on_response
def expired_signing_certificate(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The certificate that verifies the signature is past its end, or before its beginning."""
    signers = [verified.certificate for _, _, verified in reading.signatures if verified is not None]
    if not signers:
        return skipped("no signature verifies (SRS020, SRS029, SRS030)")
    expected = f"a certificate that is valid at {iso(context.now)}"
    for signer in signers:
        if not signer.not_before <= context.now <= signer.not_after:
            return failed(expected, f"{signer}, valid from {iso(signer.not_before)} to {iso(signer.not_after)}")
    return passed(expected, f"valid until {iso(min(signer.not_after for signer in signers))}")


def _no_form(reading: Reading) -> str:
    """Why the rules of what a signature says do not apply; empty if they do."""
    if not reading.signatures:
        return "there is no signature (SRS020)"
    if reading.is_wrapped:
        return "an element is not where it belongs (SRS008, SRS016, SRS024)"
    return "a signature is malformed (SRS023)" if any(found.malformed for _, found, _ in reading.signatures) else ""


def _not_verifiable(reading: Reading, context: SamlResponseContext) -> str:
    """Why no key is tried; empty if one is."""
    if reason := _no_form(reading):
        return reason
    if not all(signature.covers_parent for _, signature, _ in reading.signatures):
        return "a signature refers to something else (SRS027)"
    if not all(context.policy.accepts(signature) for _, signature, _ in reading.signatures):
        return "a signature's algorithms are not accepted (SRS025, SRS026, SRS028)"
    return ""


def _own_signer(signature: Signature, context: SamlResponseContext) -> Certificate | None:
    """The certificate in KeyInfo that verifies this signature, though it is not trusted."""
    verified = verify(signature, signature.certificates, context.policy)
    return None if verified is None else verified.certificate


def _configured(context: SamlResponseContext) -> str:
    names = " or ".join(str(certificate) for certificate in context.trusted)
    return f"the certificate {names}" if names else "a configured certificate (none is)"
