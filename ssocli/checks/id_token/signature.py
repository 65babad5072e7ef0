"""The signature of an ID token: which algorithm, which key, and whether it verifies."""

from __future__ import annotations

from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import type_name
from ssocli.checks.id_token.context import Claims, IdTokenContext, on_jws
from ssocli.checks.jose import (
    Parsed,
    Unparsable,
    is_symmetric,
    jwk_entries,
    key_problem,
    public_key_encodings,
    usable_keys,
    verifies,
    verifies_with_secret,
)
from ssocli.steps import Step
from ssocli.text import printable, shown


def verified_claims(context: IdTokenContext) -> Claims | None:
    """The claims, if the signature is good and was made with the right key by an accepted algorithm; None otherwise.

    It says nothing of the claims themselves: those are judged by the other rules of the area.
    """
    parsed = context.parsed
    if isinstance(parsed, Unparsable) or not _is_accepted(parsed, context):
        return None
    return parsed.claims if _signature_is_good(parsed, context) else None


def key_is_unknown(context: IdTokenContext) -> bool:
    """Whether the token names a key that the JWK set does not hold: the reason to fetch the set once more."""
    parsed = context.parsed
    return (
        isinstance(parsed, Parsed)
        and _is_accepted(parsed, context)
        and not is_symmetric(parsed.algorithm or "")
        and parsed.key_id is not None
        and not _named(parsed, context)
    )


@rule(
    "IDT007",
    "unsigned-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    fix="Let the identity provider sign the ID tokens of this client (id_token_signed_response_alg RS256). If it says "
    "that it does, somebody on the way has replaced the token.",
)
@on_jws
def unsigned_id_token(parsed: Parsed, _context: IdTokenContext) -> Judgement:
    """The header says `alg: none`, in whatever spelling: anybody can write such a token."""
    expected = "a signed ID token"
    if _is_unsigned(parsed):
        return failed(expected, f"alg {parsed.algorithm!r}")
    return passed(expected, "a signature algorithm")


