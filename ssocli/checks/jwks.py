"""The JWK set: that the published keys can verify what the identity provider signs, and are nothing but public."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import type_name
from ssocli.checks.jose import PRIVATE_MEMBERS, is_symmetric, jwk_entries, key_defect, usable_keys, weakness
from ssocli.steps import Step
from ssocli.text import shown


@dataclass(frozen=True, slots=True)
class JwksContext:
    """The parsed JSON found at `jwks_uri` (None if there is none), and the algorithms that the client accepts."""

    document: Any
    algorithms: tuple[str, ...] = ("RS256",)

    @property
    def keys(self) -> list[dict[str, Any]]:
        """The entries of the set that are JSON objects."""
        return [entry for entry in jwk_entries(self.document) if isinstance(entry, dict)]

    @property
    def needs_none(self) -> bool:
        """Whether the client accepts only MACs made with its own secret."""
        return all(is_symmetric(algorithm) for algorithm in self.algorithms)


@rule(
    "JWKS001",
    "malformed-jwk-set",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 5",
    owner=Owner.IDP,
    fix="Let the identity provider publish an object with an array `keys`; check the jwks_uri of its metadata.",
)
def malformed_jwk_set(context: JwksContext) -> Judgement:
    """The document is no JWK set: it has no array `keys`."""
    expected = "an object with an array `keys`"
    if context.document is None and context.needs_none:
        return skipped("the client accepts MACs only, whose key is its secret")
    if not isinstance(context.document, dict):
        return failed(expected, type_name(context.document))
    if not isinstance(context.document.get("keys"), list):
        return failed(expected, type_name(context.document["keys"]) if "keys" in context.document else "no `keys`")
    return passed(expected, f"{len(context.document['keys'])} keys")


@rule(
    "JWKS002",
    "no-usable-signing-key",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1; RFC 7517 4",
    owner=Owner.IDP,
    fix="Let the identity provider publish the public key it signs ID tokens with (kty, use sig, alg).",
)
def no_usable_signing_key(context: JwksContext) -> Judgement:
    """None of the published keys can verify a signature that the client accepts."""
    if context.needs_none:
        return skipped("the client accepts MACs only, whose key is its secret")
    if not isinstance(context.document, dict) or not isinstance(context.document.get("keys"), list):
        return skipped("the document is no JWK set (JWKS001)")
    wanted = [algorithm for algorithm in context.algorithms if not is_symmetric(algorithm)]
    expected = f"a key for {' or '.join(wanted)}"
    if found := usable_keys(context.document, wanted):
        return passed(expected, f"{len(found)} of {len(context.document['keys'])} keys")
    if context.keys and all(weakness(jwk) for jwk in context.keys):
        return skipped("every key is too weak (JWKS005)")
    described = [
        {name: jwk[name] for name in ("kid", "kty", "use", "alg", "crv") if name in jwk} for jwk in context.keys
    ]
    return failed(expected, shown(described) if described else "no keys at all")


@rule(
    "JWKS003",
    "published-private-key",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 9.2; OIDC Discovery 3 (jwks_uri)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Critical: replace the key now and take the private members out of the document. Whoever saw it can forge "
    "every user's token.",
)
def published_private_key(context: JwksContext) -> Judgement:
    """The public document contains private key material."""
    found = [
        f"{shown(jwk.get('kid'), 60)}: {', '.join(members)}"
        for jwk in context.keys
        if jwk.get("kty") != "oct" and (members := [name for name in PRIVATE_MEMBERS if name in jwk])
    ]
    return (
        failed("public members only", "; ".join(found)) if found else passed("public members only", "no private ones")
    )


@rule(
    "JWKS004",
    "duplicate-key-id",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 4.5",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider give each key a kid of its own; reusing it makes rotations fail at cached clients.",
)
def duplicate_key_id(context: JwksContext) -> Judgement:
    """Two keys of the same type have the same key id, so the id does not say which of them signed."""
    ids = Counter((jwk["kid"], str(jwk.get("kty"))) for jwk in context.keys if isinstance(jwk.get("kid"), str))
    repeated = [kid for (kid, _), times in ids.items() if times > 1]
    expected = "a key id of its own for each key"
    return failed(expected, f"more than once: {shown(repeated)}") if repeated else passed(expected, "no duplicates")


@rule(
    "JWKS005",
    "weak-rsa-key",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7518 3.3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider sign with RSA keys of 2048 bits or more, and take the weak one out of the set.",
)
def weak_rsa_key(context: JwksContext) -> Judgement:
    """An RSA key can be broken. It ends the login if the set has no better one; a token signed with it is refused."""
    found = [f"{shown(jwk.get('kid'), 60)} {problem}" for jwk in context.keys if (problem := weakness(jwk))]
    expected = "RSA keys of 2048 bits or more"
    if not found:
        return passed(expected, "no weak keys")
    alone = not context.needs_none and not usable_keys(context.document, context.algorithms)
    return failed(expected, "; ".join(found), severity=Severity.ERROR if alone else None)


@rule(
    "JWKS006",
    "published-symmetric-key",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 9.2; RFC 7518 6.4",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Take the key out and replace it wherever it is used: a published secret is none. It is never used here.",
)
def published_symmetric_key(context: JwksContext) -> Judgement:
    """The public document contains a symmetric key (kty oct)."""
    found = [jwk.get("kid") for jwk in context.keys if jwk.get("kty") == "oct"]
    return failed("public keys only", f"oct: {shown(found)}") if found else passed("public keys only", "no oct key")


@rule(
    "JWKS007",
    "unreadable-key",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 5",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing breaks: clients ignore such entries. Check them at the identity provider; many libraries do not.",
)
def unreadable_key(context: JwksContext) -> Judgement:
    """An entry of the set is no key that can be read: unknown type, missing member, a point off its curve."""
    found = [
        f"{shown(entry.get('kid'), 60) if isinstance(entry, dict) else f'entry {index}'} {problem}"
        for index, entry in enumerate(jwk_entries(context.document), start=1)
        if (problem := key_defect(entry)) is not None
    ]
    expected = "keys that can be read"
    return failed(expected, "; ".join(found[:5])) if found else passed(expected, "all of them")
