"""What ties an ID token to this login: `nonce`, `at_hash` and `acr`."""

from __future__ import annotations

import hmac

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_claims
from ssocli.checks.jose import Parsed, left_half_hash
from ssocli.steps import Step
from ssocli.text import fingerprint, shown


@rule(
    "IDT032",
    "missing-nonce",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 11",
    owner=Owner.IDP,
    fix="Let the identity provider copy nonce from the authorization request into the ID token: it must.",
)
@on_claims
def missing_nonce(claims: Claims, context: IdTokenContext) -> Judgement:
    """The request had a `nonce`, the token has none: it cannot be told from a token of another login."""
    if context.nonce is None:
        return skipped("no nonce was sent")
    expected = "the nonce of the request, as a string"
    if "nonce" not in claims:
        return failed(expected, "no nonce")
    nonce = claims["nonce"]
    return passed(expected, "a nonce") if isinstance(nonce, str) else failed(expected, f"nonce is {type_name(nonce)}")


@rule(
    "IDT033",
    "wrong-nonce",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 11",
    owner=Owner.IDP,
    fix="Start the login again, once, in one browser tab. If it stays, the identity provider answers with the token of "
    "another login (a cache, or somebody injects a code).",
)
@on_claims
def wrong_nonce(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token's `nonce` is not the one of this login: the token, or the code it came for, is of another one."""
    nonce = claims.get("nonce")
    if context.nonce is None:
        return skipped("no nonce was sent")
    if not isinstance(nonce, str):
        return skipped("the token has no nonce")
    expected, actual = f"nonce {fingerprint(context.nonce)}", f"nonce {fingerprint(nonce)}"
    return passed(expected, actual) if _same(context.nonce, nonce) else failed(expected, actual)


@rule(
    "IDT034",
    "wrong-access-token-hash",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.8",
    owner=Owner.IDP,
    fix="Let the identity provider take the left half of the access token's hash, with the hash of the ID token's own "
    "signature algorithm, base64url without padding. If it does, the two tokens are not of one response.",
)
@on_claims
def wrong_access_token_hash(claims: Claims, context: IdTokenContext) -> Judgement:
    """The token's `at_hash` does not fit the access token that came with it: the two do not belong together.

    In the code flow `at_hash` may be missing, but if it is there it has to fit.
    """
    if "at_hash" not in claims:
        return skipped("the token has no at_hash, which the code flow allows")
    if context.access_token is None:
        return skipped("there is no access token to compare with")
    algorithm = context.parsed.algorithm if isinstance(context.parsed, Parsed) else None
    wanted = left_half_hash(context.access_token, algorithm or "")
    if wanted is None:
        return skipped("the token's algorithm names no hash")
    claimed = claims["at_hash"]
    expected = f"at_hash {fingerprint(wanted)}"
    if not isinstance(claimed, str):
        return failed(expected, f"at_hash is {type_name(claimed)}")
    actual = f"at_hash {fingerprint(claimed)}"
    return passed(expected, actual) if _same(wanted, claimed) else failed(expected, actual)


@rule(
    "IDT035",
    "unrequested-acr",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 12",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider demand the authentication that was asked for (a second factor, mostly), or take "
    "acr_values out of the provider's configuration.",
)
@on_claims
def unrequested_acr(claims: Claims, context: IdTokenContext) -> Judgement:
    """The user authenticated in another way (`acr`) than the request asked for: often without the second factor.

    `acr_values` is a wish; asked for as an essential claim, it is a condition (OIDC Core 5.5.1.1).
    """
    if not context.acr_values:
        return skipped("no acr was asked for")
    severity = Severity.ERROR if context.acr_essential else Severity.WARNING
    expected = f"acr {' or '.join(context.acr_values)}"
    if "acr" not in claims:
        return failed(expected, "no acr", severity=severity)
    actual = f"acr {shown(claims['acr'], 100)}"
    if isinstance(claims["acr"], str) and claims["acr"] in context.acr_values:
        return passed(expected, actual)
    return failed(expected, actual, severity=severity)


def _same(left: str, right: str) -> bool:
    """Compare in constant time, whatever characters there are."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
