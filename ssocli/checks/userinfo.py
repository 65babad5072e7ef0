"""What the userinfo endpoint says of the user: is it about the same user, are its claims well-typed."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, type_name
from ssocli.checks.id_token import IdTokenContext, verified_claims
from ssocli.checks.id_token.context import Claims
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import difference, printable, shown

JWT = "application/jwt"

_CHALLENGE_ERROR = re.compile(r'\b(error|error_description|scope)\s*=\s*(?:"([^"]*)"|([^\s,]+))')
# OIDC Core 5.1.
_STRINGS = (
    "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture",
    "website", "email", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
)  # fmt: skip
_BOOLEANS = ("email_verified", "phone_number_verified")
# RFC 6750 3.1.
_BEARER_ERRORS = {
    "invalid_token": "the access token is expired, revoked, or not meant for this endpoint",
    "insufficient_scope": "the access token lacks a scope, mostly openid",
    "invalid_request": "the request is malformed, or carries the token twice",
}


@dataclass(frozen=True, slots=True)
class UserinfoContext:
    """The userinfo response, its decoded body, and what is known from the ID token.

    `document` is the JSON value, None for a signed response (`application/jwt`); then `signed` holds the JWT with the
    issuer's keys, as for an ID token. `subject` is the ID token's `sub`, `hosted_domain` its `hd`.
    """

    response: Response
    document: Any
    subject: str
    hosted_domain: str | None = None
    signed: IdTokenContext | None = None


def userinfo_claims(context: UserinfoContext) -> Claims | None:
    """The claims: of the JSON object, or of the JWT if its signature is good; None if there are none to trust."""
    if not 200 <= context.response.status < 300:
        return None
    if context.response.media_type == JWT:
        return verified_claims(context.signed) if context.signed is not None else None
    return context.document if isinstance(context.document, dict) else None


def _on_claims(judge: Callable[[Claims, UserinfoContext], Judgement]) -> Callable[[UserinfoContext], Judgement]:
    @functools.wraps(judge)
    def guarded(context: UserinfoContext) -> Judgement:
        claims = userinfo_claims(context)
        return skipped("there are no claims to judge") if claims is None else judge(claims, context)

    return guarded


@rule(
    "UI001",
    "userinfo-refused",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 6750 3.1",
    owner=Owner.IDP,
    fix="Let the identity provider's userinfo endpoint accept the access token that its token endpoint has just given "
    "to this client with the scope openid; look at the token's audience and at gateways that strip Authorization.",
)
def userinfo_refused(context: UserinfoContext) -> Judgement:
    """The userinfo endpoint refuses the access token. Its WWW-Authenticate header says why."""
    status = context.response.status
    if 200 <= status < 300:
        return passed("HTTP 200", f"HTTP {status}")
    challenge = context.response.header("WWW-Authenticate")
    found = {name: quoted or bare for name, quoted, bare in _CHALLENGE_ERROR.findall((challenge or "")[:4000])}
    error = found.get("error", "")
    actual = f"HTTP {status}"
    if error:
        means = f": {_BEARER_ERRORS[error]}" if error in _BEARER_ERRORS else ""
        actual += f", {printable(error, 80)}{means}"
    elif challenge is None and status == 401:
        actual += " without WWW-Authenticate"
    evidence = "; ".join(
        f"{name}: {printable(found[name])}" for name in ("error_description", "scope") if name in found
    )
    return failed("HTTP 200", actual, evidence=evidence)


@rule(
    "UI002",
    "malformed-userinfo",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2",
    owner=Owner.IDP,
    fix="Let the userinfo endpoint answer a JSON object with Content-Type application/json.",
)
def malformed_userinfo(context: UserinfoContext) -> Judgement:
    """The userinfo response is no JSON object."""
    if not 200 <= context.response.status < 300:
        return skipped(f"the response is an HTTP {context.response.status}")
    if context.response.media_type == JWT:
        return skipped("the response is a signed JWT")
    good = isinstance(context.document, dict)
    kind = "no JSON" if context.document is None else type_name(context.document)
    return (passed if good else failed)("a JSON object", kind)


@rule(
    "UI003",
    "unverifiable-userinfo",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.4",
    owner=Owner.IDP,
    fix="Let the identity provider sign userinfo with a published key and an accepted algorithm, and put iss and aud "
    "into it, or answer plain JSON (no userinfo_signed_response_alg for this client).",
)
def unverifiable_userinfo(context: UserinfoContext) -> Judgement:
    """The userinfo response is a JWT that does not verify, or of another issuer, or for another client."""
    if context.response.media_type != JWT or not 200 <= context.response.status < 300:
        return skipped("the response is no JWT")
    expected = "a JWT signed by the issuer for this client"
    if context.signed is None:
        return failed(expected, "there are no keys to verify it with")
    claims = verified_claims(context.signed)
    if claims is None:
        return failed(expected, "its signature does not verify with a published key and an accepted algorithm")
    if claims.get("iss", context.signed.issuer) != context.signed.issuer:
        return failed(expected, f"iss {shown(claims['iss'])}")
    audience = claims.get("aud", context.signed.client_id)
    if context.signed.client_id not in (audience if isinstance(audience, list) else [audience]):
        return failed(expected, f"aud {shown(audience)}")
    return passed(expected, "it is")


@rule(
    "UI004",
    "userinfo-without-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2",
    owner=Owner.IDP,
    fix="Let the userinfo endpoint return sub: it must.",
)
@_on_claims
def userinfo_without_subject(claims: Claims, _context: UserinfoContext) -> Judgement:
    """The userinfo response does not say about whom it is."""
    if "sub" not in claims:
        return failed("sub as a string", "no sub")
    subject = claims["sub"]
    if not isinstance(subject, str):
        return failed("sub as a string", f"sub is {type_name(subject)}")
    return passed("sub as a string", "it is") if subject else failed("sub as a string", "an empty string")


@rule(
    "UI005",
    "userinfo-of-another-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2",
    owner=Owner.IDP,
    fix="Let both carry the same sub for one user and client (pairwise or public, not mixed). If they truly are two "
    "users, tokens were substituted: do not accept it.",
)
@_on_claims
def userinfo_of_another_subject(claims: Claims, context: UserinfoContext) -> Judgement:
    """The userinfo response is about another user than the ID token, and must not be used."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        return skipped("the userinfo response has no sub")
    expected, actual = f"sub '{printable(context.subject, 100)}'", f"sub '{printable(subject, 100)}'"
    if subject == context.subject:
        return passed(expected, actual)
    return failed(expected, actual, evidence=difference(context.subject, subject))


