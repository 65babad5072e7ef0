"""The signature of an ID token: which key was named, whether it fits, and whether it verifies."""

from __future__ import annotations

from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import type_name
from ssocli.checks.id_token.context import IdTokenContext, on_jws
from ssocli.checks.jose import (
    Parsed,
    certified_key,
    is_symmetric,
    jwk_entries,
    key_problem,
    public_key_encodings,
    usable_keys,
    verifies,
    verifies_with_secret,
)
from ssocli.steps import Step
from ssocli.text import shown


def verified_claims(context: IdTokenContext) -> dict[str, Any] | None:
    """The claims, if the signature verifies with the right key and an accepted algorithm; otherwise None.

    This alone is not a valid ID token: call it when `evaluate("id_token", context)` found nothing that blocks.
    """
    return context.parsed.claims if isinstance(context.parsed, Parsed) and is_verified(context) else None


def is_verified(context: IdTokenContext) -> bool:
    """Whether the client secret (HS*) or one of the keys that the token may have been signed with verifies it."""
    parsed = context.parsed
    if not isinstance(parsed, Parsed) or parsed.algorithm not in context.algorithms:
        return False
    algorithm = str(parsed.algorithm)
    if is_symmetric(algorithm):
        return verifies_with_secret(parsed, (context.client_secret or "").encode(), algorithm)
    return any(verifies(parsed, jwk, algorithm) for jwk in _candidates(parsed, context.jwks, algorithm))


def is_confused(context: IdTokenContext) -> bool:
    """Whether the token's MAC was made with a published key as the secret (RFC 8725 2.1)."""
    parsed = context.parsed
    if not isinstance(parsed, Parsed) or parsed.algorithm is None or is_verified(context):
        return False
    algorithm = parsed.algorithm
    secrets = (octets for entry in jwk_entries(context.jwks) for octets in public_key_encodings(entry))
    return is_symmetric(algorithm) and any(verifies_with_secret(parsed, octets, algorithm) for octets in secrets)


def brought_key(context: IdTokenContext) -> str | None:
    """The header parameter with whose key the token stands or falls, since no published key verifies it; or None.

    A key or certificate in the header must verify the token to count. What is behind a URL is never fetched, so there
    the URL counts.
    """
    parsed = context.parsed
    if not isinstance(parsed, Parsed) or parsed.algorithm not in context.algorithms or is_verified(context):
        return None
    algorithm, header = str(parsed.algorithm), parsed.header
    if _verifies(parsed, header.get("jwk"), algorithm):
        return "jwk"
    if _verifies(parsed, certified_key(header.get("x5c"), algorithm), algorithm):
        return "x5c"
    return next((name for name in ("jku", "x5u") if name in header), None)


def _verifies(parsed: Parsed, jwk: Any, algorithm: str) -> bool:
    return key_problem(jwk, algorithm) is None and verifies(parsed, jwk, algorithm)


def _candidates(parsed: Parsed, jwks: Any, algorithm: str) -> list[dict[str, Any]]:
    """The fit keys with the token's key id. Without one, every fit key (OIDC Core 10.1: there should be one only)."""
    keys = usable_keys(jwks, (algorithm,))
    return keys if "kid" not in parsed.header else [jwk for jwk in keys if jwk.get("kid") == parsed.header["kid"]]


def _no_published_key(parsed: Parsed, context: IdTokenContext) -> str:
    """Why the rules of published keys do not apply to this token; empty if they do."""
    algorithm = parsed.algorithm
    if algorithm is None or algorithm.lower() == "none":
        return "the token names no signature algorithm"
    if algorithm not in context.algorithms:
        return "the algorithm is not accepted, so no key is chosen (IDT008)"
    if is_symmetric(algorithm):
        return "the key of a MAC is the client secret"
    if not usable_keys(context.jwks, context.algorithms):
        return "the JWK set has no usable key at all (JWKS002)"
    return "the token brings its own key (IDT011)" if brought_key(context) else ""


