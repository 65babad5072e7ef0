"""The form of an ID token and its header: what is wrong before any key is touched."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import strings, type_name
from ssocli.checks.id_token.context import IdTokenContext, on_jws
from ssocli.checks.id_token.signature import brought_key, is_confused, is_verified
from ssocli.checks.jose import Parsed, Unparsable
from ssocli.steps import Step
from ssocli.text import shown

# Types of JWT that an ID token must not be mistaken for: RFC 9068 2.1, OIDC Back-Channel Logout 2.4, RFC 8417 2.3,
# RFC 9449 4.2, RFC 7523 successor drafts, RFC 9101 10.8, RFC 9701 5, OpenID Federation 3.1, SD-JWT VC.
_OTHER_TYPES = {
    "at+jwt",
    "logout+jwt",
    "secevent+jwt",
    "dpop+jwt",
    "client-authentication+jwt",
    "oauth-authz-req+jwt",
    "token-introspection+jwt",
    "entity-statement+jwt",
    "dc+sd-jwt",
    "vc+sd-jwt",
}
_OWN_KEY = ("jwk", "jku", "x5u", "x5c")


@rule(
    "IDT001",
    "malformed-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 7.2; RFC 7515 3.1",
    owner=Owner.IDP,
    fix="The identity provider must send the ID token as a compact JWS whose header and payload are JSON objects.",
)
def malformed_id_token(context: IdTokenContext) -> Judgement:
    """The ID token is no JWT: wrong number of parts, no base64url, or no JSON object in the header or payload."""
    expected = "header.payload.signature in base64url, the first two JSON objects"
    parsed = context.parsed
    if isinstance(parsed, Unparsable):
        return skipped("the token is encrypted") if parsed.encrypted else failed(expected, parsed.reason)
    if parsed.payload_problem:
        return failed(expected, f"its payload {parsed.payload_problem}")
    return passed(expected, "a compact JWS")


@rule(
    "IDT002",
    "unexpected-encryption",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 1",
    owner=Owner.IDP,
    fix="Turn ID token encryption off for this client at the identity provider (id_token_encrypted_response_alg).",
)
def unexpected_encryption(context: IdTokenContext) -> Judgement:
    """The ID token is encrypted (JWE), though this client registered no key to encrypt it to."""
    if isinstance(context.parsed, Unparsable):
        if context.parsed.encrypted:
            return failed("a signed, unencrypted token", context.parsed.reason)
        return skipped("the token is no JWT")
    return passed("a signed, unencrypted token", "not encrypted")


@rule(
    "IDT003",
    "duplicate-header-member",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7515 4",
    owner=Owner.IDP,
    fix="The identity provider must write each header parameter once; treat the token as an attack if it did not.",
)
@on_jws
def duplicate_header_member(parsed: Parsed, _: IdTokenContext) -> Judgement:
    """A header parameter stands twice. Two receivers may read two different values, and that can be exploited."""
    if parsed.header_duplicates:
        return failed("every header parameter once", f"more than once: {shown(list(parsed.header_duplicates))}")
    return passed("every header parameter once", "no duplicates")


@rule(
    "IDT004",
    "duplicate-claim",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7519 4",
    owner=Owner.IDP,
    fix="The identity provider must write each claim once; look at its claim mappings for two with the same name.",
)
@on_jws
def duplicate_claim(parsed: Parsed, _: IdTokenContext) -> Judgement:
    """A claim (or a member within one) stands twice. Two receivers may read two different values."""
    if parsed.claims is None:
        return skipped("there are no claims to judge (IDT001)")
    if parsed.claim_duplicates:
        return failed("every claim once", f"more than once: {shown(list(parsed.claim_duplicates))}")
    return passed("every claim once", "no duplicates")


@rule(
    "IDT005",
    "missing-algorithm",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7515 4.1.1",
    owner=Owner.IDP,
    fix="The identity provider must name the signature algorithm in the header, as a string.",
)
@on_jws
def missing_algorithm(parsed: Parsed, _: IdTokenContext) -> Judgement:
    """The header names no signature algorithm, or something that is no string."""
    if parsed.algorithm is None:
        found = (
            f"{shown(parsed.header['alg'])} ({type_name(parsed.header['alg'])})" if "alg" in parsed.header else "none"
        )
        return failed("alg, a string", found)
    return passed("alg, a string", shown(parsed.algorithm))


@rule(
    "IDT006",
    "unsigned-id-token",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 2; RFC 8725 3.2",
    owner=Owner.IDP,
    fix="Set the client's id_token_signed_response_alg at the identity provider to a signature algorithm (RS256). "
    "A client must never accept `none` just because the token says so: anybody can write such a token.",
)
@on_jws
def unsigned_id_token(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The ID token says `alg: none` (in whatever case): it is not signed at all."""
    if parsed.algorithm is None:
        return skipped("the header names no algorithm")
    if parsed.algorithm.lower() == "none":
        return failed(f"a signature with {_accepted(context)}", f"alg {shown(parsed.algorithm)}")
    return passed(f"a signature with {_accepted(context)}", f"alg {shown(parsed.algorithm)}")


