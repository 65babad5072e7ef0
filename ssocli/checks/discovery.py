"""The identity provider's metadata: is it whose it should be, is it complete, does it offer what the client uses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.document import strings, type_name
from ssocli.checks.loopback import is_loopback
from ssocli.steps import Step
from ssocli.text import difference, printable, shown

Metadata = dict[str, Any]

_REQUIRED = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "response_types_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
_NEEDED_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Wants:
    """What the client is going to use, so that it can be compared with what is offered. None: not used."""

    client_auth: str = "client_secret_basic"
    response_mode: str | None = None
    algorithms: tuple[str, ...] = ("RS256",)
    scopes: tuple[str, ...] = ("openid",)
    pkce: bool = True
    prompt: str | None = None
    acr_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiscoveryContext:
    """A decoded metadata document, where it came from, and the issuer it was asked for."""

    url: str
    issuer: str
    document: Any
    wants: Wants = field(default_factory=Wants)


def _on_metadata(
    judge: Callable[[Metadata, DiscoveryContext], Judgement],
) -> Callable[[DiscoveryContext], Judgement]:
    @functools.wraps(judge)
    def guarded(context: DiscoveryContext) -> Judgement:
        if not isinstance(context.document, dict):
            return skipped("the document is no JSON object")
        return judge(context.document, context)

    return guarded


def _offered(document: Metadata, member: str) -> tuple[str, ...] | None:
    """The values of a list that has the right type; None if it is absent or malformed."""
    return strings(document.get(member))


def _lacking(document: Metadata, member: str, wanted: tuple[str, ...], what: str) -> Judgement:
    """Judge that a list, if there is one, holds all that is wanted."""
    offered = _offered(document, member)
    if offered is None:
        return skipped(f"there is no list {member}")
    missing = [value for value in wanted if value not in offered]
    expected = f"{what} {', '.join(wanted)} in {member}"
    actual = shown(list(offered), 300)
    return failed(expected, f"{', '.join(missing)} is not in {actual}") if missing else passed(expected, actual)


@rule(
    "DISC001",
    "issuer-mismatch",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 4.3",
    owner=Owner.APP,
    fix="Configure the issuer exactly as the document states it, if that is the identity provider you trust. If the "
    "host or scheme is wrong, correct the identity provider's public URL (behind a proxy it often takes its own).",
)
@_on_metadata
def issuer_mismatch(document: Metadata, context: DiscoveryContext) -> Judgement:
    """The document's `issuer` is not, character for character, the one it was fetched for.

    Every ID token will carry that other issuer and be refused; or the document is somebody else's.
    """
    expected = f"issuer {printable(context.issuer)}"
    if "issuer" not in document:
        return failed(expected, "no issuer", owner=Owner.IDP)
    issuer = document["issuer"]
    if not isinstance(issuer, str):
        return failed(expected, f"issuer is {type_name(issuer)}", owner=Owner.IDP)
    actual = f"issuer {printable(issuer)}"
    if issuer == context.issuer:
        return passed(expected, actual)
    return failed(expected, actual, evidence=difference(context.issuer, issuer))


@rule(
    "DISC002",
    "insecure-issuer",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Serve the identity provider by https and state the issuer with https.",
)
@_on_metadata
def insecure_issuer(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """The issuer is no https URL: whoever sits on the way can answer in its place. On loopback it does not matter."""
    issuer = document.get("issuer")
    if not isinstance(issuer, str):
        return skipped("there is no issuer")
    if issuer.startswith("https://"):
        return passed("an https issuer", "https")
    if is_loopback(issuer):
        return passed("an https issuer, or one on loopback", "loopback")
    return failed("an https issuer", printable(issuer))


@rule(
    "DISC003",
    "issuer-with-query",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="State the issuer without query and fragment; tenants belong into the path.",
)
@_on_metadata
def issuer_with_query(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """The issuer has a query or a fragment, so that its well-known address cannot be made from it."""
    issuer = document.get("issuer")
    if not isinstance(issuer, str):
        return skipped("there is no issuer")
    clean = "?" not in issuer and "#" not in issuer
    expected = "an issuer without query and fragment"
    return passed(expected, printable(issuer)) if clean else failed(expected, printable(issuer))


@rule(
    "DISC004",
    "missing-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Let the identity provider publish the missing members; without the endpoints no login is possible.",
)
@_on_metadata
def missing_metadata(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """A member that OIDC Discovery requires is absent. Without an endpoint of the code flow the login cannot go on."""
    missing = [name for name in _REQUIRED if document.get(name) is None]
    if not missing:
        return passed("every required member", "all there")
    needed = any(name in _NEEDED_ENDPOINTS for name in missing)
    severity = Severity.ERROR if needed else Severity.WARNING
    return failed(f"the members {', '.join(_REQUIRED)}", f"no {', '.join(missing)}", severity=severity)


@rule(
    "DISC005",
    "malformed-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Let the identity provider publish strings and arrays of strings as OIDC Discovery 3 says.",
)
@_on_metadata
def malformed_metadata(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """A member has another JSON type than OIDC Discovery gives it: a string for a list, an array for an endpoint."""
    problems = []
    for name, value in document.items():
        if value is None:
            continue
        if name in _ENDPOINTS and not isinstance(value, str):
            problems.append((name, f"{name} is {type_name(value)} instead of a string"))
        elif name.endswith(("_supported", "_values_supported")) and name not in _FLAGS and strings(value) is None:
            problems.append((name, f"{name} is {type_name(value)} instead of an array of strings"))
        elif name in _FLAGS and not isinstance(value, bool):
            problems.append((name, f"{name} is {type_name(value)} instead of a boolean"))
    if not problems:
        return passed("members of the right JSON types", "they are")
    needed = any(name in _NEEDED_ENDPOINTS for name, _ in problems)
    severity = Severity.ERROR if needed else Severity.WARNING
    return failed(
        "members of the right JSON types",
        printable("; ".join(problem for _, problem in problems[:5]), 400),
        severity=severity,
    )


_FLAGS = (
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
)


@rule(
    "DISC006",
    "unusable-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Publish every endpoint as an absolute https URL with a host and without a fragment.",
)
@_on_metadata
def unusable_endpoint(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """An endpoint is no absolute http(s) URL, or has a fragment: a relative path, an empty string, a javascript: URL.

    A query is legal and must be kept (RFC 6749 3.1).
    """
    problems = [
        f"{name} '{printable(value, 100)}'"
        for name in _ENDPOINTS
        if isinstance(value := document.get(name), str) and not _is_absolute(value)
    ]
    expected = "absolute http(s) URLs without fragment"
    return failed(expected, "; ".join(problems)) if problems else passed(expected, "they are")


@rule(
    "DISC007",
    "insecure-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Publish the endpoints with https. Behind a proxy, tell the identity provider its public scheme "
    "(X-Forwarded-Proto, public URL).",
)
@_on_metadata
def insecure_endpoint(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """An endpoint is plain http: codes, secrets and tokens travel in the clear. Loopback is no danger."""
    problems = [
        f"{name} {printable(value, 100)}"
        for name in _ENDPOINTS
        if isinstance(value := document.get(name), str)
        and _is_absolute(value)
        and not value.lower().startswith("https://")
        and not is_loopback(value)
    ]
    return failed("https endpoints", "; ".join(problems)) if problems else passed("https endpoints", "they are")


@rule(
    "DISC008",
    "code-flow-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Enable the authorization code flow at the identity provider.",
)
@_on_metadata
def code_flow_not_offered(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """The response type `code`, the one that a web application uses, is not offered."""
    return _lacking(document, "response_types_supported", ("code",), "response type")


@rule(
    "DISC009",
    "rs256-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider support RS256 too: OIDC Discovery requires it in the list.",
)
@_on_metadata
def rs256_not_offered(document: Metadata, _context: DiscoveryContext) -> Judgement:
    """RS256, which every identity provider has to support, is not among the ID token's signing algorithms."""
    return _lacking(document, "id_token_signing_alg_values_supported", ("RS256",), "algorithm")


