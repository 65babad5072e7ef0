"""What binds an ID token to this login: nonce, access token, time and class of authentication."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import is_number, type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_claims
from ssocli.checks.jose import Parsed, left_half_hash
from ssocli.clock import iso
from ssocli.steps import Step
from ssocli.text import fingerprint, shown


@rule(
    "IDT030",
    "missing-nonce",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 11",
    owner=Owner.IDP,
    fix="Let the identity provider copy the nonce of the authorization request into the ID token, unchanged.",
)
@on_claims
def missing_nonce(claims: Claims, context: IdTokenContext) -> Judgement:
    """A nonce was sent, and the token has none: it may have been made for another login."""
    if context.nonce is None:
        return skipped("no nonce was sent")
    if "nonce" not in claims:
        return failed("the nonce that was sent", "no nonce")
    return passed("the nonce that was sent", "a nonce")


@rule(
    "IDT031",
    "wrong-nonce",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 11 and 15.5.2",
    owner=Owner.IDP,
    fix="The token belongs to another login (a replay, or two logins mixed up): start afresh. If it happens each time, "
    "the identity provider changes or caches the nonce.",
)
@on_claims
def wrong_nonce(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token carries another nonce than the one that was sent: it was made for another login."""
    if context.nonce is None or "nonce" not in claims:
        return skipped("no nonce was sent, or none came back (IDT030)")
    nonce = claims["nonce"]
    expected = f"the nonce {fingerprint(context.nonce)}"
    if not isinstance(nonce, str):
        return failed(expected, type_name(nonce))
    return passed(expected, "the same") if nonce == context.nonce else failed(expected, fingerprint(nonce))


@rule(
    "IDT032",
    "wrong-access-token-hash",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.8 and 3.1.3.6 (at_hash)",
    owner=Owner.IDP,
    fix="The access token was not issued with this ID token: treat it as swapped. If it happens each time, the "
    "identity provider must hash the token as sent, with the digest of the signature algorithm.",
)
@on_claims
def wrong_access_token_hash(claims: Claims, context: IdTokenContext) -> Judgement:
    """The access token is not the one that the ID token was issued with: `at_hash` does not match it."""
    if "at_hash" not in claims:
        return skipped("no at_hash, which the code flow allows")
    if context.access_token is None:
        return skipped("there is no access token to compare")
    algorithm = context.parsed.algorithm if isinstance(context.parsed, Parsed) else None
    wanted = left_half_hash(context.access_token, algorithm or "")
    if wanted is None:
        return skipped(f"no digest belongs to the algorithm {shown(algorithm)}")
    found = claims["at_hash"]
    expected = f"at_hash {fingerprint(wanted)}"
    if not isinstance(found, str):
        return failed(expected, f"{shown(found)} ({type_name(found)})")
    return passed(expected, "the same") if found == wanted else failed(expected, fingerprint(found))


@rule(
    "IDT033",
    "missing-authentication-time",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2 (auth_time) and 3.1.2.1 (max_age)",
    owner=Owner.IDP,
    fix="Let the identity provider put auth_time in the ID token whenever max_age was asked for.",
)
@on_claims
def missing_authentication_time(claims: Claims, context: IdTokenContext) -> Judgement:
    """A recent authentication was asked for (`max_age`), and the token does not say when the user authenticated."""
    if context.max_age is None:
        return skipped("no max_age was asked for")
    expected = "auth_time, a number, since max_age was asked for"
    if "auth_time" not in claims:
        return failed(expected, "no auth_time")
    found = claims["auth_time"]
    return (
        passed(expected, shown(found)) if is_number(found) else failed(expected, f"{shown(found)} ({type_name(found)})")
    )


@rule(
    "IDT034",
    "authentication-too-old",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 13",
    owner=Owner.IDP,
    fix="Let the identity provider ask the user again when the last authentication is older than max_age.",
)
@on_claims
def authentication_too_old(claims: Claims, context: IdTokenContext) -> Judgement:
    """The user authenticated longer ago than `max_age` allows: the identity provider used an old session."""
    moment = claims.get("auth_time")
    if context.max_age is None or not is_number(moment):
        return skipped("no max_age was asked for, or there is no auth_time (IDT033)")
    expiry = claims.get("exp")
    if is_number(expiry) and context.now >= expiry + context.leeway:
        return skipped("the token itself is expired (IDT024)")
    age = context.now - moment
    expected = f"at most {context.max_age} s ago (leeway {context.leeway:g} s)"
    actual = f"{iso(moment)}, {age:.0f} s ago"
    if moment > context.now + context.leeway:
        return failed(expected, f"{iso(moment)}, {-age:.0f} s in the future", owner=Owner.CLOCK)
    return passed(expected, actual) if age <= context.max_age + context.leeway else failed(expected, actual)


@rule(
    "IDT035",
    "unsatisfied-acr",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 12 and 5.5.1.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider require the authentication that was asked for (acr_values), e.g. a second factor, "
    "and say so in acr.",
)
@on_claims
def unsatisfied_acr(claims: Claims, context: IdTokenContext) -> Judgement:
    """The user authenticated in another way than was asked for: `acr` is none of the requested classes.

    It ends the login if the class was requested as essential; otherwise the request was only a wish.
    """
    if not context.acr_values:
        return skipped("no authentication context class was asked for")
    expected = f"acr {' or '.join(context.acr_values)}"
    if claims.get("acr") in context.acr_values:
        return passed(expected, shown(claims["acr"]))
    actual = shown(claims["acr"]) if "acr" in claims else "no acr"
    return failed(expected, actual, severity=Severity.ERROR if context.acr_essential else None)
