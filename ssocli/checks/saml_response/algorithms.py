"""The algorithms of the signatures in a response."""

from __future__ import annotations

from dataclasses import replace

from ssocli.checks.check import Judgement, Owner, Severity, Status, failed, passed, rule, skipped
from ssocli.checks.saml_response.context import SamlResponseContext, on_response
from ssocli.checks.saml_response.reading import Reading
from ssocli.checks.saml_signature import CANONICALIZATIONS, ENVELOPED, EXCLUSIVE, TRANSFORM_LIMIT, method_name
from ssocli.steps import Step
from ssocli.text import printable

_SHA2 = "Set the signature of this application at the identity provider to SHA-256 (RSA-SHA256)."


@rule(
    "SRS025",
    "unaccepted-signature-algorithm",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.1; Kantara SAML Deployment Profile ALG01",
    owner=Owner.IDP,
    fix=_SHA2,
)
@on_response
def unaccepted_signature_algorithm(reading: Reading, context: SamlResponseContext) -> Judgement:
    """A signature is made with an algorithm that is not accepted: SHA-1, a MAC with a public key, or none."""
    found = [signature.method for _, signature, _ in reading.signatures if not signature.malformed]
    return _judge(found, context.methods)


@rule(
    "SRS026",
    "unaccepted-digest-algorithm",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4; Kantara SAML Deployment Profile ALG01",
    owner=Owner.IDP,
    fix=_SHA2,
)
@on_response
def unaccepted_digest_algorithm(reading: Reading, context: SamlResponseContext) -> Judgement:
    """The digest of what is signed is made with an algorithm that is not accepted, SHA-1 or MD5 for example."""
    found = [each for _, signature, _ in reading.signatures if not signature.malformed for each in signature.digests]
    return _judge(found, context.digests)


@rule(
    "SRS028",
    "unaccepted-transform",
    step=Step.TOKEN_VALIDATION,
    spec="SAML Core 5.4.3 and 5.4.4",
    owner=Owner.IDP,
    fix="Let the identity provider sign with the transforms enveloped-signature and exclusive canonicalization. "
    "Others (XSLT, XPath, base64) can change what is signed, and run code.",
)
@on_response
def unaccepted_transform(reading: Reading, _: SamlResponseContext) -> Judgement:
    """A signature transforms what it signs by more than removing itself and exclusive canonicalization.

    Inclusive canonicalization, which the clause advises against, is only a warning.
    """
    signatures = [signature for _, signature, _ in reading.signatures if not signature.malformed]
    crowded = [len(each.transforms) for each in signatures if len(each.transforms) > TRANSFORM_LIMIT]
    if crowded and all(each.covers_parent for each in signatures):
        return failed(f"at most {TRANSFORM_LIMIT} transforms", f"{max(crowded)}")
    found = [each for signature in signatures for each in (signature.canonicalization, *signature.transforms)]
    judged = _judge(found, (ENVELOPED, EXCLUSIVE, f"{EXCLUSIVE}WithComments"), whole=True)
    harmless = set(found) <= {ENVELOPED, *CANONICALIZATIONS}
    return replace(judged, severity=Severity.WARNING) if harmless and judged.status is Status.FAILED else judged


def _judge(found: list[str], accepted: tuple[str, ...], *, whole: bool = False) -> Judgement:
    if not found:
        return skipped("there is no well-formed signature (SRS020, SRS023)")
    expected = " or ".join(method_name(uri) or uri if not whole else uri for uri in accepted)
    wrong = dict.fromkeys(printable(uri, 80) or "none" for uri in found if uri not in accepted)
    if wrong:
        return failed(expected, ", ".join(wrong))
    return passed(expected, ", ".join(dict.fromkeys(uri if whole else method_name(uri) for uri in found)))