@rule(
    "IDT007",
    "algorithm-confusion",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 2.1 and 3.1",
    owner=Owner.IDP,
    fix="Treat it as an attack: only somebody who wants to be let in makes a MAC with a public key. "
    "A client must fix the algorithm it accepts and never use a public key as a MAC secret.",
)
@on_jws
def algorithm_confusion(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The MAC of the token was made with the identity provider's *public* key as the secret.

    A client that takes the algorithm from the token and the key from the JWK set accepts it, though everybody can
    make such a token.
    """
    if parsed.algorithm is None or not parsed.algorithm.startswith("HS"):
        return passed("no MAC made with a public key", f"alg {shown(parsed.header.get('alg'))}")
    if is_confused(context):
        return failed("no MAC made with a public key", f"{parsed.algorithm} with a key of the JWK set as the secret")
    return passed("no MAC made with a public key", f"{parsed.algorithm}, not made with any key of the JWK set")


@rule(
    "IDT008",
    "unaccepted-algorithm",
    step=Step.TOKEN_VALIDATION,
    spec="OIDC Core 3.1.3.7 item 7",
    owner=Owner.IDP,
    fix="Make the two agree: the client's id_token_signed_response_alg at the identity provider, and the algorithms "
    "that the application accepts for it.",
)
@on_jws
def unaccepted_algorithm(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token is signed with an algorithm that was not agreed on."""
    if parsed.algorithm is None or parsed.algorithm.lower() == "none":
        return skipped("the token names no signature algorithm")
    if is_confused(context):
        return skipped("the algorithm was chosen to confuse (IDT007)")
    if parsed.algorithm in context.algorithms:
        return passed(_accepted(context), parsed.algorithm)
    return failed(_accepted(context), shown(parsed.algorithm))


@rule(
    "IDT009",
    "foreign-token-type",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 3.11; RFC 9068 2.1",
    owner=Owner.IDP,
    fix="The identity provider (or whoever sent this) put another kind of token in the place of the ID token.",
)
@on_jws
def foreign_token_type(parsed: Parsed, _: IdTokenContext) -> Judgement:
    """The header's `typ` says that this is another kind of token: an access token, a logout token, ..."""
    kind = parsed.header.get("typ")
    expected = "no typ, or JWT"
    if "typ" not in parsed.header:
        return passed(expected, "no typ")
    if not isinstance(kind, str):
        return failed(expected, f"{shown(kind)} ({type_name(kind)})")
    # RFC 7515 4.1.9: a type without a slash stands for application/<type>, and types know no case.
    if kind.lower().removeprefix("application/") in _OTHER_TYPES:
        return failed(expected, shown(kind))
    return passed(expected, shown(kind))


@rule(
    "IDT010",
    "unknown-critical-header",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 7515 4.1.11",
    owner=Owner.IDP,
    fix="Turn the extension off at the identity provider: an ID token needs none.",
)
@on_jws
def unknown_critical_header(parsed: Parsed, _: IdTokenContext) -> Judgement:
    """The header demands (`crit`) that an extension be understood, or demands it in a malformed way.

    Whoever does not understand every extension named there must reject the token.
    """
    if "crit" not in parsed.header:
        return passed("no critical extensions", "none")
    names = strings(parsed.header["crit"])
    if not names:
        return failed("no critical extensions", f"a malformed crit: {shown(parsed.header['crit'])}")
    return failed("no critical extensions", f"crit {shown(list(names))}")


@rule(
    "IDT011",
    "key-in-header",
    step=Step.TOKEN_VALIDATION,
    spec="RFC 8725 3.10; RFC 7515 10.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Keys come from the issuer's jwks_uri only. Let the identity provider leave key members out of the header; "
    "if the published keys do not verify the token, treat it as an attack.",
)
@on_jws
def key_in_header(parsed: Parsed, context: IdTokenContext) -> Judgement:
    """The token brings its own key (`jwk`, `x5c`) or says where to fetch it (`jku`, `x5u`).

    Nothing in a token may be trusted before it is verified. It ends the login when no published key verifies the
    token; a certificate chain beside a good signature is harmless.
    """
    expected = "a key of the issuer's JWK set"
    members = [name for name in _OWN_KEY if name in parsed.header]
    if not members:
        return passed(expected, "no key in the header")
    if brought := brought_key(context):
        actual = f"the token stands on the key in {brought}; no published key verifies it"
        return failed(expected, actual, severity=Severity.ERROR)
    if members == ["x5c"] or not is_verified(context):
        return passed(expected, f"the header's {' and '.join(members)} is not used")
    return failed(expected, f"the header has {' and '.join(members)}; not used, the published key verifies the token")


def _accepted(context: IdTokenContext) -> str:
    return " or ".join(context.algorithms)
