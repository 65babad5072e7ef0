"""The userinfo response: that it is about the user of the ID token, and genuine where it is signed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, json_object, type_name
from ssocli.checks.id_token.context import IdTokenContext
from ssocli.checks.id_token.identity import audiences
from ssocli.checks.id_token.signature import verified_claims
from ssocli.checks.jose import Parsed, Unparsable
from ssocli.exchange import Response
from ssocli.steps import Step
from ssocli.text import difference, printable, shown

JWT = "application/jwt"

_CHALLENGE = re.compile(r'\b(error|error_description)\s*=\s*"([^"]*)"')
# RFC 6750 3.1.
_ERRORS = {
    "invalid_token": "the access token is expired, revoked, malformed, or meant for another service",
    "insufficient_scope": "the access token lacks a scope that userinfo needs (openid)",
    "invalid_request": "the request lacks the access token, or carries it in two ways",
}
# OIDC Core 5.1: the type of each standard claim.
_STRINGS = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
]
_BOOLEANS = ("email_verified", "phone_number_verified")


@dataclass(frozen=True, slots=True)
class UserinfoContext:
    """The userinfo response, and what it has to agree with.

    `id_token` is the judged ID token (its keys, issuer and client count for a signed response too), `claims` its
    verified claims.
    """

    response: Response
    id_token: IdTokenContext
    claims: dict[str, Any]

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.response.status < 300

    @property
    def signed(self) -> IdTokenContext | None:
        """The body as a JWT with the ID token's keys, if it is one by its media type."""
        if not self.is_success or self.response.media_type != JWT:
            return None
        return replace(self.id_token, token=self.response.body.decode("ascii", "replace").strip())


def userinfo_claims(context: UserinfoContext) -> dict[str, Any] | None:
    """The claims of a successful response, those of a signed one only if its signature verifies; otherwise None."""
    if not context.is_success:
        return None
    signed = context.signed
    return json_object(context.response.body) if signed is None else verified_claims(signed)


@rule(
    "UI001",
    "userinfo-error",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.3; RFC 6750 3.1",
    owner=Owner.IDP,
    fix="Send the access token unchanged in the Authorization header, and let the identity provider issue it for "
    "userinfo (scope openid, audience). A proxy may have dropped the header.",
)
def userinfo_error(context: UserinfoContext) -> Judgement:
    """The userinfo endpoint refuses the access token."""
    expected, status = "HTTP 200", f"HTTP {context.response.status}"
    if context.is_success:
        return passed(expected, status)
    error, description = _explanation(context.response)
    if not error:
        return failed(expected, f"{status} without an explanation")
    said = f": {printable(description)}" if description else ""
    return failed(expected, f"{status}, {printable(error, 80)}{said}", evidence=_ERRORS.get(error, ""))


@rule(
    "UI002",
    "malformed-userinfo-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2; RFC 7519 7.2",
    owner=Owner.IDP,
    fix="Let the identity provider answer with plain JSON, or with a signed, unencrypted JWT.",
)
def malformed_userinfo_token(context: UserinfoContext) -> Judgement:
    """The response says that it is a JWT, and is none that can be read."""
    if context.signed is None:
        return skipped("the response is no JWT")
    parsed, expected = context.signed.parsed, "a signed JWT with a JSON object in it"
    if isinstance(parsed, Unparsable):
        return failed(expected, parsed.reason)
    if parsed.payload_problem:
        return failed(expected, f"its payload {parsed.payload_problem}")
    return passed(expected, "such a JWT")


@rule(
    "UI003",
    "unverified-userinfo",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2 and 5.3.4",
    owner=Owner.IDP,
    fix="Let the identity provider sign userinfo with a published key and an algorithm that the client accepts, or "
    "answer with plain JSON.",
)
def unverified_userinfo(context: UserinfoContext) -> Judgement:
    """The signature of a signed userinfo response does not verify, or the algorithm is not accepted."""
    signed = context.signed
    if signed is None or not isinstance(signed.parsed, Parsed):
        return skipped("the response is no JWT, or none that can be read (UI002)")
    expected = f"a signature with {' or '.join(signed.algorithms)} and the issuer's key"
    algorithm = shown(signed.parsed.header.get("alg"), 40)
    if signed.parsed.claims is None:
        return skipped("the response cannot be read (UI002)")
    if verified_claims(signed) is not None:
        return passed(expected, f"it verifies ({algorithm})")
    return failed(expected, f"it does not verify (alg {algorithm}, kid {shown(signed.parsed.header.get('kid'), 60)})")