@rule(
    "IDT012",
    "unknown-key-id",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1.1; RFC 7515 4.1.4",
    owner=Owner.IDP,
    fix="Publish the signing key in the identity provider's JWK set before signing with it, and keep old keys there "
    "while their tokens live. Check that the token comes from this issuer, and that no proxy caches the set.",
)
@on_jws
def unknown_key_id(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token names a key id that is not in the identity provider's JWK set, fetched again or not."""
    if reason := _no_published_key(parsed, context):
        return skipped(reason)
    if "kid" not in parsed.header:
        return skipped("the token names no key id")
    offered = [entry.get("kid") for entry in jwk_entries(context.jwks) if isinstance(entry, dict)]
    kid = parsed.header["kid"]
    expected = f"a kid of the JWK set: {shown(offered)}"
    if not isinstance(kid, str):
        return failed(expected, f"{shown(kid)} ({type_name(kid)})")
    if kid in offered:
        return passed(expected, shown(kid))
    again = ", also after the set was fetched again" if context.refetched else "; the set was not fetched again"
    return failed(expected, f"{shown(kid)}, which is not in the JWK set{again}")


@rule(
    "IDT013",
    "missing-key-id",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider put the kid of the signing key in the header: with several keys, clients that do "
    "not try them all reject the token.",
)
@on_jws
def missing_key_id(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token names no key id, though several keys of the JWK set could have signed it."""
    if reason := _no_published_key(parsed, context):
        return skipped(reason)
    keys = len(usable_keys(context.jwks, (str(parsed.algorithm),)))
    if "kid" in parsed.header:
        return passed("kid, if several keys are published", "a kid")
    if keys > 1:
        return failed("kid, since several keys are published", f"no kid, and {keys} keys for {parsed.algorithm}")
    return passed("kid, if several keys are published", "no kid, and one key")


@rule(
    "IDT014",
    "unfit-key",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 4.1 to 4.4; RFC 7518 3.3",
    owner=Owner.IDP,
    fix="Sign with a key of the algorithm's type that is published for signatures (use sig); "
    "RSA needs 2048 bits or more.",
)
@on_jws
def unfit_key(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The key that the token names (or every key, if it names none) must not be used for this signature.

    It is of another type or for another purpose, or it is too weak.
    """
    if reason := _no_published_key(parsed, context):
        return skipped(reason)
    named = [entry for entry in jwk_entries(context.jwks) if isinstance(entry, dict) and _is_named(parsed, entry)]
    if not named:
        return skipped("no key of the JWK set has this key id (IDT012)")
    expected = f"a key for {parsed.algorithm} signatures"
    problems = [key_problem(entry, str(parsed.algorithm)) for entry in named]
    if None in problems:
        return passed(expected, "such a key")
    if "kid" not in parsed.header:
        return failed(expected, "none of the published keys is one")
    return failed(expected, f"the key {shown(parsed.header['kid'])} {problems[0]}")


@rule(
    "IDT015",
    "invalid-signature",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 items 6 and 8; RFC 7515 5.2",
    owner=Owner.IDP,
    fix="Check that the published key is the one the identity provider signs with (a rotation under the same kid?), "
    "for HS256 that both have the same client secret, and that nothing on the way changes the token.",
)
@on_jws
def invalid_signature(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The signature does not verify: the token was changed, or signed with another key than the one it names."""
    algorithm = parsed.algorithm
    if algorithm is not None and algorithm in context.algorithms and is_symmetric(algorithm):
        return _judge_mac(context, algorithm)
    if reason := _no_published_key(parsed, context):
        return skipped(reason)
    if not _candidates(parsed, context.jwks, str(algorithm)):
        return skipped("there is no key to verify it with (IDT012, IDT014)")
    which = f"the key {shown(parsed.header['kid'])}" if "kid" in parsed.header else "a published key"
    expected = f"a signature that verifies with {which}"
    if is_verified(context):
        return passed(expected, f"it verifies ({algorithm})")
    return failed(
        expected, f"it does not verify ({algorithm}, {len(parsed.signature)} octets){_other_signer(parsed, context)}"
    )


def _judge_mac(context: IdTokenContext, algorithm: str) -> Judgement:
    expected = "a MAC that verifies with the client secret"
    if is_confused(context):
        return skipped("the MAC was made with a public key (IDT007)")
    if not context.client_secret:
        return failed(expected, f"{algorithm}, and the client has no secret", owner=Owner.APP)
    if is_verified(context):
        return passed(expected, f"it verifies ({algorithm})")
    return failed(expected, f"it does not verify ({algorithm})")


def _is_named(parsed: Parsed, entry: dict[str, Any]) -> bool:
    return "kid" not in parsed.header or entry.get("kid") == parsed.header["kid"]


def _other_signer(parsed: Parsed, context: IdTokenContext) -> str:
    """Say so if another key of the set verifies the token: then only the key id is wrong."""
    for jwk in usable_keys(context.jwks, (str(parsed.algorithm),)):
        if verifies(parsed, jwk, str(parsed.algorithm)):
            return f"; the key {shown(jwk.get('kid'))} verifies it"
    return ""
