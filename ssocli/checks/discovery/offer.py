"""That the identity provider offers what the client wants to use.

Unknown members and values are ignored, as OIDC Discovery 3 asks.
"""

from __future__ import annotations

from collections.abc import Iterable

from ssocli.checks.check import Judgement, Owner, Severity, failed, passed, rule, skipped
from ssocli.checks.discovery.context import DiscoveryContext
from ssocli.checks.document import strings
from ssocli.checks.metadata import offered
from ssocli.steps import Step
from ssocli.text import shown


@rule(
    "DISC007",
    "rs256-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (id_token_signing_alg_values_supported)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider offer RS256: it is the one algorithm that every OpenID client knows.",
)
def rs256_not_offered(context: DiscoveryContext) -> Judgement:
    """RS256, which every OpenID provider has to support, is not among the algorithms offered."""
    found = strings(context.document.get("id_token_signing_alg_values_supported"))
    if found is None:
        return skipped("no algorithms are listed (DISC004)")
    if not set(found) & set(context.wants.algorithms):
        return skipped("none of the accepted algorithms is offered (DISC008)")
    return passed("RS256 offered", shown(found)) if "RS256" in found else failed("RS256 offered", shown(found))


@rule(
    "DISC008",
    "no-accepted-algorithm",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (id_token_signing_alg_values_supported); RFC 8725 3.1",
    owner=Owner.APP,
    fix="Accept an algorithm that the identity provider offers, or let it offer one that is accepted; never `none`.",
)
def no_accepted_algorithm(context: DiscoveryContext) -> Judgement:
    """The identity provider offers no signature algorithm that the client accepts, or only `none`."""
    found = strings(context.document.get("id_token_signing_alg_values_supported"))
    if found is None:
        return skipped("no algorithms are listed (DISC004)")
    expected = " or ".join(context.wants.algorithms)
    if set(found) & set(context.wants.algorithms):
        return passed(expected, shown(found))
    return failed(expected, shown(found), owner=Owner.IDP if set(found) <= {"none"} else None)


@rule(
    "DISC009",
    "unsupported-client-authentication",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (token_endpoint_auth_methods_supported)",
    owner=Owner.APP,
    fix="Set the provider's client_auth to a method that the identity provider offers.",
)
def unsupported_client_authentication(context: DiscoveryContext) -> Judgement:
    """The identity provider does not offer the way in which the client authenticates at the token endpoint."""
    if context.wants.client_auth == "none":
        return skipped("a public client does not authenticate, and few identity providers list `none`")
    return _judge_offer(
        context, "token_endpoint_auth_methods_supported", (context.wants.client_auth,), ("client_secret_basic",)
    )


@rule(
    "DISC010",
    "unsupported-response-mode",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (response_modes_supported)",
    owner=Owner.APP,
    fix="Ask for a response mode that the identity provider offers, or for none.",
)
def unsupported_response_mode(context: DiscoveryContext) -> Judgement:
    """The identity provider does not offer the response mode that the client asks for."""
    modes = (context.wants.response_mode,) if context.wants.response_mode else ()
    return _judge_offer(context, "response_modes_supported", modes, ("query", "fragment"))


@rule(
    "DISC011",
    "unsupported-response-type",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (response_types_supported)",
    owner=Owner.IDP,
    fix="Enable the authorization code flow for this client at the identity provider.",
)
def unsupported_response_type(context: DiscoveryContext) -> Judgement:
    """The identity provider does not offer the authorization code flow."""
    if strings(context.document.get("response_types_supported")) is None:
        return skipped("no response types are listed (DISC004)")
    return _judge_offer(context, "response_types_supported", ("code",), ())


@rule(
    "DISC012",
    "unsupported-scope",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (scopes_supported)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Define the scope at the identity provider, or do not ask for it: the claims behind it will be missing.",
)
def unsupported_scope(context: DiscoveryContext) -> Judgement:
    """The client asks for a scope that the identity provider does not list. It may grant it all the same."""
    if "scopes_supported" not in context.document:
        return skipped("the identity provider lists no scopes, which it may")
    return _judge_offer(context, "scopes_supported", context.wants.scopes, ())