@rule(
    "DISC010",
    "no-common-algorithm",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Core 3.1.3.7 item 7",
    owner=Owner.APP,
    fix="Add one of the offered algorithms that you trust to `algorithms` in the provider's configuration, or switch "
    "an accepted one on at the identity provider. `none` is never accepted.",
)
@_on_metadata
def no_common_algorithm(document: Metadata, context: DiscoveryContext) -> Judgement:
    """None of the signing algorithms offered is one that this client accepts: every ID token would be refused."""
    offered = _offered(document, "id_token_signing_alg_values_supported")
    if offered is None:
        return skipped("there is no list of algorithms")
    expected = f"one of {', '.join(context.wants.algorithms)}"
    if any(algorithm in offered and algorithm.lower() != "none" for algorithm in context.wants.algorithms):
        return passed(expected, shown(list(offered)))
    return failed(expected, shown(list(offered)))


@rule(
    "DISC011",
    "client-authentication-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Set client_auth in the provider's configuration to a method that is offered, and the same at the identity "
    "provider's registration of the client.",
)
@_on_metadata
def client_authentication_not_offered(document: Metadata, context: DiscoveryContext) -> Judgement:
    """The way in which this client authenticates at the token endpoint is not offered there.

    No list means client_secret_basic only. It is a warning, as some identity providers take more than they list.
    """
    member = "token_endpoint_auth_methods_supported"
    if document.get(member) is None:
        offered: tuple[str, ...] | None = ("client_secret_basic",)
    else:
        offered = _offered(document, member)
    if offered is None:
        return skipped(f"{member} is malformed")
    expected = f"client authentication {context.wants.client_auth}"
    # A public client does not authenticate; few identity providers list that.
    if context.wants.client_auth == "none" or context.wants.client_auth in offered:
        return passed(expected, shown(list(offered)))
    return failed(expected, shown(list(offered)))


