"""The issuer's published keys: is there one to verify with, and is nothing published that must not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import type_name
from ssocli.checks.jose import PRIVATE_MEMBERS, is_symmetric, jwk_entries, key_problem, usable_keys, weakness
from ssocli.steps import Step
from ssocli.text import printable, shown


@dataclass(frozen=True, slots=True)
class JwksContext:
    """A decoded JWK set document, and the signature algorithms that the client accepts."""

    document: Any
    algorithms: tuple[str, ...] = ("RS256",)

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The entries that are JSON objects."""
        return [entry for entry in jwk_entries(self.document) if isinstance(entry, dict)]

    @property
    def asymmetric(self) -> tuple[str, ...]:
        """The accepted algorithms that need a published key."""
        return tuple(algorithm for algorithm in self.algorithms if not is_symmetric(algorithm))


def _name(entry: dict[str, Any]) -> str:
    return f"the key {shown(entry['kid'], 60)}" if "kid" in entry else "a key without kid"


def _named(entries: list[dict[str, Any]]) -> str:
    names = [_name(entry) for entry in entries[:5]]
    return ", ".join(names) + (f" and {len(entries) - 5} more" if len(entries) > 5 else "")


@rule(
    "JWKS001",
    "missing-keys-array",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 5.1",
    owner=Owner.IDP,
    fix='Publish a JWK set, {"keys": [...]}, at jwks_uri; compare jwks_uri with its documentation.',
)
def missing_keys_array(context: JwksContext) -> Judgement:
    """The document at jwks_uri is no JWK set: it has no array `keys`."""
    expected = "an object with an array keys"
    if not isinstance(context.document, dict):
        return failed(expected, type_name(context.document))
    if "keys" not in context.document:
        return failed(expected, "an object without keys")
    keys = context.document["keys"]
    return (passed if isinstance(keys, list) else failed)(expected, f"keys is {type_name(keys)}")


@rule(
    "JWKS002",
    "private-key-published",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 9.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Critical: take the private key out of the document, replace it by a new one at once, and end every session: "
    "whoever read the document can sign tokens for anybody.",
)
def private_key_published(context: JwksContext) -> Judgement:
    """A published key has private members (`d`, `p`, `q`): everybody can sign in the issuer's name.

    The login works all the same, which is why nobody notices.
    """
    leaking = [
        entry
        for entry in context.objects
        if entry.get("kty") != "oct" and any(name in entry for name in PRIVATE_MEMBERS)
    ]
    if leaking:
        return failed("public members only", f"private members in {_named(leaking)}")
    return passed("public members only", "so")


@rule(
    "JWKS003",
    "symmetric-key-published",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 9.2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Take the key of kty oct out of the document and replace the secret: it is public now.",
)
def symmetric_key_published(context: JwksContext) -> Judgement:
    """A symmetric key (kty `oct`) is published: a secret that everybody can read. It is never used here."""
    found = [entry for entry in context.objects if entry.get("kty") == "oct"]
    return failed("no key of kty oct", _named(found)) if found else passed("no key of kty oct", "none")


@rule(
    "JWKS004",
    "duplicate-key-id",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 4.5",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Give every key a kid of its own.",
)
def duplicate_key_id(context: JwksContext) -> Judgement:
    """Two keys of one type have the same `kid`. Here both are tried; other clients take the first."""
    pairs = Counter(
        (kid, str(entry.get("kty"))) for entry in context.objects if isinstance(kid := entry.get("kid"), str)
    )
    twice = [repr(kid) for (kid, _), times in pairs.items() if times > 1]
    if twice:
        return failed("a kid of its own for every key", f"more than once: {printable(', '.join(twice), 200)}")
    return passed("a kid of its own for every key", "so")


@rule(
    "JWKS005",
    "no-usable-key",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 10.1",
    owner=Owner.IDP,
    fix="Publish the public key that signs the ID tokens, of 2048 bits or more (RSA), for signatures (use sig).",
)
def no_usable_key(context: JwksContext) -> Judgement:
    """No published key can verify a signature of an accepted algorithm, so every ID token would be refused."""
    if not context.asymmetric:
        return skipped("the accepted algorithms use the client secret, not published keys")
    if not isinstance(context.document, dict) or not isinstance(context.document.get("keys"), list):
        return skipped("the document is no JWK set")
    expected = f"a key for {' or '.join(context.asymmetric)}"
    count = len(usable_keys(context.document, context.asymmetric))
    if count:
        return passed(expected, f"{count} of {len(jwk_entries(context.document))} keys")
    problems = [f"{_name(entry)} {key_problem(entry, context.asymmetric[0])}" for entry in context.objects[:5]]
    return failed(expected, printable("; ".join(problems) or "no keys", 400))


@rule(
    "JWKS006",
    "weak-key",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7518 3.3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Replace the key by an RSA key of 2048 bits or more with the usual exponent 65537.",
)
def weak_key(context: JwksContext) -> Judgement:
    """An RSA key is so short, or its exponent so small, that signatures can be forged. It is never used here."""
    weak = [f"{_name(entry)} {problem}" for entry in context.objects if (problem := weakness(entry))]
    expected = "RSA keys of 2048 bits or more"
    return failed(expected, printable("; ".join(weak[:5]), 400)) if weak else passed(expected, "so")


@rule(
    "JWKS007",
    "unknown-key-entry",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7517 5",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing has to be done if the entry is meant for others; otherwise correct it.",
)
def unknown_key_entry(context: JwksContext) -> Judgement:
    """An entry is no JWK, or of a key type that no signature algorithm knows. It is ignored, as RFC 7517 5 says."""
    odd = [
        _name(entry) if isinstance(entry, dict) else type_name(entry)
        for entry in jwk_entries(context.document)
        if not isinstance(entry, dict) or entry.get("kty") not in ("RSA", "EC", "OKP", "oct")
    ]
    expected = "keys of kty RSA, EC or OKP"
    return failed(expected, f"ignored: {', '.join(odd[:5])}") if odd else passed(expected, "so")