@rule(
    "UI004",
    "foreign-userinfo",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2",
    owner=Owner.IDP,
    fix="Do not use the response: it was made by another issuer, or for another client.",
)
def foreign_userinfo(context: UserinfoContext) -> Judgement:
    """A signed userinfo response names another issuer or another audience than the ID token's."""
    claims = userinfo_claims(context)
    if context.signed is None or claims is None:
        return skipped("the response is no JWT that verifies")
    expected = f"iss {printable(context.id_token.issuer)} and aud {shown(context.id_token.client_id)}, if any"
    if "iss" in claims and claims["iss"] != context.id_token.issuer:
        issuer = claims["iss"]
        evidence = difference(context.id_token.issuer, issuer) if isinstance(issuer, str) else ""
        return failed(expected, f"iss {shown(issuer)}", evidence=evidence)
    if "aud" in claims and context.id_token.client_id not in (audiences(claims) or ()):
        return failed(expected, f"aud {shown(claims['aud'])}")
    return passed(expected, "so it is")


@rule(
    "UI005",
    "missing-userinfo-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2",
    owner=Owner.IDP,
    fix="Let the identity provider put sub in every userinfo response.",
)
def missing_userinfo_subject(context: UserinfoContext) -> Judgement:
    """The response does not say whom it is about, so it cannot be used."""
    claims = userinfo_claims(context)
    if claims is None:
        return skipped("there are no claims to judge")
    subject = claims.get("sub")
    if isinstance(subject, str) and subject:
        return passed("sub, a string", printable(subject, 80))
    return failed("sub, a string", f"{shown(subject, 80)} ({type_name(subject)})" if "sub" in claims else "no sub")


@rule(
    "UI006",
    "wrong-userinfo-subject",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.3.2 and 16.11",
    owner=Owner.IDP,
    fix="Do not use the response: the access token may belong to another user (token substitution). If it happens each "
    "time, the identity provider has to use one subject per user and client.",
)
def wrong_userinfo_subject(context: UserinfoContext) -> Judgement:
    """The response is about another user than the ID token: their `sub` differ."""
    subject = (userinfo_claims(context) or {}).get("sub")
    own = context.claims.get("sub")
    if not isinstance(subject, str) or not subject or not isinstance(own, str):
        return skipped("there is no subject to compare (UI005)")
    expected = f"sub {printable(own, 80)}, as in the ID token"
    if subject == own:
        return passed(expected, "the same")
    return failed(expected, printable(subject, 80), evidence=difference(own, subject))


@rule(
    "UI007",
    "malformed-claim",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 5.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Correct the claim's mapping at the identity provider. Values of the wrong type are not used.",
)
def malformed_claim(context: UserinfoContext) -> Judgement:
    """A standard claim has another type than OpenID Connect gives it, such as `email_verified` a string."""
    claims = userinfo_claims(context)
    if claims is None:
        return skipped("there are no claims to judge")
    problems = [
        f"{name} is {type_name(claims[name])} instead of {wanted}"
        for name, wanted, fits in _expected_types()
        if claims.get(name) is not None and not fits(claims[name])
    ]
    expected = "standard claims of the standard types"
    return failed(expected, "; ".join(problems)) if problems else passed(expected, "so they are")


@rule(
    "UI008",
    "contradicting-hosted-domain",
    step=Step.TOKEN_VALIDATION,
    spec="Google Identity: OpenID Connect, ID token payload (hd)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Nothing breaks: only the ID token's hd counts. Find out why the identity provider contradicts itself.",
)
def contradicting_hosted_domain(context: UserinfoContext) -> Judgement:
    """Userinfo names another hosted domain than the ID token, whose signed value is the one that counts."""
    claims = userinfo_claims(context)
    if claims is None or "hd" not in claims:
        return skipped("userinfo names no hosted domain")
    own = context.claims.get("hd")
    expected = f"hd {shown(own)}, as in the ID token" if "hd" in context.claims else "no hd, as in the ID token"
    return passed(expected, "the same") if claims["hd"] == own else failed(expected, f"hd {shown(claims['hd'])}")


def _expected_types() -> list[tuple[str, str, Any]]:
    """Name, type in words and test of each standard claim."""
    return [
        *((name, "a string", lambda value: isinstance(value, str)) for name in _STRINGS),
        *((name, "a boolean", lambda value: isinstance(value, bool)) for name in _BOOLEANS),
        ("updated_at", "a number", is_number),
        ("address", "an object", lambda value: isinstance(value, dict)),
    ]


def _explanation(response: Response) -> tuple[str, str]:
    """Error code and description from WWW-Authenticate (RFC 6750 3), or from an OAuth error in the body."""
    challenge = dict(_CHALLENGE.findall(response.header("WWW-Authenticate") or ""))
    if "error" in challenge:
        return challenge["error"], challenge.get("error_description", "")
    body = json_object(response.body) or {}
    error, description = body.get("error"), body.get("error_description")
    return error if isinstance(error, str) else "", description if isinstance(description, str) else ""