@rule(
    "IDT008",
    "algorithm-confusion",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 2.1",
    owner=Owner.IDP,
    fix="This is the classic forgery; find out who issued the token. Accept asymmetric algorithms only.",
)
@on_jws
def algorithm_confusion(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token has a MAC (HS256) whose secret is the issuer's *public* key, which everybody has.

    A client that takes the algorithm from the header and the key from the JWK set accepts it.
    """
    if not is_symmetric(parsed.algorithm or ""):
        return passed("no MAC made with a public key", "an asymmetric algorithm, or none")
    if _is_confused(parsed, context):
        return failed("no MAC made with a public key", f"{parsed.algorithm} with a published key as its secret")
    return passed("no MAC made with a public key", "no published key fits the MAC")


@rule(
    "IDT009",
    "unaccepted-algorithm",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 7",
    owner=Owner.IDP,
    fix="Set the client's ID token signing algorithm at the identity provider to one that is accepted, or, if you "
    "trust the other one, add it to `algorithms` in the provider's configuration.",
)
@on_jws
def unaccepted_algorithm(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token is signed with another algorithm than those this client accepts, or names none.

    The client decides which algorithms are good (RS256 unless configured), never the token.
    """
    expected = f"alg {' or '.join(context.algorithms)}"
    if _is_unsigned(parsed):
        return skipped("the token is not signed at all")
    if _is_confused(parsed, context):
        return skipped("the token is forged by algorithm confusion")
    if parsed.algorithm is None:
        seen = f"alg is {type_name(parsed.header['alg'])}" if "alg" in parsed.header else "no alg"
        return failed(expected, seen)
    actual = f"alg {printable(parsed.algorithm, 40)}"
    return passed(expected, actual) if parsed.algorithm in context.algorithms else failed(expected, actual)


@rule(
    "IDT010",
    "unknown-key-id",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1.1",
    owner=Owner.IDP,
    fix="Let the identity provider publish the key that it signs with in its JWK set before it uses it, under the same "
    "kid. If keys were just changed, look for a cache between; if there are several identity provider nodes or "
    "tenants, compare their keys.",
)
@on_jws
def unknown_key_id(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token's `kid` is in no key of the issuer's JWK set, which was fetched again because of that."""
    if reason := _no_published_key(parsed, context):
        return skipped(reason)
    kids = [entry.get("kid") for entry in jwk_entries(context.jwks) if isinstance(entry, dict)]
    expected = f"one of the published key ids: {_listed(kids)}"
    if "kid" not in parsed.header:
        return skipped("the token names no key")
    if parsed.key_id is None:
        return failed("kid as a string", f"kid is {type_name(parsed.header['kid'])}")
    actual = f"kid '{printable(parsed.key_id, 80)}'"
    if _named(parsed, context):
        return passed(expected, actual)
    again = "also after the JWK set was fetched again" if context.refetched else "the JWK set was not fetched again"
    return failed(expected, actual, evidence=again)


@rule(
    "IDT011",
    "unusable-key",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1",
    owner=Owner.IDP,
    fix="Publish the signing key with the right kty, use 'sig' and, if any, the right alg, of 2048 bits or more.",
)
@on_jws
def unusable_key(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The key that the token was signed with is published, but not as one that may verify this signature.

    It is of another type, weak, malformed, or declared to be for encryption or for another algorithm. Without a
    `kid`, any key of the set would do, and none does.
    """
    if reason := _no_key_to_try(parsed, context):
        return skipped(reason)
    algorithm = parsed.algorithm or ""
    expected = f"a published key that can verify {algorithm}"
    if _fit(parsed, context):
        return passed(expected, "there is one")
    entries = _named(parsed, context) if parsed.key_id is not None else jwk_entries(context.jwks)
    reasons = [f"{_name(entry)} {key_problem(entry, algorithm)}" for entry in entries[:5]]
    return failed(expected, printable("; ".join(reasons) or "the JWK set holds no keys", 400))


@rule(
    "IDT012",
    "ambiguous-key",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider put the kid into the header: it must when its JWK set holds several keys.",
)
@on_jws
def ambiguous_key(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token names no key although several published ones could have signed it.

    Here every one of them is tried; many clients refuse such a token.
    """
    if reason := _no_published_key(parsed, context):
        return skipped(reason)
    if "kid" in parsed.header:
        return passed("a kid, or a single key that fits", "a kid")
    count = len(_fit(parsed, context))
    if count > 1:
        return failed("a kid, or a single key that fits", f"no kid, and {count} keys fit")
    return passed("a kid, or a single key that fits", f"no kid, and {count} key fits")


@rule(
    "IDT013",
    "bad-signature",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 6",
    owner=Owner.IDP,
    fix="Compare the published key with the one that signs (same kid, other key?). For HS256, compare the client "
    "secret on both sides. If both are right, something on the way changes the token.",
)
@on_jws
def bad_signature(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The signature does not fit the token and the issuer's key: the token is forged, damaged, or of another key."""
    if not _is_accepted(parsed, context):
        return skipped("the algorithm is not accepted, so the signature means nothing")
    algorithm = parsed.algorithm or ""
    if is_symmetric(algorithm):
        if not context.client_secret:
            return failed(f"a client secret to verify {algorithm} with", "this client has none", owner=Owner.APP)
        expected = f"an {algorithm} MAC made with the client secret"
    else:
        if reason := _no_key_to_try(parsed, context):
            return skipped(reason)
        if not _fit(parsed, context):
            return skipped("no published key can verify it")
        expected = f"an {algorithm} signature made with a published key"
    if _signature_is_good(parsed, context):
        return passed(expected, "it verifies")
    seen = "the signature is empty" if not parsed.signature else "it does not verify"
    key = f" with the key '{printable(parsed.key_id, 80)}'" if parsed.key_id is not None else ""
    return failed(expected, seen + key)


def _is_unsigned(parsed: Parsed) -> bool:
    return (parsed.algorithm or "").strip().lower() == "none"


def _is_confused(parsed: Parsed, context: IdTokenContext) -> bool:
    algorithm = parsed.algorithm or ""
    return is_symmetric(algorithm) and any(
        verifies_with_secret(parsed, encoding, algorithm)
        for entry in jwk_entries(context.jwks)
        for encoding in public_key_encodings(entry)
    )


def _is_accepted(parsed: Parsed, context: IdTokenContext) -> bool:
    return parsed.algorithm in context.algorithms and not _is_unsigned(parsed) and not _is_confused(parsed, context)


def _no_published_key(parsed: Parsed, context: IdTokenContext) -> str:
    """Why no published key is looked for; empty if one is."""
    if not _is_accepted(parsed, context):
        return "the algorithm is not accepted, so no key is looked for"
    if is_symmetric(parsed.algorithm or ""):
        return f"{parsed.algorithm} uses the client secret, not a published key"
    return ""


def _no_key_to_try(parsed: Parsed, context: IdTokenContext) -> str:
    """Why there is no published key under the name that the token gives; empty if there is."""
    if reason := _no_published_key(parsed, context):
        return reason
    if "kid" in parsed.header and not _named(parsed, context):
        return "the key that the token names is unknown"
    return ""


def _named(parsed: Parsed, context: IdTokenContext) -> list[dict[str, Any]]:
    """The published keys with the token's kid (they should be one, but may be more)."""
    return [
        entry
        for entry in jwk_entries(context.jwks)
        if isinstance(entry, dict) and parsed.key_id is not None and entry.get("kid") == parsed.key_id
    ]


def _fit(parsed: Parsed, context: IdTokenContext) -> list[dict[str, Any]]:
    """The published keys that may have made the signature."""
    algorithm = parsed.algorithm or ""
    if "kid" in parsed.header:
        return [entry for entry in _named(parsed, context) if key_problem(entry, algorithm) is None]
    return usable_keys(context.jwks, (algorithm,))


def _signature_is_good(parsed: Parsed, context: IdTokenContext) -> bool:
    algorithm = parsed.algorithm or ""
    if is_symmetric(algorithm):
        secret = (context.client_secret or "").encode("utf-8", "surrogatepass")
        return verifies_with_secret(parsed, secret, algorithm)
    return any(verifies(parsed, key, algorithm) for key in _fit(parsed, context))


def _name(entry: Any) -> str:
    kid = entry.get("kid") if isinstance(entry, dict) else None
    return "the key without kid" if kid is None else f"the key {shown(kid, 60)}"


def _listed(kids: list[Any]) -> str:
    named = [shown(kid, 60) for kid in kids if kid is not None]
    listed = ", ".join(named[:8]) + (f" and {len(named) - 8} more" if len(named) > 8 else "")
    return listed or ("none has a kid" if kids else "there are no keys")
