"""That the document is the trusted issuer's own, complete and safe to follow."""

from __future__ import annotations

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.discovery.context import DiscoveryContext
from ssocli.checks.document import strings, type_name
from ssocli.checks.metadata import is_insecure, url_problem
from ssocli.steps import Step
from ssocli.text import difference, printable, shown

_REQUIRED = {
    "authorization_endpoint": "a string",
    "token_endpoint": "a string",
    "jwks_uri": "a string",
    "response_types_supported": "an array",
    "subject_types_supported": "an array",
    "id_token_signing_alg_values_supported": "an array",
}
# Optional members that no other rule reads.
_FLAGS = (
    "request_parameter_supported", "request_uri_parameter_supported",
    "require_request_uri_registration", "authorization_response_iss_parameter_supported",
)  # fmt: skip
_LISTS = (
    "claims_supported", "claim_types_supported", "display_values_supported", "ui_locales_supported",
    "claims_locales_supported", "userinfo_signing_alg_values_supported",
    "token_endpoint_auth_signing_alg_values_supported", "request_object_signing_alg_values_supported",
)  # fmt: skip
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")


@rule(
    "DISC001",
    "issuer-mismatch",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 4.3; RFC 8414 3.3",
    owner=Owner.APP,
    fix="Configure the issuer exactly as the identity provider writes it. If it is right already, the identity "
    "provider does not know its public address (behind a proxy: host, scheme), or this is another's document.",
)
def issuer_mismatch(context: DiscoveryContext) -> Judgement:
    """The document's issuer is not, character for character, the one that is trusted and was asked."""
    expected = printable(context.issuer)
    issuer = context.document.get("issuer")
    if not isinstance(issuer, str):
        return failed(
            expected, f"{shown(issuer)} ({type_name(issuer)})" if "issuer" in context.document else "no issuer"
        )
    if issuer == context.issuer:
        return passed(expected, printable(issuer))
    return failed(
        expected, printable(issuer), evidence=f"{difference(context.issuer, issuer)} ({printable(context.url)})"
    )


@rule(
    "DISC002",
    "insecure-issuer",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (issuer)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Serve the identity provider over https; plain http is for tests on one machine.",
)
def insecure_issuer(context: DiscoveryContext) -> Judgement:
    """The issuer is an http URL beyond this machine: everybody on the way can take the identity provider's place."""
    expected = "an https issuer (http only on this machine)"
    if is_insecure(context.issuer):
        return failed(expected, printable(context.issuer))
    return passed(expected, printable(context.issuer))


@rule(
    "DISC003",
    "issuer-with-query-or-fragment",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (issuer)",
    owner=Owner.APP,
    fix="Configure the issuer: scheme, host, port if needed, and path, and nothing after it.",
)
def issuer_with_query_or_fragment(context: DiscoveryContext) -> Judgement:
    """The issuer has a query or a fragment, which no issuer may have."""
    expected = "an issuer without query and fragment"
    if "?" in context.issuer or "#" in context.issuer:
        return failed(expected, printable(context.issuer))
    return passed(expected, printable(context.issuer))


@rule(
    "DISC004",
    "missing-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Let the identity provider publish every required member; check that the URL is that of an OpenID provider.",
)
def missing_metadata(context: DiscoveryContext) -> Judgement:
    """A required member of the document is absent or of the wrong type."""
    expected = ", ".join(_REQUIRED)
    problems = []
    for name, kind in _REQUIRED.items():
        if name not in context.document:
            problems.append(f"no {name}")
        elif kind == "a string" and not isinstance(context.document[name], str):
            problems.append(f"{name} is {type_name(context.document[name])} instead of a string")
        elif kind == "an array" and strings(context.document[name]) is None:
            problems.append(f"{name} is no array of strings")
    return failed(expected, "; ".join(problems)) if problems else passed(expected, "all of them")


@rule(
    "DISC005",
    "malformed-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3; RFC 6749 3.1 and 3.2",
    owner=Owner.IDP,
    fix="Let the identity provider publish absolute https URLs without a fragment.",
)
def malformed_endpoint(context: DiscoveryContext) -> Judgement:
    """An endpoint is no absolute http(s) URL, or has a fragment."""
    problems = [f"{name} {problem}" for name, url in _endpoints(context) if (problem := url_problem(url)) is not None]
    expected = "absolute URLs without fragment"
    return failed(expected, "; ".join(problems)) if problems else passed(expected, "all of them")


@rule(
    "DISC006",
    "insecure-endpoint",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    fix="Let the identity provider publish https URLs. Behind a proxy it has to be told that it is reached by https.",
)
def insecure_endpoint(context: DiscoveryContext) -> Judgement:
    """An endpoint is a plain http URL beyond this machine, though the issuer is https."""
    if is_insecure(context.issuer):
        return skipped("the issuer itself is http (DISC002)")
    found = [f"{name} {printable(url)}" for name, url in _endpoints(context) if is_insecure(url)]
    expected = "https endpoints (http only on this machine)"
    return failed(expected, "; ".join(found)) if found else passed(expected, "all of them")


@rule(
    "DISC018",
    "malformed-metadata",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider write flags as true or false, and lists as arrays of strings. Some clients refuse "
    "the whole document.",
)
def malformed_metadata(context: DiscoveryContext) -> Judgement:
    """An optional member of the document is of the wrong type: a flag as a string, a list as one string or null."""
    document = context.document
    problems = [
        f"{name} is {type_name(document[name])} instead of a boolean"
        for name in _FLAGS
        if name in document and not isinstance(document[name], bool)
    ]
    problems += [
        f"{name} is no array of strings" for name in _LISTS if name in document and strings(document[name]) is None
    ]
    expected = "booleans and arrays of strings"
    return failed(expected, "; ".join(problems)) if problems else passed(expected, "all of them")


def _endpoints(context: DiscoveryContext) -> list[tuple[str, str]]:
    """The endpoints that are there, as strings; absent or mistyped ones are DISC004's."""
    document = context.document
    return [(name, document[name]) for name in _ENDPOINTS if isinstance(document.get(name), str)]
