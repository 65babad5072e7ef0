"""Who an ID token is from, for and about: issuer, audience, authorized party, subject, hosted domain."""

from __future__ import annotations

from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import strings, type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_claims
from ssocli.steps import Step
from ssocli.text import difference, printable, shown


def audiences(claims: Claims) -> tuple[str, ...] | None:
    """The `aud` claim as a tuple (OIDC Core 2: a string or an array of strings); None if it is neither, or empty."""
    audience = claims.get("aud")
    if isinstance(audience, str):
        return (audience,) if audience else None
    return strings(audience) or None


@rule(
    "IDT016",
    "wrong-issuer",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 2",
    owner=Owner.IDP,
    fix="Configure the issuer exactly as the identity provider writes it in its tokens and its discovery document: "
    "scheme, host, port, case, trailing slash, tenant.",
)
@on_claims
def wrong_issuer(claims: Claims, context: IdTokenContext) -> Judgement:
    """The `iss` claim is not, character for character, the issuer that this client trusts."""
    expected = printable(context.issuer)
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        return failed(expected, _absent_or(claims, "iss"))
    if issuer == context.issuer:
        return passed(expected, printable(issuer))
    return failed(expected, printable(issuer), evidence=difference(context.issuer, issuer))


@rule(
    "IDT017",
    "wrong-audience",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 3",
    owner=Owner.IDP,
    fix="Compare the client id of the application with the one at the identity provider. If they agree, the token was "
    "issued to another client: never accept it.",
)
@on_claims
def wrong_audience(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token was issued for another client: `aud` does not contain this client's id."""
    expected = f"aud contains {shown(context.client_id)}"
    found = audiences(claims)
    if found is None:
        return failed(expected, _absent_or(claims, "aud"))
    if context.client_id in found:
        return passed(expected, shown(claims["aud"]))
    evidence = difference(context.client_id, found[0]) if len(found) == 1 else ""
    return failed(expected, shown(claims["aud"]), evidence=evidence)


@rule(
    "IDT018",
    "untrusted-audience",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 3",
    owner=Owner.IDP,
    fix="Let the identity provider issue the token for this client alone, or add the other audience "
    "to those that the application trusts.",
)
@on_claims
def untrusted_audience(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token is meant for this client and for others that it does not trust: each could use it here."""
    found = audiences(claims)
    if found is None or context.client_id not in found:
        return skipped("the token is not for this client at all (IDT017)")
    strangers = _strangers(found, context)
    expected = f"no audience but {' and '.join((context.client_id, *context.trusted_audiences))}"
    return failed(expected, shown(strangers)) if strangers else passed(expected, "no others")


@rule(
    "IDT019",
    "missing-authorized-party",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (azp) and 3.1.3.7 item 4",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider put the client's id in azp when a token has several audiences.",
)
@on_claims
def missing_authorized_party(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token has several audiences and does not say (`azp`) which of them asked for it."""
    found = audiences(claims) or ()
    if len(found) < 2:
        return skipped("the token has one audience at most")
    if context.client_id not in found or _strangers(found, context):
        return skipped("an audience is not trusted (IDT017, IDT018)")
    if "azp" in claims:
        return passed("azp, since there are several audiences", "an azp")
    return failed("azp, since there are several audiences", f"no azp, and {len(found)} audiences")


@rule(
    "IDT020",
    "wrong-authorized-party",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 5",
    owner=Owner.IDP,
    fix="The token was issued at the request of another client: use a token that this client asked for.",
)
@on_claims
def wrong_authorized_party(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token was issued at the request of another client: `azp` is not this client's id."""
    if "azp" not in claims:
        return skipped("the token names no authorized party")
    expected = f"azp {shown(context.client_id)}"
    if claims["azp"] == context.client_id:
        return passed(expected, shown(claims["azp"]))
    if context.client_id not in (audiences(claims) or ()):
        return skipped("the token is not for this client at all (IDT017)")
    return failed(expected, shown(claims["azp"]))


@rule(
    "IDT021",
    "missing-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (sub)",
    owner=Owner.IDP,
    fix="Let the identity provider put a stable identifier of the user in sub; look at its subject or NameID mapping.",
)
@on_claims
def missing_subject(claims: Claims, _: IdTokenContext) -> Judgement:
    """The token does not say who logged in: `sub` is absent, empty or no string."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip():
        return failed("sub, a string", _absent_or(claims, "sub"))
    return passed("sub, a string", printable(subject, 80))


@rule(
    "IDT022",
    "malformed-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (sub)",
    owner=Owner.IDP,
    fix="Let the identity provider use an identifier of at most 255 ASCII characters as sub.",
)
@on_claims
def malformed_subject(claims: Claims, _: IdTokenContext) -> Judgement:
    """The subject has more than 255 characters, or others than ASCII: stores cut or change such values."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip():
        return skipped("there is no subject (IDT021)")
    expected = "at most 255 ASCII characters"
    if len(subject) > 255:
        return failed(expected, f"{len(subject)} characters")
    if not subject.isascii():
        at = next(index for index, character in enumerate(subject) if not character.isascii())
        return failed(expected, f"{printable(subject, 80)} (U+{ord(subject[at]):04X} at position {at + 1})")
    return passed(expected, f"{len(subject)} ASCII characters")


@rule(
    "IDT036",
    "wrong-hosted-domain",
    step=Step.TOKEN_VALIDATION,
    spec="Google Identity: OpenID Connect, ID token payload (hd)",
    owner=Owner.USER,
    fix="Log in with an account of the allowed domain, or add the domain to the provider's configuration. "
    "The hd parameter of the request is a hint only; this claim is what counts.",
)
@on_claims
def wrong_hosted_domain(claims: Claims, context: IdTokenContext) -> Judgement:
    """The account does not belong to a hosted domain that is let in; a consumer account has no `hd` at all."""
    if not context.hosted_domains:
        return skipped("no hosted domain is required")
    expected = f"hd {' or '.join(context.hosted_domains)}"
    domain: Any = claims.get("hd")
    if "hd" not in claims:
        return failed(expected, "no hd: a consumer account, which belongs to no organization")
    if isinstance(domain, str) and domain.lower() in {allowed.lower() for allowed in context.hosted_domains}:
        return passed(expected, printable(domain))
    return failed(expected, shown(domain))


def _strangers(found: tuple[str, ...], context: IdTokenContext) -> list[str]:
    return [name for name in found if name != context.client_id and name not in context.trusted_audiences]


def _absent_or(claims: Claims, name: str) -> str:
    return f"{shown(claims[name])} ({type_name(claims[name])})" if name in claims else f"no {name}"