@rule(
    "UI006",
    "mistyped-claim",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Correct the claim mapping: booleans as true and false without quotes, updated_at in seconds, text as strings.",
)
@_on_claims
def mistyped_claim(claims: Claims, _context: UserinfoContext) -> Judgement:
    """A standard claim has another JSON type than OIDC Core gives it: `email_verified: "true"` is the frequent one.

    A string "false" is true to many programs, so that an unverified address passes for a verified one.
    """
    problems = [f"{name} is {type_name(value)}" for name, value in claims.items() if not _type_is_good(name, value)]
    expected = "standard claims of their JSON types"
    return failed(expected, "; ".join(problems)) if problems else passed(expected, "so")


@rule(
    "UI007",
    "conflicting-hosted-domain",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Find out why the two differ; only the signed ID token's domain counts.",
)
@_on_claims
def conflicting_hosted_domain(claims: Claims, context: UserinfoContext) -> Judgement:
    """The userinfo response names another hosted domain (`hd`) than the ID token, which alone decides."""
    if "hd" not in claims:
        return skipped("the userinfo response has no hd")
    expected = f"hd {printable(context.hosted_domain)}" if context.hosted_domain else "no hd, as in the ID token"
    same = claims["hd"] == context.hosted_domain
    return (passed if same else failed)(expected, f"hd {shown(claims['hd'], 100)}")


def _type_is_good(name: str, value: Any) -> bool:
    # A null is as good as absent (OIDC Core 5.3.2 wants it left out).
    if value is None:
        return True
    if name in _STRINGS:
        return isinstance(value, str)
    if name in _BOOLEANS:
        return isinstance(value, bool)
    if name == "updated_at":
        return is_number(value)
    return isinstance(value, dict) if name == "address" else True