@rule(
    "DISC012",
    "response-mode-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Set response_mode in the provider's configuration to one that is offered, or leave it out (query).",
)
@_on_metadata
def response_mode_not_offered(document: Metadata, context: DiscoveryContext) -> Judgement:
    """The response mode that is asked for is not offered. No list means query and fragment."""
    mode = context.wants.response_mode
    if mode is None:
        return skipped("no response mode is asked for")
    member = "response_modes_supported"
    if document.get(member) is None:
        expected = f"response mode {mode}, or query or fragment without a list"
        return passed(expected, "no list") if mode in {"query", "fragment"} else failed(expected, "no list")
    return _lacking(document, member, (mode,), "response mode")


@rule(
    "DISC013",
    "scope-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.INFO,
    fix="Nothing, if the claims arrive: the list may be incomplete. Otherwise define the scope at the identity "
    "provider or take it out of `scopes`.",
)
@_on_metadata
def scope_not_offered(document: Metadata, context: DiscoveryContext) -> Judgement:
    """A scope that is asked for is not in the list of those supported. A list without `openid` is a warning."""
    judgement = _lacking(document, "scopes_supported", context.wants.scopes, "scopes")
    offered = _offered(document, "scopes_supported")
    if offered is not None and "openid" in context.wants.scopes and "openid" not in offered:
        return failed(judgement.expected, judgement.actual, severity=Severity.WARNING)
    return judgement


@rule(
    "DISC014",
    "pkce-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8414 2",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Switch PKCE with S256 on at the identity provider. S256 is sent all the same (RFC 9700 2.1.1).",
)
@_on_metadata
def pkce_not_offered(document: Metadata, context: DiscoveryContext) -> Judgement:
    """PKCE's S256 is not among the challenge methods. If there is no list at all, it is only worth knowing."""
    if not context.wants.pkce:
        return skipped("PKCE is not used")
    member = "code_challenge_methods_supported"
    if document.get(member) is None:
        return failed(f"S256 in {member}", "no list", severity=Severity.INFO)
    return _lacking(document, member, ("S256",), "challenge method")


@rule(
    "DISC015",
    "prompt-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="Initiating User Registration via OIDC 4.1",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Take that prompt out of the provider's configuration.",
)
@_on_metadata
def prompt_not_offered(document: Metadata, context: DiscoveryContext) -> Judgement:
    """A prompt value that is asked for is not in the identity provider's list of those it knows."""
    if not context.wants.prompt:
        return skipped("no prompt is asked for")
    return _lacking(document, "prompt_values_supported", tuple(context.wants.prompt.split()), "prompt")


@rule(
    "DISC016",
    "acr-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Set acr_values in the provider's configuration to values that the identity provider knows.",
)
@_on_metadata
def acr_not_offered(document: Metadata, context: DiscoveryContext) -> Judgement:
    """An authentication context that is asked for is not in the identity provider's list."""
    if not context.wants.acr_values:
        return skipped("no acr is asked for")
    return _lacking(document, "acr_values_supported", context.wants.acr_values, "acr")


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_is_good and "#" not in url
