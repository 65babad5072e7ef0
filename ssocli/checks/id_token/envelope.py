"""The form of an ID token: a compact JWS with a sane header and a JSON object inside."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule
from ssocli.checks.document import type_name
from ssocli.checks.id_token.context import IdTokenContext, on_jws
from ssocli.checks.jose import Parsed, Unparsable
from ssocli.steps import Step
from ssocli.text import printable, shown

# Kinds of JWT that are no ID token, by the `typ` (RFC 8725 3.11) that their specifications gave them.
_OTHER_KINDS = {
    "at+jwt": "an access token (RFC 9068 2.1)",
    "logout+jwt": "a logout token (OIDC Back-Channel Logout 2.4)",
    "secevent+jwt": "a security event token (RFC 8417 2.3)",
    "dpop+jwt": "a DPoP proof (RFC 9449 4.2)",
    "oauth-authz-req+jwt": "an authorization request (RFC 9101 10.8)",
    "token-introspection+jwt": "an introspection response (RFC 9701 5)",
}
_KEYS_IN_HEADER = ("jwk", "jku", "x5u", "x5c")


@rule(
    "IDT001",
    "malformed-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2",
    owner=Owner.IDP,
    fix="Let the identity provider issue a compact JWS (header.payload.signature, base64url without padding) whose "
    "payload is a JSON object. If it stands behind a gateway, look whether that rewrites the token response.",
)
def malformed_id_token(context: IdTokenContext) -> Judgement:
    """The ID token is no JWT: not three base64url parts, or its header or payload is no JSON object.

    Nothing in it can be verified then. A correct client ends the login.
    """
    expected = "a compact JWS with three base64url parts and a JSON object as payload"
    if isinstance(context.parsed, Unparsable):
        if context.parsed.encrypted:
            return passed("a compact JWS, or a JWE", "a JWE, which is judged by itself")
        return failed(expected, context.parsed.reason)
    if context.parsed.payload_problem:
        return failed(expected, f"the payload {context.parsed.payload_problem}")
    return passed(expected, "such a JWS")


@rule(
    "IDT002",
    "encrypted-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 1",
    owner=Owner.IDP,
    fix="Switch ID token encryption off for this client at the identity provider (id_token_encrypted_response_alg).",
)
def encrypted_id_token(context: IdTokenContext) -> Judgement:
    """The ID token is encrypted although this client registered no key for encryption, so it cannot be read."""
    expected = "a signed ID token that is not encrypted"
    if isinstance(context.parsed, Unparsable) and context.parsed.encrypted:
        return failed(expected, "a JWE of five parts")
    return passed(expected, "not encrypted")


@rule(
    "IDT003",
    "duplicate-members",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 4",
    owner=Owner.IDP,
    fix="Let the identity provider write every member once: look for claim mappings that add a claim it already sends.",
)
@on_jws
def duplicate_members(parsed: Parsed, _context: IdTokenContext) -> Judgement:
    """A member stands twice in the token's header or payload.

    Which of the two counts depends on the JSON parser, so two programs can see two different users in one token.
    """
    expected = "every member of header and payload once"
    twice = [f"{name!r} in the header" for name in parsed.header_duplicates]
    twice += [f"{name!r} in the payload" for name in parsed.claim_duplicates]
    if twice:
        return failed(expected, printable(f"more than once: {', '.join(twice)}"))
    return passed(expected, "no duplicates")


@rule(
    "IDT004",
    "wrong-token-type",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 3.11",
    owner=Owner.IDP,
    fix="Let the identity provider put the ID token into id_token; the typ says that this is another kind of token.",
)
@on_jws
def wrong_token_type(parsed: Parsed, _context: IdTokenContext) -> Judgement:
    """The header's `typ` says that the token is something else: an access token, a logout token, a DPoP proof.

    Such tokens are signed with the same keys, and who takes one for an ID token logs in whoever obtained it.
    """
    expected = "typ JWT, or none"
    if "typ" not in parsed.header:
        return passed(expected, "none")
    value = parsed.header["typ"]
    if not isinstance(value, str):
        return failed(expected, f"typ is {type_name(value)}")
    if kind := _OTHER_KINDS.get(value.lower().removeprefix("application/")):
        return failed(expected, f"typ '{printable(value)}': {kind}")
    return passed(expected, f"typ '{printable(value)}'")


@rule(
    "IDT005",
    "unknown-critical-header",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7515 4.1.11",
    owner=Owner.IDP,
    fix="Remove crit from the tokens of this client, or the header parameter that it names.",
)
@on_jws
def unknown_critical_header(parsed: Parsed, _context: IdTokenContext) -> Judgement:
    """The header's `crit` demands that a header parameter be understood which no ID token client understands.

    RFC 7515 lets a receiver no choice: a token with a critical parameter that it does not know is to be refused.
    """
    if "crit" not in parsed.header:
        return passed("no crit", "none")
    return failed("no crit", f"crit {shown(parsed.header['crit'])}")


@rule(
    "IDT006",
    "key-in-token-header",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 3.10",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider name its key by kid and publish it in its JWK set only.",
)
@on_jws
def key_in_token_header(parsed: Parsed, _context: IdTokenContext) -> Judgement:
    """The header carries or points to a key (`jwk`, `jku`, `x5u`, `x5c`): who forges the token chooses that key.

    It is ignored here: only keys of the issuer's JWK set count. A client that uses it accepts any token.
    """
    found = [name for name in _KEYS_IN_HEADER if name in parsed.header]
    if found:
        return failed("the key named by kid only", f"the header has {', '.join(found)} (ignored)")
    return passed("the key named by kid only", "no key in the header")