@rule(
    "DISC013",
    "pkce-not-offered",
    step=Step.REDIRECT_TO_IDP,
    spec="RFC 8414 2 (code_challenge_methods_supported); RFC 9700 2.1.1",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Let the identity provider support PKCE with S256 and say so. Send S256 all the same.",
)
def pkce_not_offered(context: DiscoveryContext) -> Judgement:
    """The identity provider does not say that it checks PKCE with S256, so a stolen code may be usable."""
    if not context.wants.pkce:
        return skipped("the client uses no PKCE")
    if "code_challenge_methods_supported" not in context.document:
        return failed("S256", "no code_challenge_methods_supported", severity=Severity.INFO)
    return _judge_offer(context, "code_challenge_methods_supported", ("S256",), ())


@rule(
    "DISC014",
    "unsupported-prompt",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Prompt Create 4.2 (prompt_values_supported)",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Ask for a prompt value that the identity provider knows.",
)
def unsupported_prompt(context: DiscoveryContext) -> Judgement:
    """The client asks for a prompt value that the identity provider does not list."""
    if "prompt_values_supported" not in context.document:
        return skipped("the identity provider lists no prompt values, which it may")
    return _judge_offer(context, "prompt_values_supported", context.wants.prompt, ())


@rule(
    "DISC015",
    "unsupported-acr",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (acr_values_supported)",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Ask for an authentication context class that the identity provider knows (acr_values).",
)
def unsupported_acr(context: DiscoveryContext) -> Judgement:
    """The client asks only for authentication context classes that the identity provider does not list."""
    known = strings(context.document.get("acr_values_supported"))
    wanted = context.wants.acr_values
    if not wanted or known is None:
        return skipped("no class is asked for, or the identity provider lists none")
    expected = " or ".join(wanted)
    return passed(expected, shown(known)) if set(wanted) & set(known) else failed(expected, shown(known))


@rule(
    "DISC016",
    "unsupported-claims-parameter",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (claims_parameter_supported)",
    owner=Owner.APP,
    severity=Severity.WARNING,
    fix="Ask for claims by scope: the identity provider ignores the claims parameter.",
)
def unsupported_claims_parameter(context: DiscoveryContext) -> Judgement:
    """The client sends the `claims` parameter, and the identity provider does not say that it reads it."""
    if not context.wants.claims_parameter:
        return skipped("the client sends no claims parameter")
    found = context.document.get("claims_parameter_supported", False)
    expected = "claims_parameter_supported true"
    return passed(expected, "true") if found is True else failed(expected, shown(found))


@rule(
    "DISC017",
    "unsupported-grant-type",
    step=Step.REDIRECT_TO_IDP,
    spec="OIDC Discovery 3 (grant_types_supported)",
    owner=Owner.IDP,
    severity=Severity.WARNING,
    fix="Enable the grant type authorization_code for this client at the identity provider, and let it say so.",
)
def unsupported_grant_type(context: DiscoveryContext) -> Judgement:
    """The identity provider lists grant types, and the authorization code is not among them."""
    return _judge_offer(context, "grant_types_supported", ("authorization_code",), ("authorization_code", "implicit"))


def _judge_offer(context: DiscoveryContext, name: str, wanted: Iterable[str], default: tuple[str, ...]) -> Judgement:
    """Whether every wanted value is among those offered under `name` (`default` if the member is absent)."""
    wanted = tuple(wanted)
    if not wanted:
        return skipped("the client asks for nothing of this kind")
    found = offered(context.document, name, default)
    if found is None:
        return failed(f"{name}, an array of strings", shown(context.document[name]))
    missing = [value for value in wanted if value not in found]
    actual = shown(list(found)) if name in context.document else f"no {name}, which means {shown(list(found))}"
    expected = f"{name} with {', '.join(wanted)}"
    return failed(expected, f"without {', '.join(missing)}: {actual}") if missing else passed(expected, actual)
